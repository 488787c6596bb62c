import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageCounters } from '../../src/shared/tables/usage-store.ts';
import { fresh, miss, openCounter, totals } from '../support/usage-world.ts';

const sum = (counters: UsageCounters, prefix: string) =>
  Object.entries(counters)
    .filter(([name]) => name.startsWith(prefix))
    .reduce((total, [, count]) => total + count, 0);

describe('with more subjects than are told apart', () => {
  it('the most read titles have a name, the others are one', async () => {
    const { counter, store } = openCounter(2);
    for (const [id, reads] of [
      [1, 3],
      [2, 5],
      [3, 1],
      [4, 2],
      [5, 4],
    ] as const) {
      for (let n = 0; n < reads; n += 1) {
        counter.title(`movie/${id}`, n === 0 ? miss : fresh);
      }
    }
    await counter.flush();
    expect(totals(store)).toEqual({
      'r:movie/2': 5,
      'm:movie/2': 1,
      'r:movie/5': 4,
      'm:movie/5': 1,
      'r:~other': 6,
      'm:~other': 3,
    });
  });

  it('of equally read titles the same ones have a name, in whatever order they were read', async () => {
    const subjects = ['movie/1', 'movie/2', 'movie/3', 'tv/1'];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(subjects, { minLength: 4 }), async (order) => {
        const { counter, store } = openCounter(2);
        for (const subject of order) {
          counter.title(subject, fresh);
        }
        await counter.flush();
        expect(totals(store)).toEqual({ 'r:movie/1': 1, 'r:movie/2': 1, 'r:~other': 2 });
      }),
    );
  });

  it('an update holds two hundred counters at the most, and every read is in it', async () => {
    const anyRead = fc.record({ hit: fc.boolean(), stale: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 260 }), fc.array(anyRead, { minLength: 1 }), async (feeds, reads) => {
        const { counter, store } = openCounter();
        for (let n = 0; n < feeds; n += 1) {
          for (const read of reads) {
            counter.feed(`genre_${n}/movie/global/en-US`, read);
          }
        }
        await counter.flush();
        const counters: UsageCounters = store.adds[0]?.counters ?? {};
        expect(Object.keys(counters).length).toBeLessThanOrEqual(200);
        expect(sum(counters, 'r:')).toBe(feeds * reads.length);
        expect(sum(counters, 'm:')).toBe(feeds * reads.filter(({ hit }) => !hit).length);
        expect(sum(counters, 's:')).toBe(feeds * reads.filter((read) => read.stale).length);
      }),
      { numRuns: 40 },
    );
  });

  it('memory is bounded while the store is away for long: what comes on top is counted as others', async () => {
    const { counter, store, state } = openCounter(100);
    state.away = true;
    for (let n = 0; n < 9_000; n += 1) {
      counter.title(`movie/${n}`, miss);
      if (n % 1_000 === 999) {
        await counter.flush();
      }
    }
    // Both are read more than all others; one is known from the beginning, the other was met too late to be.
    for (let n = 0; n < 50; n += 1) {
      counter.title('movie/7', fresh);
      counter.title('movie/8999', fresh);
    }
    state.away = false;
    await counter.flush();
    const counters: UsageCounters = store.adds[0]?.counters ?? {};
    expect(Object.keys(counters).length).toBeLessThanOrEqual(200);
    expect(sum(counters, 'r:')).toBe(9_100);
    expect(counters['r:movie/7']).toBe(51);
    expect(counters['r:movie/8999']).toBeUndefined();
    expect(counters['r:~other']).toBeGreaterThanOrEqual(7_000);
  });
});
