import { type AwsFailure, awsFailure, failureSentence } from '../shared/core/aws-failure.ts';
import type { Clock } from '../shared/core/clock.ts';
import { RetryableError } from '../shared/core/errors.ts';

/** A table that keeps its readers waiting no longer than they can bear. */
export type TableGuard = {
  /** Runs one read. @throws TableUnavailableError when it fails, takes too long, or was not tried. */
  read<T>(act: () => Promise<T>): Promise<T>;
  /** Whether the last read failed. */
  isFailing(): boolean;
};

/** A read of the table that brought nothing, and why. */
export class TableUnavailableError extends RetryableError {
  readonly failure: AwsFailure;

  constructor(detail: string, failure: AwsFailure, options?: ErrorOptions) {
    super('table_unavailable', detail, options);
    this.failure = failure;
  }
}

/** So many failures in a row, and the table is left alone for a while. */
const failuresToRest = 3;

/** Whether nothing but somebody's hand ends it: such a failure is not waited out. */
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

/** A read that is given up was never answered: the error that is looked up here is that of the AWS SDK. */
const timedOut = awsFailure({ name: 'TimeoutError' });

/**
 * @param timeoutMs - a read that takes longer counts as failed; its answer is lost.
 * @param restMs - after three failures in a row nothing is read for so long: every reader would only wait.
 * @param onUnreadable - told once, when the table cannot be read at all, and again when that comes back after a read that worked.
 */
export function tableGuard(
  timeoutMs: number,
  restMs: number,
  clock: Clock,
  onUnreadable: (failure: AwsFailure) => void = () => undefined,
): TableGuard {
  const state = { failures: 0, restUntilMs: Number.NEGATIVE_INFINITY, isProven: false, isTold: false };
  let last: AwsFailure = awsFailure(undefined);
  /** One failure is enough where no read has worked before, or no read can; else it takes as many as for a rest. */
  const tell = (failure: AwsFailure, isFinal: boolean): void => {
    const isCertain = isFinal && (!state.isProven || lasting.has(failure.code));
    if (!state.isTold && (isCertain || state.failures >= failuresToRest)) {
      state.isTold = true;
      onUnreadable(failure);
    }
  };
  const fail = (detail: string, failure: AwsFailure, isFinal: boolean, cause?: unknown): never => {
    last = failure;
    state.failures += 1;
    if (state.failures >= failuresToRest) {
      state.restUntilMs = clock.monotonicMs() + restMs;
    }
    tell(failure, isFinal);
    throw new TableUnavailableError(detail, failure, { cause });
  };
  /** What a read that took too long fails with in the end tells more than that it was late: looking for credentials takes a second. */
  const learn = (error: unknown): void => {
    if (state.failures > 0) {
      last = awsFailure(error);
      tell(last, true);
    }
  };
  return {
    isFailing: () => state.failures > 0,
    read: async (act) => {
      if (clock.monotonicMs() < state.restUntilMs) {
        const why = `the table has failed repeatedly and is left alone for a moment: ${failureSentence(last)}`;
        throw new TableUnavailableError(why, last);
      }
      const outcome = await raced(act, timeoutMs, clock);
      if (outcome.kind === 'read') {
        Object.assign(state, { failures: 0, isProven: true, isTold: false });
        return outcome.value;
      }
      if (outcome.kind === 'late') {
        outcome.reading.catch(learn);
        return fail(`the table has not answered within ${timeoutMs} ms`, timedOut, false);
      }
      const failure = awsFailure(outcome.error);
      return fail(`the table cannot be read: ${failureSentence(failure)}`, failure, true, outcome.error);
    },
  };
}

type Raced<T> = { kind: 'read'; value: T } | { kind: 'failed'; error: unknown } | { kind: 'late'; reading: Promise<T> };

async function raced<T>(act: () => Promise<T>, timeoutMs: number, clock: Clock): Promise<Raced<T>> {
  const done = new AbortController();
  const reading = (async () => act())();
  const late: Raced<T> = { kind: 'late', reading };
  const read = reading.then(
    (value): Raced<T> => ({ kind: 'read', value }),
    (error: unknown): Raced<T> => ({ kind: 'failed', error }),
  );
  try {
    return await Promise.race([read, clock.sleep(timeoutMs, done.signal).then(() => late)]);
  } finally {
    done.abort();
  }
}
