import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connections } from '../../../src/shared/throttle/connections.ts';
import { slotPool } from '../../../src/shared/throttle/slot-pool.ts';
import { rejectionOf } from '../../support/caught.ts';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { smallestGap } from '../../support/most-within.ts';
import { plainLimits } from '../../support/rate-history.ts';
import { eventLoopTurn, virtualClock } from '../../support/virtual-clock.ts';

const forever = Number.POSITIVE_INFINITY;

function openPool(mostCalls = 100) {
  const clock = virtualClock({ autoJump: true });
  const timeline = memoryRateSchedule(plainLimits);
  const schedule = timeline.driver(clock);
  const startMs = clock.nowMs();
  const open = connections(mostCalls, clock);
  const pool = slotPool(schedule, open, clock);
  /** Asks for a slot; when it was given, and when it is. */
  const ask = async (withinMs = forever) => {
    const slot = await pool.next(withinMs);
    return slot && { slot, givenMs: clock.nowMs() - startMs, atMs: Math.round(slot.atMs - startMs) };
  };
  const askAll = (count: number) => Promise.all(Array.from({ length: count }, () => ask()));
  return { clock, timeline, schedule, open, pool, ask, askAll };
}

describe('the slots of a batch', () => {
  it('are taken together by all who ask together', async () => {
    const { timeline, askAll } = openPool();
    expect((await askAll(4)).map((given) => given?.atMs)).toEqual([0, 100, 200, 300]);
    expect([timeline.takes, timeline.writes()]).toEqual([[4], 1]);
  });

  it('are taken ten at a time, the next ones shortly before the last one is due', async () => {
    const { timeline, askAll } = openPool();
    const given = await askAll(25);
    expect(timeline.takes).toEqual([10, 10, 5]);
    expect(given.map((one) => one?.atMs)).toEqual(Array.from({ length: 25 }, (_, n) => 100 * n));
    expect([...new Set(given.map((one) => one?.givenMs))]).toEqual([0, 820, 1_820]);
  });

  it('leave no gap in the timeline when a batch needs more than ten', async () => {
    const { askAll } = openPool();
    const slotsMs = (await askAll(40)).map((given) => given?.atMs ?? 0);
    expect(Math.max(...slotsMs)).toBe(3_900);
    expect(smallestGap(slotsMs)).toBe(100);
  });

  it('are no more than there are connections for, as long as calls take', async () => {
    const { timeline, askAll } = openPool(2);
    // Ten slots last 350 ms at the usual distance; two connections carry five calls of 200 ms in that time and 150 ms.
    void askAll(20);
    await eventLoopTurn();
    expect(timeline.takes[0]).toBe(2 + 5);
  });

  it('are waited for until some calls have ended where no connection is free soon', async () => {
    const { clock, open, timeline, ask } = openPool(1);
    // Calls take four seconds: none ends soon.
    for (let n = 0; n < 30; n += 1) {
      const close = await open.acquire(0);
      await clock.sleep(4_000);
      close?.(true);
    }
    await open.acquire(0);
    const given = await Promise.all([ask(), ask(249), ask(5_000)]);
    expect(given.map((one) => one !== undefined)).toEqual([true, false, true]);
    expect(timeline.takes).toEqual([1, 1]);
  });

  it('go to who has asked first, also when others ask while slots are taken', async () => {
    const { clock, ask } = openPool();
    const order: string[] = [];
    const named = async (name: string) => {
      const given = await ask();
      order.push(`${name} ${given?.atMs}`);
    };
    const early = Array.from({ length: 11 }, (_, n) => named(`early ${n}`));
    await clock.sleep(300);
    await Promise.all([...early, named('late')]);
    expect(order.slice(-2)).toEqual(['early 10 1000', 'late 1100']);
  });

  it('are taken again at once after a void: nobody waits for slots that nobody uses', async () => {
    const { pool, clock, timeline } = openPool();
    const all = Array.from({ length: 12 }, () => pool.next(forever));
    await clock.sleep(100);
    (await all[0])?.voidAll();
    await Promise.all(all);
    expect(clock.monotonicMs()).toBe(100);
    expect(timeline.takes).toEqual([10, 2]);
  });

  it('are refused at once to who cannot wait until the next ones are taken, before and after the others', async () => {
    const { clock, ask, pool } = openPool();
    // The next slots are taken at 820 ms.
    const ten = Array.from({ length: 10 }, () => ask());
    const [hasty, patient, other] = [ask(819), ask(2_000), ask()];
    const told = { hastyMs: Number.NaN };
    void hasty.then(() => {
      told.hastyMs = clock.monotonicMs();
    });
    await clock.sleep(200);
    expect([await ask(0), await ask(619)]).toEqual([undefined, undefined]);
    expect(clock.monotonicMs()).toBe(200);
    expect([await hasty, told.hastyMs]).toEqual([undefined, 0]);
    expect([(await patient)?.atMs, (await other)?.atMs]).toEqual([1_000, 1_100]);
    await Promise.all(ten);
    await clock.sleep(1_000);
    expect(await pool.next(0)).toMatchObject({ atMs: clock.nowMs() });
  });

  it('are given to nobody for whom they come too late, whatever the others of a batch can wait', async () => {
    const together = { arbitrary: fc.constant(0), weight: 4 };
    const atMs = fc.oneof(together, { arbitrary: fc.nat(2_000), weight: 1 });
    const anyAsk = fc.record({ atMs, withinMs: fc.nat(3_000) });
    await fc.assert(
      fc.asyncProperty(fc.array(anyAsk, { minLength: 15, maxLength: 40 }), async (asks) => {
        const { clock, pool } = openPool();
        const one = async ({ atMs, withinMs }: (typeof asks)[number]) => {
          await clock.sleep(atMs);
          const askedMs = clock.nowMs();
          const slot = await pool.next(withinMs);
          expect(clock.nowMs() - askedMs).toBeLessThanOrEqual(withinMs);
          expect((slot?.atMs ?? askedMs) - askedMs).toBeLessThanOrEqual(withinMs + 0.01);
        };
        await Promise.all(asks.map(one));
      }),
    );
  });

  it('that were taken together are void together, and no others', async () => {
    const { pool } = openPool();
    const slots = await Promise.all(Array.from({ length: 12 }, () => pool.next(forever)));
    slots[3]?.voidAll();
    expect(slots.map((slot) => slot?.signal.aborted)).toEqual([...Array(10).fill(true), false, false]);
  });

  it('do not come to who cannot wait for them, and none is taken then', async () => {
    const { schedule, ask, timeline } = openPool();
    await schedule.take(10);
    expect(await Promise.all([ask(0), ask(999), ask(-1)])).toEqual([undefined, undefined, undefined]);
    expect(timeline.takes).toEqual([10]);
  });

  it('fail together when none can be taken, and come again afterwards', async () => {
    const { clock, schedule, open } = openPool();
    let takes = 0;
    const take: typeof schedule.take = async (...asked) => {
      takes += 1;
      return takes === 1 ? Promise.reject(new Error('the table is away')) : schedule.take(...asked);
    };
    const pool = slotPool({ ...schedule, take }, open, clock);
    const errors = await Promise.all([1, 2, 3].map(() => rejectionOf(pool.next(forever))));
    expect(new Set(errors.map((error) => (error as Error).message))).toEqual(new Set(['the table is away']));
    expect(await pool.next(forever)).toMatchObject({ atMs: clock.nowMs() });
  });

  it('that cannot be taken fail for those for whom they were, and the others of the batch go on', async () => {
    const { clock, schedule, open } = openPool();
    let takes = 0;
    const take: typeof schedule.take = async (...asked) => {
      takes += 1;
      return takes === 2 ? Promise.reject(new Error('the table is away')) : schedule.take(...asked);
    };
    const pool = slotPool({ ...schedule, take }, open, clock);
    const startMs = clock.nowMs();
    const asked = Array.from({ length: 25 }, () => pool.next(forever));
    const given = await Promise.allSettled(asked);
    expect(given.map(({ status }) => status)).toEqual([
      ...Array(10).fill('fulfilled'),
      ...Array(10).fill('rejected'),
      ...Array(5).fill('fulfilled'),
    ]);
    const slotsMs = given.flatMap((one) => (one.status === 'fulfilled' ? [(one.value?.atMs ?? 0) - startMs] : []));
    expect(slotsMs.map((ms) => Math.round(ms))).toEqual(Array.from({ length: 15 }, (_, n) => 100 * n));
  });

  it('go first to who asks to be the first of those that wait', async () => {
    const { clock, pool, ask } = openPool();
    const batch = Array.from({ length: 25 }, () => ask());
    await clock.sleep(500);
    const startMs = clock.nowMs() - 500;
    const first = await pool.next(forever, true);
    // The ten that were taken at once are gone; it is the next one.
    expect(Math.round((first?.atMs ?? 0) - startMs)).toBe(1_000);
    expect((await Promise.all(batch)).at(-1)?.atMs).toBe(2_500);
  });

  it('are each given once, one for each who asks, whenever they ask', async () => {
    const anyAsks = fc.array(fc.nat(3_000), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(anyAsks, async (asksMs) => {
        const { clock, ask } = openPool();
        const given = asksMs.map(async (ms) => {
          await clock.sleep(ms);
          return (await ask())?.slot.atMs ?? Number.NaN;
        });
        const slotsMs = await Promise.all(given);
        expect(slotsMs).toHaveLength(asksMs.length);
        expect(asksMs.length === 1 || smallestGap(slotsMs) >= 99.99).toBe(true);
      }),
    );
  });
});
