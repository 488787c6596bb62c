import { describe, expect, it } from 'vitest';
import { rateText } from '../../../src/cli/format-overviews.ts';
import { describeRate } from '../../../src/operator/status/describe-rate.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { rateLimitsOf } from '../../../src/shared/throttle/rate-schedule.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);
const limits = rateLimitsOf(defaultSettings);
const idle = { nextSlotMs: 0, slowRate: 0, slowSinceMs: 0, pausedUntilMs: 0 };

describe('the throttle in `status`', () => {
  it('is only its rate while nobody waits', () => {
    const rate = describeRate(idle, limits, nowMs);
    expect(rate).toEqual({
      perSecond: 30,
      limitPerSecond: 30,
      pausedUntil: null,
      busyUntil: null,
      waitSeconds: 0,
      wrongClock: false,
    });
    expect(rateText(rate)).toBe('30 of 30 calls a second');
  });

  it('says nothing of the moment that a call waits while others are made', () => {
    const rate = describeRate({ ...idle, nextSlotMs: nowMs + 330 }, limits, nowMs);
    expect(rate).toMatchObject({ busyUntil: '2026-11-23T08:00:00.330Z', waitSeconds: 0.3 });
    expect(rateText(rate)).toBe('30 of 30 calls a second');
  });

  it('says how long a call waits, and for what', () => {
    const state = { nextSlotMs: nowMs + 20_040, slowRate: 15, slowSinceMs: nowMs, pausedUntilMs: nowMs + 20_000 };
    expect(rateText(describeRate(state, limits, nowMs))).toBe(
      '15 of 30 calls a second, paused until 2026-11-23T08:00:20.000Z, slots are taken until 2026-11-23T08:00:20.040Z: a call waits 20 s',
    );
  });

  it.each([nowMs + 86_400_000, 1e21])(
    'says of a time that no batch can have put there that it mends itself: %d',
    (nextSlotMs) => {
      const rate = describeRate({ ...idle, nextSlotMs }, limits, nowMs);
      expect(rate.wrongClock).toBe(true);
      expect(rateText(rate)).toContain('a clock that was wrong: mends itself within a minute');
    },
  );
});
