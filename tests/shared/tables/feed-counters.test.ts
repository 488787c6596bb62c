import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changesId,
  feedCounterName,
  feedCounts,
  isFeedCounter,
  planTotalName,
  planUsageId,
  titlePlanCounters,
  titlePlanCounts,
} from '../../../src/shared/tables/feed-counters.ts';
import { isPipelineCounter, parseCounterName } from '../../../src/shared/tables/usage-store.ts';

const feed = 'popular/movie/global/en-US';
const kinds = ['compared', 'changed', 'rowHours', 'planned', 'warmed', 'expected'] as const;

describe('counters of whole titles', () => {
  it('name titles, sum up the others, and have totals beside them', () => {
    expect(titlePlanCounters(['movie/550', 'tv/1396', 'tv/1'], 2)).toEqual([
      ['t:movie/550', 1],
      ['t:tv/1396', 1],
      ['t:~other', 1],
    ]);
    expect(titlePlanCounters(['movie/550'], 2)).toEqual([['t:movie/550', 1]]);
    expect(['daily', 'changesCalls', 'changesSaved'].map((name) => planTotalName(name as 'daily'))).toEqual([
      ...['n:daily', 'n:changesCalls', 'n:changesSaved'],
    ]);
    for (const name of ['t:movie/550', 't:~other', 'n:daily']) {
      expect([isFeedCounter(name), isPipelineCounter(name), parseCounterName(name)]).toEqual([true, false, undefined]);
    }
    expect(feedCounts({ 't:movie/550': 1, 'n:daily': 1 })).toEqual(new Map());
  });

  it('are read again, without what cannot have been counted', () => {
    const damaged = { 't:tv/2': Number.NaN, 't:tv/3': -1, 'n:weekly': Number.POSITIVE_INFINITY, 'f:a': 7 };
    const counters = { 't:movie/550': 2, 't:~other': 5, 'n:changesCalls': 11, 'n:changesSaved': 99, 'n:daily': 1 };
    expect(titlePlanCounts({ ...counters, ...damaged })).toEqual({
      calls: 18,
      titles: ['movie/550'],
      schedules: ['daily'],
    });
    expect(titlePlanCounts({})).toEqual({ calls: 0, titles: [], schedules: [] });
  });
});

describe('counters by feed', () => {
  it('have names of their own', () => {
    const names = kinds.map((kind) => feedCounterName(kind, feed));
    expect(names).toEqual(['k:', 'c:', 'a:', 'f:', 'w:', 'x:'].map((prefix) => `${prefix}${feed}`));
    for (const name of names) {
      expect([isFeedCounter(name), isPipelineCounter(name), parseCounterName(name)]).toEqual([true, false, undefined]);
    }
  });

  it.each(['id', 'expiration', 'kx', '', 'K:a', 'r:a', 'p:calls'])('are not called %j', (name) => {
    expect(isFeedCounter(name)).toBe(false);
  });

  it('are read by feed, and what cannot have been counted is left out', () => {
    const damaged = { 'c:a': Number.NaN, 'k:b': -1, 'w:b': 'two' as unknown as number, 'r:a': 7 };
    expect(feedCounts({ 'k:a': 20, 'x:a': 0.25, ...damaged })).toEqual(
      new Map([['a', { compared: 20, expected: 0.25 }]]),
    );
  });

  it('say what they count, whatever it is of', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.string(), fc.integer({ min: 1 }), (kind, subject, count) => {
        expect(feedCounts({ [feedCounterName(kind, subject)]: count })).toEqual(
          new Map([[subject, { [kind]: count }]]),
        );
      }),
    );
  });

  it('lie in one item a day and one an hour', () => {
    const atMs = Date.UTC(2026, 10, 25, 2, 59, 59);
    expect([changesId(atMs), planUsageId(atMs)]).toEqual(['usage#2026-11-25#changes', 'usage#2026-11-25T02#plan']);
  });
});
