import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/shared/core/errors.ts';
import type { CustomFeed } from '../../src/shared/core/feed-rules.ts';
import { itemPageSchema } from '../../src/shared/queues/item-page.ts';
import { parseMessage } from '../../src/shared/queues/parse-message.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { sampleOwnFeeds } from '../support/arbitrary-feed.ts';
import { rejectionOf } from '../support/caught.ts';
import { fetchHarness, go, scriptedGate } from '../support/fetch-harness.ts';
import { sampleFeed, sampleJob } from '../support/sample-messages.ts';
import { jsonAnswer, noResponse, tmdbError } from '../support/scripted-tmdb.ts';
import { listPage, movieRow, personRow, seriesRow } from '../support/tmdb-rows.ts';

const okPage = jsonAnswer(200, listPage(movieRow(), movieRow({ id: 551 })));
const jobId = '0badcafe/popular/movie/global/en-US/1';

describe('a page that TMDB has', () => {
  it('becomes one message on the item queue', async () => {
    const mixed = sampleFeed({ category: 'trending', media: 'all' });
    const rows = [movieRow({ media_type: 'movie' }), personRow(), {}, seriesRow({ media_type: 'tv' })];
    const harness = fetchHarness([jsonAnswer(200, { ...listPage(...rows), page: 2 })]);
    expect(await harness.fetch(sampleJob({ feed: mixed, page: 2, pages: 3 }))).toEqual({ kind: 'done' });

    expect(harness.items.bodies).toHaveLength(1);
    expect(parseMessage(itemPageSchema, harness.items.bodies[0] ?? '')).toMatchObject({
      kind: 'item-page',
      version: 1,
      jobId,
      runId: '0badcafe',
      snapshot: '2026-11-23T08:00:00Z.0badcafe',
      feed: mixed,
      page: 2,
      pages: 3,
      fetchedAt: '2026-11-23T08:00:00.000Z',
      titles: [
        { rank: 21, mediaType: 'movie', id: 550 },
        { rank: 24, mediaType: 'tv', id: 1396 },
      ],
      rejected: 1,
      persons: 1,
    });
    expect(harness.telemetry.eventsOf('page-fetched')).toEqual([
      { event: 'page-fetched', runId: '0badcafe', jobId, rows: 4, rejected: 1, persons: 1 },
    ]);
  });

  it('goes on with its good rows when others are bad, whatever is wrong with them', async () => {
    const bad = [null, 17, 'row', [], {}, { id: 0 }, { id: 'x' }, { id: 1.5 }, movieRow({ media_type: 'collection' })];
    const harness = fetchHarness([jsonAnswer(200, listPage(...bad.slice(0, 5), movieRow(), ...bad.slice(5)))]);
    await harness.fetch();
    expect(JSON.parse(harness.items.bodies[0] ?? '')).toMatchObject({
      titles: [{ rank: 6, id: 550, title: 'Fight Club' }],
      rejected: 9,
    });
  });

  it('goes on without what is too long, and says what that was', async () => {
    const long = movieRow({ overview: 'x'.repeat(600_000), genre_ids: Array.from({ length: 99 }, (_, n) => n) });
    const harness = fetchHarness([jsonAnswer(200, listPage(long, movieRow({ id: 551 })))]);
    expect(await harness.fetch()).toEqual({ kind: 'done' });
    expect(JSON.parse(harness.items.bodies[0] ?? '')).toMatchObject({
      titles: [{ id: 550, overview: 'x'.repeat(4_000) }, { id: 551 }],
      rejected: 0,
    });
    expect(harness.telemetry.eventsOf('answer-cut')).toEqual([
      { event: 'answer-cut', subject: jobId, losses: { 'overview-too-long': 1, 'genreIds-too-long': 1 } },
    ]);
  });

  it('is asked for once, by the feed’s request', async () => {
    const harness = fetchHarness([okPage]);
    await harness.fetch();
    expect(harness.tmdb.requests).toEqual([{ path: '/movie/popular', query: { language: 'en-US', page: '1' } }]);
  });

  it('is stamped with the time of its answer', async () => {
    const harness = fetchHarness([() => harness.after(1_234, okPage)()]);
    await harness.fetch();
    expect(JSON.parse(harness.items.bodies[0] ?? '')).toMatchObject({ fetchedAt: '2026-11-23T08:00:01.234Z' });
  });

  it('is measured on the clock that never goes back', async () => {
    const harness = fetchHarness([
      async () => {
        await harness.clock.sleep(250);
        harness.clock.jumpWallClock(-3_600_000);
        return okPage;
      },
    ]);
    const startedAtMs = harness.clock.nowMs();
    await harness.fetch();
    expect(harness.telemetry.valuesOf('TmdbLatency')).toEqual([250]);
    expect(harness.telemetry.eventsOf('tmdb-call')).toMatchObject([
      { runId: '0badcafe', jobId, attempt: 1, status: 200, outcome: 'ok', startedAtMs, latencyMs: 250 },
    ]);
  });

  it('may be empty', async () => {
    const harness = fetchHarness([jsonAnswer(200, listPage())]);
    await harness.fetch();
    expect(JSON.parse(harness.items.bodies[0] ?? '')).toMatchObject({ titles: [], rejected: 0, persons: 0 });
  });

  it('is not reported as fetched when the item queue does not take it', async () => {
    const harness = fetchHarness([okPage]);
    const full = new RetryableError('send_failed', 'the queue did not take it');
    harness.items.failWith(full);
    expect(await rejectionOf(harness.fetch())).toBe(full);
    expect(harness.telemetry.eventsOf('page-fetched')).toEqual([]);
    expect(harness.breaker.ends).toMatchObject([{ outcome: 'succeeded' }]);
  });
});

describe('each verdict', () => {
  const later = (code: string, retryInMs = 0) => ({ kind: 'later', code, retryInMs });
  it.each([
    ['an ok', okPage, { kind: 'done' }],
    ['nothing there', tmdbError(404, 34), { kind: 'done' }],
    ['a 404 that is not TMDB’s', jsonAnswer(404, {}), { kind: 'later', code: 'http_404' }],
    ['a wrong page', tmdbError(400, 22), { kind: 'refused', code: 'tmdb_22', detail: 'HTTP 400: message of code 22' }],
    ['a redirect', jsonAnswer(302, {}), { kind: 'later', code: 'http_302' }],
    ['an outage', tmdbError(503, 9), later('tmdb_9')],
    ['an outage that says when', tmdbError(503, 9, '40'), later('tmdb_9', 40_000)],
    ['a throttle', tmdbError(429, 25), later('tmdb_25')],
    ['a throttle that says when', tmdbError(429, 25, '7'), later('tmdb_25', 7_000)],
    ['a throttle that says nonsense', tmdbError(429, 25, '86400'), later('tmdb_25', 60_000)],
    ['no answer', noResponse('timeout'), later('timeout')],
    ['JSON that is no list', jsonAnswer(200, { id: 550 }), later('not_a_list')],
    ['no JSON', { kind: 'response', status: 200, body: '<html>', retryAfter: undefined }, later('unreadable_body')],
    ['a CDN’s 403', jsonAnswer(403, {}), later('http_403')],
    ['a CDN’s 403 that says when', jsonAnswer(403, {}, '30'), later('http_403', 30_000)],
    ['a gateway’s 451', jsonAnswer(451, {}), later('http_451')],
    ['a proxy’s 400', jsonAnswer(400, {}), later('http_400')],
    ['a 200 that says not found', jsonAnswer(200, { success: false, status_code: 34 }), { kind: 'done' }],
    ['an invalid id with a 500', tmdbError(500, 44), { kind: 'done' }],
    ['a private thing', tmdbError(401, 39), { kind: 'done' }],
    ['another page', jsonAnswer(200, { ...listPage(movieRow()), page: 2 }), later('another_page')],
    ['another page, as text', jsonAnswer(200, { ...listPage(movieRow()), page: '7' }), later('another_page')],
    ['page 0', jsonAnswer(200, { ...listPage(movieRow()), page: 0 }), later('another_page')],
    [
      'bytes that are no text',
      {
        kind: 'response',
        status: 200,
        body: '',
        retryAfter: undefined,
        unreadable: { code: 'not_utf8', detail: '7 bytes' },
      },
      later('not_utf8'),
    ],
  ] as const)('%s has its fate', async (_name, answer, fate) => {
    const harness = fetchHarness([answer]);
    harness.dependencies.budget.trySpend = () => false;
    expect(await harness.fetch()).toMatchObject(fate);
    expect(harness.tmdb.requests).toHaveLength(1);
    expect(harness.items.bodies).toHaveLength(fate.kind === 'done' ? 1 : 0);
    expect(harness.breaker.rejections).toEqual([]);
  });

  it.each([
    ['a rejected token', tmdbError(401, 7)],
    ['a suspended user', tmdbError(403, 45)],
    ['a 200 that says that the token is wrong', jsonAnswer(200, { success: false, status_code: 7 })],
  ] as const)('%s is sent back, once it was confirmed', async (_name, answer) => {
    const harness = fetchHarness([answer]);
    expect(await harness.fetch()).toMatchObject({ kind: 'later', code: 'token_rejected', retryInMs: 60_000 });
    expect(harness.tmdb.requests.map(({ path }) => path)).toEqual(['/movie/popular', '/authentication']);
    expect(harness.items.bodies).toEqual([]);
  });

  it.each([undefined, null, 'one', {}, '1', 1])(
    'an answer that does not say another page is the page: %j',
    async (page) => {
      const harness = fetchHarness([jsonAnswer(200, { ...listPage(movieRow()), page })]);
      expect(await harness.fetch()).toEqual({ kind: 'done' });
      expect(harness.items.bodies).toHaveLength(1);
    },
  );

  it('nothing there says why, and tells the writer of it', async () => {
    const harness = fetchHarness([tmdbError(404, 34)]);
    await harness.fetch();
    const { snapshot, feed, page, pages } = sampleJob();
    expect(harness.items.bodies.map((body) => itemPageSchema.parse(JSON.parse(body)))).toEqual([
      {
        ...{ kind: 'item-page', version: 1, jobId, runId: '0badcafe', snapshot, feed, page, pages },
        fetchedAt: new Date(harness.clock.nowMs()).toISOString(),
        ...{ titles: [], rejected: 0, persons: 0 },
        absence: { code: 'tmdb_34', detail: 'HTTP 404: message of code 34' },
      },
    ]);
    expect(harness.telemetry.eventsOf('job-not-found')).toEqual([
      { event: 'job-not-found', runId: '0badcafe', jobId, code: 'tmdb_34', detail: 'HTTP 404: message of code 34' },
    ]);
  });
});

describe('what the others are told of a call', () => {
  const told = (outcome: string) => [{ admission: 'closed', outcome, detail: expect.any(String) }];
  it.each([
    ['an ok', okPage, 'succeeded', ['answered']],
    ['nothing there', tmdbError(404, 34), 'succeeded', ['answered']],
    ['a wrong request', tmdbError(400, 22), 'succeeded', ['answered']],
    ['an outage', tmdbError(503, 9), 'failed', ['failed']],
    ['an outage that says when', tmdbError(503, 9, '5'), 'failed', ['failed']],
    ['an invalid id with a 500', tmdbError(500, 44), 'succeeded', ['answered']],
    ['a private thing', tmdbError(401, 39), 'succeeded', ['answered']],
    ['a CDN’s 403', jsonAnswer(403, {}), 'failed', []],
    ['another page', jsonAnswer(200, { ...listPage(), page: 2 }), 'failed', []],
    ['no answer', noResponse(), 'failed', []],
    ['JSON that is no list', jsonAnswer(200, []), 'failed', []],
    ['a throttle', tmdbError(429, 25), 'neutral', ['refused']],
    ['a throttle that says when', tmdbError(429, 25, '7'), 'neutral', ['refused']],
    ['a throttle without TMDB’s words', jsonAnswer(429, {}), 'neutral', ['refused']],
  ] as const)('%s', async (_name, answer, ended, answers) => {
    const harness = fetchHarness([answer]);
    harness.dependencies.budget.trySpend = () => false;
    await harness.fetch();
    expect(harness.breaker.ends).toEqual(told(ended));
    expect(harness.breaker.rejections).toEqual([]);
    expect(harness.timeline.answers.map(({ outcome }) => outcome)).toEqual(answers);
  });

  it('every throttle of a job, with the pause and the limit that TMDB names', async () => {
    const limit = { status_code: 25, status_message: 'Your request count (41) is over the allowed limit of (40).' };
    const harness = fetchHarness([tmdbError(429, 25, '1'), jsonAnswer(429, limit), okPage]);
    await harness.fetch();
    const { atMs: slotMs, ratePerSecond } = go.slot;
    expect(harness.timeline.answers).toEqual([
      { slotMs, ratePerSecond, outcome: 'refused', retryAfterMs: 1_000, namedLimit: undefined },
      { slotMs, ratePerSecond, outcome: 'refused', retryAfterMs: undefined, namedLimit: 40 },
      { slotMs, ratePerSecond, outcome: 'answered' },
    ]);
  });

  it('no connection is kept after a call, however it ends', async () => {
    let left = 0;
    const leave = () => {
      left += 1;
    };
    const harness = fetchHarness([tmdbError(503, 9), noResponse(), okPage]);
    await harness.fetch(sampleJob(), 60_000, scriptedGate({ ...go, leave }));
    expect(left).toBe(3);
    const thrown = fetchHarness([() => Promise.reject(new Error('broken'))]);
    await rejectionOf(thrown.fetch(sampleJob(), 60_000, scriptedGate({ ...go, leave })));
    expect(left).toBe(4);
    const late = fetchHarness([okPage]);
    await late.fetch(sampleJob(), 9_999, scriptedGate({ ...go, leave }));
    expect(left).toBe(5);
  });
});

describe('the metrics of calls', () => {
  it.each([
    ['an ok', okPage, { TmdbThrottles: [], TmdbFailures: [] }, 'ok', 200],
    ['a throttle', tmdbError(429, 25), { TmdbThrottles: [1], TmdbFailures: [] }, 'throttled', 429],
    ['a failure', tmdbError(503, 9), { TmdbThrottles: [], TmdbFailures: [1] }, 'failed', 503],
    ['no answer', noResponse(), { TmdbThrottles: [], TmdbFailures: [1] }, 'failed', 0],
  ] as const)('count %s', async (_name, answer, counts, outcome, status) => {
    const harness = fetchHarness([answer, okPage]);
    await harness.fetch();
    expect(harness.telemetry.valuesOf('TmdbThrottles')).toEqual(counts.TmdbThrottles);
    expect(harness.telemetry.valuesOf('TmdbFailures')).toEqual(counts.TmdbFailures);
    expect(harness.telemetry.valuesOf('BreakerOpen')).toEqual(harness.tmdb.requests.map(() => 0));
    expect(harness.telemetry.eventsOf('tmdb-call')[0]).toMatchObject({ attempt: 1, outcome, status });
    expect(harness.telemetry.valuesOf('TmdbLatency')).toHaveLength(harness.tmdb.requests.length);
  });
});

describe('a page of an own feed', () => {
  const feed = sampleFeed({ category: 'custom_films' });
  const settingsOf = (custom: CustomFeed[]) => ({ ...defaultSettings, feeds: { ...defaultSettings.feeds, custom } });

  it('is fetched by the query of the settings', async () => {
    const films = { ...(sampleOwnFeeds[0] as CustomFeed), query: { with_genres: '16' } };
    const harness = fetchHarness([okPage], { settings: settingsOf([films]) });
    expect(await harness.fetch(sampleJob({ feed }))).toEqual({ kind: 'done' });
    expect(harness.tmdb.requests[0]).toMatchObject({ path: '/discover/movie', query: { with_genres: '16' } });
  });

  it('that the settings do not have is not found, without a call, and the writer is told why', async () => {
    const harness = fetchHarness([okPage], { settings: settingsOf([]) });
    expect(await harness.fetch(sampleJob({ feed }))).toEqual({ kind: 'done' });
    expect(harness.tmdb.requests).toEqual([]);
    const detail = "the settings have no own feed 'custom_films': allowed are none, since feeds.custom is empty";
    expect(JSON.parse(harness.items.bodies[0] ?? '')).toMatchObject({
      feed,
      titles: [],
      absence: { code: 'feed_not_configured', detail },
    });
    expect(harness.telemetry.eventsOf('job-not-found')).toMatchObject([{ code: 'feed_not_configured', detail }]);
  });
});
