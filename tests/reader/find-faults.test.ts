/** What finding does where TMDB, the table or the id is not as it should be. */
import { describe, expect, it } from 'vitest';
import type { TmdbAnswer } from '../../src/shared/tmdb/tmdb-port.ts';
import { type FoundRows, findBody, findingTmdb } from '../support/find-answers.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { settingsWith } from '../support/reader-settings.ts';
import { sampleItemDetails } from '../support/sample-messages.ts';
import { jsonAnswer, noResponse, tmdbError } from '../support/scripted-tmdb.ts';
import { itWithSharedData, readSharedJson } from '../support/shared-data.ts';
import { movieRow, personRow, seriesRow } from '../support/tmdb-rows.ts';

const nothing = { from: 'none', title: null, mediaType: null, id: null, matches: [] };
const html: TmdbAnswer = { kind: 'response', status: 200, body: '<html>busy</html>', retryAfter: undefined };
const empty: TmdbAnswer = { kind: 'response', status: 200, body: '', retryAfter: undefined };

describe('what cannot be told', () => {
  it.each<[string, TmdbAnswer, string]>([
    ['TMDB is down', tmdbError(503, 9), 'tmdb_9'],
    ['TMDB fails inside', tmdbError(500, 11), 'tmdb_11'],
    ['something else answers', html, 'unreadable_body'],
    ['the answer is empty', empty, 'unreadable_body'],
    ['the answer is an empty object', jsonAnswer(200, {}), 'unreadable_answer'],
    ['the answer is a list', jsonAnswer(200, []), 'unreadable_answer'],
    ['a kind is missing', jsonAnswer(200, { movie_results: [] }), 'unreadable_answer'],
    ['a kind is no list', jsonAnswer(200, { movie_results: [], tv_results: null }), 'unreadable_answer'],
    ['no row can be read', findBody({ movie: [{}, null, 7, { id: 'x' }] }), 'unreadable_answer'],
    ['nobody answers', noResponse('timeout'), 'timeout'],
    ['calls are refused', tmdbError(429, 25), 'tmdb_25'],
    ['the token is refused', tmdbError(401, 7), 'tmdb_7'],
  ])('is no absence: %s', async (_name, answer, code) => {
    const world = readerWorld({ answer: () => answer });
    const reader = world.open();
    expect(await reader.find('imdb', 'tt0137523')).toMatchObject({ ...nothing, absent: false, problem: { code } });
    await reader.settled();
    expect([world.items(), world.control.calls.includes('add')]).toEqual([[], false]);
  });

  it('is asked again after seconds', async () => {
    const world = readerWorld({
      answer: (_request, call) => (call === 1 ? tmdbError(503, 9) : findBody({ movie: [movieRow()] })),
    });
    const reader = world.open();
    const told = async () => (await reader.find('imdb', 'tt0137523')).from;
    expect([await told(), await told()]).toEqual(['none', 'none']);
    await world.clock.advance(2_001);
    expect(await told()).toBe('tmdb');
    expect(world.tmdb.requests).toHaveLength(2);
  });

  it('is not asked of TMDB while the table or the breaker does not let it', async () => {
    const world = readerWorld({ answer: () => findBody() });
    world.faults.use(async () => {
      throw Object.assign(new Error('no'), { name: 'ThrottlingException' });
    });
    const table = { ...nothing, absent: false, problem: { code: 'table_unavailable', cause: 'throttled' } };
    expect(await world.open().find('imdb', 'tt0137523')).toMatchObject(table);
    const other = readerWorld({ answer: () => findBody() });
    other.control.use(async () => {
      throw new Error('no');
    });
    expect(await other.open().find('imdb', 'tt0137523')).toMatchObject({ problem: { code: 'control_unavailable' } });
    expect([world.tmdb.requests, other.tmdb.requests]).toEqual([[], []]);
  });

  it('is answered from memory while the table fails, and says so', async () => {
    const world = readerWorld({ settings: settingsWith({ memory: { titleSeconds: 1 } }) });
    const fetchedAt = new Date(world.clock.nowMs()).toISOString();
    await world.land([sampleItemDetails({ fetchedAt })]);
    const reader = world.open();
    await reader.find('imdb', 'tt0137523');
    await world.clock.advance(2_000);
    world.faults.use(async () => {
      throw new Error('no');
    });
    expect(await reader.find('imdb', 'tt0137523')).toMatchObject({
      from: 'memory',
      id: 550,
      problem: { code: 'table_unavailable' },
    });
  });
});

describe('a damaged row of an id', () => {
  it('counts as none: TMDB is asked, and without it the answer says why', async () => {
    const world = readerWorld({ answer: findingTmdb(() => findBody({ movie: [movieRow()] })) });
    await world.land([sampleItemDetails()]);
    const row = world.catalog.joinedRows().find(({ mediaType }) => mediaType === 'id');
    await world.catalog.replace({ ...row, movie: 'Fight Club' } as never, row?.version);
    expect(await world.open({ live: false }).find('imdb', 'tt0137523')).toMatchObject({
      problem: { code: 'not_cached', cause: 'row_damaged' },
    });
    expect(await world.open().find('imdb', 'tt0137523')).toMatchObject({ id: 550, from: 'tmdb' });
  });
});

describe('rows of /find', () => {
  const findOf = async (rows: FoundRows) => {
    const world = readerWorld({ answer: findingTmdb(() => findBody(rows)) });
    const reader = world.open();
    const answer = await reader.find('tvdb', 121_361);
    await reader.settled();
    return { answer, items: world.items() };
  };

  it('of persons and episodes are no titles', async () => {
    const episode = [{ id: 62_085, media_type: 'tv_episode', show_id: 1_396, name: 'Pilot' }];
    expect((await findOf({ person: [personRow()], episode })).answer).toMatchObject({ ...nothing, absent: true });
    expect((await findOf({ tv: [seriesRow()], episode })).answer).toMatchObject({ mediaType: 'tv', id: 1_396 });
  });

  it('count from the top, the first that can be read', async () => {
    const thousand = [{}, ...Array.from({ length: 1_000 }, (_, n) => movieRow({ id: n + 1 }))];
    const { answer, items } = await findOf({ movie: thousand });
    expect(answer).toMatchObject({ mediaType: 'movie', id: 1, matches: [{ mediaType: 'movie', id: 1 }] });
    expect(items).toHaveLength(1);
  });

  it('are kept as they are, whatever stands in their texts, within their bounds', async () => {
    const title = '<script>alert(1)</script>\u001b[31m';
    const { answer, items } = await findOf({ tv: [seriesRow({ name: title, overview: 'x'.repeat(5_000) })] });
    expect(answer.title).toMatchObject({ title, overview: 'x'.repeat(4_000) });
    expect(items).toMatchObject([{ title: { title } }]);
  });

  const folder = 'tmdb/details';
  const recorded: [file: string, source: 'imdb' | 'tvdb', id: string, told: object][] = [
    ['c-eg-themoviedbapi/find/movie_results.json', 'imdb', 'tt0499549', { mediaType: 'movie', id: 19_995 }],
    ['c-eg-themoviedbapi/find/tv_results.json', 'imdb', 'tt0903747', { mediaType: 'tv', id: 1_396 }],
    ['c-eg-themoviedbapi/find/tv_episode_results.json', 'imdb', 'tt0959621', { ...nothing, absent: true }],
    ['c-eg-themoviedbapi/find/tv_season_results.json', 'tvdb', '30272', { ...nothing, absent: true }],
    ['c-eg-themoviedbapi/find/person_results.json', 'tvdb', '1', { ...nothing, absent: true }],
    ['chiiya-tmdb-php/misc/find_by_id.json', 'imdb', 'tt0133093', { mediaType: 'movie', id: 603 }],
    ['vfalies-tmdb/findIMDBMoviesOk.json', 'imdb', 'tt0076759', { mediaType: 'movie', id: 11 }],
    ['vfalies-tmdb/findIMDBTVShowsOk.json', 'imdb', 'tt0944947', { mediaType: 'tv', id: 1_399 }],
    ['vfalies-tmdb/findIMDBTVEpisodesOk.json', 'imdb', 'tt1480055', { ...nothing, absent: true }],
    ['vfalies-tmdb/findTVDBTVSeasonsOk.json', 'tvdb', '364731', { ...nothing, absent: true }],
    ['vfalies-tmdb/findInstagramMoviesOk.json', 'tvdb', '2', { mediaType: 'movie', id: 12_445 }],
    ['18months-themoviedb-api/find/movie.json', 'imdb', 'tt0266543', { mediaType: 'movie', id: 12 }],
  ];
  for (const [file, source, id, told] of recorded) {
    itWithSharedData(`are read as TMDB was recorded: ${file}`, `${folder}/${file}`, async () => {
      const json = readSharedJson(`${folder}/${file}`) as Record<string, { title?: string; name?: string }[]>;
      const world = readerWorld({ answer: () => jsonAnswer(200, json) });
      const reader = world.open();
      const answer = await reader.find(source, id);
      expect(answer).toMatchObject(told);
      const [row] = [...(json.movie_results ?? []), ...(json.tv_results ?? [])];
      expect(answer.title?.title).toBe(row?.title ?? row?.name);
      await reader.settled();
      await world.land(world.items());
      const next = await world.open({ live: false }).find(source, id);
      expect(next).toMatchObject(answer.absent ? { problem: { code: 'not_cached' } } : { ...told, from: 'table' });
    });
  }
});
