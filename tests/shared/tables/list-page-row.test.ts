import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemPage } from '../../../src/shared/queues/item-page.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import {
  feedPartition,
  feedPrefix,
  type ListPageRow,
  listPageDraft,
  listPageKey,
  listPageRowSchema,
  listPageSortKey,
  readPlaces,
  titlesOn,
} from '../../../src/shared/tables/list-page-row.ts';
import { rowBytes } from '../../../src/shared/tables/row.ts';
import { arbitraryFeed } from '../../support/arbitrary-feed.ts';
import {
  arbitraryCloseSighting,
  arbitraryEpochMs,
  arbitrarySnapshot,
  arbitraryTitle,
} from '../../support/arbitrary-page.ts';
import { titlesOfPage } from '../../support/list-pages.ts';
import { sampleFeed, samplePage, sampleTitle } from '../../support/sample-messages.ts';
import { englishOverview } from '../../support/sample-overviews.ts';

const germany = sampleFeed({ region: 'DE', language: 'de-DE' });
const pageNumber = fc.integer({ min: 1, max: 500 });

function rowOf(page: ItemPage): ListPageRow {
  const row = listPageDraft(page, defaultSettings)?.build();
  if (row === undefined) {
    throw new Error('a page with titles has a row');
  }
  return row;
}

const contentOf = (row: ListPageRow) => ({ ...row, version: '', cards: titlesOfPage(row) });

describe('keys of a page', () => {
  it('are its feed and number, and in the index the rank of its first row', () => {
    expect(listPageKey(germany, 2)).toEqual({ mediaId: 'popular/movie/DE/de-DE', mediaType: 'page#0002' });
    expect(feedPartition(germany)).toBe('popular/DE/de-DE');
    expect(feedPrefix(sampleFeed({ category: 'trending', media: 'all' }))).toBe('all#');
    expect(listPageSortKey(germany, 1)).toBe('movie#9998');
    expect(listPageSortKey(germany, 2)).toBe('movie#9978');
    expect(listPageSortKey(germany, 500)).toBe('movie#0018');
  });

  it('share a partition and a prefix for one feed, and differ for two', () => {
    fc.assert(
      fc.property(arbitraryFeed, arbitraryFeed, pageNumber, (a, b, page) => {
        expect(listPageSortKey(a, page).startsWith(feedPrefix(a))).toBe(true);
        const sameFeed = isDeepStrictEqual(a, b);
        const sameRange = feedPartition(a) === feedPartition(b) && feedPrefix(a) === feedPrefix(b);
        expect(sameRange).toBe(sameFeed);
        expect(isDeepStrictEqual(listPageKey(a, page), listPageKey(b, page))).toBe(sameFeed);
      }),
    );
  });

  it('read backwards in the index give the pages from the first on', () => {
    fc.assert(
      fc.property(arbitraryFeed, fc.uniqueArray(pageNumber), (feed, pages) => {
        const keyed = pages.map((page) => ({ page, key: listPageSortKey(feed, page) }));
        const backwards = keyed.toSorted((a, b) => Buffer.compare(Buffer.from(b.key), Buffer.from(a.key)));
        expect(backwards.map(({ page }) => page)).toEqual(pages.toSorted((a, b) => a - b));
      }),
    );
  });
});

const versionOf = (over: Parameters<typeof samplePage>[0]) => rowOf(samplePage(over)).version;

describe('a page’s row', () => {
  it('is what stood where in a snapshot of a feed', () => {
    const titles = [sampleTitle({ rank: 21 }), sampleTitle({ rank: 23, mediaType: 'tv', id: 1399, title: 'Thrones' })];
    const row = rowOf(samplePage({ feed: germany, page: 2, titles }));
    expect(row).toMatchObject({
      mediaId: 'popular/movie/DE/de-DE',
      mediaType: 'page#0002',
      category: 'popular/DE/de-DE',
      contentType: 'movie#9978',
      snapshot: '2026-11-23T08:00:00Z.0badcafe',
      places: ['21 movie/550', '23 tv/1399'],
      schemaVersion: 1,
      source: 'tmdb',
      fetchedAt: '2026-11-23T08:00:07.250Z',
    });
    expect(titlesOfPage(row)).toEqual(titles);
    const freshMs = Date.parse(row.freshUntil) - Date.parse('2026-11-23T08:00:07.250Z');
    expect(Math.abs(freshMs - 86_400_000)).toBeLessThanOrEqual(8_640_000);
    expect(row.expiresAt).toBeGreaterThanOrEqual(Date.parse('2026-11-26T08:00:07Z') / 1000);
  });

  it('holds each title once, where it stands best, by rank', () => {
    const titles = [3, 1, 2].map((rank) => sampleTitle({ rank, id: rank === 3 ? 1 : rank, title: `at ${rank}` }));
    expect(titlesOfPage(rowOf(samplePage({ titles }))).map(({ rank, id, title }) => [rank, id, title])).toEqual([
      [1, 1, 'at 1'],
      [2, 2, 'at 2'],
    ]);
  });

  it('keeps a film and a series of one id apart', () => {
    const titles = [sampleTitle({ id: 605 }), sampleTitle({ id: 605, rank: 2, mediaType: 'tv' })];
    expect(rowOf(samplePage({ titles })).places).toEqual(['1 movie/605', '2 tv/605']);
  });

  it('says of a page without titles that it is empty', () => {
    const row = rowOf(samplePage({ titles: [] }));
    expect(listPageRowSchema.parse(row)).toMatchObject({ places: [], snapshot: samplePage().snapshot });
    expect(titlesOfPage(row)).toEqual([]);
  });

  it('that is empty outweighs a page with titles only when that has passed its hard TTL', () => {
    // Popular lists live for 24 h × 3.1 at the most, their jobs wait for 6 h, and a day's run is caught up on within a day.
    const full = versionOf({ snapshot: '2026-11-20T00:00:00Z.0badcafe' });
    expect(versionOf({ snapshot: '2026-11-24T08:23:59Z.5eed5eed', titles: [] }) < full).toBe(true);
    expect(versionOf({ snapshot: '2026-11-24T08:24:01Z.5eed5eed', titles: [] }) > full).toBe(true);
    expect(versionOf({ snapshot: '2026-11-20T00:00:00Z.ffffffff', titles: [] }) < full).toBe(true);
  });

  it('has the row’s own shape, whatever the titles and the feed', () => {
    const titles = fc.array(arbitraryTitle, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        arbitraryFeed,
        titles,
        arbitrarySnapshot,
        arbitraryEpochMs,
        pageNumber,
        (feed, all, run, ms, page) => {
          const row = rowOf(
            samplePage({ feed, page, snapshot: run, fetchedAt: new Date(ms).toISOString(), titles: all }),
          );
          expect(listPageRowSchema.parse(row)).toEqual(row);
        },
      ),
    );
  });

  it('of twenty titles with overviews of 600 characters stays below 8 KB', () => {
    const shuffled = (n: number) =>
      englishOverview
        .split(' ')
        .map((word, at) => ({ word, by: (at * 7 + n * 13) % 31 }))
        .sort((a, b) => a.by - b.by)
        .map(({ word }) => word)
        .join(' ');
    const titles = Array.from({ length: 20 }, (_, n) => sampleTitle({ id: n + 1, rank: n + 1, overview: shuffled(n) }));
    expect(rowBytes(rowOf(samplePage({ titles })))).toBeLessThan(8 * 1_024);
  });
});

describe('version', () => {
  const monday = '2026-11-23T08:00:00Z.0badcafe';
  const at = (snapshot: string, ms: number, title: ReturnType<typeof sampleTitle>) =>
    rowOf(samplePage({ snapshot, fetchedAt: new Date(ms).toISOString(), titles: [title] })).version;

  it('is the same for the same content only', () => {
    const close = arbitraryCloseSighting().map(({ page, listed }) => rowOf({ ...page, titles: [listed] }));
    fc.assert(
      fc.property(close, close, (a, b) => {
        expect(a.version === b.version).toBe(isDeepStrictEqual(contentOf(a), contentOf(b)));
      }),
      { numRuns: 300 },
    );
  });

  it('is greater for a newer snapshot, whatever was fetched when', () => {
    fc.assert(
      fc.property(arbitraryTitle, arbitraryTitle, arbitraryEpochMs, arbitraryEpochMs, (a, b, atA, atB) => {
        expect(at('2026-11-23T08:00:01Z.00000000', atB, a) > at(monday, atA, b)).toBe(true);
      }),
    );
  });

  it('is greater for the earlier fetch of one snapshot: a job that comes twice changes nothing', () => {
    const gap = fc.integer({ min: 1, max: 10 ** 9 });
    fc.assert(
      fc.property(arbitraryTitle, arbitraryTitle, arbitraryEpochMs, gap, (a, b, ms, later) => {
        expect(at(monday, ms, a) > at(monday, ms + later, b)).toBe(true);
      }),
    );
  });
});

describe('places', () => {
  it('are read as they are written', () => {
    expect(readPlaces(['1 movie/550', '10000 tv/1399'])).toEqual([
      { rank: 1, mediaType: 'movie', id: 550 },
      { rank: 10_000, mediaType: 'tv', id: 1399 },
    ]);
  });

  it.each(['', 'first', '1 person/5', '0 movie/5', '1 movie/0', '1  movie/5', '1 movie/5x', '-1 movie/5', 7, null])(
    'are none in %j',
    (text) => {
      expect(readPlaces([text])).toEqual([]);
    },
  );

  it('of several pages are as many titles as differ', () => {
    const places = (...all: string[]) => ({ places: all });
    expect(titlesOn([places('1 movie/1', '2 tv/1'), places('21 movie/1', '22 movie/2')])).toBe(3);
    expect(titlesOn([])).toBe(0);
  });
});
