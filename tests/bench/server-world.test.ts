import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallFate, callJudge, idealAnswers, limitAt, type ServerWorld } from '../../bench/server-world.ts';
import { seededRandom } from '../../src/tmdb-simulator/seeded-random.ts';

const silent = { throttled: 0, failed: 0 };
const always = (perSecond: number) => [{ fromSeconds: 0, perSecond }];

/** Fates of calls that arrive at these times. */
function fatesOf(arrivalsMs: readonly number[], perSecond: number): CallFate[] {
  const judge = callJudge({ limits: always(perSecond), noise: silent }, () => 0.5);
  return arrivalsMs.map(judge);
}

describe('the sliding window of a bench server', () => {
  it('admits what the limit allows in any second, and nothing that would make more', () => {
    const arrivals = fc
      .array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 300 })
      .map((all) => all.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 20 }), (arrivalsMs, limit) => {
        const fates = fatesOf(arrivalsMs, limit);
        for (const [index, atMs] of arrivalsMs.entries()) {
          const before = arrivalsMs.filter(
            (other, at) => at < index && other > atMs - 1_000 && fates[at] === 'answered',
          ).length;
          expect(fates[index]).toBe(before < limit ? 'answered' : 'limited');
        }
      }),
    );
  });

  it('admits again exactly one second after the first of a full window', () => {
    expect(fatesOf([0, 500, 999, 1_000, 1_001], 2)).toEqual(['answered', 'answered', 'limited', 'answered', 'limited']);
  });

  it('changes its limit at the seconds of the world, counted from the first arrival', () => {
    const limits = [
      { fromSeconds: 0, perSecond: 3 },
      { fromSeconds: 10, perSecond: 1 },
      { fromSeconds: 20, perSecond: 2 },
    ];
    expect([0, 9_999, 10_000, 19_999, 20_000].map((ms) => limitAt({ limits }, ms))).toEqual([3, 3, 1, 1, 2]);
    const judge = callJudge({ limits, noise: silent }, () => 0.5);
    const burstAt = (atMs: number) => [1, 2, 3, 4].filter(() => judge(atMs) === 'answered').length;
    expect([7_000, 17_000, 27_000].map(burstAt)).toEqual([3, 1, 2]);
  });
});

describe('the noise of a bench server', () => {
  it('fails the shares of admitted calls that the world names, whatever the rate', () => {
    const random = seededRandom(7);
    const noise = { throttled: 0.02, failed: 0.05 };
    const judge = callJudge({ limits: always(1_000_000), noise }, () => random.next());
    const counts = Map.groupBy(
      Array.from({ length: 100_000 }, (_, index) => judge(index)),
      (fate) => fate,
    );
    expect(counts.get('throttled')?.length).toBeGreaterThan(1_800);
    expect(counts.get('throttled')?.length).toBeLessThan(2_200);
    expect(counts.get('failed')?.length).toBeGreaterThan(4_700);
    expect(counts.get('failed')?.length).toBeLessThan(5_300);
    expect(counts.has('limited')).toBe(false);
  });

  it('uses up the limit', () => {
    const judge = callJudge({ limits: always(1), noise: { throttled: 1, failed: 0 } }, () => 0);
    expect([judge(0), judge(1)]).toEqual(['throttled', 'limited']);
  });
});

describe('the ideal', () => {
  const world: ServerWorld = {
    limits: [
      { fromSeconds: 0, perSecond: 40 },
      { fromSeconds: 24, perSecond: 20 },
      { fromSeconds: 72, perSecond: 40 },
    ],
    noise: silent,
    latencyMs: { min: 20, max: 400 },
    answers: 'nothing',
    counted: { fromSeconds: 0, untilSeconds: 120 },
  };

  it('is the told rate or the limit, whichever is lower', () => {
    expect(idealAnswers(world, 30, 20)).toBeCloseTo(24 * 30 + 48 * 20 + 48 * 30);
  });

  it('has no share that fails at random', () => {
    expect(idealAnswers({ ...world, noise: { throttled: 0.02, failed: 0.05 } }, 30, 20)).toBeCloseTo(3_120 * 0.93);
  });

  it('has no more calls than may be under way', () => {
    expect(idealAnswers({ ...world, limits: always(40), latencyMs: { min: 2_000, max: 3_000 } }, 30, 20)).toBeCloseTo(
      120 * 8,
    );
  });

  it('is that of the time that is counted', () => {
    const counted = { fromSeconds: 20, untilSeconds: 30 };
    expect(idealAnswers({ ...world, counted }, 30, 20)).toBeCloseTo(4 * 30 + 6 * 20);
  });
});
