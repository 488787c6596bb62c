import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readsADay, readTitleRecord, titlesOfDay } from '../../src/demand/title-demand.ts';
import { dayMs, hourMs } from '../../src/shared/core/clock.ts';
import { memoryUsageStore } from '../support/memory-usage-store.ts';

/** Wednesday noon: half of the day is over. */
const nowMs = Date.UTC(2026, 10, 25, 12);
const arbitraryDay = fc.dictionary(
  fc.constantFrom('movie/1', 'movie/2', 'tv/3'),
  fc.double({ min: 0, max: 1e12, noNaN: true }),
);

describe('the reads of titles on a day', () => {
  it('are those of all its items, without what is no title and no read', () => {
    expect(
      titlesOfDay([
        { 'r:movie/1': 2, 'm:movie/1': 1, 'r:tv/2': 5 },
        { 'r:movie/1': 4, 'r:~other': 9, 'r:movie/0': 1, 'r:person/4': 1, 'r:tv/3/x': 1, 'p:calls': 8 },
      ]),
    ).toEqual({ 'movie/1': 6, 'tv/2': 5 });
  });

  it('are told apart for the five thousand that were read most', () => {
    const items = Array.from({ length: 6_000 }, (_, n) => ({ [`r:movie/${n + 1}`]: n + 1 }));
    const kept = Object.keys(titlesOfDay(items));
    expect(kept).toHaveLength(5_000);
    expect([kept[0], kept.at(-1)]).toEqual(['movie/6000', 'movie/1001']);
  });
});

describe('reads a day', () => {
  it('are those of a day like the others, whatever part of today is over', () => {
    const days = [...Array.from({ length: 7 }, () => ({ 'movie/1': 10 })), { 'movie/1': 5 }];
    expect(readsADay(days, nowMs).get('movie/1')).toBeCloseTo(10, 9);
  });

  it('weigh a day half of the day two days later', () => {
    const reads = readsADay([{ 'movie/1': 8 }, {}, { 'movie/2': 8 }, {}], nowMs);
    expect((reads.get('movie/2') ?? 0) / (reads.get('movie/1') ?? 1)).toBeCloseTo(2, 9);
  });

  it('pass over a day of which nothing is known', () => {
    const known = readsADay([{ 'movie/1': 8 }, { 'movie/1': 4 }], nowMs).get('movie/1');
    expect(readsADay([undefined, { 'movie/1': 8 }, { 'movie/1': 4 }], nowMs).get('movie/1')).toBe(known);
  });

  it('are numbers of finite size from 0 up, and grow with what was read', () => {
    fc.assert(
      fc.property(fc.array(arbitraryDay, { minLength: 1, maxLength: 8 }), fc.nat(dayMs - 1), (days, ofDayMs) => {
        const atMs = Date.UTC(2026, 10, 25) + ofDayMs;
        const reads = readsADay(days, atMs);
        const more = readsADay([...days.slice(0, -1), { ...days.at(-1), 'movie/1': 1e9 }], atMs);
        for (const count of reads.values()) {
          expect(Number.isFinite(count) && count >= 0).toBe(true);
        }
        expect(more.get('movie/1') ?? 0).toBeGreaterThanOrEqual(reads.get('movie/1') ?? 0);
      }),
    );
  });
});

describe('the record of titles', () => {
  const plans = async (items: Readonly<Record<string, Readonly<Record<string, number>>>>) => {
    const usage = memoryUsageStore();
    for (const [hour, counters] of Object.entries(items)) {
      await usage.add(`usage#2026-11-${hour}#plan`, counters, 0);
    }
    return readTitleRecord(usage, nowMs + 10 * 60_000);
  };

  it('has the calls of the last 24 hours, those of the hour in which these began too', async () => {
    const { calls, plannedAtMs } = await plans({
      '24T11': { 't:tv/1': 1 },
      '24T12': { 't:tv/2': 1, 'n:changesCalls': 7 },
      '25T08': { 't:tv/2': 1, 't:~other': 30, 'f:a': 9, 'n:changesSaved': 500 },
      '25T12': { 't:tv/3': 1 },
    });
    expect(calls).toBe(1 + 7 + 31 + 1);
    expect(plannedAtMs).toEqual(
      new Map([
        ['tv/2', nowMs - 4 * hourMs],
        ['tv/3', nowMs],
      ]),
    );
  });

  it('knows whether a schedule was planned since', async () => {
    const { hasPlanned } = await plans({ '25T08': { 'n:daily': 1 } });
    expect([hasPlanned('daily', nowMs - 4 * hourMs), hasPlanned('daily', nowMs - 3 * hourMs)]).toEqual([true, false]);
    expect(hasPlanned('weekly', 0)).toBe(false);
  });
});
