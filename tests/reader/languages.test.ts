import { describe, expect, it } from 'vitest';
import { titleJobSchema } from '../../src/shared/queues/fetch-job.ts';
import { filmDetails, healthyTmdb } from '../support/film-pages.ts';
import { type ReaderWorld, readerWorld } from '../support/memory-reader.ts';
import { placed, placedList, times, titled } from '../support/placed-rows.ts';
import { settingsWith } from '../support/reader-settings.ts';
import { sampleFeed } from '../support/sample-messages.ts';
import { tmdbError } from '../support/scripted-tmdb.ts';

const german = sampleFeed({ language: 'de-DE' });
const inGerman = { language: 'de-DE' };
const whole = {
  title: 'Der Klub',
  originalTitle: 'Fight Club',
  overview: 'Ein Klub.',
  posterPath: '/de.jpg',
  backdropPath: '/de-b.jpg',
};
const english = {
  title: 'Fight Club',
  originalTitle: 'Fight Club',
  overview: 'A club.',
  posterPath: '/en.jpg',
  backdropPath: '/en-b.jpg',
};
const japanese = { title: '羅生門', originalTitle: '羅生門', originalLanguage: 'ja' };

/** The titles that the pipeline was asked for, and in which language. */
const titlesAsked = (world: ReaderWorld) =>
  world.jobs().map((job) => {
    const { id, language, why } = titleJobSchema.parse(job);
    return [id, language, why];
  });

describe('a title in another language', () => {
  const cases: [name: string, over: Record<string, unknown>, shown: object, fellBack: object][] = [
    ['has all its fields from there', {}, whole, {}],
    ['lacks an overview', { overview: undefined }, { ...whole, overview: 'A club.' }, { overview: 'en-US' }],
    ['lacks a poster', { posterPath: undefined }, { ...whole, posterPath: '/en.jpg' }, { posterPath: 'en-US' }],
    [
      'lacks a backdrop',
      { backdropPath: undefined },
      { ...whole, backdropPath: '/en-b.jpg' },
      { backdropPath: 'en-US' },
    ],
    [
      'has an original title and nothing else, which means that nobody has translated it',
      { title: 'Fight Club', overview: undefined, posterPath: undefined, backdropPath: undefined },
      english,
      { title: 'en-US', overview: 'en-US', posterPath: 'en-US', backdropPath: 'en-US' },
    ],
  ];
  it.each(cases)('%s', async (_name, over, shown, fellBack) => {
    const world = readerWorld();
    const life = times(world.clock);
    await world.putRows(titled(550, life, { ...inGerman, ...whole, ...over }), titled(550, life, english));
    const { title } = await world.open().title('movie', 550, inGerman);
    expect(title).toMatchObject({ ...shown, language: 'de-DE' });
    expect(title?.fellBack).toEqual(fellBack);
  });

  it('that nothing has in any language nearer is in its original one', async () => {
    const world = readerWorld();
    await world.putRows(titled(548, times(world.clock), { ...japanese, overview: '' }));
    const { title } = await world.open().title('movie', 548, inGerman);
    expect([title?.title, title?.fellBack.title]).toEqual(['羅生門', 'original']);
  });

  it('is as old as the oldest language that it shows, and no older', async () => {
    const world = readerWorld();
    const [young, old] = [times(world.clock, { fetchedAgoHours: 1 }), times(world.clock, { fetchedAgoHours: 20 })];
    const partly = { ...inGerman, ...whole, overview: undefined as never };
    await world.putRows(titled(1, young, partly), titled(1, old, english));
    await world.putRows(titled(2, young, { ...inGerman, ...whole }), titled(2, old, english));
    const reader = world.open();
    expect((await reader.title('movie', 1, inGerman)).fetchedAt).toBe('2026-11-22T12:00:00.000Z');
    expect((await reader.title('movie', 2, inGerman)).fetchedAt).toBe('2026-11-23T07:00:00.000Z');
  });

  it('lacks what the same language in another country has, which comes before English', async () => {
    const world = readerWorld();
    const life = times(world.clock);
    const canadian = { title: 'Titre', originalTitle: 'Title', overview: undefined as never, language: 'fr-CA' };
    const french = { title: 'Titre FR', originalTitle: 'Title', overview: 'Un résumé.', language: 'fr-FR' };
    await world.putRows(titled(550, life, canadian), titled(550, life, french), titled(550, life, english));
    const { title } = await world.open().title('movie', 550, { language: 'fr-CA' });
    expect(title).toMatchObject({ title: 'Titre', overview: 'Un résumé.', language: 'fr-CA' });
    expect(title?.fellBack).toMatchObject({ overview: 'fr-FR' });
  });

  it('asks for the usual country of its language, and not for those that are only looked up', async () => {
    const world = readerWorld();
    const life = times(world.clock);
    const bare = { ...whole, overview: undefined as never };
    await world.putRows(titled(1, life, { ...bare, language: 'fr-CA' }), titled(2, life, { ...bare, ...inGerman }));
    await world.putRows(titled(1, life, english), titled(2, life, english));
    const reader = world.open();
    await reader.title('movie', 1, { language: 'fr-CA' });
    await reader.title('movie', 2, inGerman);
    await reader.settled();
    expect(titlesAsked(world)).toEqual([[1, 'fr-FR', 'a reader missed it in this language']]);
  });

  it('prefers the language of the region over English', async () => {
    const world = readerWorld({ settings: settingsWith({}, { regions: [{ region: 'AT', language: 'de-AT' }] }) });
    const life = times(world.clock);
    await world.putRows(titled(550, life, english), titled(550, life, { ...whole, language: 'de-AT' }));
    const reader = world.open();
    const there = await reader.title('movie', 550, { language: 'fr-FR', region: 'AT' });
    expect([there.title?.title, there.title?.fellBack.title]).toEqual(['Der Klub', 'de-AT']);
    const elsewhere = await reader.title('movie', 550, { language: 'fr-FR', region: 'DE' });
    expect([elsewhere.title?.title, elsewhere.title?.fellBack.title]).toEqual(['Fight Club', 'en-US']);
  });
});

describe('a title that the asked language is missing of', () => {
  it('is served from another one, and asked for once', async () => {
    const world = readerWorld();
    await world.putRows(titled(550, times(world.clock), english));
    const readers = [world.open(), world.open()];
    for (const reader of [...readers, ...readers]) {
      const answer = await reader.title('movie', 550, inGerman);
      expect(answer).toMatchObject({ stale: false, title: { title: 'Fight Club', fellBack: { title: 'en-US' } } });
      await reader.settled();
    }
    expect(titlesAsked(world)).toEqual([[550, 'de-DE', 'a reader missed it in this language']]);
    expect(world.tmdb.requests).toEqual([]);
  });

  it('is not asked for where it is there and whole, whatever else is missing', async () => {
    const world = readerWorld();
    await world.putRows(titled(550, times(world.clock), { ...inGerman, ...whole }));
    const reader = world.open();
    await reader.title('movie', 550, inGerman);
    await reader.settled();
    expect(world.jobs()).toEqual([]);
  });

  it('is fetched in it at once where no language has it', async () => {
    const world = readerWorld({ answer: ({ query }) => filmDetails(550, { title: `in ${query.language}` }) });
    const reader = world.open();
    const answer = await reader.title('movie', 550, inGerman);
    expect(answer).toMatchObject({ from: 'tmdb', title: { title: 'in de-DE', language: 'de-DE', fellBack: {} } });
    expect(world.tmdb.requests.map(({ query }) => query.language)).toEqual(['de-DE']);
    await reader.settled();
    expect(world.items()).toMatchObject([{ kind: 'item-title', language: 'de-DE' }]);
  });
});

describe('a list in another language', () => {
  it('has what its entries lack from their titles in nearer languages', async () => {
    const world = readerWorld();
    const life = times(world.clock);
    await world.putRows(
      placed(german, 1, life, { ...whole }),
      placed(german, 2, life, { ...whole, overview: '' }),
      placed(german, 3, life, { ...whole, overview: '' }),
      titled(1_002, life, english),
    );
    const { titles } = await world.open().list(german);
    expect(titles.map(({ title, overview, fellBack }) => [title, overview, fellBack])).toEqual([
      ['Der Klub', 'Ein Klub.', {}],
      ['Der Klub', 'A club.', { overview: 'en-US' }],
      ['Der Klub', '', {}],
    ]);
    expect(world.tableCalls('readTitles')).toBe(1);
  });

  it('has a title that nobody translated from nearer languages, though it has no row of its own', async () => {
    const world = readerWorld();
    const life = times(world.clock);
    await world.putRows(
      placed(german, 1, life, { ...japanese, overview: '' }),
      placed(german, 2, life, { ...japanese, overview: '' }),
      titled(1_001, life, { ...japanese, title: 'Rashomon', overview: 'A gate.' }),
    );
    const { titles } = await world.open().list(german);
    expect(titles.map(({ title, overview, fellBack }) => [title, overview, fellBack])).toEqual([
      ['Rashomon', 'A gate.', { title: 'en-US', overview: 'en-US' }],
      ['羅生門', '', { title: 'original' }],
    ]);
  });

  it('reads no titles where its entries lack nothing', async () => {
    const world = readerWorld();
    await world.putRows(placed(german, 1, times(world.clock), whole));
    await world.open().list(german);
    expect(world.tableCalls('readTitles')).toBe(0);
  });

  it('stands in in English where TMDB cannot be asked, with what there is in the asked one', async () => {
    const world = readerWorld({ answer: () => tmdbError(503, 9) });
    const life = times(world.clock);
    await world.putRows(...placedList(sampleFeed(), 3, life), titled(1_002, life, { ...inGerman, ...whole }));
    const answer = await world.open().list(german);
    expect(answer).toMatchObject({ from: 'table', feed: german, stale: false, problem: { code: 'tmdb_9' } });
    expect(answer.titles.map(({ title, fellBack }) => [title, fellBack.title])).toEqual([
      ['Film 1', 'en-US'],
      ['Der Klub', undefined],
      ['Film 3', 'en-US'],
    ]);
  });

  it('is fetched where TMDB can be asked, though it is there in English', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    await world.putRows(...placedList(sampleFeed(), 3, times(world.clock)));
    const answer = await world.open().list(german);
    expect([answer.from, answer.titles.length, answer.problem]).toEqual(['tmdb', 20, undefined]);
    expect(world.tmdb.requests).toMatchObject([{ path: '/movie/popular', query: { language: 'de-DE' } }]);
  });

  it('stands in without a reader that may call, too, and is no other list', async () => {
    const world = readerWorld();
    await world.putRows(...placedList(sampleFeed(), 3, times(world.clock)));
    const reader = world.open({ live: false });
    expect(await reader.list(german)).toMatchObject({ from: 'table', problem: { code: 'not_cached' } });
    expect((await reader.list({ ...german, media: 'tv' })).titles).toEqual([]);
    expect((await reader.list({ ...german, region: 'DE' })).titles).toEqual([]);
  });
});
