import { describe, expect, it } from 'vitest';
import type { Admission } from '../../src/shared/throttle/shared-breaker.ts';
import type { TmdbAnswer } from '../../src/shared/tmdb/tmdb-port.ts';
import { filmPage, healthyTmdb } from '../support/film-pages.ts';
import { type ReaderWorld, readerWorld } from '../support/memory-reader.ts';
import { recordingBreaker, refusing } from '../support/recording-breaker.ts';
import { jsonAnswer, noResponse, tmdbError } from '../support/scripted-tmdb.ts';

const popular = { category: 'popular', media: 'movie' } as const;
const closed: Admission = { kind: 'closed' };

describe('while the breaker is open', () => {
  it('TMDB is not called, and the reader says why', async () => {
    const world = readerWorld({ breaker: recordingBreaker(refusing()) });
    const reader = world.open();
    const problem = { code: 'breaker_open', detail: expect.stringContaining('HTTP 503') };
    expect(await reader.list(popular)).toMatchObject({ from: 'none', titles: [], problem });
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'none', title: null, absent: false, problem });
    const unknown = { from: 'none', title: null, mediaType: null, absent: false, problem };
    expect(await reader.find('imdb', 'tt0137523')).toMatchObject(unknown);
    expect(await reader.recommend()).toMatchObject({ from: 'none', picks: [], problem });
    expect(world.tmdb.requests).toEqual([]);
  });

  it('nothing shared is read at each request: it is asked again after five seconds at the earliest', async () => {
    const breaker = recordingBreaker(refusing());
    const world = readerWorld({ breaker });
    const reader = world.open();
    const askedAfter = async (titles: number, everyMs: number) => {
      for (let n = 0; n < titles; n += 1) {
        await reader.title('movie', 1 + n);
        await world.clock.advance(everyMs);
      }
      return [breaker.asked(), world.control.calls.filter((call) => call === 'writeSchedule').length];
    };
    expect(await askedAfter(499, 10)).toEqual([1, 1]);
    expect(await askedAfter(1_000, 10)).toEqual([3, 3]);
  });

  it('it is asked again sooner where it says so', async () => {
    const breaker = recordingBreaker(refusing(1_000), closed);
    const world = readerWorld({ breaker, answer: healthyTmdb });
    const reader = world.open();
    await reader.title('movie', 1);
    await world.clock.advance(999);
    expect(await reader.title('movie', 2)).toMatchObject({ problem: { code: 'breaker_open' } });
    await world.clock.advance(1);
    expect(await reader.title('movie', 3)).toMatchObject({ from: 'tmdb' });
  });
});

describe('without a token', () => {
  const missing: TmdbAnswer = { kind: 'no-token', detail: 'no parameter' };

  it('the reader says so, and stops nobody: the workers may have one', async () => {
    const breaker = recordingBreaker();
    const reader = readerWorld({ breaker, answer: () => missing }).open();
    expect(await reader.list(popular)).toMatchObject({ problem: { code: 'token_unavailable' } });
    expect([breaker.rejections, breaker.ends, breaker.checks]).toEqual([[], [], []]);
  });

  it('a trial that it has taken leaves the breaker open', async () => {
    const breaker = recordingBreaker({ kind: 'trial', revision: 2, beginByMs: Number.POSITIVE_INFINITY });
    await readerWorld({ breaker, answer: () => missing })
      .open()
      .list(popular);
    expect(breaker.ends).toMatchObject([{ admission: 'trial', outcome: 'failed' }]);
  });
});

describe('the end of a call', () => {
  const cases: [name: string, answer: TmdbAnswer, told: string[], rejected: number][] = [
    ['with a page', filmPage(), ['succeeded'], 0],
    ['without such a page', tmdbError(404, 34), ['succeeded'], 0],
    ['with a refusal of the request', tmdbError(400, 5), ['succeeded'], 0],
    ['with an outage', tmdbError(503, 9), ['failed'], 0],
    ['without an answer', noResponse('timeout'), ['failed'], 0],
    [
      'with something that is no list',
      { kind: 'response', status: 200, body: '{}', retryAfter: undefined },
      ['failed'],
      0,
    ],
    ['with a throttle', tmdbError(429, 25), ['neutral'], 0],
    ['with a rejected token', tmdbError(401, 7), [], 1],
  ];
  it.each(cases)('%s is told to the breaker', async (_name, answer, told, rejected) => {
    const breaker = recordingBreaker(closed);
    const reader = readerWorld({ breaker, answer: () => answer }).open();
    await reader.list(popular);
    // The check of a token waits for a slot of its own, behind the answer.
    await reader.settled();
    expect(breaker.ends.map(({ outcome }) => outcome)).toEqual(told);
    expect(breaker.rejections).toHaveLength(rejected);
  });

  it.each([
    ['succeeded', filmPage(), 'tmdb'],
    ['failed', tmdbError(503, 9), 'none'],
  ] as const)('of the trial is told as that: it %s', async (outcome, answer, from) => {
    const world = readerWorld();
    const trial: Admission = { kind: 'trial', revision: 3, beginByMs: world.clock.nowMs() + 15_000 };
    const breaker = recordingBreaker(trial);
    const reader = readerWorld({ breaker, answer: () => answer }).open();
    expect(await reader.list(popular)).toMatchObject({ from });
    expect(breaker.ends).toMatchObject([{ admission: 'trial', outcome }]);
  });
});

describe('the breaker that all share', () => {
  it('opens when calls of readers fail consistently, and lets all others know', async () => {
    const world = readerWorld({ answer: () => tmdbError(503, 9) });
    const [first, second] = [world.open(), world.open()];
    for (let id = 1; id <= 8; id += 1) {
      await first.title('movie', id);
    }
    expect(world.control.breakerStore.now()).toMatchObject({ state: 'open', reason: 'failures' });
    for (const reader of [first, second]) {
      expect(await reader.title('movie', 900)).toMatchObject({ problem: { code: 'breaker_open' } });
    }
    expect(world.tmdb.requests).toHaveLength(8);
  });

  it('is closed by the trial of a reader, which one of them makes', async () => {
    const world: ReaderWorld = readerWorld({
      answer: async (request, call) => {
        await world.clock.sleep(call <= 8 ? 0 : 2_000);
        return call <= 8 ? tmdbError(503, 9) : healthyTmdb(request);
      },
    });
    const readers = [world.open(), world.open(), world.open()];
    for (let id = 1; id <= 8; id += 1) {
      await readers[0]?.title('movie', id);
    }
    await world.clock.advance(15_000);
    const answers = await Promise.all(readers.map((reader, n) => reader.title('movie', 100 + n)));
    expect(answers.filter(({ from }) => from === 'tmdb')).toHaveLength(1);
    expect(world.control.breakerStore.now()).toMatchObject({ state: 'closed' });
    await world.clock.advance(5_000);
    expect(await readers[2]?.title('movie', 200)).toMatchObject({ from: 'tmdb' });
  });

  it('is opened for a quarter of an hour by a rejected token: one call and its check, and no more', async () => {
    const world = readerWorld({ answer: () => tmdbError(401, 7) });
    const reader = world.open();
    for (let id = 1; id <= 90; id += 1) {
      await reader.title('movie', id);
      await world.clock.advance(9_900);
    }
    expect(world.tmdb.requests.map(({ path }) => path)).toEqual(['/movie/1', '/authentication']);
    expect(reader.telemetry.eventsOf('token-rejected')).toHaveLength(1);
    await world.clock.advance(10_000);
    await reader.title('movie', 900);
    await reader.settled();
    expect(world.tmdb.requests.map(({ path }) => path).slice(2)).toEqual(['/movie/900', '/authentication']);
  });

  it('stays closed where the token of a refused call is taken after all', async () => {
    const world = readerWorld({
      answer: (request) => {
        if (request.path === '/authentication') {
          return jsonAnswer(200, { success: true, status_code: 1, status_message: 'Success.' });
        }
        return request.path === '/movie/1' ? tmdbError(401, 7) : healthyTmdb(request);
      },
    });
    const reader = world.open();
    expect(await reader.title('movie', 1)).toMatchObject({ title: null, absent: false, problem: { code: 'tmdb_7' } });
    // The check has taken a slot of the readers too.
    await world.clock.advance(1_000);
    expect(await reader.title('movie', 2)).toMatchObject({ from: 'tmdb' });
    expect(world.control.breakerStore.stored).toEqual([]);
  });

  it('is not waited for by a reader longer than for a table: the check of the token goes on behind the answer', async () => {
    const world: ReaderWorld = readerWorld({
      answer: async ({ path }) => {
        await world.clock.sleep(path === '/authentication' ? 4_000 : 0);
        return tmdbError(401, 7);
      },
    });
    const reader = world.open();
    const startedMs = world.clock.monotonicMs();
    await reader.title('movie', 1);
    expect(world.clock.monotonicMs() - startedMs).toBeLessThan(2_500);
    expect(world.control.breakerStore.stored).toEqual([]);
    await reader.settled();
    expect(world.control.breakerStore.now()).toMatchObject({ state: 'open', reason: 'token-rejected' });
  });
});
