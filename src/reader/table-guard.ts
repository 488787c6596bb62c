import { type AwsFailure, awsFailure, failureSentence } from '../shared/core/aws-failure.ts';
import { type Clock, within } from '../shared/core/clock.ts';
import { RetryableError } from '../shared/core/errors.ts';

/** Bounds how long reads of the table take, and stops reading for a while when it keeps failing. */
export type TableGuard = {
  /** Runs one read. @throws TableUnavailableError when it fails, takes too long, or was not tried. */
  read<T>(act: () => Promise<T>): Promise<T>;
  /** Whether the last read failed. */
  isFailing(): boolean;
};

/** A read of the table that failed, and why. */
export class TableUnavailableError extends RetryableError {
  readonly failure: AwsFailure;

  constructor(detail: string, failure: AwsFailure, options?: ErrorOptions) {
    super('table_unavailable', detail, options);
    this.failure = failure;
  }
}

/** After this many failures in a row the table is not read for a while. */
const failuresToRest = 3;

/** Codes of failures that only a person can end. */
const lasting: ReadonlySet<string> = new Set([
  'credentials_missing',
  'credentials_expired',
  'credentials_refused',
  'region_missing',
  'access_denied',
  'no_such_table',
  'no_such_index',
  'certificate_untrusted',
]);

/** The failure of a read that was given up: the same as for the time-out of the AWS SDK. */
const timedOut = awsFailure({ name: 'TimeoutError' });

type GuardState = {
  /** In a row. */
  failures: number;
  restUntilMs: number;
  /** Whether a read has ever worked. */
  isProven: boolean;
  isReported: boolean;
  last: AwsFailure;
};

/**
 * The guard of one process.
 * @param timeoutMs - a read that takes longer counts as failed, and its answer is discarded.
 * @param restMs - how long nothing is read after three failures in a row, since every read would only wait.
 * @param onUnreadable - is told once that the table cannot be read at all, and again when that recurs after a read that worked. Default:
 * nobody is told.
 */
export function tableGuard(
  timeoutMs: number,
  restMs: number,
  clock: Clock,
  onUnreadable: (failure: AwsFailure) => void = () => undefined,
): TableGuard {
  const state = newState();
  const fail = (detail: string, failure: AwsFailure, isFinal: boolean, cause?: unknown): never => {
    countFailure(state, failure, clock.monotonicMs() + restMs);
    report(state, isFinal, onUnreadable);
    throw new TableUnavailableError(detail, failure, { cause });
  };
  /** The error of a read that was given up tells more than the time-out: looking for credentials takes a second, for example. */
  const onLateFailure = (error: unknown): void => {
    if (state.failures > 0) {
      state.last = awsFailure(error);
      report(state, true, onUnreadable);
    }
  };
  return {
    isFailing: () => state.failures > 0,
    read: async (act) => {
      if (clock.monotonicMs() < state.restUntilMs) {
        const why = `the table has failed repeatedly and is left alone for a moment: ${failureSentence(state.last)}`;
        throw new TableUnavailableError(why, state.last);
      }
      const outcome = await raced(act, timeoutMs, clock);
      if (outcome.kind === 'read') {
        Object.assign(state, { failures: 0, isProven: true, isReported: false });
        return outcome.value;
      }
      if (outcome.kind === 'late') {
        outcome.reading.catch(onLateFailure);
        return fail(`the table has not answered within ${timeoutMs} ms`, timedOut, false);
      }
      const failure = awsFailure(outcome.error);
      return fail(`the table cannot be read: ${failureSentence(failure)}`, failure, true, outcome.error);
    },
  };
}

function newState(): GuardState {
  const restUntilMs = Number.NEGATIVE_INFINITY;
  return { failures: 0, restUntilMs, isProven: false, isReported: false, last: awsFailure(undefined) };
}

function countFailure(state: GuardState, failure: AwsFailure, restUntilMs: number): void {
  state.last = failure;
  state.failures += 1;
  if (state.failures >= failuresToRest) {
    state.restUntilMs = restUntilMs;
  }
}

/**
 * Reports the last failure, unless one was reported since the last read that worked. One failure is enough where no read has worked
 * before, or where only a person can end it; otherwise it takes as many as for a rest. `isFinal`: it is the error of the read itself.
 */
function report(state: GuardState, isFinal: boolean, onUnreadable: (failure: AwsFailure) => void): void {
  const isCertain = isFinal && (!state.isProven || lasting.has(state.last.code));
  if (!state.isReported && (isCertain || state.failures >= failuresToRest)) {
    state.isReported = true;
    onUnreadable(state.last);
  }
}

type Raced<T> = { kind: 'read'; value: T } | { kind: 'failed'; error: unknown } | { kind: 'late'; reading: Promise<T> };

async function raced<T>(act: () => Promise<T>, timeoutMs: number, clock: Clock): Promise<Raced<T>> {
  const reading = (async () => act())();
  const late: Raced<T> = { kind: 'late', reading };
  const read = reading.then(
    (value): Raced<T> => ({ kind: 'read', value }),
    (error: unknown): Raced<T> => ({ kind: 'failed', error }),
  );
  return within(timeoutMs, read, late, clock);
}
