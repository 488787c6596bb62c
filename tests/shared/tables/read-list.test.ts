import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { type ListPageRow, listPageDraft } from '../../../src/shared/tables/list-page-row.ts';
import { assembleList, decodeList, listRowsOf } from '../../../src/shared/tables/read-list.ts';
import { arbitraryFeed } from '../../support/arbitrary-feed.ts';
import { arbitraryEpochMs, arbitraryTitle } from '../../support/arbitrary-page.ts';
import { type OnPage, pageContent, pageKeys } from '../../support/list-pages.ts';
import { sampleFeed, samplePage, sampleTitle } from '../../support/sample-messages.ts';
import { sampleListPage } from '../../support/sample-rows.ts';

const mixed = sampleFeed({ category: 'trending', media: 'all' });
const older = '2026-11-22T08:00:00Z.0badcafe';
const newer = '2026-11-23T08:00:00Z.0badcafe';
const nowMs = Date.UTC(2026, 10, 23, 9);

function page(n: number, titles: readonly OnPage[], over: Partial<ListPageRow> = {}): ListPageRow {
  const fetchedAt = '2026-11-23T08:00:00.000Z';
  return sampleListPage({ ...pageKeys(mixed, n), snapshot: newer, fetchedAt, ...pageContent(titles), ...over });
}

/** Pages in order, some of an older snapshot, each with a few of twelve films and series. */
const arbitraryPages = fc
  .array(
    fc.record({
      snapshot: fc.constantFrom(older, newer),
      expiresInSeconds: fc.constantFrom(-86_400, -1, 0, 1, 86_400),
      titles: fc.array(fc.record({ id: fc.integer({ min: 1, max: 6 }), mediaType: fc.constantFrom('movie', 'tv') }), {
        minLength: 1,
        maxLength: 8,
      }),
    }),
    { maxLength: 8 },
  )
  .map((drawn) =>
    drawn.map(({ snapshot, expiresInSeconds, titles }, n) => {
      const onPage = titles.map((title, index) => ({ rank: 20 * n + index + 1, ...title }) as OnPage);
      return page(n + 1, onPage, { snapshot, expiresAt: nowMs / 1000 + expiresInSeconds });
    }),
  );

/** Places of the pages that live, first page first: rank and title. */
const livePlaces = (pages: readonly ListPageRow[]) =>
  pages.filter(({ expiresAt }) => expiresAt > nowMs / 1000).flatMap(({ places }) => places);

describe('any pages as a list', () => {
  const lists = fc.tuple(arbitraryPages, fc.integer({ min: 0, max: 15 }));

  it('are what stands on the pages that live, from the first on, each title where it stands first', () => {
    fc.assert(
      fc.property(lists, ([pages, limit]) => {
        const places = livePlaces(pages);
        const first = places.filter((place, n) => {
          const title = place.split(' ')[1];
          return places.findIndex((other) => other.split(' ')[1] === title) === n;
        });
        const told = assembleList(pages, limit, nowMs).map(({ rank, mediaType, id }) => `${rank} ${mediaType}/${id}`);
        expect(told).toEqual(first.slice(0, limit));
      }),
      { numRuns: 50 },
    );
  });

  it('say of each title in which snapshot it stood there', () => {
    fc.assert(
      fc.property(lists, ([pages, limit]) => {
        for (const { rank, snapshot } of assembleList(pages, limit, nowMs)) {
          expect(snapshot).toBe(pages[Math.floor((rank - 1) / 20)]?.snapshot);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a list', () => {
  it('keeps the older page where the newer one is still in flight', () => {
    const behind = page(
      2,
      [
        { rank: 21, id: 12 },
        { rank: 22, id: 13 },
      ],
      { snapshot: older },
    );
    const list = assembleList([page(1, [{ id: 11 }, { id: 12 }]), behind], 10, nowMs);
    expect(list.map(({ id, rank, snapshot }) => [id, rank, snapshot])).toEqual([
      [11, 1, newer],
      [12, 2, newer],
      [13, 22, older],
    ]);
  });

  it('moves down what stands behind a page of more than twenty rows: no two have one rank', () => {
    const pages = [1, 2, 3].map((n) =>
      page(
        n,
        Array.from({ length: n === 3 ? 20 : 25 }, (_, index) => ({
          rank: 20 * (n - 1) + index + 1,
          id: 100 * n + index,
        })),
      ),
    );
    const list = assembleList(pages, 70, nowMs);
    expect(list.map(({ rank }) => rank)).toEqual(Array.from({ length: 70 }, (_, index) => index + 1));
    expect([list[24]?.id, list[25]?.id, list[50]?.id]).toEqual([124, 200, 300]);
  });

  it('keeps the ranks of a page whose first row stood at the end of a longer one', () => {
    const longer = page(
      1,
      Array.from({ length: 21 }, (_, index) => ({ rank: index + 1, id: index + 1 })),
    );
    const next = page(2, [
      { rank: 21, id: 21 },
      { rank: 22, id: 22 },
    ]);
    expect(
      assembleList([longer, next], 60, nowMs)
        .slice(-2)
        .map(({ rank, id }) => [rank, id]),
    ).toEqual([
      [21, 21],
      [22, 22],
    ]);
  });

  it('leaves out a page whose cards are damaged, or are not as many as its places', () => {
    const damaged = page(1, [{ id: 1 }], { cards: new Uint8Array([1, 2, 3]) });
    const short = page(2, [{ rank: 21 }], { places: ['21 movie/2', '22 movie/3'] });
    expect(assembleList([damaged, short, page(3, [{ rank: 41, id: 4 }])], 10, nowMs).map(({ id }) => id)).toEqual([4]);
  });

  it('says which entries are past their soft TTL', () => {
    const at = (freshUntil: string) => assembleList([page(1, [{}], { freshUntil })], 1, nowMs)[0]?.stale;
    expect(at('2026-11-23T09:00:00.001Z')).toBe(false);
    expect(at('2026-11-23T09:00:00.000Z')).toBe(true);
    expect(at('2026-11-23T08:59:59.999Z')).toBe(true);
  });

  it('carries the whole card', () => {
    const { rank: _rank, id, mediaType, ...card } = sampleTitle({ id: 11 });
    expect(assembleList([page(1, [{ rank: 3, id, mediaType, ...card }])], 1, nowMs)[0]).toEqual({
      ...card,
      id,
      mediaType,
      rank: 3,
      snapshot: newer,
      fetchedAt: '2026-11-23T08:00:00.000Z',
      stale: false,
    });
  });
});

it('a page that comes from TMDB is told as it will be once it was written and read', () => {
  const titles = fc.array(arbitraryTitle, { maxLength: 4 });
  fc.assert(
    fc.property(arbitraryFeed, titles, arbitraryEpochMs, (feed, all, ms) => {
      const fetched = samplePage({ feed, fetchedAt: new Date(ms).toISOString(), titles: all });
      const row = listPageDraft(fetched, defaultSettings)?.build();
      expect(listRowsOf(fetched, defaultSettings)).toEqual(row === undefined ? [] : decodeList([row]));
    }),
  );
});
