import { describe, expect, it } from 'vitest';
import { type Clock, hourMs } from '../../src/shared/core/clock.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { eventLoopTurn, virtualClock } from './virtual-clock.ts';

const clocks: [string, () => Clock][] = [
  ['the machine’s clock', () => systemClock],
  ['the virtual clock', () => virtualClock()],
];

describe.each(clocks)('clock port: %s', (_name, make) => {
  it('ends a sleep at once when the signal aborts, without rejecting', async () => {
    const controller = new AbortController();
    const asleep = make().sleep(hourMs, controller.signal);
    controller.abort();
    await expect(asleep).resolves.toBeUndefined();
  });

  it('does not fall asleep when the signal has aborted already', async () => {
    await expect(make().sleep(hourMs, AbortSignal.abort())).resolves.toBeUndefined();
  });

  it('tells epoch milliseconds, and a monotonic time that does not go back', () => {
    const clock = make();
    const first = clock.monotonicMs();
    expect(clock.nowMs()).toBeGreaterThan(Date.UTC(2020, 0, 1));
    expect(Number.isInteger(clock.nowMs())).toBe(true);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(first);
  });
});

describe('virtual clock', () => {
  it('wakes sleepers in order of their time, each at its own moment', async () => {
    const clock = virtualClock({ startMs: 1_000_000 });
    const woken: [string, number, number][] = [];
    const sleepFor = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push([name, clock.monotonicMs(), clock.nowMs()]);
    };
    void sleepFor('late', 30);
    void sleepFor('early', 10);
    void sleepFor('early too', 10);
    await clock.advance(9);
    expect(woken).toEqual([]);
    await clock.advance(21);
    expect(woken).toEqual([
      ['early', 10, 1_000_010],
      ['early too', 10, 1_000_010],
      ['late', 30, 1_000_030],
    ]);
  });

  it('lets a sleeper that wakes within one advance sleep again in it', async () => {
    const clock = virtualClock();
    const ticks: number[] = [];
    void (async () => {
      for (let n = 0; n < 3; n += 1) {
        await clock.sleep(10);
        ticks.push(clock.monotonicMs());
      }
    })();
    await clock.advance(25);
    expect(ticks).toEqual([10, 20]);
  });

  it('sets the wall clock back and skews it while the monotonic clock goes on', async () => {
    const clock = virtualClock({ startMs: 1_000_000 });
    await clock.advance(100);
    clock.jumpWallClock(-5_000);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([995_100, 100]);
    clock.setWallRate(1.5);
    await clock.advance(1_000);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([996_600, 1_100]);
  });

  it('jumps by itself from sleeper to sleeper when asked to', async () => {
    const clock = virtualClock({ autoJump: true });
    await Promise.all([clock.sleep(hourMs), clock.sleep(2 * hourMs).then(() => clock.sleep(hourMs))]);
    expect(clock.monotonicMs()).toBe(3 * hourMs);
    await clock.sleep(1);
    expect(clock.monotonicMs()).toBe(3 * hourMs + 1);
  });

  it('does not jump while something else is under way', async () => {
    let busy = true;
    const clock = virtualClock({ autoJump: true, isBusy: () => busy });
    const asleep = clock.sleep(hourMs);
    for (let turn = 0; turn < 10; turn += 1) {
      await eventLoopTurn();
    }
    expect(clock.sleeperCount()).toBe(1);
    busy = false;
    await asleep;
    expect(clock.monotonicMs()).toBe(hourMs);
  });
});
