import { describe, expect, it } from 'vitest';
import {
  changeBreaker,
  nextTrialAt,
  readThrottles,
  releaseRejectedToken,
  resetThrottles,
} from '../../src/operator/breaker-by-hand.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { BreakerRecord } from '../../src/shared/throttle/breaker-record.ts';
import { idleRateState, rateLimitsOf } from '../../src/shared/throttle/rate-schedule.ts';
import { memoryBreakerStore } from '../support/memory-breaker-store.ts';
import { memoryRateSchedule } from '../support/memory-rate-schedule.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const byHand = { who: 'ada', why: 'TMDB asked us to\nstop' };

/** A store in which a worker has opened the breaker for this reason. */
async function openedFor(reason: BreakerRecord['reason']) {
  const [store, clock] = [memoryBreakerStore(), virtualClock()];
  const opened = await changeBreaker({ state: 'open', ...byHand }, memoryBreakerStore(), defaultSettings, clock);
  await store.replace({ ...opened, reason, detail: 'HTTP 401' }, 0);
  return { store, clock };
}

describe('the breaker by hand', () => {
  it('is opened with who and why, until it is closed by hand', async () => {
    const [store, clock] = [memoryBreakerStore(), virtualClock()];
    const opened = await changeBreaker({ state: 'open', ...byHand }, store, defaultSettings, clock);
    expect(opened).toMatchObject({
      state: 'open',
      reason: 'by-hand',
      detail: 'ada: TMDB asked us to stop',
      revision: 1,
    });
    expect(nextTrialAt(opened)).toBeNull();
    const closed = await changeBreaker({ state: 'closed', ...byHand }, store, defaultSettings, clock);
    expect(closed).toMatchObject({ state: 'closed', revision: 2 });
    expect(store.stored).toEqual([opened, closed]);
  });

  it('is not changed when a worker changes it at the same moment', async () => {
    const store = { read: async () => undefined, replace: async () => false };
    const changing = changeBreaker({ state: 'closed', ...byHand }, store, defaultSettings, virtualClock());
    await expect(changing).rejects.toMatchObject({
      code: 'breaker_changed',
      message: expect.stringMatching(/try again$/),
    });
  });

  it('is closed by a start after a rejected token', async () => {
    const { store, clock } = await openedFor('token-rejected');
    expect(await releaseRejectedToken(store, 'ada', defaultSettings, clock)).toMatchObject({ detail: 'HTTP 401' });
    expect(store.now()).toMatchObject({ state: 'closed', reason: 'by-hand' });
  });

  it.each(['failures', 'by-hand'] as const)('that is open for %s stays open at a start', async (reason) => {
    const { store, clock } = await openedFor(reason);
    expect(await releaseRejectedToken(store, 'ada', defaultSettings, clock)).toBeUndefined();
    expect(store.now()).toMatchObject({ state: 'open', reason });
  });
});

describe('throttles', () => {
  it('are told, and forget everything when they are reset', async () => {
    const clock = virtualClock();
    const limits = rateLimitsOf(defaultSettings);
    const [rate, readerRate] = [memoryRateSchedule(limits), memoryRateSchedule(limits)];
    await clock.advance(60_000);
    const refusal = { outcome: 'refused', slotMs: clock.nowMs(), ratePerSecond: 30 } as const;
    await rate.driver(clock).answered({ ...refusal, retryAfterMs: 30_000, namedLimit: 20 });
    const stores = { rate: rate.driver(clock), readerRate: readerRate.driver(clock) };
    const [all, ofReaders] = await readThrottles(stores, defaultSettings, clock);
    expect(all).toMatchObject({ of: 'all calls', ceilingPerSecond: 20, answers: 1, refusals: 1, waitSeconds: 30 });
    expect(all?.pausedUntil).not.toBeNull();
    expect(ofReaders).toMatchObject({ of: 'calls of readers', configuredPerSecond: 1.25 });
    expect(await resetThrottles(stores, defaultSettings, clock)).toEqual([all, ofReaders]);
    const { endsMs: _taken, ...left } = await stores.rate.read();
    const { endsMs: _none, ...nothing } = idleRateState;
    expect(left).toEqual({ ...nothing, alarmAtMs: expect.any(Number) });
    expect(await readThrottles(stores, defaultSettings, clock)).toMatchObject([
      { perSecond: 30, ceilingPerSecond: null, answers: 0, pausedUntil: null },
      { perSecond: 1.25 },
    ]);
  });
});
