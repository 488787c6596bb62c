/**
 * Rows of the predecessor in every shape. Each is made from the facts of a title, so that what must become of it is known without reading
 * it again; a broken one is made from a good one, with a word that its reason must hold.
 */
import { brotliDecompressSync } from 'node:zlib';
import { expect } from 'vitest';
import { dayMs, type Random } from '../../src/shared/core/clock.ts';
import { cardFieldList } from '../../src/shared/queues/card-fields.ts';
import type { Item } from './memory-migration.ts';
import { halfDayOf, inSteps } from './reference-table.ts';
import { englishOverview } from './sample-overviews.ts';

/** What is true of a title; fetched on a full second. */
export type TitleFacts = {
  id: number;
  mediaType: 'movie' | 'tv';
  title: string;
  overview: string;
  posterPath: string | null;
  day: string;
  voteCount: number;
  genreIds: number[];
  fetchedAtMs: number;
};

/** A row as it lay in the table, with what must become of it. */
export type LegacySample = { item: Item; facts: TitleFacts; problem: string | undefined };

const titles = ['Fight Club', 'Amélie', '千と千尋の神隠し', 'Dark “Matter” & Co', '1917'];

/** A whole number below `count`. */
export function drawBelow(random: Random, count: number): number {
  return Math.floor(random.next() * count);
}

function draw<T>(random: Random, from: readonly T[]): T {
  return from[drawBelow(random, from.length)] as T;
}

const shortAndLong = ['', 'A club.', englishOverview];

/** Facts of the title `id`, fetched one to 200 days before `nowMs`. */
export function drawFacts(random: Random, id: number, nowMs: number, overviews = shortAndLong): TitleFacts {
  return {
    id,
    mediaType: draw(random, ['movie', 'tv'] as const),
    title: `${draw(random, titles)} ${id}`,
    overview: draw(random, overviews),
    posterPath: draw(random, [null, `/p${id}.jpg`]),
    day: draw(random, ['1999-10-15', '2024-02-29']),
    voteCount: draw(random, [0, 90, 27_044]),
    genreIds: draw(random, [[], [18], [18, 53, 35]]),
    fetchedAtMs: Math.floor((nowMs - dayMs - random.next() * 199 * dayMs) / 1_000) * 1_000,
  };
}

/** A row that holds these facts, in a shape that is drawn. */
export function drawLegacyItem(random: Random, facts: TitleFacts): Item {
  return {
    mediaId: String(facts.id),
    mediaType: facts.mediaType,
    fetchedAt: drawFetchedAt(random, facts.fetchedAtMs),
    ...placed(random, spelled(random, contentOf(random, facts))),
    cacheKey: `${facts.mediaType}_${facts.id}`,
    contentId: String(facts.id),
    category: 'popular',
    contentType: facts.mediaType,
    expiresAt: facts.fetchedAtMs + dayMs * draw(random, [1, 30]),
    ...draw(random, [{}, { source: 'cache', hits: 7, ttl: 86_400 }]),
  };
}

/** A row of any shape; every tenth is broken. */
export function drawLegacySample(random: Random, id: number, nowMs: number, overviews = shortAndLong): LegacySample {
  const facts = drawFacts(random, id, nowMs, overviews);
  const item = drawLegacyItem(random, facts);
  if (random.next() >= 0.1) {
    return { item, facts, problem: undefined };
  }
  const [problem, broken] = draw(random, breakages)(item, facts);
  return { item: broken, facts, problem };
}

type Breakage = (item: Item, facts: TitleFacts) => [problem: string, broken: Item];

/** Without any place that might hold content. */
function bare({ data: _data, item: _item, metadata: _metadata, ...rest }: Item): Item {
  const names = ['title', 'name', 'original_title', 'originalTitle', 'original_name', 'originalName'];
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !names.includes(name)));
}

const breakages: Breakage[] = [
  (item) => ['there is no title', bare(item)],
  (item) => ['there is no title', { ...bare(item), title: '  ' }],
  (item) => ['data is no content', { ...bare(item), data: '{"title":"Fight' }],
  (item) => ['item is no content', { ...bare(item), item: ['Fight Club'] }],
  (item, { id }) => ['no TMDB id', { ...item, mediaId: `tt${id}` }],
  (item, { id }) => ['no TMDB id', { ...item, mediaId: `0${id}` }],
  (item) => ['neither movie nor tv', { ...item, mediaType: 'person' }],
  (item) => ['one of this schema', { ...item, mediaType: 'movie@de-DE' }],
  (item) => ['one of this schema', { ...item, mediaType: 'movie#popular/movie/US/en-US' }],
  ({ fetchedAt: _fetchedAt, ...item }) => ['there is no fetchedAt', item],
  (item) => ['no time between', { ...item, fetchedAt: 'yesterday' }],
  (item) => ['no time between', { ...item, fetchedAt: -1 }],
  (item) => ['no time between', { ...item, fetchedAt: 4_102_444_800_000 }],
  (item, { id }) => ['another title', { ...bare(item), data: { id: id + 1, title: 'Another' } }],
  (item) => ['no row of this schema', { ...item, version: 3 }],
  (item) => ['no row of this schema', { ...item, version: '3', schemaVersion: 1 }],
];

function drawFetchedAt(random: Random, ms: number): unknown {
  const iso = new Date(ms).toISOString();
  return draw(random, [
    ms,
    ms,
    ms,
    String(ms),
    ms / 1_000,
    String(ms / 1_000),
    iso,
    iso.slice(0, 19),
    `${iso.slice(0, 19)}Z`,
  ]);
}

function contentOf(random: Random, facts: TitleFacts): Item {
  const isMovie = facts.mediaType === 'movie';
  return {
    ...(isMovie ? { title: facts.title } : { name: facts.title }),
    overview: facts.overview,
    poster_path: facts.posterPath,
    ...(isMovie ? { release_date: facts.day } : { first_air_date: facts.day }),
    vote_average: draw(random, [8.438, '8.438']),
    vote_count: draw(random, [facts.voteCount, String(facts.voteCount)]),
    popularity: 73.433,
    ...draw(random, [
      { genre_ids: facts.genreIds },
      { genre_ids: facts.genreIds.map(String) },
      { genres: facts.genreIds.map((id) => ({ id, name: `genre ${id}` })) },
    ]),
    original_language: 'en',
    origin_country: draw(random, [['US'], 'US']),
    adult: false,
    video: false,
  };
}

function spelled(random: Random, content: Item): Item {
  const camel = (name: string) => name.replace(/_./g, (pair) => pair.slice(1).toUpperCase());
  return random.next() < 0.5
    ? content
    : Object.fromEntries(Object.entries(content).map(([name, value]) => [camel(name), value]));
}

function placed(random: Random, content: Item): Item {
  const container = draw(random, ['', 'data', 'item', 'metadata']);
  if (container === '') {
    return content;
  }
  return { [container]: random.next() < 0.5 ? content : JSON.stringify(content) };
}

const allowedAttributes = [
  ...['mediaId', 'mediaType', 'schemaVersion', 'version', 'source', 'fetchedAt', 'freshUntil', 'expiresAt'],
  ...cardFieldList.map(([name]): string => name),
];

/** Asserts that `item` is the row of this schema that these facts ask for, and holds nothing else. */
export function expectMigrated(item: Item | undefined, facts: TitleFacts): void {
  expect(Object.keys(item ?? {}).filter((name) => !allowedAttributes.includes(name))).toEqual([]);
  const { overview, posterPath = null, genreIds = [], ...rest } = item ?? {};
  const fetchedAt = `${halfDayOf(new Date(facts.fetchedAtMs).toISOString())}:00:00.000Z`;
  expect({ ...rest, overview: overviewText(overview), posterPath, genreIds }).toMatchObject({
    mediaId: String(facts.id),
    mediaType: facts.mediaType,
    schemaVersion: 1,
    source: 'tmdb',
    title: facts.title,
    overview: facts.overview,
    posterPath: facts.posterPath,
    releaseDate: facts.day,
    voteAverage: 8.4,
    voteCount: inSteps(facts.voteCount),
    genreIds: facts.genreIds,
    originCountries: ['US'],
    fetchedAt,
  });
  // Three weeks, and up to a tenth of a week more.
  const lifeMs = Number(rest.expiresAt) * 1_000 - Date.parse(fetchedAt);
  expect(lifeMs).toBeGreaterThanOrEqual(21 * dayMs);
  expect(lifeMs).toBeLessThanOrEqual(21.7 * dayMs);
}

function overviewText(stored: unknown): unknown {
  return stored instanceof Uint8Array ? brotliDecompressSync(stored).toString('utf8') : (stored ?? '');
}
