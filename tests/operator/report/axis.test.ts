import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundScale, spreadIndexes } from '../../../src/operator/report/html/charts.ts';

describe('a scale', () => {
  it.each([
    [0, [0, 1]],
    [1, [0, 1]],
    [3, [0, 1, 2, 3]],
    [5, [0, 2, 4, 6]],
    [40, [0, 10, 20, 30, 40]],
    [41, [0, 20, 40, 60]],
    [185, [0, 50, 100, 150, 200]],
    [3_289, [0, 1_000, 2_000, 3_000, 4_000]],
  ])('up to %d', (max, scale) => {
    expect(roundScale(max)).toEqual(scale);
  });

  it('begins at 0, is even, reaches the greatest value and not twice as far, in five figures at most', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(2_000), fc.nat(1e9), fc.double({ min: 0, max: 1e18, noNaN: true })), (max) => {
        const scale = roundScale(max);
        const [zero = Number.NaN, step = Number.NaN] = scale;
        expect(zero).toBe(0);
        expect(scale.length).toBeGreaterThanOrEqual(2);
        expect(scale.length).toBeLessThanOrEqual(5);
        expect(scale.every((at, n) => at === n * step)).toBe(true);
        expect(scale.at(-1)).toBeGreaterThanOrEqual(max);
        expect((scale.at(-1) ?? 0) - step).toBeLessThanOrEqual(max);
      }),
    );
  });
});

describe('indexes of ticks', () => {
  it('are spread evenly, among the preferred ones where there are two', () => {
    expect(spreadIndexes(8, 5, () => true)).toEqual([0, 2, 4, 6]);
    expect(spreadIndexes(3, 5, () => true)).toEqual([0, 1, 2]);
    expect(spreadIndexes(25, 5, (n) => n % 6 === 4)).toEqual([4, 10, 16, 22]);
    expect(spreadIndexes(4, 5, (n) => n === 3)).toEqual([0, 1, 2, 3]);
    expect(spreadIndexes(0, 5, () => true)).toEqual([]);
  });
});
