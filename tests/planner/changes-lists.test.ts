import { describe, expect, it } from 'vitest';
import { tmdbChangeLists } from '../../src/planner/changes-lists.ts';
import { retryBudget } from '../../src/shared/core/retries.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { rateLimitsOf } from '../../src/shared/throttle/rate-schedule.ts';
import type { TmdbAnswer } from '../../src/shared/tmdb/tmdb-port.ts';
import { memoryRateSchedule } from '../support/memory-rate-schedule.ts';
import { recordingBreaker, refusing } from '../support/recording-breaker.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { jsonAnswer, noResponse, type ScriptedAnswer, scriptedTmdb, tmdbError } from '../support/scripted-tmdb.ts';
import { constantRandom } from '../support/seeded-random.ts';
import { virtualClock } from '../support/virtual-clock.ts';

function changesPage(ids: readonly unknown[], page: number, pages: number): TmdbAnswer {
  const results = ids.map((id) => ({ id, adult: null }));
  return jsonAnswer(200, { results, page, total_pages: pages, total_results: 100 * pages });
}

/** A reading of the films of one day; everything around it is in memory, on virtual time. */
function listWorld(script: readonly ScriptedAnswer[], breaker = recordingBreaker()) {
  const clock = virtualClock({ autoJump: true });
  const tmdb = scriptedTmdb(...script);
  const timeline = memoryRateSchedule(rateLimitsOf(defaultSettings));
  const telemetry = recordingTelemetry();
  const lists = tmdbChangeLists({
    ...{ tmdb, breaker, telemetry, clock, settings: defaultSettings },
    schedule: timeline.driver(clock),
    budget: retryBudget(0.2, 10),
    random: constantRandom(0.5),
  });
  const read = (limits: { calls?: number; totalMs?: number } = {}) => {
    const startedMs = clock.monotonicMs();
    const remainingMs = () => (limits.totalMs ?? 40_000) - (clock.monotonicMs() - startedMs);
    return lists.read('movie', '2026-11-23', { calls: limits.calls ?? 100, remainingMs });
  };
  return { clock, tmdb, timeline, telemetry, breaker, read };
}

describe('a list of changes', () => {
  it('is read page by page, each of its titles once', async () => {
    const { read, tmdb, timeline } = listWorld([
      changesPage([1, 2, 550], 1, 3),
      changesPage([550, 7], 2, 3),
      changesPage([9], 3, 3),
    ]);
    expect(await read()).toEqual({ kind: 'whole', calls: 3, pages: 3, ids: [1, 2, 550, 7, 9] });
    expect(tmdb.requests.map(({ path, query }) => [path, query])).toEqual(
      ['1', '2', '3'].map((page) => ['/movie/changes', { start_date: '2026-11-23', end_date: '2026-11-23', page }]),
    );
    expect(timeline.answers.map(({ outcome }) => outcome)).toEqual(['answered', 'answered', 'answered']);
  });

  it('may be empty, and may name rows that are no titles', async () => {
    expect(await listWorld([changesPage([], 1, 0)]).read()).toMatchObject({
      kind: 'whole',
      ids: [],
      pages: 0,
      calls: 1,
    });
    const odd = jsonAnswer(200, {
      results: [{ id: null }, { id: 5, adult: true }, null, 'x', { id: '6' }, { id: -1 }, { id: 2.5 }, {}],
      page: 1,
      total_pages: 1,
    });
    expect(await listWorld([odd]).read()).toMatchObject({ kind: 'whole', ids: [5] });
  });

  it('that grows while it is read is read to its new end', async () => {
    const { read } = listWorld([changesPage([1], 1, 1), changesPage([2], 2, 2)]);
    expect(await read()).toMatchObject({ kind: 'whole', ids: [1], calls: 1 });
    const growing = listWorld([changesPage([1], 1, 2), changesPage([2], 2, 3), changesPage([3], 3, 3)]);
    expect(await growing.read()).toMatchObject({ kind: 'whole', ids: [1, 2, 3], calls: 3 });
  });

  it('asks for a page again that did not come, came for another one, or is none', async () => {
    for (const odd of [noResponse(), tmdbError(503, 9), changesPage([3], 7, 2), jsonAnswer(200, { page: 2 })]) {
      const { read, tmdb } = listWorld([changesPage([1], 1, 2), odd, changesPage([2], 2, 2)]);
      expect(await read()).toEqual({ kind: 'whole', calls: 3, pages: 2, ids: [1, 2] });
      expect(tmdb.requests.map(({ query }) => query.page)).toEqual(['1', '2', '2']);
    }
  });

  it('waits as long as TMDB asks for', async () => {
    const { read, clock } = listWorld([tmdbError(429, 25, '7'), changesPage([1], 1, 1)]);
    expect(await read()).toMatchObject({ kind: 'whole', calls: 2 });
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(7_000);
  });

  it('breaks off with the cause after as many attempts as a job has', async () => {
    const { read } = listWorld([changesPage([1], 1, 2), tmdbError(503, 9)]);
    expect(await read()).toEqual({
      kind: 'broken',
      calls: 1 + defaultSettings.tmdb.attempts,
      code: 'tmdb_9',
      detail: expect.stringContaining('HTTP 503'),
    });
  });

  it('makes no more calls than it may, with those for another attempt', async () => {
    const { read, tmdb } = listWorld([changesPage([1], 1, 9), noResponse()]);
    expect(await read({ calls: 3 })).toMatchObject({ kind: 'broken', calls: 3, code: 'out_of_calls' });
    expect(tmdb.requests).toHaveLength(3);
  });

  it('begins no call that its time does not allow', async () => {
    const slow = (page: number) => async () => {
      await world.clock.sleep(3_000);
      return changesPage([page], page, 9);
    };
    const world = listWorld([slow(1), slow(2), slow(3), slow(4), slow(5)]);
    expect(await world.read({ totalMs: 10_000 })).toMatchObject({ kind: 'broken', calls: 4, code: 'out_of_time' });
  });

  it('is left to age where it has more pages than TMDB answers', async () => {
    const { read } = listWorld([changesPage([1], 1, 501)]);
    expect(await read()).toMatchObject({ kind: 'broken', calls: 1, code: 'list_too_long' });
    expect(await read()).toMatchObject({ detail: 'the list has 501 pages, and TMDB answers 500 at most' });
  });

  it('is not asked for while the breaker is open', async () => {
    const { read, tmdb } = listWorld([changesPage([1], 1, 1)], recordingBreaker(refusing()));
    expect(await read()).toMatchObject({ kind: 'broken', calls: 0, code: 'breaker_open' });
    expect(tmdb.requests).toEqual([]);
  });

  it('tells the breaker how its calls ended, and makes one call of a trial', async () => {
    const trial = { kind: 'trial', revision: 1, beginByMs: Number.MAX_SAFE_INTEGER } as never;
    const world = listWorld([noResponse()], recordingBreaker(trial));
    expect(await world.read()).toMatchObject({ kind: 'broken', calls: 1 });
    expect(world.breaker.ends).toEqual([{ admission: 'trial', outcome: 'failed', detail: expect.any(String) }]);
  });

  it('has a refused token checked once, which counts as a call', async () => {
    const { read, tmdb, breaker } = listWorld([tmdbError(401, 7), tmdbError(401, 7)]);
    expect(await read()).toMatchObject({ kind: 'broken', calls: 2, code: 'tmdb_7' });
    expect(tmdb.requests.map(({ path }) => path)).toEqual(['/movie/changes', '/authentication']);
    expect(breaker.rejections).toHaveLength(1);
  });

  it('stops nobody where this function has no token: the workers may have one', async () => {
    const { read, breaker } = listWorld([{ kind: 'no-token', detail: 'no parameter' }]);
    expect(await read()).toEqual({ kind: 'broken', calls: 0, code: 'token_unavailable', detail: 'no parameter' });
    expect([breaker.rejections, breaker.ends, breaker.checks]).toEqual([[], [], []]);
  });

  it('ends a trial that it has taken where there is no token, so that another container can make it', async () => {
    const trial = { kind: 'trial', revision: 1, beginByMs: Number.MAX_SAFE_INTEGER } as never;
    const { read, breaker } = listWorld([{ kind: 'no-token', detail: 'no parameter' }], recordingBreaker(trial));
    expect(await read()).toMatchObject({ kind: 'broken', code: 'token_unavailable' });
    expect(breaker.ends).toEqual([{ admission: 'trial', outcome: 'failed', detail: 'no parameter' }]);
  });

  it('is not asked for where the control table does not answer', async () => {
    const broken = { ...recordingBreaker(), admit: () => Promise.reject(new Error('throttled')) };
    expect(await listWorld([changesPage([1], 1, 1)], broken).read()).toEqual({
      kind: 'broken',
      calls: 0,
      code: 'control_unavailable',
      detail: 'the control table cannot be used: throttled',
    });
  });
});
