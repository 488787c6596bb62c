import { describe, expect, it } from 'vitest';
import { byReads, learnDemand } from '../../src/demand/learned-demand.ts';
import { hourMs } from '../../src/shared/core/clock.ts';
import { parseFeedId } from '../../src/shared/core/feed.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { memoryDemandDays } from '../support/memory-demand-days.ts';
import { memoryUsageStore } from '../support/memory-usage-store.ts';

/** Monday, half past eight. */
const nowMs = Date.UTC(2026, 10, 23, 8, 30);
const popular = 'popular/movie/global/en-US';
const trend = 'trending/movie/DE/de-DE';
const feedOf = (id: string) => parseFeedId(id) ?? expect.fail(`no feed: ${id}`);

/** Four weeks in which `reads(hour of the day)` were made of each feed. */
async function counted(reads: Readonly<Record<string, (hourOfDay: number) => number>>) {
  const usage = memoryUsageStore();
  for (let back = 1; back <= 28 * 24; back += 1) {
    const atMs = nowMs - back * hourMs;
    const counters = Object.entries(reads).map(([feed, of]) => [`r:${feed}`, of(new Date(atMs).getUTCHours())]);
    const some = Object.fromEntries(counters.filter(([, count]) => Number(count) > 0));
    await usage.add(`usage#${new Date(atMs).toISOString().slice(0, 13)}#feeds`, some, 0);
  }
  return { usage, days: memoryDemandDays() };
}

async function learned(sources: Awaited<ReturnType<typeof counted>>, settings: Settings = defaultSettings) {
  const { demand, notes } = await learnDemand(sources, nowMs, settings);
  return demand ?? expect.fail(notes.join());
}

describe('what is learned', () => {
  it('are the reads of the hours to come, by the hour of the day', async () => {
    const evenings = await learned(await counted({ [popular]: (hour) => (hour >= 18 && hour < 22 ? 30 : 2) }));
    const from = Date.UTC(2026, 10, 23);
    const reads = (fromHour: number, toHour: number) =>
      evenings.reads(feedOf(popular), from + fromHour * hourMs, from + toHour * hourMs);
    expect(reads(18, 22)).toBeGreaterThan(100);
    expect(reads(18, 22)).toBeLessThan(140);
    expect(reads(12, 16)).toBeLessThan(16);
    expect(reads(16, 16)).toBe(0);
  });

  it('is nothing of a feed that nobody has read', async () => {
    const demand = await learned(await counted({ [popular]: () => 5 }));
    expect(demand.reads(feedOf(trend), nowMs, nowMs + 24 * hourMs)).toBe(0);
    expect([demand.planned(feedOf(trend)), demand.deeperShare(feedOf(trend)), demand.readsSoFar(trend)]).toEqual([
      false,
      0,
      0,
    ]);
  });

  it('is how deep a feed is read', async () => {
    const sources = await counted({ [popular]: () => 1 });
    await sources.usage.add('usage#2026-11-22T10#feeds', { [`d:${popular}`]: 672 }, 0);
    // As many pages beyond the first as reads: half of those that ask for a page ask for the next one.
    const demand = await learned(sources);
    const share = demand.deeperShare(feedOf(popular));
    expect(share).toBeGreaterThan(0.49);
    expect(share).toBeLessThan(0.52);
  });

  it('is how fast a feed changes, its soft TTL as long as nothing was compared', async () => {
    const sources = await counted({ [popular]: () => 1, [trend]: () => 1 });
    const never = { [`k:${popular}`]: 10_000, [`a:${popular}`]: 240_000 };
    await sources.usage.add('usage#2026-11-22#changes', never, 0);
    const demand = await learned(sources);
    expect(demand.changed(feedOf(popular), 24)).toBeLessThan(0.01);
    expect(demand.changed(feedOf(trend), 4)).toBeCloseTo(0.5, 6);
  });

  it('is which feeds are read, the most read first', async () => {
    const demand = await learned(
      await counted({ [trend]: () => 1, [popular]: () => 2, 'popular/tv/DE/de-DE': () => 1 }),
    );
    expect(byReads(demand)).toEqual([popular, 'popular/tv/DE/de-DE', trend]);
  });
});

describe('nothing is learned', () => {
  const titles = new Map();
  const silence = [{ demand: undefined, titles, notes: ['no read was counted yet, so the base plan runs'] }];

  it.each<[string, Record<string, number> | undefined]>([
    ['are missing', undefined],
    ['are all zero', { [`r:${popular}`]: 0, [`m:${popular}`]: 0 }],
    ['are damaged', { [`r:${popular}`]: Number.NaN, 'r:': -3, id: 7 }],
    ['name nothing', { 'r:~other': 12 }],
  ])('where the counters %s', async (_, counters) => {
    const usage = memoryUsageStore();
    if (counters !== undefined) {
      await usage.add('usage#2026-11-23T07#feeds', counters, 0);
    }
    expect([await learnDemand({ usage, days: memoryDemandDays() }, nowMs, defaultSettings)]).toEqual(silence);
  });

  it('where they cannot be read', async () => {
    const usage = { read: async () => Promise.reject(new Error('the control table is away')) };
    expect(await learnDemand({ usage, days: memoryDemandDays() }, nowMs, defaultSettings)).toEqual({
      demand: undefined,
      titles,
      notes: ['the usage counters cannot be read, so the base plan runs: the control table is away'],
    });
  });

  it('of feeds, where titles alone are read: these it knows', async () => {
    const usage = memoryUsageStore();
    await usage.add('usage#2026-11-22T07#titles#00', { 'r:movie/550': 12 }, 0);
    const learned = await learnDemand({ usage, days: memoryDemandDays() }, nowMs, defaultSettings);
    expect([learned.demand, [...learned.titles.keys()]]).toEqual([undefined, ['movie/550']]);
  });

  it('where nobody asks for it', async () => {
    const sources = await counted({ [popular]: () => 5 });
    const adaptive = { ...defaultSettings.planner.adaptive, enabled: false };
    const off = { ...defaultSettings, planner: { ...defaultSettings.planner, adaptive } };
    const nothing = { demand: undefined, titles, notes: [] };
    expect(await learnDemand(sources, nowMs, off)).toEqual(nothing);
    expect(await learnDemand(undefined, nowMs, defaultSettings)).toEqual(nothing);
  });
});
