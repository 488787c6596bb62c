import { describe, expect, it } from 'vitest';
import type { Reader } from '../../src/reader/reader-api.ts';
import { UsageError } from '../../src/shared/core/errors.ts';
import { rejectionOf } from '../support/caught.ts';
import { readerWorld } from '../support/memory-reader.ts';

const markup = '<script>alert(1)</script>';
const popular = { category: 'popular', media: 'movie' };
const film = { mediaType: 'movie', id: 550 };
const bare = Object.assign(Object.create(null), { toString: undefined });
const hostile = {
  toString: () => {
    throw new Error('no text');
  },
};

/** A call as JavaScript can make it. */
type Call = [method: 'list' | 'title' | 'titles' | 'recommend', ...args: unknown[]];
/** What is called, and how the sentence begins. */
type Case = [start: string, ...call: Call];

/** The sentence in which the reader refuses a call; what it needs is there, so that nothing else can refuse it. */
async function refusal([method, ...args]: Call): Promise<string> {
  const world = readerWorld();
  const reader = world.open();
  const error = await rejectionOf((reader[method] as (...all: unknown[]) => Promise<unknown>)(...args));
  expect(error).toBeInstanceOf(UsageError);
  expect(world.tableCalls('listPages') + world.tableCalls('readTitles')).toBe(0);
  expect(reader.telemetry.metrics).toEqual([]);
  return (error as UsageError).message;
}

function expectSentence(sentence: string, start: string): void {
  expect(sentence.startsWith(start), sentence).toBe(true);
  expect(sentence).toMatch(/allowed|exists only|needs a country/);
  expect(sentence.replace(/<(TMDB (genre|keyword) id|name of an own feed)>/g, '')).not.toMatch(/[<>\n]/);
  expect(sentence.length).toBeLessThan(400);
}

const lists: Case[] = [
  ...[undefined, null, 5, 'popular/movie', [], bare].map((feed): Case => ['feed', 'list', feed]),
  ...['worst', '', 'genre_', 'genre_0', 5, null, undefined, {}, bare, hostile, markup].map(
    (category): Case => ['feed.category:', 'list', { ...popular, category }],
  ),
  ...['film', 'MOVIE', '', 5, null, undefined, bare, markup].map(
    (media): Case => ['feed.media:', 'list', { ...popular, media }],
  ),
  ...['XX', 'uk', 'USA', '', 5, null, markup].map((region): Case => ['feed.region:', 'list', { ...popular, region }]),
  ...['english', 'fil', 'de_DE', 'xx-XX', 5, null, markup].map(
    (language): Case => ['feed.language:', 'list', { ...popular, language }],
  ),
  ["feed: unknown member 'limit'", 'list', { ...popular, limit: 5 }],
  ['feed: unknown member', 'list', { ...popular, [markup]: 5 }],
  ['feed:', 'list', { category: 'popular', media: 'all' }],
  ['feed:', 'list', { category: 'local_originals', media: 'movie' }],
  ['feed:', 'list', { category: 'hidden_gems', media: 'movie', region: 'DE' }],
  ["feed.category: the settings have no own feed 'custom_none'", 'list', { category: 'custom_none', media: 'movie' }],
  ...[null, 5, 'x', []].map((options): Case => ['options', 'list', popular, options]),
  ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 10_001, '20', null, {}, 20n, markup].map(
    (limit): Case => ['options.limit:', 'list', popular, { limit }],
  ),
  ...['genres', 'excludeGenres', 'providers'].flatMap((name): Case[] => [
    ...[null, 18, '18', {}, new Set([18]), hostile].map(
      (value): Case => [`options.${name}:`, 'list', popular, { [name]: value }],
    ),
    ...[0, '18', null, bare, markup, 18n].map(
      (id): Case => [`options.${name}.1:`, 'list', popular, { [name]: [18, id] }],
    ),
  ]),
  ...['originalLanguages', 'excludeLanguages', 'excludeCountries'].flatMap((name): Case[] => [
    ...[null, 'ja', 5, bare].map((value): Case => [`options.${name}:`, 'list', popular, { [name]: value }]),
    ...['', 'ja-JP', 'Japan', 5, null, bare, hostile, markup, 'x'.repeat(10_000)].map(
      (code): Case => [`options.${name}.0:`, 'list', popular, { [name]: [code] }],
    ),
  ]),
  ...['yearFrom', 'yearTo', 'minVotes', 'minVoteAverage', 'offset'].flatMap((name) =>
    [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e21, '5', null, {}, hostile, 5n, markup].map(
      (value): Case => [`options.${name}:`, 'list', popular, { [name]: value }],
    ),
  ),
  ...[5, null, {}, hostile, '', 'NR', markup, 'x'.repeat(10_000)].map(
    (maxCertification): Case => ['options.maxCertification:', 'list', popular, { maxCertification }],
  ),
  ['feed.region:', 'list', { ...popular, region: 'FR' }, { providers: [8] }],
  ['options.excludeGenres:', 'list', popular, { genres: [18], excludeGenres: [18] }],
  ["options: unknown member 'limt'", 'list', popular, { limt: 5 }],
  ['options: unknown member', 'list', popular, { [markup]: 5 }],
];

const titles: Case[] = [
  ...['film', 'all', '', undefined, null, 5, markup].map((type): Case => ['titles.0.mediaType:', 'title', type, 550]),
  ...[0, -1, 1.5, '550', Number.NaN, 9_007_199_254_740_992, null, undefined, 550n, {}, bare, Symbol('id'), markup].map(
    (id): Case => ['titles.0.id:', 'title', 'movie', id],
  ),
  ...[null, 5, 'de-DE', []].map((options): Case => ['options', 'title', 'movie', 550, options]),
  ...['german', 5, null, markup].map((language): Case => ['options.language:', 'title', 'movie', 550, { language }]),
  ...['ZZ', 5, null, markup].map((region): Case => ['options.region:', 'titles', [film], { region }]),
  ["options: unknown member 'lang'", 'title', 'movie', 550, { lang: 'de-DE' }],
  ['options: unknown member', 'title', 'movie', 550, { [markup]: 1 }],
  ...[undefined, null, 5, 'movie/550', {}].map((refs): Case => ['titles:', 'titles', refs]),
  ...[null, 5, 'movie/550', []].map((ref): Case => ['titles.1', 'titles', [film, ref]]),
  ['titles.1.id:', 'titles', [film, { mediaType: 'tv' }]],
  ['titles.1.mediaType:', 'titles', [film, { id: 7 }]],
  ["titles.0: unknown member 'title'", 'titles', [{ ...film, title: markup }]],
  ['titles.0: unknown member', 'titles', [{ ...film, [markup]: 1 }]],
  ['titles: more than 100 titles', 'titles', Array.from({ length: 101 }, () => film)],
];

const recommendations: Case[] = [
  ...[null, 5, 'all', []].map((request): Case => ['recommend', 'recommend', request]),
  ...['film', '', 5, null, markup].map((media): Case => ['recommend.media:', 'recommend', { media }]),
  ...['movie/550', {}, 5, null].map((liked): Case => ['recommend.liked:', 'recommend', { liked }]),
  ['recommend.liked.0.id:', 'recommend', { liked: [{ mediaType: 'movie', id: markup }] }],
  ['recommend.liked: more than 100 titles', 'recommend', { liked: Array.from({ length: 101 }, () => film) }],
  ['recommend.seen.0.mediaType:', 'recommend', { seen: [{ mediaType: markup, id: 1 }] }],
  ['recommend.seen: more than 1000 titles', 'recommend', { seen: Array.from({ length: 1_001 }, () => film) }],
  ...['18', {}, 5].map((genres): Case => ['recommend.genres:', 'recommend', { genres }]),
  ...[0, 1.5, '18', markup].map((genre): Case => ['recommend.genres.0:', 'recommend', { genres: [genre] }]),
  ['recommend.genres: more than 20 genres', 'recommend', { genres: Array.from({ length: 21 }, (_, n) => n + 1) }],
  ...['XX', 5, null, markup].map((region): Case => ['recommend.region:', 'recommend', { region }]),
  ...['german', 5, null, markup].map((language): Case => ['recommend.language:', 'recommend', { language }]),
  ...[24, -1, 1.5, '8', markup].map((hour): Case => ['recommend.hour:', 'recommend', { hour }]),
  ...[0, 101, '20', markup].map((limit): Case => ['recommend.limit:', 'recommend', { limit }]),
  ...['yes', 1, null, markup].map((includeAdult): Case => ['recommend.includeAdult:', 'recommend', { includeAdult }]),
  ...[-0.1, 1.1, Number.NaN, '0.5', null, {}, hostile, markup].map(
    (variety): Case => ['recommend.variety:', 'recommend', { variety }],
  ),
  ['recommend.yearFrom:', 'recommend', { yearFrom: 2_001, yearTo: 2_000 }],
  ['recommend.region:', 'recommend', { region: 'FR', maxCertification: '12' }],
  ["recommend: unknown member 'genre'", 'recommend', { genre: 18 }],
  ['recommend: unknown member', 'recommend', { [markup]: 1 }],
];

const named = (cases: readonly Case[]) =>
  cases.map(([start, ...call], n): [string, string, Call] => [`${n}`, start, call]);

describe.each([
  ['a list', lists],
  ['titles', titles],
  ['a recommendation', recommendations],
] as const)('a wrong request for %s', (_name, cases) => {
  it.each(named(cases))('(%s) is refused in a sentence that begins with "%s"', async (_n, start, call) => {
    expectSentence(await refusal(call), start);
  });
});

describe('what is wrong in two members', () => {
  it('is refused for the first of them, in one sentence', async () => {
    const sentence = await refusal(['list', { category: 'worst', media: 'film' }]);
    expectSentence(sentence, "feed.category: unknown category 'worst': allowed are popular, trending");
    expect(sentence).not.toContain('film');
  });
});

describe('what may be left out', () => {
  it.each<[name: string, read: (reader: Reader) => Promise<unknown>]>([
    ['options', (reader) => reader.list({ category: 'popular', media: 'movie' })],
    ['all options', (reader) => reader.list({ category: 'popular', media: 'movie' }, {})],
    ['options of a title', (reader) => reader.title('movie', 550, {})],
    ['the request', (reader) => reader.recommend()],
    ['all of the request', (reader) => reader.recommend({ media: undefined, liked: undefined, hour: undefined })],
  ])('is: %s', async (_name, read) => {
    await expect(read(readerWorld().open({ live: false }))).resolves.toBeDefined();
  });
});
