import type { Clock } from '../shared/core/clock.ts';
import { messageOf, RetryableError } from '../shared/core/errors.ts';

/** How a process ended. */
export type ProcessEnd = { code: number | null; signal: string | null };

/** What is said when an emulator has ended although nobody asked it to. `end` where it was a process of its own. */
export function emulatorDied(what: string, end?: ProcessEnd): RetryableError {
  const how = end === undefined ? '' : ` (${describeEnd(end)})`;
  return new RetryableError(
    'emulator_died',
    `${what} has ended unexpectedly${how}, and the stack was ended with it: start it again; what a --data-dir keeps is taken up where it was left`,
  );
}

/** Whether a signal ended it, not its own failure. A shell tells a signal as 128 + its number. */
export function wasKilled({ code, signal }: ProcessEnd): boolean {
  return signal !== null || (code !== null && code > 128);
}

function describeEnd({ code, signal }: ProcessEnd): string {
  if (signal !== null) {
    return `killed by ${signal}`;
  }
  return code !== null && code > 128 ? `killed by signal ${code - 128}` : `exit code ${code ?? 'unknown'}`;
}

/** Knows when an emulator has ended although nobody asked it to. */
export type EmulatorWatch = {
  /** Aborts then, with an error that says which and how. */
  died: AbortSignal;
  /** Takes an emulator under watch, from its start on. */
  watch(what: string, ended: Promise<ProcessEnd | undefined>): void;
  /** What `work` comes to, or that an emulator has died, whichever comes first. */
  unlessDied<T>(work: Promise<T>): Promise<T>;
  /** What to say of a failure: that an emulator has died, where that is why, else the failure itself. */
  explain(error: unknown): Promise<unknown>;
  /** From now on they may end. */
  stop(): void;
};

/** A connection breaks off a little before the end of the process behind it is known. */
const newsMs = 1_000;
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
        await clock.sleep(newsMs, died);
      }
      return died.aborted ? died.reason : error;
    },
    stop: () => {
      stopped = true;
    },
  };
}

/** Rejects with the signal's reason, also where it has aborted already. */
export function rejectionOn(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const tell = () => reject(signal.reason);
    signal.aborted ? tell() : signal.addEventListener('abort', tell, { once: true });
  });
}

/** A function's failure is told as text. */
function isBroken(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return brokenConnection.test(`${code} ${messageOf(error)}`) || (cause instanceof Error && isBroken(cause));
}
