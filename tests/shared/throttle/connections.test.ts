import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connections } from '../../../src/shared/throttle/connections.ts';
import { eventLoopTurn, virtualClock } from '../../support/virtual-clock.ts';

const forever = Number.POSITIVE_INFINITY;

describe('connections', () => {
  it('are opened at once while some are free', async () => {
    const open = connections(2, virtualClock());
    expect(await open.acquire(0)).toBeTypeOf('function');
    expect(await open.acquire(-5)).toBeTypeOf('function');
    expect(await open.acquire(0)).toBeUndefined();
  });

  it('go to who has waited longest', async () => {
    const clock = virtualClock();
    const open = connections(1, clock);
    const close = await open.acquire(0);
    const order: number[] = [];
    for (const n of [1, 2, 3]) {
      void open.acquire(forever).then((free) => {
        order.push(n);
        free?.(true);
      });
    }
    await eventLoopTurn();
    expect(order).toEqual([]);
    close?.(true);
    await eventLoopTurn();
    expect(order).toEqual([1, 2, 3]);
  });

  it('are given to nobody else between a close and the turn of who waits', async () => {
    const open = connections(1, virtualClock());
    const close = await open.acquire(0);
    const waiting = open.acquire(forever);
    await eventLoopTurn();
    close?.(true);
    expect(await open.acquire(0)).toBeUndefined();
    expect(await waiting).toBeTypeOf('function');
  });

  it('are not waited for longer than allowed, and who has left gets none', async () => {
    const clock = virtualClock();
    const open = connections(1, clock);
    const close = await open.acquire(0);
    const [impatient, patient] = [open.acquire(100), open.acquire(forever)];
    await clock.advance(100);
    expect(await impatient).toBeUndefined();
    close?.(true);
    expect(await patient).toBeTypeOf('function');
    expect(clock.sleeperCount()).toBe(0);
  });

  it('have room for those that are free, and for calls that end soon if they last as long as lately', async () => {
    const clock = virtualClock({ autoJump: true });
    const open = connections(4, clock);
    // Calls are expected to take 200 ms at first.
    expect([open.room(0), open.room(199), open.room(100), open.room(500)]).toEqual([4, 4 + 3, 4 + 2, 4 + 10]);
    const closes = await Promise.all([1, 2, 3, 4].map(() => open.acquire(0)));
    expect([open.room(0), open.room(100)]).toEqual([0, 2]);
    void open.acquire(forever);
    expect(open.room(0)).toBe(0);
    await clock.sleep(1_200);
    closes[0]?.(true);
    // 200 ms and a fifth of the difference to 1,200 ms; the connection went to who waited.
    expect([open.room(0), open.room(400)]).toEqual([0, 4]);
    closes[1]?.(true);
    expect(open.room(0)).toBe(1);
  });

  it('that were released without a call say nothing about how long calls take', async () => {
    const clock = virtualClock({ autoJump: true });
    const open = connections(4, clock);
    for (const heldMs of [0, 25, 5_000]) {
      const release = await open.acquire(0);
      await clock.sleep(heldMs);
      release?.(false);
    }
    expect([open.room(0), open.room(200)]).toEqual([4, 8]);
  });

  it('are never more than allowed and never lost, whoever opens, waits and leaves', async () => {
    const anyCall = fc.record({ startMs: fc.nat(300), withinMs: fc.nat(200), callMs: fc.nat(150) });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(anyCall, { minLength: 1, maxLength: 30 }),
        async (most, calls) => {
          const clock = virtualClock({ autoJump: true });
          const open = connections(most, clock);
          let opened = 0;
          let mostOpened = 0;
          const call = async ({ startMs, withinMs, callMs }: (typeof calls)[number]) => {
            await clock.sleep(startMs);
            const askedMs = clock.monotonicMs();
            const close = await open.acquire(withinMs);
            expect(clock.monotonicMs() - askedMs).toBeLessThanOrEqual(withinMs);
            if (close === undefined) {
              return;
            }
            opened += 1;
            mostOpened = Math.max(mostOpened, opened);
            await clock.sleep(callMs);
            opened -= 1;
            close(true);
          };
          await Promise.all(calls.map(call));
          expect(mostOpened).toBeLessThanOrEqual(most);
          const free = await Promise.all(Array.from({ length: most + 1 }, () => open.acquire(0)));
          expect(free.filter((close) => close !== undefined)).toHaveLength(most);
        },
      ),
    );
  });
});
