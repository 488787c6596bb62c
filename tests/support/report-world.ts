import type { ReportSources } from '../../src/operator/report/build-report.ts';
import { hourMs } from '../../src/shared/core/clock.ts';
import type { FeedHead } from '../../src/shared/tables/feed-head.ts';
import type { TitleRow } from '../../src/shared/tables/title-row.ts';
import { sampleHead } from './feed-heads-contract.ts';
import { memoryCatalog } from './memory-catalog.ts';
import { memoryUsageStore } from './memory-usage-store.ts';
import { sampleTitleRow } from './sample-rows.ts';

/** When the reports of the tests are made: a Wednesday. */
export const reportNowMs = Date.UTC(2026, 10, 25, 2, 30);

/** Everything a report reads, in memory: counters as the table names them, heads, titles. */
export async function reportWorld(contents: {
  usage?: Record<string, Record<string, number>>;
  heads?: readonly FeedHead[];
  titles?: readonly TitleRow[];
}): Promise<ReportSources> {
  const usage = memoryUsageStore();
  for (const [id, counters] of Object.entries(contents.usage ?? {})) {
    await usage.add(id, counters, 0);
  }
  const catalog = memoryCatalog();
  for (const row of contents.titles ?? []) {
    await catalog.putIfNewer(row);
  }
  return { usage, heads: { list: async () => [...(contents.heads ?? [])] }, catalog };
}

/** The head of a feed that was fetched `agoHours` ago: fresh for 24 hours, there for 72. */
export function agedHead(feed: string, agoHours: number, over: Partial<FeedHead> = {}): FeedHead {
  const fetchedMs = reportNowMs - agoHours * hourMs;
  return sampleHead({
    id: `feed#${feed}`,
    feed,
    fetchedAt: new Date(fetchedMs).toISOString(),
    freshUntil: new Date(fetchedMs + 24 * hourMs).toISOString(),
    expiration: (fetchedMs + 72 * hourMs) / 1_000,
    lastOutcome: 'complete',
    ...over,
  });
}

/** A film's row that is still there. */
export function filmRow(id: number, title: string, over: Partial<TitleRow> = {}): TitleRow {
  return sampleTitleRow({ mediaId: String(id), title, expiresAt: reportNowMs / 1_000 + 3_600, ...over });
}

/** What two busy days leave, and names that no page may take for anything but text. */
export function busyWorld(): Promise<ReportSources> {
  return reportWorld({
    usage: {
      'usage#2026-11-24T08#feeds': {
        ...{
          'r:popular/movie/global/en-US': 120,
          'm:popular/movie/global/en-US': 6,
          's:popular/movie/global/en-US': 30,
        },
        ...{ 'r:local_originals/movie/DE/de-DE': 9, 'r:"><img src=x onerror=alert(1)>': 2 },
      },
      'usage#2026-11-24T08#titles#05': {
        'r:movie/1': 40,
        'm:movie/1': 10,
        'r:movie/2': 8,
        'r:movie/3': 1,
        'r:~other': 5,
        ...{ 'q:~other': 40, 'e:~other': 36, 'g:~other': 30, 'v:~other': 10 },
      },
      'usage#2026-11-24T08#pipeline': {
        ...{
          'p:calls': 21,
          'p:titleCalls': 17,
          'p:throttles': 2,
          'p:failures': 1,
          'p:rowsWritten': 400,
          'p:rowsUnchanged': 20,
        },
        'p:costMicroUsd': 812.5,
      },
      'usage#2026-11-24T08#plan': {
        ...{ 'f:popular/movie/global/en-US': 2, 'f:trending/all/global/en-US': 1 },
        ...{ 'f:local_originals/movie/DE/de-DE': 1, 'w:local_originals/movie/DE/de-DE': 1 },
        ...{ 'x:popular/movie/global/en-US': 100, 'x:local_originals/movie/DE/de-DE': 5 },
      },
      'usage#2026-11-24T12#plan': {
        ...{ 'f:genre_27/movie/global/en-US': 1, 'w:genre_27/movie/global/en-US': 1 },
        'x:popular/movie/global/en-US': 10,
      },
      'usage#2026-11-24T16#plan': { 't:movie/1': 1, 't:~other': 11, 'n:changesCalls': 110, 'n:changesSaved': 42 },
      'usage#2026-11-25T00#plan': { 'f:trending/all/global/en-US': 1, 'x:trending/all/global/en-US': 4 },
      'usage#2026-11-25T02#feeds': { 'r:trending/all/global/en-US': 14 },
    },
    heads: [
      agedHead('popular/movie/global/en-US', 1),
      agedHead('trending/all/global/en-US', 30, { lastOutcome: 'partial' }),
      agedHead('award_winning/tv/global/en-US', 200),
    ],
    titles: [
      filmRow(1, '<script>alert("1")</script> & \'more\''),
      filmRow(2, `Donaudampfschifffahrtselektrizitätenhauptbetriebswerk${'x'.repeat(80)}`),
    ],
  });
}
