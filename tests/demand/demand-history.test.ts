import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDemandHistory } from '../../src/demand/demand-history.ts';
import { dayMs, hourMs } from '../../src/shared/core/clock.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { memoryDemandDays } from '../support/memory-demand-days.ts';
import { memoryUsageStore } from '../support/memory-usage-store.ts';

const over = (historyDays: number): Settings => ({
  ...defaultSettings,
  planner: { ...defaultSettings.planner, adaptive: { ...defaultSettings.planner.adaptive, historyDays } },
});
const feed = 'popular/movie/global/en-US';
/** Wednesday, a quarter past ten. */
const nowMs = Date.UTC(2026, 10, 25, 10, 15);
const hour = (ms: number) => Math.floor(ms / hourMs);
const hourId = (ms: number, of: string) => `usage#${new Date(ms).toISOString().slice(0, 13)}#${of}`;

function sources() {
  const usage = memoryUsageStore();
  const days = memoryDemandDays();
  const read = (atMs: number, counters: Record<string, number>) => usage.add(hourId(atMs, 'feeds'), counters, 0);
  return { usage, days, read };
}

describe('the history of demand', () => {
  it('has each hour’s reads up to the last whole hour, and nothing of the present one', async () => {
    const { read, ...stores } = sources();
    await read(nowMs - hourMs, { [`r:${feed}`]: 5 });
    await read(nowMs - 3 * hourMs, { [`r:${feed}`]: 2, [`m:${feed}`]: 1, [`d:${feed}`]: 4 });
    await read(nowMs - 2 * dayMs, { [`r:${feed}`]: 7 });
    await read(nowMs, { [`r:${feed}`]: 99 });
    const history = await readDemandHistory(stores, nowMs, over(7));
    const { reads, deep } = history.feeds.get(feed) ?? { reads: { startHour: 0, counts: [] }, deep: 0 };
    expect(history.untilHour).toBe(hour(nowMs));
    expect(reads.startHour).toBe(hour(Date.UTC(2026, 10, 18)));
    expect(reads.startHour + reads.counts.length).toBe(hour(nowMs));
    expect(reads.counts.flatMap((count, n) => (count ? [[n + reads.startHour - hour(nowMs), count]] : []))).toEqual([
      [-48, 7],
      [-3, 2],
      [-1, 5],
    ]);
    expect(deep).toBe(4);
  });

  it('does not know the last hour before every reader has written it', async () => {
    const { read, ...stores } = sources();
    await read(nowMs - hourMs, { [`r:${feed}`]: 5 });
    const { feeds } = await readDemandHistory(stores, nowMs - 10 * 60_000, over(7));
    expect(feeds.get(feed)?.reads.counts.at(-1)).toBeUndefined();
    expect(feeds.get(feed)?.reads.counts.at(-2)).toBe(0);
  });

  it('rolls up a day that is long over, once, and reads it from there', async () => {
    const { read, usage, days } = sources();
    await read(Date.UTC(2026, 10, 24, 8), { [`r:${feed}`]: 3, [`d:${feed}`]: 1 });
    const first = await readDemandHistory({ usage, days }, nowMs, over(2));
    expect(days.puts.map(({ id, expiresAtMs }) => [id, expiresAtMs])).toEqual([
      ['demand#2026-11-23', Date.UTC(2026, 10, 23) + 42 * dayMs],
      ['demand#2026-11-24', Date.UTC(2026, 10, 24) + 42 * dayMs],
    ]);
    const empty = memoryUsageStore();
    const again = await readDemandHistory({ usage: empty, days }, nowMs, over(2));
    expect(again.feeds.get(feed)).toEqual(first.feeds.get(feed));
    expect(days.puts).toHaveLength(2);
  });

  it('has the reads of titles, rolled up with their day, and again where an earlier build left them out', async () => {
    const { usage, days } = sources();
    const yesterdayMs = Date.UTC(2026, 10, 24);
    await usage.add('usage#2026-11-24T08#titles#05', { 'r:movie/550': 3, 'm:movie/550': 1, 'r:~other': 9 }, 0);
    await usage.add('usage#2026-11-24T23#titles#55', { 'r:movie/550': 4, 'r:tv/1396': 1 }, 0);
    await usage.add('usage#2026-11-25T10#titles#10', { 'r:tv/1396': 2 }, 0);
    await usage.add('usage#2026-11-17T10#titles#10', { 'r:tv/66732': 2 }, 0);
    await days.put('demand#2026-11-24', { feeds: {} }, yesterdayMs);
    const first = await readDemandHistory({ usage, days }, nowMs, over(8));
    expect([...first.titles.keys()].sort()).toEqual(['movie/550', 'tv/1396']);
    expect(days.puts.at(-1)).toMatchObject({
      id: 'demand#2026-11-24',
      day: { titles: { 'movie/550': 7, 'tv/1396': 1 } },
    });
    expect(days.puts.find(({ id }) => id === 'demand#2026-11-17')?.day.titles).toBeUndefined();
    const today = memoryUsageStore();
    await today.add('usage#2026-11-25T10#titles#10', { 'r:tv/1396': 2 }, 0);
    expect((await readDemandHistory({ usage: today, days }, nowMs, over(8))).titles).toEqual(first.titles);
    expect(days.puts).toHaveLength(9);
  });

  it('has no titles where none are kept', async () => {
    const { usage, days } = sources();
    await usage.add('usage#2026-11-25T08#titles#05', { 'r:movie/550': 3 }, 0);
    const off = { ...over(2), details: { ...defaultSettings.details, enabled: false } };
    expect((await readDemandHistory({ usage, days }, nowMs, off)).titles.size).toBe(0);
    expect(days.puts.map(({ day }) => day.titles)).toEqual([undefined, undefined]);
  });

  it('does not roll up a day that readers may still write to', async () => {
    const { usage, days } = sources();
    await readDemandHistory({ usage, days }, Date.UTC(2026, 10, 25, 5, 59), over(1));
    expect(days.puts).toEqual([]);
    await readDemandHistory({ usage, days }, Date.UTC(2026, 10, 25, 6), over(1));
    expect(days.puts.map(({ id }) => id)).toEqual(['demand#2026-11-24']);
  });

  it('writes nothing for those who may only read', async () => {
    const { usage, days, read } = sources();
    await read(Date.UTC(2026, 10, 24, 8), { [`r:${feed}`]: 3 });
    const { feeds } = await readDemandHistory({ usage, days: { read: days.read } }, nowMs, over(2));
    expect(feeds.get(feed)?.reads.counts.filter((count) => count === 3)).toHaveLength(1);
    expect(days.puts).toEqual([]);
  });

  it('knows what has changed, and what was planned within a week', async () => {
    const { usage, days } = sources();
    await usage.add('usage#2026-11-24#changes', { [`k:${feed}`]: 20, [`c:${feed}`]: 3, [`a:${feed}`]: 480 }, 0);
    await usage.add('usage#2026-11-25#changes', { [`k:${feed}`]: 20, [`a:${feed}`]: 480 }, 0);
    await usage.add('usage#2026-11-19T12#plan', { 'f:trending/tv/DE/de-DE': 1 }, 0);
    await usage.add('usage#2026-11-17T12#plan', { 'f:trending/tv/JP/ja-JP': 1 }, 0);
    const { feeds } = await readDemandHistory({ usage, days }, nowMs, over(7));
    expect(feeds.get(feed)).toMatchObject({ changes: { compared: 40, changed: 3, rowHours: 960 }, planned: false });
    expect(feeds.get('trending/tv/DE/de-DE')).toMatchObject({ planned: true, deep: 0, changes: {} });
    expect(feeds.has('trending/tv/JP/ja-JP')).toBe(false);
  });

  it('knows how many pages the last day had: called for or planned, whichever is more', async () => {
    const { usage, days } = sources();
    await usage.add('usage#2026-11-24T12#plan', { 'f:a': 7, 'f:b': 2, 'w:b': 2 }, 0);
    await usage.add('usage#2026-11-25T08#plan', { 'f:a': 3 }, 0);
    await usage.add('usage#2026-11-24T08#plan', { 'f:a': 50 }, 0);
    const pages = async () => (await readDemandHistory({ usage, days }, nowMs, over(7))).pagesOfDay;
    expect(await pages()).toBe(12);
    await usage.add(hourId(nowMs - 23 * hourMs, 'pipeline'), { 'p:calls': 9, 'p:rowsWritten': 400 }, 0);
    await usage.add(hourId(nowMs - 24 * hourMs, 'pipeline'), { 'p:calls': 90 }, 0);
    expect(await pages()).toBe(12);
    await usage.add(hourId(nowMs, 'pipeline'), { 'p:calls': 20 }, 0);
    expect(await pages()).toBe(29);
    await usage.add(hourId(nowMs, 'pipeline'), { 'p:titleCalls': 13 }, 0);
    expect(await pages()).toBe(16);
  });

  it('has the plans of the week’s occurrences by their hour', async () => {
    const { usage, days } = sources();
    await usage.add('usage#2026-11-25T08#plan', { 'f:a': 3, 'x:a': 1.5 }, 0);
    const { plans } = await readDemandHistory({ usage, days }, nowMs, over(7));
    expect(plans.get(hour(Date.UTC(2026, 10, 25, 8)))).toEqual(new Map([['a', { planned: 3, expected: 1.5 }]]));
    // Six refreshes a day, with one of which the daily run coincides, and the weekly run.
    expect(plans.size).toBe(7 * 6 + 1);
  });

  it('leaves out what was not counted by name', async () => {
    const { read, ...stores } = sources();
    await read(nowMs - hourMs, { 'r:~other': 500 });
    expect((await readDemandHistory(stores, nowMs, over(7))).feeds.size).toBe(0);
  });

  it('is whole numbers of finite size, whatever was counted', async () => {
    const counters = fc.dictionary(
      fc.constantFrom(`r:${feed}`, `d:${feed}`, `m:${feed}`, 'r:x', 'id'),
      fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), counters)), async (items) => {
        const { usage, days } = sources();
        for (const [back, counted] of items) {
          await usage.add(hourId(nowMs - back * hourMs, 'feeds'), counted, 0);
        }
        const { feeds } = await readDemandHistory({ usage, days }, nowMs, over(7));
        for (const { reads, deep } of feeds.values()) {
          expect(reads.counts).toHaveLength(7 * 24 + 10);
          expect(
            [...reads.counts, deep].every((count) => count !== undefined && count >= 0 && Number.isFinite(count)),
          ).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});
