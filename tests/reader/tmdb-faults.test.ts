import { describe, expect, it } from 'vitest';
import type { TmdbAnswer } from '../../src/shared/tmdb/tmdb-port.ts';
import { filmPage, healthyTmdb } from '../support/film-pages.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { placedList, times, titled } from '../support/placed-rows.ts';
import { sampleFeed } from '../support/sample-messages.ts';
import { jsonAnswer, noResponse, tmdbError } from '../support/scripted-tmdb.ts';

const popular = { category: 'popular', media: 'movie' } as const;

const faults: [name: string, answer: TmdbAnswer, code: string][] = [
  ['is down, and says so', tmdbError(503, 9), 'tmdb_9'],
  [
    'is down behind its load balancer',
    { kind: 'response', status: 502, body: '<html>', retryAfter: undefined },
    'http_502',
  ],
  ['does not answer', noResponse('timeout'), 'timeout'],
  ['breaks off', noResponse('econnreset'), 'econnreset'],
  [
    'answers what is no JSON',
    { kind: 'response', status: 200, body: '{"results":[{', retryAfter: undefined },
    'unreadable_body',
  ],
  ['answers nothing', { kind: 'response', status: 200, body: '', retryAfter: undefined }, 'unreadable_body'],
  ['answers another page', jsonAnswer(200, { page: 2, results: [], id: 0 }), 'unreadable_answer'],
  ['answers another page, as text', jsonAnswer(200, { page: '3', results: [], id: 0 }), 'unreadable_answer'],
  ['is behind a CDN that says 403', jsonAnswer(403, {}), 'http_403'],
  ['says with a 200 that the token is wrong', jsonAnswer(200, { success: false, status_code: 7 }), 'tmdb_7'],
  ['answers something else', jsonAnswer(200, { id: 0, results: 'none' }), 'unreadable_answer'],
  ['rejects the token', tmdbError(401, 7), 'tmdb_7'],
  ['is not called for want of a token', { kind: 'no-token', detail: 'no parameter' }, 'token_unavailable'],
  ['throttles', tmdbError(429, 25), 'tmdb_25'],
  ['redirects', { kind: 'response', status: 301, body: '', retryAfter: undefined }, 'http_301'],
  ['finds the request wrong', tmdbError(400, 5), 'tmdb_5'],
];

describe.each(faults)('where TMDB %s', (_name, answer, code) => {
  const open = () => {
    const world = readerWorld({ answer: () => answer });
    return { world, reader: world.open() };
  };
  const nothing = { from: 'none', fetchedAt: null, ageSeconds: null, stale: false, problem: { code } };

  it('a list that nobody has is empty and says why', async () => {
    const { world, reader } = open();
    expect(await reader.list(popular)).toMatchObject({ ...nothing, titles: [] });
    await reader.settled();
    expect([world.items(), world.jobs()]).toEqual([[], []]);
  });

  it('titles that nobody has are none and say why', async () => {
    const { reader } = open();
    expect(await reader.title('movie', 550)).toMatchObject({ ...nothing, title: null, absent: false });
    const two = await reader.titles([
      { mediaType: 'movie', id: 550 },
      { mediaType: 'tv', id: 1_396 },
    ]);
    expect(two.map(({ title, absent, from }) => [title, absent, from])).toEqual([
      [null, false, 'none'],
      [null, false, 'none'],
    ]);
  });

  it('a recommendation from an empty table is empty and says why', async () => {
    const { reader } = open();
    expect(await reader.recommend()).toMatchObject({ ...nothing, picks: [], candidates: 0, feeds: [] });
  });

  it('what is in the table is served without asking, stale too', async () => {
    const { world, reader } = open();
    const old = times(world.clock, { fetchedAgoHours: 30, staleInHours: -6, goneInHours: 48 });
    await world.putRows(...placedList(sampleFeed(), 20, old), titled(550, old));
    expect(await reader.list(popular)).toMatchObject({ from: 'table', stale: true });
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'table', stale: true });
    expect((await reader.recommend()).picks).toHaveLength(20);
    expect(world.tmdb.requests).toEqual([]);
  });
});

describe('a call that failed', () => {
  it('stands for two seconds for all who ask the same, and for nobody else', async () => {
    const world = readerWorld({ answer: (_request, call) => (call <= 2 ? tmdbError(503, 9) : filmPage()) });
    const reader = world.open();
    for (let n = 0; n < 20; n += 1) {
      expect((await reader.list(popular)).problem?.code).toBe('tmdb_9');
    }
    expect(world.tmdb.requests).toHaveLength(1);
    expect((await reader.list({ ...popular, media: 'tv' })).problem?.code).toBe('tmdb_9');
    expect(world.tmdb.requests).toHaveLength(2);
    await world.clock.advance(2_001);
    expect(await reader.list(popular)).toMatchObject({ from: 'tmdb' });
    expect(world.tmdb.requests).toHaveLength(3);
  });

  it('is told in the log, as one that worked is', async () => {
    const world = readerWorld({ answer: (_request, call) => (call === 1 ? tmdbError(503, 9) : filmPage()) });
    const reader = world.open();
    await reader.list(popular);
    await reader.list({ ...popular, media: 'tv' });
    expect(reader.telemetry.eventsOf('live-fetched')).toMatchObject([
      { subject: 'popular/movie/global/en-US', outcome: 'unavailable', code: 'tmdb_9' },
      { subject: 'popular/tv/global/en-US', outcome: 'ok', code: '' },
    ]);
  });
});

describe('a list that TMDB does not know', () => {
  it('is empty, without a problem, and not asked for again for ten minutes', async () => {
    const world = readerWorld({ answer: () => tmdbError(404, 34) });
    const reader = world.open();
    for (const ms of [0, 300_000, 299_000]) {
      await world.clock.advance(ms);
      const { from, titles, problem } = await reader.list(popular);
      expect([from, titles, problem]).toEqual(['none', [], undefined]);
    }
    expect(world.tmdb.requests).toHaveLength(1);
    await world.clock.advance(1_001);
    await reader.list(popular);
    expect(world.tmdb.requests).toHaveLength(2);
  });
});

describe('a list that TMDB serves empty', () => {
  it('is an empty list, from whichever tier, and not asked for again while it is fresh', async () => {
    const world = readerWorld({ answer: () => jsonAnswer(200, { page: 1, results: [], total_pages: 1 }) });
    const reader = world.open();
    const told = async (from: ReturnType<typeof world.open>) => {
      const { from: tier, titles, problem, stale } = await from.list(popular);
      return [tier, titles, problem, stale];
    };
    expect(await told(reader)).toEqual(['tmdb', [], undefined, false]);
    expect(await told(reader)).toEqual(['memory', [], undefined, false]);
    await reader.settled();
    await world.land(world.items());
    const other = world.open();
    expect(await told(other)).toEqual(['table', [], undefined, false]);
    await world.clock.advance(301_000);
    expect(await told(other)).toEqual(['table', [], undefined, false]);
    await world.clock.advance(27 * 3_600_000);
    expect(await told(other)).toEqual(['table', [], undefined, true]);
    expect(await told(world.open())).toEqual(['table', [], undefined, true]);
    await other.settled();
    expect(world.tmdb.requests).toHaveLength(1);
    expect(other.telemetry.eventsOf('refresh-asked')).toHaveLength(1);
  });

  it('is unavailable when rows came and none could be read', async () => {
    const world = readerWorld({ answer: () => jsonAnswer(200, { page: 1, results: [null, {}], total_pages: 1 }) });
    const { from, problem } = await world.open().list(popular);
    expect([from, problem?.code]).toEqual(['none', 'unreadable_answer']);
    expect(world.items()).toEqual([]);
  });
});

describe('odd rows of TMDB', () => {
  it('are left out of the answer, the rest is served and sent on', async () => {
    const world = readerWorld({
      answer: () =>
        jsonAnswer(200, { results: [null, 7, { id: -1 }, {}, { id: 9, title: 'Nine', vote_average: 'high' }] }),
    });
    const reader = world.open();
    const { titles, from } = await reader.list(popular);
    expect([titles.map(({ id, rank, voteAverage }) => [id, rank, voteAverage]), from]).toEqual([[[9, 5, 0]], 'tmdb']);
    await reader.settled();
    expect(world.items()).toMatchObject([{ rejected: 4, titles: [{ id: 9 }] }]);
  });

  it('of a title that is another one are no answer', async () => {
    const world = readerWorld({ answer: () => healthyTmdb({ path: '/movie/551', query: {} }) });
    const answer = await world.open().title('movie', 550);
    expect(answer).toMatchObject({ title: null, absent: false, problem: { code: 'unreadable_answer' } });
  });
});
