/**
 * What may reach the writer: pages of several runs and feeds, drawn from so few titles, times and facts that runs overlap,
 * titles stand in several feeds and twice at page borders, and equal fetch times are common.
 */
import fc from 'fast-check';
import type { Feed } from '../../src/shared/core/feed.ts';
import { emptyCard } from '../../src/shared/queues/card-fields.ts';
import type { ItemPage, ListedTitle } from '../../src/shared/queues/item-page.ts';
import { englishOverview } from './sample-overviews.ts';

/** A set of messages, and one way in which they arrive: who gets which, in what order, in which batches. */
export type History = {
  pages: ItemPage[];
  /** One list of batches for each writer; batches hold indices into `pages`, each of which occurs at least once. */
  writers: number[][][];
};

const pagesOfFeed = 2;
const rowsOfPage = 3;

/** The last two were planned for the same second; the first is a week old. */
const runs = [
  { runId: '0badcafe', snapshot: '2026-11-16T08:00:00Z.0badcafe' },
  { runId: '11111111', snapshot: '2026-11-23T08:00:00Z.11111111' },
  { runId: '22222222', snapshot: '2026-11-23T08:00:00Z.22222222' },
] as const;

const feeds: Feed[] = [
  { category: 'popular', media: 'movie', region: 'global', language: 'en-US' },
  { category: 'trending', media: 'movie', region: 'global', language: 'en-US' },
  { category: 'trending', media: 'all', region: 'global', language: 'en-US' },
  { category: 'popular', media: 'tv', region: 'global', language: 'en-US' },
  { category: 'popular', media: 'movie', region: 'DE', language: 'de-DE' },
];

/** On both sides of noon, where a period ends; the last is that of a late replay. */
const fetchTimes = [
  '2026-11-16T08:00:01.000Z',
  '2026-11-23T08:00:01.000Z',
  '2026-11-23T08:00:01.001Z',
  '2026-11-23T11:59:59.999Z',
  '2026-11-23T12:00:00.000Z',
  '2026-11-30T20:00:00.000Z',
] as const;

const facts = fc.record({
  mediaType: fc.constantFrom('movie' as const, 'tv' as const),
  id: fc.constantFrom(7, 8, 550),
  title: fc.constantFrom('Fight Club', 'Fight Club: Director’s Cut'),
  overview: fc.constantFrom('', 'A club.', englishOverview, `${englishOverview} Again.`),
  voteCount: fc.constantFrom(0, 90, 26_900, 27_000, 31_000),
  popularity: fc.constantFrom(12.5, 73.433, 73.5),
  posterPath: fc.constantFrom(null, '/p.jpg'),
  genreIds: fc.constantFrom([], [18], [18, 53]),
  originalLanguage: fc.constantFrom('en', 'de'),
});

/** One page of one run's feed. */
export const arbitraryHistoryPage: fc.Arbitrary<ItemPage> = fc
  .record({
    run: fc.constantFrom(...runs),
    feed: fc.constantFrom(...feeds),
    page: fc.integer({ min: 1, max: pagesOfFeed }),
    fetchedAt: fc.constantFrom(...fetchTimes),
    rows: fc.array(facts, { maxLength: rowsOfPage }),
    rejected: fc.nat(2),
    persons: fc.nat(1),
    unknown: fc.boolean(),
  })
  .map(({ run, feed, page, rows, unknown, ...rest }) => ({
    kind: 'item-page',
    version: 1,
    jobId: `${run.runId}/${feed.category}/${feed.media}/${feed.region}/${feed.language}/${page}`,
    ...run,
    feed,
    page,
    pages: pagesOfFeed,
    titles: rows.map((row, index) => listedIn(feed, (page - 1) * rowsOfPage + index + 1, row)),
    ...rest,
    ...(unknown && rows.length === 0 && { absence: { code: 'tmdb_34', detail: 'HTTP 404: not found' } }),
  }));

/** A job that was fetched twice in the same millisecond, with answers that differ. */
const arbitraryTwin = fc.record({
  of: fc.nat(5),
  change: fc.record({ overview: fc.constantFrom('', 'Another club.'), voteCount: fc.constantFrom(0, 27_001) }),
});

const arbitraryPages: fc.Arbitrary<ItemPage[]> = fc
  .tuple(fc.array(arbitraryHistoryPage, { minLength: 1, maxLength: 6 }), fc.array(arbitraryTwin, { maxLength: 2 }))
  .map(([pages, twins]) => [
    ...pages,
    ...twins.flatMap(({ of, change }) =>
      pages
        .slice(of, of + 1)
        .map((page) => ({ ...page, titles: page.titles.map((listed) => ({ ...listed, ...change })) })),
    ),
  ]);

/** Messages and a way in which they arrive at one to three writers: any order, any repetition, any batches. */
export const arbitraryHistory: fc.Arbitrary<History> = arbitraryPages.chain((pages) =>
  fc
    .array(fc.nat(pages.length - 1), { maxLength: 5 })
    .chain((again) => {
      const all = [...pages.keys(), ...again];
      return fc.record({
        order: fc.shuffledSubarray(all, { minLength: all.length }),
        writer: fc.array(fc.nat(2), { minLength: all.length, maxLength: all.length }),
        cut: fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length }),
      });
    })
    .map(({ order, writer, cut }) => ({ pages, writers: dealt(order, writer, cut) })),
);

function dealt(order: number[], writer: number[], cut: boolean[]): number[][][] {
  const writers: number[][][] = [[], [], []];
  order.forEach((page, n) => {
    const batches = writers[writer[n] ?? 0] ?? [];
    const last = batches.at(-1);
    if (last === undefined || cut[n] === true) {
      batches.push([page]);
    } else {
      last.push(page);
    }
  });
  return writers.filter((batches) => batches.length > 0);
}

type Facts = typeof facts extends fc.Arbitrary<infer T> ? T : never;

function listedIn(feed: Feed, rank: number, row: Facts): ListedTitle {
  return {
    rank,
    ...emptyCard,
    ...row,
    mediaType: feed.media === 'all' ? row.mediaType : feed.media,
    genreIds: [...row.genreIds],
    originalTitle: 'Fight Club',
    releaseDate: '1999-10-15',
    voteAverage: 8.438,
  };
}
