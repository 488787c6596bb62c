import { RetryableError } from '../shared/core/errors.ts';

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
