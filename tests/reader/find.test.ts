/** The title behind an id elsewhere, through the tiers. */
import { describe, expect, it } from 'vitest';
import type { ItemDetails, ItemTitle } from '../../src/shared/queues/item-page.ts';
import { findBody, findingTmdb } from '../support/find-answers.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { sampleItemDetails } from '../support/sample-messages.ts';
import { tmdbError } from '../support/scripted-tmdb.ts';
import { movieRow, seriesRow } from '../support/tmdb-rows.ts';

const fightClub = { externalId: { source: 'imdb', id: 'tt0137523' }, mediaType: 'movie', id: 550 };
const foundFightClub = findingTmdb(() => findBody({ movie: [movieRow()] }));
const dayMs = 86_400_000;

/** A world whose writer has just applied `items`, of the time that it is there. */
async function worldWith(items: readonly Partial<ItemDetails>[], answer = foundFightClub) {
  const world = readerWorld({ answer });
  const fetchedAt = new Date(world.clock.nowMs()).toISOString();
  await world.land(items.map((item) => sampleItemDetails({ fetchedAt, ...item })));
  return world;
}

const partsWith = (imdb: string | null, tvdb: number | null = null): ItemDetails['parts'] => ({
  ...sampleItemDetails().parts,
  externalIds: { externalIds: { imdb, tvdb, wikidata: null } },
});
const series = (imdb: string | null, tvdb: number | null, id = 1_396): Partial<ItemDetails> => ({
  mediaType: 'tv',
  id,
  parts: partsWith(imdb, tvdb),
});
const findPaths = (world: ReturnType<typeof readerWorld>) =>
  world.tmdb.requests.map(({ path }) => path).filter((path) => path.startsWith('/find/'));

describe('an id whose row details have written', () => {
  it('is answered from the table, then from memory, like the title itself, without a call', async () => {
    const world = await worldWith([{}]);
    const reader = world.open();
    const answer = await reader.find('imdb', 'tt0137523');
    const title = await world.open().title('movie', 550);
    expect(answer).toEqual({ ...title, ...fightClub, matches: [{ mediaType: 'movie', id: 550 }] });
    expect(answer).toMatchObject({ from: 'table', absent: false });
    expect(await reader.find('imdb', 'tt0137523')).toEqual({ ...answer, from: 'memory' });
    expect(world.tmdb.requests).toEqual([]);
  });

  it('takes two reads of the table', async () => {
    const world = await worldWith([{}]);
    const calls: string[] = [];
    world.faults.use(async (call, act) => {
      calls.push(call.name);
      return act();
    });
    await world.open({ counted: false }).find('imdb', 'tt0137523', { details: true, language: 'de-DE' });
    expect(calls.filter((name) => name !== 'readReference')).toEqual(['readExternalId', 'readTitles']);
  });

  it('is read in a language, and with the details of a region', async () => {
    const world = await worldWith([{}]);
    const options = { language: 'de-DE', region: 'DE', details: true } as const;
    const answer = await world.open().find('imdb', 'tt0137523', options);
    expect(answer).toMatchObject({ title: { language: 'de-DE', title: 'Der Kampfklub' } });
    expect(answer.details).toMatchObject({ region: 'DE', runtimeMinutes: 139, externalIds: { imdb: 'tt0137523' } });
  });

  it('may be one at TheTVDB, as text or as number', async () => {
    const world = await worldWith([series('tt0903747', 81_189)]);
    const reader = world.open({ live: false });
    for (const id of ['81189', 81_189, ' 0081189 ']) {
      expect(await reader.find('tvdb', id)).toMatchObject({
        externalId: { source: 'tvdb', id: '81189' },
        mediaType: 'tv',
        id: 1_396,
      });
    }
    expect(await reader.find('imdb', ' TT0903747')).toMatchObject({ externalId: { id: 'tt0903747' }, id: 1_396 });
  });

  it('of a film and a series is the film at IMDb, and the series at TheTVDB; the other one is told', async () => {
    const both = [{ parts: partsWith('tt0137523', 7) }, series('tt0137523', 7)];
    const reader = (await worldWith(both)).open({ live: false });
    const [film, show] = [
      { mediaType: 'movie', id: 550 },
      { mediaType: 'tv', id: 1_396 },
    ];
    expect(await reader.find('imdb', 'tt0137523')).toMatchObject({ ...film, matches: [film, show] });
    expect(await reader.find('tvdb', 7)).toMatchObject({ ...show, matches: [show, film] });
  });

  it('is not kept longer than its row, however long the title is', async () => {
    const world = await worldWith([{}], () => tmdbError(503, 9));
    const rowEndsMs = Number(world.catalog.joinedRows().find(({ mediaType }) => mediaType === 'id')?.expiresAt) * 1_000;
    await world.clock.advance(rowEndsMs - dayMs - world.clock.nowMs());
    const fetchedAt = new Date(world.clock.nowMs()).toISOString();
    await world.land([sampleItemDetails({ fetchedAt, parts: { base: sampleItemDetails().parts.base } as never })]);
    const { expiresAt, freshUntil, ageSeconds } = await world.open().find('imdb', 'tt0137523');
    expect([expiresAt, freshUntil].map((at) => Date.parse(at ?? ''))).toEqual([rowEndsMs, rowEndsMs]);
    expect(ageSeconds).toBeLessThan(43_200);
    await world.clock.advance(dayMs);
    expect(await world.open({ live: false }).find('imdb', 'tt0137523')).toMatchObject({
      from: 'none',
      problem: { code: 'not_cached' },
    });
  });
});

describe('an id that nobody has', () => {
  it('is asked of TMDB once for all who ask at the same time, and is then in memory', async () => {
    const world = readerWorld({ answer: foundFightClub });
    const reader = world.open();
    const answers = await Promise.all(Array.from({ length: 200 }, () => reader.find('imdb', 'tt0137523')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({
      ...fightClub,
      from: 'tmdb',
      stale: false,
      title: { title: 'Fight Club', language: 'en-US', voteCount: expect.any(Number) },
      matches: [{ mediaType: 'movie', id: 550 }],
    });
    expect(world.tmdb.requests).toEqual([
      { path: '/find/tt0137523', query: { external_source: 'imdb_id', language: 'en-US' } },
    ]);
    expect(await reader.find('imdb', 'tt0137523')).toMatchObject({ from: 'memory' });
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'memory' });
    expect(reader.telemetry.eventsOf('live-fetched')).toMatchObject([
      { subject: 'find/imdb:tt0137523', outcome: 'ok', code: '' },
    ]);
  });

  it('becomes a row with its title, so that the next container asks nobody', async () => {
    const world = readerWorld({ answer: foundFightClub });
    const reader = world.open();
    const first = await reader.find('imdb', 'tt0137523', { language: 'de-DE' });
    await reader.settled();
    expect(world.items()).toMatchObject([
      { kind: 'item-title', language: 'de-DE', foundBy: 'imdb:tt0137523', title: { mediaType: 'movie', id: 550 } },
    ]);
    await world.land(world.items());
    const next = await world.open().find('imdb', 'tt0137523', { language: 'de-DE' });
    expect(next).toMatchObject({ from: 'table', matches: first.matches });
    expect(next.title).toEqual(first.title);
    expect(world.tmdb.requests).toHaveLength(1);
  });

  it('of a film and a series is both, each remembered', async () => {
    const world = readerWorld({ answer: findingTmdb(() => findBody({ movie: [movieRow()], tv: [seriesRow()] })) });
    const reader = world.open();
    const matches = [
      { mediaType: 'tv', id: 1_396 },
      { mediaType: 'movie', id: 550 },
    ];
    expect(await reader.find('tvdb', 7)).toMatchObject({ mediaType: 'tv', id: 1_396, matches });
    await reader.settled();
    expect(world.items().map((item) => (item as ItemTitle).foundBy)).toEqual(['tvdb:7', 'tvdb:7']);
    await world.land(world.items());
    expect(await world.open({ live: false }).find('tvdb', 7)).toMatchObject({ mediaType: 'tv', id: 1_396, matches });
  });

  it('has its details requested behind the answer where they are asked for', async () => {
    const world = readerWorld({ answer: foundFightClub });
    const reader = world.open();
    const { details } = await reader.find('imdb', 'tt0137523', { details: true });
    expect(details?.unknown).toContain('base');
    await reader.settled();
    expect(world.jobs()).toMatchObject([{ kind: 'title-job', mediaType: 'movie', id: 550, details: true }]);
  });

  it('is not asked for where TMDB is none of the tiers', async () => {
    const world = readerWorld({ answer: foundFightClub });
    expect(await world.open({ live: false }).find('imdb', 'tt0137523')).toEqual({
      externalId: fightClub.externalId,
      mediaType: null,
      id: null,
      title: null,
      matches: [],
      absent: false,
      from: 'none',
      fetchedAt: null,
      freshUntil: null,
      expiresAt: null,
      ageSeconds: null,
      freshness: 0,
      stale: false,
      problem: { code: 'not_cached', detail: 'the table holds no title with this id' },
      images: expect.anything(),
    });
  });
});

describe('a row that tells of the past', () => {
  const other = findingTmdb(() => findBody({ movie: [movieRow({ id: 77, title: 'Another' })] }));

  it('gives way to what TMDB has by the id, once its title is gone', async () => {
    const world = await worldWith([{ id: 1_000_001 }], other);
    await world.clock.advance(60 * dayMs);
    const reader = world.open();
    expect(await reader.find('imdb', 'tt0137523')).toMatchObject({ id: 77, from: 'tmdb', absent: false });
    expect(await reader.find('imdb', 'tt0137523')).toMatchObject({ id: 77, from: 'memory' });
    await reader.settled();
    await world.land(world.items());
    expect(await world.open().find('imdb', 'tt0137523')).toMatchObject({ id: 77, from: 'table' });
    expect(findPaths(world)).toHaveLength(1);
  });

  it('whose title is not there takes one call, of what has the id, also when it is the same title', async () => {
    const world = await worldWith([{ id: 77 }], other);
    await world.clock.advance(60 * dayMs);
    expect(await world.open().find('imdb', 'tt0137523')).toMatchObject({
      id: 77,
      from: 'tmdb',
      title: { title: 'Another' },
    });
    expect(world.tmdb.requests.map(({ path }) => path)).toEqual(['/find/tt0137523']);
  });

  it('is named where its title is not there and nobody can be asked', async () => {
    const world = await worldWith([{}]);
    await world.clock.advance(60 * dayMs);
    expect(await world.open({ live: false }).find('imdb', 'tt0137523')).toMatchObject({
      ...fightClub,
      matches: [{ mediaType: 'movie', id: 550 }],
      from: 'none',
      title: null,
      absent: false,
      problem: { code: 'not_cached', detail: 'the table holds no such title' },
    });
  });

  it('is nothing where TMDB finds nothing by it any more', async () => {
    const world = await worldWith(
      [{}],
      findingTmdb(() => findBody()),
    );
    await world.clock.advance(60 * dayMs);
    expect(await world.open().find('imdb', 'tt0137523')).toMatchObject({ absent: true, title: null, matches: [] });
  });

  it.each([
    ['another one', 'tt9999999'],
    ['none', null],
  ])('gives way, too, when its title has by its later details %s', async (_name, imdb) => {
    const world = await worldWith([{}], other);
    await world.clock.advance(20 * dayMs);
    const fetchedAt = new Date(world.clock.nowMs()).toISOString();
    await world.land([sampleItemDetails({ fetchedAt, parts: partsWith(imdb) })]);
    expect(await world.open({ live: false }).find('imdb', 'tt0137523')).toMatchObject({
      title: null,
      problem: { code: 'not_cached' },
    });
    expect(await world.open().find('imdb', 'tt0137523')).toMatchObject({ id: 77, from: 'tmdb' });
  });

  it('stands against details that were fetched before it', async () => {
    const world = await worldWith([{ parts: partsWith('tt9999999') }]);
    await world.clock.advance(dayMs);
    const reader = world.open();
    expect(await reader.find('imdb', 'tt0137523')).toMatchObject({ id: 550, from: 'tmdb' });
    await reader.settled();
    await world.land(world.items());
    expect(await world.open({ live: false }).find('imdb', 'tt0137523')).toMatchObject({ id: 550, from: 'table' });
  });
});
