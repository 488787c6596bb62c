import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs } from '../../../src/shared/core/clock.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { doubtMs, tooFarAhead, unthrottled, withoutDoubt } from '../../../src/shared/throttle/rate-doubt.ts';
import { rateAt } from '../../../src/shared/throttle/rate-rule.ts';
import {
  afterAnswers,
  idleRateState,
  nextSlotMs,
  type RateLimits,
  type RateState,
  rateLimitsOf,
  readerRateLimitsOf,
  takeSlots,
} from '../../../src/shared/throttle/rate-schedule.ts';
import { answerOf, anyHistory, plainLimits, type RateStep } from '../../support/rate-history.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);
const anyTimeMs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: nowMs - 2 * dayMs, max: nowMs + 2 * dayMs }),
  fc.double({ min: 0, max: 1e21, noNaN: true }),
);
const anyState: fc.Arbitrary<RateState> = fc
  .record({
    endsMs: fc.array(anyTimeMs, { minLength: 1, maxLength: 4 }),
    alarmAtMs: anyTimeMs,
    ceiling: fc.integer({ min: 0, max: 40 }),
    pausedUntilMs: anyTimeMs,
  })
  .map((members) => ({ ...idleRateState, ...members }));

/** `ms`, or `otherwiseMs` if it is further ahead than any batch can put it. */
const unlessAhead = (ms: number, otherwiseMs: number) => (ms > nowMs + plainLimits.aheadCapMs ? otherwiseMs : ms);

/** The state once what is too far ahead in it has been doubted for long enough, at `nowMs`. */
function repaired(state: RateState): RateState | undefined {
  const doubtedMs = tooFarAhead(state, nowMs, plainLimits) ?? 0;
  const judged = withoutDoubt({ ...state, doubtedMs, doubtedAtMs: nowMs - doubtMs }, nowMs, plainLimits);
  return judged?.isUsable ? judged.state : undefined;
}

/** The schedule after each step of workers whose clocks are two seconds apart, and who wait for 50 s at the most. */
function played(steps: readonly RateStep[], limits: RateLimits): { state: RateState; atMs: number }[] {
  let state: RateState = idleRateState;
  let atMs = nowMs;
  return steps.map((step) => {
    if (step.kind === 'idle') {
      atMs += step.ms;
      return { state, atMs };
    }
    const ownMs = atMs + ([0, 2_000, -2_000][step.by] ?? 0);
    if (step.kind === 'answer') {
      state = afterAnswers(state, [answerOf(step, ownMs)], ownMs, limits);
    } else if (nextSlotMs(state, ownMs) - ownMs <= 50_000) {
      state = takeSlots(state, step.count, ownMs, limits).state;
    }
    return { state, atMs };
  });
}

describe('a time of the schedule that is too far ahead', () => {
  it('is none that batches and throttles have put there, whatever they did, with clocks two seconds apart', () => {
    const limits = rateLimitsOf(defaultSettings);
    fc.assert(
      fc.property(anyHistory(40), (steps) => {
        for (const { state, atMs } of played(steps, limits)) {
          for (const skewMs of [0, 2_000, -2_000]) {
            expect(tooFarAhead(state, atMs + skewMs, limits)).toBeUndefined();
          }
        }
      }),
    );
  });

  it('is brought back to where calls may be made at once; what is not too far ahead stays', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const after = repaired(state) ?? idleRateState;
        expect(tooFarAhead(after, nowMs, plainLimits)).toBeUndefined();
        expect(after.alarmAtMs).toBe(unlessAhead(state.alarmAtMs, nowMs));
        expect(after.pausedUntilMs).toBe(unlessAhead(state.pausedUntilMs, 0));
        const presentMs = Math.max(nowMs, after.pausedUntilMs);
        expect(after.endsMs).toEqual(state.endsMs.map((endMs) => unlessAhead(endMs, presentMs)));
        expect(after.ceiling).toBe(state.ceiling);
        expect(withoutDoubt(after, nowMs, plainLimits)).toEqual({ isUsable: true, state: after });
      }),
    );
  });

  it('is noted, waited for and repaired in this order', () => {
    const state = { ...idleRateState, endsMs: [nowMs + dayMs] };
    const noted = { ...state, doubtedMs: nowMs + dayMs, doubtedAtMs: nowMs };
    const judged = (one: RateState, atMs = nowMs) => withoutDoubt(one, atMs, plainLimits);
    expect(judged(state)).toEqual({ isUsable: false, state: noted });
    expect(judged(noted)).toBeUndefined();
    expect(judged(noted, nowMs + doubtMs - 1)).toBeUndefined();
    expect(judged(noted, nowMs + doubtMs)).toMatchObject({ isUsable: true, state: { endsMs: [nowMs + doubtMs] } });
    const moved = { ...noted, endsMs: [nowMs + dayMs + 1] };
    expect(judged(moved, nowMs + doubtMs), 'it has moved').toMatchObject({
      isUsable: false,
      state: { doubtedMs: nowMs + dayMs + 1, doubtedAtMs: nowMs + doubtMs },
    });
    expect(judged(noted, nowMs - dayMs), 'noted by a clock that is ahead').toMatchObject({ isUsable: false });
    expect(doubtMs).toBeLessThan(30_000);
  });

  it('leaves no doubt behind once it is repaired', () => {
    const { doubtedMs, doubtedAtMs } = repaired({ ...idleRateState, pausedUntilMs: nowMs + dayMs }) ?? {};
    expect([doubtedMs, doubtedAtMs]).toEqual([0, 0]);
  });

  it('is not left by an operator who resets the throttle, and a plausible end is', () => {
    const aheadMs = nowMs + dayMs;
    const wrong = {
      ...idleRateState,
      ...{ endsMs: [aheadMs], pausedUntilMs: aheadMs, alarmAtMs: aheadMs, ceiling: 2, answers: 7, refusals: 5 },
    };
    expect(unthrottled(wrong, nowMs, plainLimits)).toEqual({ ...idleRateState, endsMs: [nowMs] });
    const endMs = nowMs + 7_000;
    expect(unthrottled({ ...wrong, endsMs: [endMs] }, nowMs, plainLimits).endsMs).toEqual([endMs]);
    expect(rateAt(unthrottled(wrong, nowMs, plainLimits), nowMs, plainLimits)).toBe(10);
    const plausible = { ...wrong, alarmAtMs: nowMs - 5_000 };
    // Slots that were taken remain valid: they carry the alarm.
    expect(unthrottled(plausible, nowMs, plainLimits).alarmAtMs).toBe(nowMs - 5_000);
  });
});

describe('the limits of a schedule', () => {
  it('leave room for what may be taken at once, in each lane and at the lowest rate, and a few minutes by default', () => {
    const { aheadCapMs } = rateLimitsOf(defaultSettings);
    expect(aheadCapMs).toBeGreaterThan(60_000);
    expect(aheadCapMs).toBeLessThan(300_000);
    const slow = rateLimitsOf({ ...defaultSettings, rate: { ...defaultSettings.rate, floorPerSecond: 0.01 } });
    // Ten slots of a hundred seconds.
    expect(slow.aheadCapMs).toBeGreaterThan(1_000_000);
  });

  it('have a floor within the rate', () => {
    expect(rateLimitsOf(defaultSettings, 0.5)).toMatchObject({ requestsPerSecond: 0.5, floorPerSecond: 0.5 });
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [8, 4],
    [16, 8],
  ])('have for %i workers %i lanes: two workers share one', (maximumConcurrency, lanes) => {
    const settings = { ...defaultSettings, worker: { ...defaultSettings.worker, maximumConcurrency } };
    expect(rateLimitsOf(settings).lanes).toBe(lanes);
  });

  it.each([
    [40, 1],
    [38, 2],
    [34, 6],
    [30, 8],
    [5, 2],
    [1, 1],
    [0.1, 1],
  ])(
    'have at %d of 40 calls a second at most %i lanes: all at once are within the rate and what TMDB admits beside it',
    (requestsPerSecond, lanes) => {
      const settings = { ...defaultSettings, worker: { ...defaultSettings.worker, maximumConcurrency: 16 } };
      expect(rateLimitsOf(settings, requestsPerSecond).lanes).toBe(lanes);
    },
  );

  it('never put the limit below the rate', () => {
    expect(rateLimitsOf(defaultSettings).limitPerSecond).toBe(40);
    expect(rateLimitsOf(defaultSettings, 45).limitPerSecond).toBe(45);
  });
});

describe('the limits of the readers’ schedule', () => {
  const limitsWith = (live: Partial<typeof defaultSettings.reader.live>) =>
    readerRateLimitsOf({
      ...defaultSettings,
      reader: { ...defaultSettings.reader, live: { ...defaultSettings.reader.live, ...live } },
    });

  it('are their share of the rate', () => {
    expect(limitsWith({ rateShare: 0.01 })).toMatchObject({ requestsPerSecond: 0.3, floorPerSecond: 0.3, lanes: 1 });
    expect(limitsWith({ rateShare: 0 }).requestsPerSecond).toBe(0);
  });

  it('are no more calls than their connections carry when each call takes its longest', () => {
    // A call holds its connection for at most its wait, a slot used late and its time-out: 1 + 0.2 + 2.8 s.
    const longest = { waitMs: 1_000, timeoutMs: 2_800, rateShare: 1 };
    expect(limitsWith({ ...longest, connections: 4 }).requestsPerSecond).toBeCloseTo(1, 6);
    expect(limitsWith({ ...longest, connections: 20 }).requestsPerSecond).toBeCloseTo(5, 6);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat({ max: 5_000 }), (connections, waitMs) => {
        const { requestsPerSecond } = limitsWith({ connections, waitMs, rateShare: 1 });
        const underWay = (requestsPerSecond * (waitMs + 200 + defaultSettings.reader.live.timeoutMs)) / 1_000;
        expect(underWay).toBeLessThanOrEqual(connections + 1e-9);
      }),
    );
  });
});
