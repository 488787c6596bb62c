/**
 * Workers whose wall clocks are wrong, over one schedule, in batches of ten. What may start in any second of true time:
 *
 *   rate × (1 s + the clocks' spread) + 1    every slot belongs to one worker, whose second is another stretch of the timeline
 *   rate × 1 s + 10 × (workers − 1) + 1      a clock that is ahead moves the timeline on; who is behind has ten slots left at most
 *
 * The smaller of the two holds. A clock that is set while its worker holds slots counts as one worker more. Clocks that agree give rate + 1: they count whole milliseconds, so that a call may stand up to
 * one millisecond beside its slot, and one call more fits between the edges of a second.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostWithin } from '../support/most-within.ts';
import { callsOf, type SkewedRun } from '../support/skewed-workers.ts';

const rate = 30;
const skewLimitMs = 2_000;
const anySkew = fc.integer({ min: -skewLimitMs, max: skewLimitMs });

function anyRun(workers: number, skew: fc.Arbitrary<number> = anySkew): fc.Arbitrary<SkewedRun> {
  return fc.record({
    rate: fc.constant(rate),
    skewsMs: fc.array(skew, { minLength: workers, maxLength: workers }),
    forMs: fc.constant(8_000),
    seed: fc.nat(),
    idleUpToMs: fc.oneof(fc.constant(0), fc.nat({ max: 1_500 })),
  });
}

const inAnySecond = async (run: SkewedRun) => mostWithin(1_000, await callsOf(run));

/** Clocks that are set to be off by `toMs`, in the order of time. */
function jumpsOf(skewsMs: readonly number[], wanted: readonly { worker: number; atMs: number; toMs: number }[]) {
  const offMs = [...skewsMs];
  return [...wanted]
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ worker, atMs, toMs }) => {
      const byMs = toMs - (offMs[worker] ?? 0);
      offMs[worker] = toMs;
      return { worker, atMs, byMs };
    });
}

describe('in any second of true time', () => {
  it.each([1, 2, 4, 8])('%i workers whose clocks are right start the rate, and one at the edge', async (workers) => {
    await fc.assert(
      fc.asyncProperty(anyRun(workers, fc.constant(0)), async (run) => {
        expect(await inAnySecond(run)).toBeLessThanOrEqual(rate + 1);
      }),
      { numRuns: 15 },
    );
  });

  it.each([2, 4, 8])(
    '%i workers whose clocks are off by up to 2 s start ten more for each further worker',
    async (workers) => {
      await fc.assert(
        fc.asyncProperty(anyRun(workers), async (run) => {
          expect(await inAnySecond(run)).toBeLessThanOrEqual(rate + 10 * (workers - 1) + 1);
        }),
        { numRuns: 60 },
      );
    },
  );

  it.each([
    [2, 40, { skewsMs: [-532, -889], seed: 203_421 }],
    [4, 60, { skewsMs: [1_058, -1_625, -946, 748], seed: 367_164 }],
    [8, 99, { skewsMs: [-926, -401, 1_305, 334, -1_771, -2_000, -1_583, 1_021], seed: 315_455 }],
  ])('%i workers were seen to start %i: the bound is no looser than it has to be', async (workers, most, found) => {
    const bound = rate + 10 * (workers - 1) + 1;
    const seen = await inAnySecond({ rate, forMs: 8_000, idleUpToMs: 0, ...found });
    expect(seen, `seen ${seen}, found before ${most}`).toBeLessThanOrEqual(bound);
    expect(seen).toBeGreaterThan(rate);
  });

  it.each([5, 50, 200])(
    'eight workers whose clocks differ by %i ms start that part of the rate more',
    async (spreadMs) => {
      await fc.assert(
        fc.asyncProperty(anyRun(8, fc.integer({ min: 0, max: spreadMs })), async (run) => {
          expect(await inAnySecond(run)).toBeLessThanOrEqual(Math.ceil(rate * (1 + spreadMs / 1_000)) + 1);
        }),
        { numRuns: 20 },
      );
    },
  );

  it.each([2, 4, 8])(
    '%i workers whose clocks are set mid-run count as one more for each clock set',
    async (workers) => {
      const anyJump = fc.record({
        worker: fc.nat({ max: workers - 1 }),
        atMs: fc.integer({ min: 500, max: 7_000 }),
        toMs: anySkew,
      });
      await fc.assert(
        fc.asyncProperty(anyRun(workers), fc.array(anyJump, { maxLength: 2 }), async (run, wanted) => {
          const jumps = jumpsOf(run.skewsMs, wanted);
          // The slots of the batch under way were taken by the clock as it was.
          const bound = rate + 10 * (workers - 1 + jumps.length) + 1;
          expect(await inAnySecond({ ...run, jumps })).toBeLessThanOrEqual(bound);
        }),
        { numRuns: 30 },
      );
    },
  );

  it('a single worker whose clock goes back by an hour, or on by one, keeps to the rate, and one at the edge', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun(1), fc.constantFrom(-3_600_000, -1_500, 1_500, 3_600_000), async (run, byMs) => {
        const calls = await callsOf({ ...run, jumps: [{ worker: 0, atMs: 2_500, byMs }] });
        expect(mostWithin(1_000, calls)).toBeLessThanOrEqual(rate + 1);
        // A worker put back by an hour waits for the timeline, and its jobs are deferred. Otherwise it goes on once its idle time is over.
        const firstBatch = 10;
        expect(calls.length).toBeGreaterThanOrEqual(firstBatch);
        expect(calls.some((atMs) => atMs > 4_000)).toBe(byMs !== -3_600_000);
      }),
      { numRuns: 20 },
    );
  });

  it('workers whose timers fire up to 50 ms late start that part of the rate more, and one', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun(4, fc.constant(0)), async (run) => {
        // Two waits before each call: 25 ms before the slot, and up to it.
        expect(await inAnySecond({ ...run, lateUpToMs: 50 })).toBeLessThanOrEqual(Math.ceil(rate * 1.1) + 1);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the whole rate', () => {
  it.each([1, 2, 4, 8])('is used by %i busy workers, whatever their clocks say', async (workers) => {
    const calls = await callsOf({ rate, skewsMs: new Array<number>(workers).fill(137), forMs: 20_000, seed: workers });
    // A single worker has nothing to send while its last batch is being answered.
    const share = calls.length / ((20_000 / 1_000) * rate);
    expect(share).toBeGreaterThan(workers === 1 ? 0.4 : 0.97);
  });
});
