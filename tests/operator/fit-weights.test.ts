import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Comparison, fitWeights } from '../../src/operator/fit-weights.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** Choices of viewers who weigh parts like that, with some chance. */
function choicesBy(weights: readonly number[], count: number, noise: number, seed = 1): Comparison[] {
  const draw = seededRandom(seed).next;
  return Array.from({ length: count }, (_, index) => {
    const [a, b] = [weights.map(draw), weights.map(draw)] as [number[], number[]];
    const worth = (parts: readonly number[]) => parts.reduce((sum, part, n) => sum + part * (weights[n] ?? 0), 0);
    const first = worth(a) + noise * draw() > worth(b) + noise * draw() ? a : b;
    const other = first === a ? b : a;
    return { viewer: `v${index % 40}`, difference: first.map((part, n) => part - (other[n] ?? 0)) };
  });
}

describe('fitted weights', () => {
  it('stand to each other as those by which was chosen', () => {
    const fitted = fitWeights(choicesBy([4, 2, 1, 0], 8_000, 1));
    const [first = 0, second = 0, third = 0, none = 0] = fitted.map((weight) => weight / (fitted[1] ?? 1));
    expect([first, second]).toEqual([expect.closeTo(2, 0), 1]);
    expect(Math.abs(third - 0.5)).toBeLessThan(0.15);
    expect(none).toBeLessThan(0.15);
  });

  it('are nothing for a part that speaks against what was chosen, and never less', () => {
    const against = choicesBy([3, 1], 2_000, 1).map(({ viewer, difference: [a = 0, b = 0] }) => ({
      viewer,
      difference: [a, -b],
    }));
    const [first = 0, second] = fitWeights(against);
    expect(first).toBeGreaterThan(0);
    expect(second).toBe(0);
  });

  it('count each viewer the same, however many choices there are of one', () => {
    const few = choicesBy([3, 1], 400, 1);
    const loud = Array.from({ length: 4_000 }, () => ({ viewer: 'loud', difference: [-1, 1] }));
    const [first = 0, second = 0] = fitWeights([...few, ...loud]);
    expect(first).toBeGreaterThan(second);
  });

  it('are finite, not negative, and the same for the same choices', () => {
    const comparison = fc.record({
      viewer: fc.constantFrom('a', 'b', 'c'),
      difference: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(comparison, { maxLength: 30 }), (comparisons) => {
        const fitted = fitWeights(comparisons);
        expect(fitted.filter((weight) => !(weight >= 0 && weight < 1e6))).toEqual([]);
        expect(fitWeights(comparisons)).toEqual(fitted);
      }),
    );
  });

  it('are none of nothing', () => {
    expect(fitWeights([])).toEqual([]);
  });
});
