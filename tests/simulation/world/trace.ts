import { createHash } from 'node:crypto';

/** What happened, as one digest; with `keep` also line by line. */
export type Trace = {
  note(line: string): void;
  readonly lines: readonly string[];
  /** 16 hex digits. No more lines after it. */
  digest(): string;
};

/** A history of a few thousand lines is a long one. */
const mostLines = 30_000;

/** A trace that stamps each line with the virtual time of `nowMs`; a history that does not end is told to `onOverflow`. */
export function newTrace(nowMs: () => number, keep: boolean, onOverflow: (line: string) => void): Trace {
  const hash = createHash('sha256');
  const lines: string[] = [];
  let count = 0;
  return {
    lines,
    note: (line) => {
      count += 1;
      if (count > mostLines) {
        onOverflow(line);
        return;
      }
      const stamped = `${nowMs().toFixed(3)} ${line}\n`;
      hash.update(stamped);
      if (keep) {
        lines.push(stamped.trimEnd());
      }
    },
    digest: () => hash.digest('hex').slice(0, 16),
  };
}
