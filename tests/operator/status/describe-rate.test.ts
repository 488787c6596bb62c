import { describe, expect, it } from 'vitest';
import { rateText } from '../../../src/cli/format-rate.ts';
import { describeRate } from '../../../src/operator/status/describe-rate.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import {
  idleRateState,
  type RateState,
  rateLimitsOf,
  readerRateLimitsOf,
} from '../../../src/shared/throttle/rate-schedule.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);
const rateAfter = (state: Partial<RateState>, limits = rateLimitsOf(defaultSettings)) =>
  describeRate({ ...idleRateState, ...state }, limits, nowMs);
/** Three in ten of 1,000 calls were refused; the last alarm was two seconds ago. */
const learnt = {
  ceiling: 9,
  alarmAtMs: nowMs - 2_000,
  holdMs: 15_000,
  noiseCalls: 200,
  noiseRefusals: 4.7,
  answers: 1_000,
  refusals: 300,
};

describe('the throttle in `status`', () => {
  it('is only its rate while nobody waits and TMDB has answered nothing', () => {
    const rate = rateAfter({});
    expect(rate).toEqual({
      configuredPerSecond: 30,
      perSecond: 30,
      ceilingPerSecond: null,
      noiseShare: 0.015,
      answers: 0,
      refusals: 0,
      pausedUntil: null,
      busyUntil: null,
      waitSeconds: 0,
      wrongClock: false,
    });
    expect(rateText(rate)).toBe('30 of 30 calls a second');
  });

  it('says what was learnt: ceiling, noise and refusals', () => {
    const rate = rateAfter(learnt);
    expect(rate).toMatchObject({
      perSecond: 8.73,
      ceilingPerSecond: 9,
      noiseShare: 0.024,
      answers: 1_000,
      refusals: 300,
    });
    expect(rateText(rate)).toBe(
      '8.73 of 30 calls a second, below the ceiling of 9, noise 2.4%, 300 of 1000 answers refused',
    );
  });

  it('says when the rate has risen above the ceiling', () => {
    const probing = rateAfter({ ...learnt, alarmAtMs: nowMs - 25_000 });
    expect(rateText(probing)).toContain('12.23 of 30 calls a second, above the ceiling of 9');
  });

  it('is never above what is configured, as told', () => {
    const rate = rateAfter({}, readerRateLimitsOf(defaultSettings));
    expect(rateText(rate)).toBe('1.25 of 1.25 calls a second');
  });

  it('says nothing of the moment that a call waits while others are made', () => {
    const rate = rateAfter({ endsMs: [nowMs + 330] });
    expect(rate).toMatchObject({ busyUntil: '2026-11-23T08:00:00.330Z', waitSeconds: 0.3 });
    expect(rateText(rate)).toBe('30 of 30 calls a second');
  });

  it('says how long a call waits, and for what', () => {
    const rate = rateAfter({ endsMs: [nowMs + 30_000, nowMs + 20_040], pausedUntilMs: nowMs + 20_000 });
    expect(rateText(rate)).toBe(
      '30 of 30 calls a second, paused until 2026-11-23T08:00:20.000Z, slots are taken until 2026-11-23T08:00:20.040Z: a call waits 20 s',
    );
  });

  it.each([nowMs + 86_400_000, 1e21])(
    'says of a time that no batch can have put there that it mends itself: %d',
    (endMs) => {
      const rate = rateAfter({ endsMs: [endMs] });
      expect(rate.wrongClock).toBe(true);
      expect(rateText(rate)).toContain('a clock that was wrong: mends itself within a minute');
    },
  );
});
