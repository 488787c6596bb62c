/** What an operator does to the shared breaker and the throttles, and what is kept of who did it and why. */
import { type Clock, isoFromMs, latestDateMs } from '../shared/core/clock.ts';
import { PermanentError } from '../shared/core/errors.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { openedMachine } from '../shared/throttle/breaker-machine.ts';
import type { BreakerRecord, BreakerStore } from '../shared/throttle/breaker-record.ts';
import { rateLimitsOf, readerRateLimitsOf } from '../shared/throttle/rate-schedule.ts';
import type { RateScheduleStore } from '../shared/throttle/rate-schedule-store.ts';
import { describeRate, type RateStatus } from './status/describe-rate.ts';

/** A change of the breaker, by whom and why. */
type BreakerChange = { state: BreakerRecord['state']; who: string; why: string };

/** A throttle, and whose calls it limits. */
export type Throttle = { of: string } & RateStatus;

type Schedules = { rate: RateScheduleStore; readerRate: RateScheduleStore };

/** Open by hand means until somebody closes it: the last moment that a date can name. */
const neverMs = latestDateMs;
const whyCharacters = 200;

/**
 * Opens or closes the breaker. Opened by hand it stays open until it is closed by hand: no trial is due.
 * @throws PermanentError `breaker_changed` when a worker changed it at the same moment.
 */
export async function changeBreaker(
  { state, who, why }: BreakerChange,
  store: BreakerStore,
  settings: Pick<Settings, 'breaker'>,
  clock: Clock,
): Promise<BreakerRecord> {
  const seen = await store.read();
  const record: BreakerRecord = {
    state,
    reason: 'by-hand',
    detail: `${who}: ${why.replace(/\p{Cc}/gu, ' ').slice(0, whyCharacters)}`,
    since: isoFromMs(clock.nowMs()),
    retryAtMs: state === 'open' ? neverMs : 0,
    trialUntilMs: 0,
    machine: openedMachine(settings.breaker),
    revision: (seen?.revision ?? 0) + 1,
  };
  if (!(await store.replace(record, seen?.revision ?? 0))) {
    throw new PermanentError(
      'breaker_changed',
      'the breaker was not changed: a worker changed it at the same moment; look at it (`breaker show`) and try again',
    );
  }
  return record;
}

/**
 * Closes the breaker after a rejected token: whoever starts a stack could set another one. A breaker that is open for another reason
 * stays as it is.
 * @returns the breaker as it was; `undefined` when nothing was changed.
 */
export async function releaseRejectedToken(
  store: BreakerStore,
  who: string,
  settings: Pick<Settings, 'breaker'>,
  clock: Clock,
): Promise<BreakerRecord | undefined> {
  const seen = await store.read();
  if (seen?.state !== 'open' || seen.reason !== 'token-rejected') {
    return undefined;
  }
  const why = 'a stack was started again after the token had been rejected';
  await changeBreaker({ state: 'closed', who, why }, store, settings, clock);
  return seen;
}

/** When the next trial is due, ISO 8601 UTC; `null` when none is, because the breaker was opened by hand. */
export function nextTrialAt({ retryAtMs }: BreakerRecord): string | null {
  return retryAtMs === neverMs ? null : isoFromMs(retryAtMs);
}

/** Everybody's throttle, and the readers' own where they have one. */
export function readThrottles(schedules: Schedules, settings: Settings, clock: Clock): Promise<Throttle[]> {
  return Promise.all(
    throttlesOf(schedules, settings).map(async ({ of, schedule, limits }) => ({
      of,
      ...describeRate(await schedule.read(), limits, clock.nowMs()),
    })),
  );
}

/** Resets these throttles: they forget the pause, and everything that was learnt. Says how each was before. */
export async function resetThrottles(schedules: Schedules, settings: Settings, clock: Clock): Promise<Throttle[]> {
  const before = await readThrottles(schedules, settings, clock);
  for (const { schedule } of throttlesOf(schedules, settings)) {
    await schedule.forgetThrottles();
  }
  return before;
}

function throttlesOf({ rate, readerRate }: Schedules, settings: Settings) {
  const ofReaders = readerRateLimitsOf(settings);
  return [
    { of: 'all calls', schedule: rate, limits: rateLimitsOf(settings) },
    ...(ofReaders.requestsPerSecond > 0 ? [{ of: 'calls of readers', schedule: readerRate, limits: ofReaders }] : []),
  ];
}
