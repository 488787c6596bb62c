import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flatShape, globalShape } from '../../src/demand/demand-shape.ts';
import { hourOfWeek } from '../../src/demand/hour-series.ts';
import { mondayHour, noisy, repeated, total, weekPattern } from '../support/hourly-traffic.ts';

describe('hour of the week', () => {
  it.each([
    ['Monday 00:00', '2026-11-02T00:00:00Z', 0],
    ['Monday 23:00', '2026-11-02T23:00:00Z', 23],
    ['Sunday 23:00', '2026-11-08T23:00:00Z', 167],
    ['the epoch, a Thursday', '1970-01-01T00:00:00Z', 72],
    ['the Wednesday before', '1969-12-31T23:00:00Z', 71],
  ])('%s', (_name, moment, expected) => {
    expect(hourOfWeek(Date.parse(moment) / 3_600_000)).toBe(expected);
  });
});

describe('the shape that feeds share', () => {
  const pattern = weekPattern(1);
  const perfect = pattern.map((weight) => (weight * 168) / total(pattern));

  it('is found from feeds of any size and start', () => {
    const feeds = [20, 50, 400].map((mean, at) => ({
      startHour: mondayHour + 168 * at,
      counts: noisy(repeated(weekPattern(mean), 672), at + 1),
    }));
    globalShape(feeds).forEach((weight, at) => {
      expect(Math.abs(weight - (perfect[at] ?? 0))).toBeLessThan(0.15);
    });
  });

  it.each([
    ['no feed', []],
    ['an empty feed', [{ startHour: 5, counts: [] }]],
    ['a feed nobody reads', [{ startHour: 5, counts: new Array(400).fill(0) }]],
    ['a feed of gaps', [{ startHour: 5, counts: new Array(400).fill(undefined) }]],
  ])('is flat with %s', (_name, series) => {
    expect(globalShape(series)).toEqual(flatShape());
  });

  it('is little moved by a spike of one feed, whatever its size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 671 }), fc.double({ min: 1e3, max: 1e12, noNaN: true }), (at, size) => {
        const feeds = Array.from({ length: 4 }, (_, feed) => noisy(repeated(weekPattern(20), 672), feed + 1));
        const spiked = feeds.map((counts, feed) => (feed === 0 ? counts.with(at, size) : counts));
        const of = (all: number[][]) => globalShape(all.map((counts) => ({ startHour: mondayHour, counts })));
        const before = of(feeds);
        const moved = of(spiked).map((weight, hour) => Math.abs(weight - (before[hour] ?? 0)));
        expect(Math.max(...moved)).toBeLessThan(0.6);
      }),
      { numRuns: 30 },
    );
  });

  it('takes the hour of the day where no feed knows the hour of the week', () => {
    const twoDays = repeated(weekPattern(100), 48);
    const shape = globalShape([{ startHour: mondayHour, counts: twoDays }]);
    expect(shape[96 + 18]).toBeCloseTo(shape[18] ?? 0, 9);
    expect((shape[96 + 18] ?? 0) / (shape[96 + 6] ?? 1)).toBeCloseTo(4, 6);
  });

  it('has weights from 0 up whose mean is 1', () => {
    const counts = fc.array(fc.option(fc.nat({ max: 1000 }), { nil: undefined }), { maxLength: 400 });
    fc.assert(
      fc.property(fc.array(fc.record({ startHour: fc.nat({ max: 1e6 }), counts }), { maxLength: 4 }), (series) => {
        const shape = globalShape(series);
        expect(shape).toHaveLength(168);
        expect(shape.every((weight) => weight >= 0)).toBe(true);
        expect(total(shape)).toBeCloseTo(168, 6);
      }),
    );
  });
});
