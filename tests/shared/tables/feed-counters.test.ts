import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changesId,
  feedCounterName,
  feedCounts,
  isFeedCounter,
  planUsageId,
} from '../../../src/shared/tables/feed-counters.ts';
import { isPipelineCounter, parseCounterName } from '../../../src/shared/tables/usage-store.ts';

const feed = 'popular/movie/global/en-US';
const kinds = ['compared', 'changed', 'rowHours', 'planned', 'warmed', 'expected'] as const;

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
