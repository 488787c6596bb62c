import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import { openReader } from '../../src/reader/open-reader.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { encodeOverview } from '../../src/shared/tables/card.ts';
import { endpointOf, patient } from '../support/embedded-reader.ts';
import { describeOnEngine, type EmbeddedTables } from '../support/embedded-tables.ts';
import { packed } from '../support/list-pages.ts';
import { placed, times, titled } from '../support/placed-rows.ts';
import { sampleCard } from '../support/sample-cards.ts';
import { sampleFeed } from '../support/sample-messages.ts';
import { englishOverview } from '../support/sample-overviews.ts';

const popular = { category: 'popular', media: 'movie' } as const;
const brotli = encodeOverview(englishOverview, 1_024) as Uint8Array;

/** What may stand in a row that somebody or something has damaged; `undefined` is left out. */
const ofRows: [name: string, over: Record<string, unknown>][] = [
  ['no fetch time', { fetchedAt: undefined }],
  ['a fetch time that is none', { fetchedAt: 'yesterday' }],
  ['a soft TTL that is no date', { freshUntil: '2026-13-45T08:00:00.000Z' }],
  ['no hard TTL', { expiresAt: undefined }],
  ['a hard TTL that is a text', { expiresAt: '2026-11-26' }],
  ['a hard TTL in fractions', { expiresAt: 4_102_444_800.5 }],
  ['a hard TTL in milliseconds', { expiresAt: 4_102_444_800_000 }],
  ['a hard TTL that no calendar has', { expiresAt: 9_007_199_254_740_991 }],
  ['the next schema version in the same layout', { schemaVersion: 2 }],
  ['no schema version, as the predecessor had it', { schemaVersion: undefined }],
  ['another source', { source: 'imdb' }],
];

const ofTitles: typeof ofRows = [
  ...ofRows,
  ['a cut overview', { overview: brotli.slice(0, 40) }],
  ['an overview that was never compressed', { overview: new Uint8Array([1, 2, 3]) }],
  ['an empty compressed overview', { overview: new Uint8Array([]) }],
  ['an overview of numbers', { overview: 17 }],
  ['no title', { title: undefined }],
  ['a title that is a list', { title: ['Fight Club'] }],
  ['no popularity', { popularity: undefined }],
  ['a popularity that is no number', { popularity: 'high' }],
  ['votes that are null', { voteCount: null }],
  ['genres that are words', { genreIds: ['drama'] }],
  ['no language', { originalLanguage: undefined }],
  ['the schema version of next year', { schemaVersion: 2, title: { en: 'Fight Club' } }],
];

const ofPages: typeof ofRows = [
  ...ofRows,
  ['no cards', { cards: undefined }],
  ['cards that are a text', { cards: 'Fight Club' }],
  ['cut cards', { cards: packed([sampleCard()]).slice(0, 40) }],
  ['cards that were never compressed', { cards: new Uint8Array([1, 2, 3]) }],
  ['empty cards', { cards: new Uint8Array([]) }],
  ['cards that are no list', { cards: packed({ title: 'Fight Club' }) }],
  ['a card too many', { cards: packed([sampleCard(), sampleCard()]) }],
  ['a card without a title', { cards: packed([{ ...sampleCard(), title: undefined }]) }],
  ['a card whose votes are null', { cards: packed([{ ...sampleCard(), voteCount: null }]) }],
  ['no places', { places: undefined }],
  ['no place', { places: [] }],
  ['a place without a rank', { places: ['movie/1002'] }],
  ['a place at rank 0', { places: ['0 movie/1002'] }],
  ['a title of no known type', { places: ['2 person/1002'] }],
  ['an id that is no number', { places: ['2 movie/tt0137523'] }],
  ['no snapshot', { snapshot: undefined }],
  ['a snapshot that is none', { snapshot: 'yesterday' }],
  ['no page number', { mediaType: 'page' }],
];

const expired: [name: string, goneInHours: number][] = [
  ['a second ago', -1 / 3_600],
  ['a week ago', -168],
  ['in the year 1970', -495_000],
];

/** Rows as they lie in the table, whoever put them there; and a reader of that table alone. */
describeOnEngine('dynoxide', 'a row with', (tables) => {
  it.each(ofPages)('%s is as good as absent from a list', async (_name, over) => {
    const life = times(systemClock);
    const [first, second, third] = [1, 2, 3].map((rank) => placed(sampleFeed(), rank, life));
    const { reader } = await open(tables, first, { ...second, ...over }, third);
    const { titles, from, problem } = await reader.list(popular);
    expect([titles.map(({ rank }) => rank), from, problem]).toEqual([[1, 3], 'table', undefined]);
    const { picks } = await reader.recommend({ media: 'movie' });
    expect(picks.map(({ id }) => id).sort()).toEqual([1_001, 1_003]);
  });

  it.each(ofTitles)('%s is as good as absent where it is a title', async (_name, over) => {
    const life = times(systemClock);
    const { reader } = await open(tables, { ...titled(550, life), ...over }, titled(551, life));
    const problem = { code: 'not_cached', cause: 'row_damaged' };
    const absent = { from: 'none', title: null, absent: false, problem };
    expect(await reader.title('movie', 550)).toMatchObject(absent);
    const both = await reader.titles([
      { mediaType: 'movie', id: 550 },
      { mediaType: 'movie', id: 551 },
    ]);
    expect(both).toMatchObject([absent, { from: 'table', title: { id: 551 } }]);
  });

  it.each(ofTitles)('%s in one language leaves the others', async (_name, over) => {
    const life = times(systemClock);
    const german = { ...titled(550, life, { language: 'de-DE', title: 'Der Klub' }), ...over };
    const { reader } = await open(tables, german, titled(550, life));
    const { title, from } = await reader.title('movie', 550, { language: 'de-DE' });
    expect([title?.title, title?.fellBack.title, from]).toEqual(['Film 550', 'en-US', 'table']);
  });
});

describeOnEngine('dynoxide', 'a reader that meets a damaged row', (tables) => {
  const life = times(systemClock);
  const damage = { cards: new Uint8Array([1, 2, 3]) };

  it.each<[name: string, over: Record<string, unknown>, why: string]>([
    [
      'that cannot be unpacked',
      damage,
      'its cards cannot be unpacked, or their number differs from that of its places',
    ],
    ['of another layout', { places: 7 }, 'places: invalid_type'],
  ])('%s says so once, and of a list that has no other page that it is why', async (_name, over, why) => {
    const { reader, warnings } = await open(tables, { ...placed(sampleFeed(), 1, life), ...over });
    const problem = {
      code: 'not_cached',
      cause: 'row_damaged',
      detail: 'what the table holds of this list is damaged',
    };
    expect(await reader.list(popular)).toMatchObject({ from: 'none', titles: [], problem });
    expect(await reader.list(popular, { limit: 60 })).toMatchObject({ problem });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^tmdb-pipeline: the row 'popular\/movie\/global\/en-US page#0001' of the table '.*' is damaged and left out \(/,
      ),
    ]);
    expect(warnings[0]).toContain(`(${why})`);
  });

  it('says so of a page behind others, of titles, and of nothing that is well', async () => {
    const rows = [placed(sampleFeed(), 1, life), { ...placed(sampleFeed(), 2, life), ...damage }];
    const { reader, warnings } = await open(
      tables,
      ...rows,
      { ...titled(550, life), ...{ title: 7 } },
      titled(551, life),
    );
    expect(await reader.list(popular)).toMatchObject({ from: 'table' });
    await reader.title('movie', 550);
    await reader.title('movie', 551);
    expect(await reader.title('movie', 552)).toMatchObject({ problem: { code: 'not_cached' } });
    expect((await reader.title('movie', 552)).problem).not.toHaveProperty('cause');
    const named = /the row '(.+?)'.*left out/;
    expect(warnings.map((warning) => named.exec(warning)?.[1])).toEqual([
      'popular/movie/global/en-US page#0002',
      '550 movie',
    ]);
  });
});

describeOnEngine('dynoxide', 'a row that expired', (tables) => {
  it.each(expired)('%s and is still there is never served', async (_name, goneInHours) => {
    const gone = times(systemClock, { fetchedAgoHours: 200, staleInHours: goneInHours - 1, goneInHours });
    const life = times(systemClock);
    const rows = [placed(sampleFeed(), 1, gone), placed(sampleFeed(), 2, life), titled(550, gone)];
    const { reader } = await open(tables, ...rows);
    expect((await reader.list(popular)).titles.map(({ rank }) => rank)).toEqual([2]);
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'none', title: null });
    const recommended = await reader.recommend({ media: 'movie', liked: [{ mediaType: 'movie', id: 550 }] });
    expect(recommended.picks.map(({ id }) => id)).toEqual([1_002]);
    expect(recommended.unknownLiked).toEqual([{ mediaType: 'movie', id: 550 }]);
  });

  it('leaves nothing of a list that is all gone', async () => {
    const gone = times(systemClock, { fetchedAgoHours: 80, staleInHours: -50, goneInHours: -1 });
    const { reader } = await open(tables, placed(sampleFeed(), 1, gone), placed(sampleFeed(), 2, gone));
    const nothing = { from: 'none', freshness: 0, stale: false, fetchedAt: null, problem: { code: 'not_cached' } };
    expect(await reader.list(popular)).toMatchObject({ ...nothing, titles: [] });
    expect(await reader.recommend()).toMatchObject({ ...nothing, picks: [], feeds: [] });
  });
});

/** A reader of a table that holds `items`. */
async function open(tables: EmbeddedTables, ...items: readonly (Record<string, unknown> | undefined)[]) {
  const catalogTable = await tables.newCatalog();
  for (const Item of items) {
    await tables.client.send(new PutCommand({ TableName: catalogTable, Item }));
  }
  const dynamodb = { endpoint: await endpointOf(tables), region: 'us-east-1' };
  const warnings: string[] = [];
  const logger = { warn: (message: string) => warnings.push(message) };
  const reader = openReader({ catalogTable, dynamodb, settings: patient, logger });
  onTestFinished(() => reader.close());
  return { reader, warnings };
}
