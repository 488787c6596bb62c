import type { Clock } from '../shared/core/clock.ts';
import { messageOf, RetryableError } from '../shared/core/errors.ts';
import { describeEnd, type ProcessEnd } from './processes.ts';

/** The error for an emulator that has ended unasked. `end` where it was a process of its own. */
export function emulatorDied(what: string, end?: ProcessEnd): RetryableError {
  const how = end === undefined ? '' : ` (${describeEnd(end)})`;
  return new RetryableError(
    'emulator_died',
    `${what} has ended unexpectedly${how}, and the stack was ended with it: start it again; what a --data-dir keeps is taken up where it was left`,
  );
}

/** Detects that an emulator has ended although nobody stopped it. */
export type EmulatorWatch = {
  /** Aborts when an emulator has ended, with an error that says which and how. */
  died: AbortSignal;
  /** Watches an emulator; to be called as soon as it has started. */
  watch(what: string, ended: Promise<ProcessEnd | undefined>): void;
  /** Settles as `work` does, or rejects when an emulator has died first. */
  unlessDied<T>(work: Promise<T>): Promise<T>;
  /** The cause of a failure: that an emulator has died, where that explains it, else the failure itself. */
  explain(error: unknown): Promise<unknown>;
  /** Ends the watch: emulators may end from now on. */
  stop(): void;
};

/** A connection breaks a little before the exit of the process behind it is reported; `explain` waits for this long. */
const exitReportMs = 1_000;
const brokenConnection = /\b(ECONNREFUSED|ECONNRESET|EPIPE|socket hang up)\b/;

/** Watches emulators until `stop`. */
export function watchEmulators(clock: Clock): EmulatorWatch {
  const death = new AbortController();
  const died = death.signal;
  let stopped = false;
  return {
    died,
    watch: (what, ended) => {
      void ended.then((how) => {
        if (!stopped && !died.aborted) {
          death.abort(emulatorDied(what, how));
        }
      });
    },
    unlessDied: (work) => {
      work.catch(() => undefined);
      return Promise.race([work, rejectionOn(died)]);
    },
    explain: async (error) => {
      if (!died.aborted && !stopped && isBroken(error)) {
        await clock.sleep(exitReportMs, died);
      }
      return died.aborted ? died.reason : error;
    },
    stop: () => {
      stopped = true;
    },
  };
}

/** Rejects with the signal's reason, at once where it has aborted already. */
export function rejectionOn(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const tell = () => reject(signal.reason);
    signal.aborted ? tell() : signal.addEventListener('abort', tell, { once: true });
  });
}

/** Judges the text too: a function's failure arrives as text, without a code. */
function isBroken(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return brokenConnection.test(`${code} ${messageOf(error)}`) || (cause instanceof Error && isBroken(cause));
}
