/**
 * What may happen to a reader: rows with any lives come into the table, time goes on, wall clocks jump, the table and TMDB fail
 * and come back, and somebody reads. Drawn from so few feeds, titles and times that rows are often just about to go.
 */
import fc from 'fast-check';
import type { Feed } from '../../src/shared/core/feed.ts';
import { sampleFeed } from './sample-messages.ts';

/** Seconds from the moment that a row comes in; any order of the three. */
export type RowLife = { fetchedInSeconds: number; staleInSeconds: number; goneInSeconds: number };

export type ReaderAct =
  | { act: 'place'; feed: Feed; id: number; rank: number; snapshot: number; life: RowLife; whole: boolean }
  | { act: 'describe'; id: number; language: string; life: RowLife; whole: boolean }
  | { act: 'wait'; seconds: number }
  | { act: 'jump'; seconds: number }
  | { act: 'table'; state: TableState }
  | { act: 'tmdb'; up: boolean }
  | { act: 'list'; feed: Feed; limit: number }
  | { act: 'title'; id: number; language: string }
  | { act: 'recommend'; language: string };

/** How the table answers: `jumpSeconds` is what the wall clock does while it takes `ms`. */
export type TableState = { kind: 'up' } | { kind: 'down' } | { kind: 'slow'; ms: number; jumpSeconds: number };

export const english = 'en-US';
export const german = 'de-DE';

const englishFeeds = [sampleFeed(), sampleFeed({ category: 'trending' })];
const feeds = [...englishFeeds, sampleFeed({ language: german })];
const feed = fc.constantFrom(...feeds);
const language = fc.constantFrom(english, german);
const id = fc.integer({ min: 1, max: 4 });
const life: fc.Arbitrary<RowLife> = fc.record({
  fetchedInSeconds: fc.constantFrom(-90_000, -3_600, -10, 0, 5),
  staleInSeconds: fc.constantFrom(-3_600, -1, 0, 1, 20, 290, 86_400),
  goneInSeconds: fc.constantFrom(-60, 0, 1, 25, 45, 310, 900, 172_800),
});

const place = fc.record({
  act: fc.constant('place' as const),
  feed,
  id,
  rank: fc.integer({ min: 1, max: 5 }),
  snapshot: fc.integer({ min: 0, max: 3 }),
  life,
  whole: fc.boolean(),
});
const describe = fc.record({ act: fc.constant('describe' as const), id, language, life, whole: fc.boolean() });
const wait = fc.record({
  act: fc.constant('wait' as const),
  seconds: fc.constantFrom(0.2, 1, 2, 29, 31, 301, 901, 90_000),
});
const jump = fc.record({
  act: fc.constant('jump' as const),
  seconds: fc.constantFrom(-86_400, -3_600, -30, 30, 3_600, 86_400, 8_640_000),
});
const upOrDown: fc.Arbitrary<TableState> = fc.constantFrom({ kind: 'up' as const }, { kind: 'down' as const });
const slow: fc.Arbitrary<TableState> = fc.record({
  kind: fc.constant('slow' as const),
  ms: fc.constantFrom(1, 100, 499, 700),
  jumpSeconds: fc.constantFrom(-3_600, 0, 0, 2, 30, 86_400),
});
const limit = fc.constantFrom(1, 3, 20, 40);
const list = fc.record({ act: fc.constant('list' as const), feed, limit });
/** Nothing else can stand in for it. */
const englishList = fc.record({ act: fc.constant('list' as const), feed: fc.constantFrom(...englishFeeds), limit });
const title = fc.record({ act: fc.constant('title' as const), id, language });
const recommend = fc.record({ act: fc.constant('recommend' as const), language });

/** A history in which everything happens. */
export const anyHistory: fc.Arbitrary<ReaderAct[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: place },
    { weight: 3, arbitrary: describe },
    { weight: 4, arbitrary: wait },
    { weight: 1, arbitrary: jump },
    { weight: 2, arbitrary: fc.oneof(upOrDown, slow).map((state) => ({ act: 'table' as const, state })) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('tmdb' as const), up: fc.boolean() }) },
    { weight: 6, arbitrary: fc.oneof(list, title, recommend) },
  ),
  { minLength: 4, maxLength: 30 },
);

/** A history of lists and titles that ask the table alone, which is there, or not, or silent. */
export const plainHistory: fc.Arbitrary<ReaderAct[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: place.map((placed) => ({ ...placed, whole: true })) },
    { weight: 4, arbitrary: describe.map((described) => ({ ...described, whole: true })) },
    { weight: 4, arbitrary: wait },
    { weight: 1, arbitrary: jump },
    {
      weight: 2,
      arbitrary: fc
        .oneof(upOrDown, fc.constant({ kind: 'slow' as const, ms: 700, jumpSeconds: 0 }))
        .map((state) => ({ act: 'table' as const, state })),
    },
    { weight: 8, arbitrary: fc.oneof(englishList, title) },
  ),
  { minLength: 4, maxLength: 40 },
);
