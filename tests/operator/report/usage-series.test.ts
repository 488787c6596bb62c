import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHours, sumActivity, sumBySubject, sumOf, usageSeries } from '../../../src/operator/report/hour-usage.ts';
import { hourMs } from '../../../src/shared/core/clock.ts';
import { memoryUsageStore } from '../../support/memory-usage-store.ts';

const firstMs = Date.UTC(2026, 10, 23, 22);
const hoursFrom = (count: number) => Array.from({ length: count }, (_, n) => firstMs + n * hourMs);

/** The counters of a store as the table names them, written out. */
async function storeOf(items: Record<string, Record<string, number>>) {
  const store = memoryUsageStore();
  for (const [id, counters] of Object.entries(items)) {
    await store.add(id, counters, 0);
  }
  return store;
}

const written = {
  'usage#2026-11-23T22#feeds': { 'r:a': 10, 'm:a': 2, 's:a': 1 },
  'usage#2026-11-23T22#titles#00': { 'r:movie/1': 3 },
  'usage#2026-11-23T22#titles#55': { 'r:movie/1': 4, 'm:movie/1': 4 },
  'usage#2026-11-23T22#pipeline': { 'p:calls': 5, 'p:titleCalls': 3, 'p:rowsWritten': 40, 'p:costMicroUsd': 1.5 },
  'usage#2026-11-24T00#feeds': { 'r:a': 1, 'r:b': 1 },
  'usage#2026-11-24T00#pipeline': { 'p:calls': 2, 'p:throttles': 1 },
  // Outside of the hours that are asked for.
  'usage#2026-11-23T21#feeds': { 'r:a': 1_000 },
  'usage#2026-11-24T02#feeds': { 'r:a': 1_000 },
};

describe('the hours', () => {
  it('hold what their items count, over all slots of the titles', async () => {
    const hours = await readHours(await storeOf(written), hoursFrom(4));
    expect(hours.map((hour) => hour.hourMs)).toEqual(hoursFrom(4));
    expect(hours.map(({ feeds }) => sumOf(feeds).reads)).toEqual([10, 0, 2, 0]);
    expect(hours[0]?.titles).toEqual(new Map([['movie/1', { reads: 7, hits: 3, misses: 4, stale: 0 }]]));
    expect(hours[2]?.activity).toEqual({
      calls: 2,
      titleCalls: 0,
      throttles: 1,
      failures: 0,
      rowsWritten: 0,
      rowsUnchanged: 0,
      costMicroUsd: 0,
    });
  });

  it('come in their order also where there are more than one request asks for', async () => {
    const store = await storeOf({ 'usage#2026-11-27T05#feeds': { 'r:a': 7 } });
    const hours = await readHours(store, hoursFrom(100));
    expect(hours.map((hour) => hour.hourMs)).toEqual(hoursFrom(100));
    expect(hours.flatMap(({ feeds }, n) => (feeds.size > 0 ? [n] : []))).toEqual([79]);
  });
});

describe('a series', () => {
  it('sums reads of feeds and titles and what was done, by day', async () => {
    const hours = await readHours(await storeOf(written), hoursFrom(4));
    const { step, points } = usageSeries(hours, 'day');
    expect(step).toBe('day');
    expect(points).toEqual([
      {
        from: '2026-11-23T00:00:00.000Z',
        ...{ reads: 17, hits: 11, misses: 6, stale: 1, hitRatio: 0.6471, staleShare: 0.0588 },
        ...{ calls: 5, titleCalls: 3, throttles: 0, failures: 0, rowsWritten: 40, rowsUnchanged: 0 },
        costMicroUsd: 1.5,
      },
      {
        from: '2026-11-24T00:00:00.000Z',
        ...{ reads: 2, hits: 2, misses: 0, stale: 0, hitRatio: 1, staleShare: 0 },
        ...{ calls: 2, titleCalls: 0, throttles: 1, failures: 0, rowsWritten: 0, rowsUnchanged: 0 },
        costMicroUsd: 0,
      },
    ]);
  });

  it('adds up to the whole by every step, whatever was counted', async () => {
    const counters = fc.dictionary(
      fc.constantFrom('r:a', 'm:a', 's:a', 'r:b', 'm:c', 'p:calls', 'p:rowsWritten'),
      fc.nat(99),
    );
    const items = fc.dictionary(
      fc
        .tuple(
          fc.integer({ min: 10, max: 29 }),
          fc.integer({ min: 10, max: 23 }),
          fc.constantFrom('feeds', 'titles#15', 'pipeline'),
        )
        .map(([day, hour, kind]) => `usage#2026-11-${day}T${hour}#${kind}`),
      counters,
    );
    await fc.assert(
      fc.asyncProperty(items, fc.constantFrom('hour', 'day', 'week'), async (stored, step) => {
        const all = Array.from({ length: 20 * 24 }, (_, n) => Date.UTC(2026, 10, 10) + n * hourMs);
        const hours = await readHours(await storeOf(stored), all);
        const { points } = usageSeries(hours, step as 'day');
        const feeds = sumOf(sumBySubject(hours.map((hour) => hour.feeds)));
        const titles = sumOf(sumBySubject(hours.map((hour) => hour.titles)));
        const sum = (member: 'reads' | 'misses' | 'stale' | 'calls') =>
          points.reduce((total, point) => total + point[member], 0);
        expect(sum('reads')).toBe(feeds.reads + titles.reads);
        expect(sum('misses')).toBe(feeds.misses + titles.misses);
        expect(sum('stale')).toBe(feeds.stale + titles.stale);
        expect(sum('calls')).toBe(sumActivity(hours.map(({ activity }) => activity)).calls);
        expect(points.length).toBe({ hour: 480, day: 20, week: 3 }[step]);
      }),
      { numRuns: 25 },
    );
  });
});
