import { describe, expect, it } from 'vitest';
import { buildReport, type ReportSources } from '../../../src/operator/report/build-report.ts';
import { dayMs } from '../../../src/shared/core/clock.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { agedHead, busyWorld, filmRow, reportNowMs, reportWorld } from '../../support/report-world.ts';

const report = (sources: ReportSources, { days = 7, top = 10 } = {}) =>
  buildReport({ untilMs: reportNowMs, sinceMs: days * dayMs, top }, sources, defaultSettings, reportNowMs);

describe('a report', () => {
  it('sums reads, work and cost of the period, by hand', async () => {
    const told = await report(await busyWorld());
    expect(told).toMatchObject({
      asOf: '2026-11-25T02:30:00.000Z',
      period: { from: '2026-11-18T02:00:00.000Z', to: '2026-11-25T02:30:00.000Z', hours: 169 },
      reads: {
        feeds: { reads: 145, hits: 139, misses: 6, stale: 30, hitRatio: 0.9586, staleShare: 0.2069 },
        titles: { reads: 54, hits: 44, misses: 10, stale: 0, hitRatio: 0.8148, staleShare: 0 },
        all: { reads: 199, hits: 183, misses: 16, stale: 30, hitRatio: 0.9196, staleShare: 0.1508 },
      },
      notByName: { feeds: 0, titles: 5 },
      pipeline: { calls: 21, titleCalls: 17, throttles: 2, failures: 1, rowsWritten: 400, rowsUnchanged: 20 },
      wholeTitles: {
        ...{ asked: 40, detailsShare: 0.9, certificationShare: 0.75, servicesShare: 0.25 },
        ...{ planned: 12, changesCalls: 110, changesSaved: 42 },
      },
      cost: { writingUsd: 0.000813 },
      freshness: { total: 3, fresh: 1, stale: 1, expired: 1, incomplete: 1 },
    });
    expect(told.series.step).toBe('day');
    expect(told.series.points).toHaveLength(8);
    expect(told.series.points.slice(-2)).toMatchObject([
      { from: '2026-11-24T00:00:00.000Z', reads: 185, misses: 16, calls: 21 },
      { from: '2026-11-25T00:00:00.000Z', reads: 14, misses: 0, calls: 0 },
    ]);
  });

  it('tells what the plans were worth, by hand', async () => {
    const { plan, notes } = await report(await busyWorld());
    expect(plan).toEqual({
      // Of 145 reads of feeds 139 hits, of which 30 stale.
      ...{ freshReads: 109, freshShare: 0.7517 },
      // Trending, fetched at eight, was read by nobody in the twelve hours that it lived; a genre has days left.
      fetches: { fetchedPages: 6, usedPages: 4, wastedPages: 1, openPages: 1, wastedShare: 0.2 },
      warming: { warmedPages: 2, callsSaved: 1, savedPerCall: 0.5 },
      // From eight to twelve |100 - 120| and |5 - 9|, from twelve to sixteen |10 - 0|; that of midnight is not over.
      forecast: { compared: 2, expectedReads: 115, countedReads: 129, wape: 0.2636, bias: -0.1085 },
    });
    for (const figure of ['Served fresh', 'Fetched', 'Wasted', 'Warmed', 'A call is saved', 'WAPE', 'bias']) {
      expect(notes.filter((note) => note.includes(figure))).not.toEqual([]);
    }
  });

  it('knows nothing of a plan’s worth after the end of the period', async () => {
    const untilMs = Date.UTC(2026, 10, 24, 14);
    const until = { untilMs, sinceMs: dayMs, top: 10 };
    const { plan } = await buildReport(until, await busyWorld(), defaultSettings, reportNowMs);
    expect(plan.fetches).toMatchObject({ fetchedPages: 5, usedPages: 3, wastedPages: 0, openPages: 2 });
    expect(plan.forecast).toMatchObject({ compared: 1, expectedReads: 105, countedReads: 129 });
  });

  it('never tells of fewer than no fresh reads, nor of more than all', async () => {
    const world = await reportWorld({ usage: { 'usage#2026-11-25T02#feeds': { 'r:a': 4, 'm:a': 3, 's:a': 3 } } });
    expect((await report(world)).plan).toMatchObject({ freshReads: 0, freshShare: 0 });
  });

  it('leaves out what lies before and after the period', async () => {
    const world = await reportWorld({
      usage: {
        'usage#2026-11-24T01#feeds': { 'r:a': 1 },
        'usage#2026-11-24T02#feeds': { 'r:a': 10 },
        'usage#2026-11-25T02#feeds': { 'r:a': 100 },
        'usage#2026-11-25T03#feeds': { 'r:a': 1_000 },
      },
    });
    expect((await report(world, { days: 1 })).reads.feeds.reads).toBe(110);
  });

  it('ranks feeds, with those that are fetched and nobody reads among the least read', async () => {
    const { mostRead, leastRead } = await report(await busyWorld(), { top: 2 });
    expect(mostRead.feeds.map(({ feed, reads }) => [feed, reads])).toEqual([
      ['popular/movie/global/en-US', 120],
      ['trending/all/global/en-US', 14],
    ]);
    const fetched = { 'feed#x': agedHead('x', 1), 'feed#gone': agedHead('gone', 80) };
    const world = await reportWorld({
      usage: { 'usage#2026-11-25T02#feeds': { 'r:a': 3 } },
      heads: Object.values(fetched),
    });
    expect((await report(world)).leastRead.feeds.map(({ feed, reads }) => [feed, reads])).toEqual([
      ['x', 0],
      ['a', 3],
    ]);
    expect(leastRead.feeds[0]?.reads).toBe(2);
  });

  it('names titles as the table does, in the default language and as long as it may', async () => {
    const world = await reportWorld({
      usage: {
        'usage#2026-11-25T02#titles#30': {
          ...{ 'r:movie/1': 5, 'r:movie/2': 4, 'r:tv/3': 3, 'r:movie/4': 2 },
          // No titles: in the sum, in no ranking.
          ...{
            'r:movie/': 50,
            'r:movie/0': 50,
            'r:book/1': 50,
            'r:movie/5/de-DE': 50,
            'r:movie/99999999999999999': 50,
          },
        },
      },
      titles: [
        filmRow(1, 'One'),
        filmRow(2, 'Zwei', { mediaType: 'movie@de-DE' }),
        filmRow(3, 'Three', { mediaType: 'tv' }),
        filmRow(4, 'Past its hard TTL', { expiresAt: reportNowMs / 1_000 }),
      ],
    });
    const { mostRead, leastRead, reads } = await report(world);
    expect(mostRead.titles).toMatchObject([
      { mediaType: 'movie', id: 1, title: 'One', reads: 5 },
      { mediaType: 'movie', id: 2, title: null, reads: 4 },
      { mediaType: 'tv', id: 3, title: 'Three', reads: 3 },
      { mediaType: 'movie', id: 4, title: null, reads: 2 },
    ]);
    expect(leastRead.titles).toEqual(mostRead.titles.toReversed());
    expect(reads.titles.reads).toBe(264);
  });

  it('of a period in which nothing happened is all zeros', async () => {
    const told = await report(await reportWorld({}));
    expect(told.reads.all).toEqual({ reads: 0, hits: 0, misses: 0, stale: 0, hitRatio: null, staleShare: null });
    expect(told).toMatchObject({
      mostRead: { feeds: [], titles: [] },
      leastRead: { feeds: [], titles: [] },
      pipeline: { calls: 0, rowsWritten: 0 },
      cost: { writingUsd: 0 },
      freshness: { total: 0, median: null },
      plan: {
        ...{ freshReads: 0, freshShare: null },
        fetches: { fetchedPages: 0, wastedShare: null },
        warming: { warmedPages: 0, savedPerCall: null },
        forecast: { compared: 0, wape: null, bias: null },
      },
    });
  });

  it('says so where counters are not kept as long', async () => {
    const world = await reportWorld({});
    const kept = 'Counters are kept 42 days: what is older is not in the figures.';
    expect((await report(world, { days: 41 })).notes).not.toContain(kept);
    expect((await report(world, { days: 43 })).notes).toContain(kept);
  });

  it('is a document without anything that JSON does not hold', async () => {
    const told = await report(await busyWorld());
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
  });
});
