import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logBytes, readLoad, secondsPerMonth } from '../../../src/shared/cost/read-load.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';

const settings = defaultSettings;
const load = (rate: number, lists = 19, cdn = false) => readLoad(rate, { settings, lists, cdn });
const anyRate = fc.double({ min: 0.000_01, max: 100_000, noNaN: true });
const anyLists = fc.integer({ min: 1, max: 5_000 });

describe('the load of reads', () => {
  it('is nothing without reads', () => {
    expect(Object.values(load(0)).every((figure) => figure === 0 || figure === false)).toBe(true);
  });

  it('is one container for a thousand reads a day, and more as they come faster', () => {
    expect(load(1_000 / 86_400).containers).toBe(1);
    // 100 a second at 25 ms are 2.5 at once, and four standard deviations.
    expect(load(100).containers).toBe(Math.ceil(2.5 + 4 * Math.sqrt(2.5)));
  });

  it('starts cold with nearly every read when reads are rare, and a few times a day otherwise', () => {
    const rare = 1 / 3_600;
    expect(load(rare).coldStartsPerMonth).toBeGreaterThan(0.9 * rare * secondsPerMonth);
    expect(load(1).coldStartsPerMonth).toBeLessThan(30 * 50);
  });

  it('logs a record for each read, or records of many reads that stay small', () => {
    expect(logBytes(30, Number.POSITIVE_INFINITY)).toBe(30 * 362);
    expect(logBytes(100, 10)).toBe(10 * (350 + 120));
    expect(logBytes(100_000, 10)).toBe(10 * 2_000);
  });

  it('never needs more of anything with the CDN, and adds up to the reads', () => {
    fc.assert(
      fc.property(anyRate, anyLists, (rate, lists) => {
        const [plain, cached] = [load(rate, lists), load(rate, lists, true)];
        expect(plain.requestsPerSecond).toBe(rate);
        expect(cached.requestsPerSecond).toBeLessThanOrEqual(rate);
        expect(cached.containers).toBeLessThanOrEqual(plain.containers);
        expect(cached.requestsPerSecond + cached.cdnHitShare * rate).toBeCloseTo(rate, 3);
      }),
    );
  });

  it('grows with the reads, and reads the table at most once for each', () => {
    fc.assert(
      fc.property(
        anyRate,
        anyLists,
        fc.boolean(),
        fc.double({ min: 1, max: 10, noNaN: true }),
        (rate, lists, cdn, by) => {
          const [less, more] = [load(rate, lists, cdn), load(rate * by, lists, cdn)];
          for (const member of [
            'requestsPerSecond',
            'containers',
            'tableReadsPerSecond',
            'logBytesPerSecond',
          ] as const) {
            expect(more[member]).toBeGreaterThanOrEqual(less[member] * (1 - 1e-9));
          }
          expect(less.tableReadsPerSecond).toBeLessThanOrEqual(less.requestsPerSecond);
          expect(less.coldStartsPerMonth).toBeLessThanOrEqual(less.requestsPerSecond * secondsPerMonth);
        },
      ),
    );
  });
});
