import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedShare } from '../../src/demand/learned-demand.ts';

describe('the share of a list that has changed', () => {
  it('is a half after its soft TTL, as long as nothing was compared', () => {
    expect(changedShare({}, 24, 24)).toBeCloseTo(0.5, 10);
    expect(changedShare({}, 4, 4)).toBeCloseTo(0.5, 10);
    expect(changedShare({}, 4, 8)).toBeCloseTo(0.75, 10);
  });

  it('is what was seen, once enough was', () => {
    const often = { compared: 4_000, changed: 1_000, rowHours: 4_000 * 6 };
    expect(changedShare(often, 24, 6)).toBeGreaterThan(0.24);
    expect(changedShare(often, 24, 6)).toBeLessThan(0.26);
  });

  it('is small where nothing changed, and never nothing', () => {
    const never = { compared: 4_000, rowHours: 4_000 * 24 };
    expect(changedShare(never, 24, 24)).toBeLessThan(0.01);
    expect(changedShare(never, 24, 24)).toBeGreaterThan(0);
  });

  it('is nearly all where all changed at once', () => {
    const always = { compared: 4_000, changed: 4_000, rowHours: 4_000 };
    expect(changedShare(always, 24, 4)).toBeGreaterThan(0.95);
  });

  it('is a share, grows with time and with what was seen to change, whatever was counted', () => {
    const count = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        count,
        count,
        count,
        count,
        fc.double({ min: 0.1, max: 1e4, noNaN: true }),
        (k, c, a, hours, soft) => {
          const counts = { compared: k, changed: c, rowHours: a };
          const chance = changedShare(counts, soft, hours);
          expect(chance).toBeGreaterThanOrEqual(0);
          expect(chance).toBeLessThanOrEqual(1);
          expect(changedShare(counts, soft, hours * 2)).toBeGreaterThanOrEqual(chance);
          expect(changedShare({ ...counts, changed: c * 2 }, soft, hours)).toBeGreaterThanOrEqual(chance - 1e-12);
          expect(changedShare(counts, soft, 0)).toBe(0);
        },
      ),
    );
  });
});
