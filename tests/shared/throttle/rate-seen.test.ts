import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { rateLimitsOf } from '../../../src/shared/throttle/rate-schedule.ts';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

function worker() {
  const calls: string[] = [];
  const clock = virtualClock({ autoJump: true });
  const timeline = memoryRateSchedule(rateLimitsOf(defaultSettings), async (call, act) => {
    calls.push(call);
    return act();
  });
  return { calls, clock, timeline, schedule: timeline.driver(clock) };
}

describe('the rate as a worker has seen it', () => {
  it('is unknown before the first read', () => {
    expect(worker().schedule.seen()).toBeUndefined();
  });

  it('includes the answers that are not stored yet, and costs no read', async () => {
    const { calls, clock, timeline, schedule } = worker();
    await schedule.take(3);
    const asked = calls.length;
    const call = { slotMs: clock.nowMs(), ratePerSecond: 30 };
    await schedule.answered({ ...call, outcome: 'answered' });
    await schedule.answered({ ...call, outcome: 'refused' });
    expect(schedule.seen()).toMatchObject({ configuredPerSecond: 30, perSecond: 30, answers: 2, refusals: 1 });
    expect(calls).toHaveLength(asked);
    expect(timeline.state()).toMatchObject({ answers: 0 });
  });

  it('has the ceiling that another worker found, after the next read', async () => {
    const { clock, timeline, schedule } = worker();
    await schedule.take(1);
    const refusal = { slotMs: clock.nowMs(), ratePerSecond: 30, outcome: 'refused' } as const;
    await timeline.driver(clock).answered({ ...refusal, namedLimit: 20 });
    expect(schedule.seen()).toMatchObject({ ceilingPerSecond: null });
    await schedule.read();
    expect(schedule.seen()).toMatchObject({ ceilingPerSecond: 20, perSecond: 14, refusals: 1 });
  });
});
