import { describe, expect, it } from 'vitest';
import { PermanentError, RetryableError } from '../../src/shared/errors.ts';
import { itemPageSchema } from '../../src/shared/messages/item-page.ts';
import { parseMessage } from '../../src/shared/messages/parse-message.ts';
import { rejectionOf } from '../support/caught.ts';
import { fetchHarness } from '../support/fetch-harness.ts';
import { sampleFeed, sampleJob } from '../support/sample-messages.ts';
import { jsonAnswer, noResponse, tmdbError } from '../support/scripted-tmdb.ts';
import { listPage, movieRow, personRow, seriesRow } from '../support/tmdb-rows.ts';

const okPage = jsonAnswer(200, listPage(movieRow(), movieRow({ id: 551 })));
const jobId = '0badcafe/popular/movie/global/en-US/1';

describe('a page that TMDB has', () => {
  it('becomes one message on the item queue', async () => {
    const mixed = sampleFeed({ category: 'trending', media: 'all' });
    const rows = [movieRow({ media_type: 'movie' }), personRow(), {}, seriesRow({ media_type: 'tv' })];
    const harness = fetchHarness([jsonAnswer(200, listPage(...rows))]);
    await harness.fetch(sampleJob({ feed: mixed, page: 2, pages: 3 }));

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
    await harness.fetch();
    expect(harness.telemetry.valuesOf('TmdbLatency')).toEqual([250]);
    expect(harness.telemetry.eventsOf('tmdb-call')).toEqual([
      { event: 'tmdb-call', runId: '0badcafe', jobId, attempt: 1, status: 200, outcome: 'ok', latencyMs: 250 },
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
  });
});

describe('other verdicts', () => {
  it('nothing there: the job is done without rows, and says why', async () => {
    const harness = fetchHarness([tmdbError(404, 34)]);
    await harness.fetch();
    expect(harness.items.bodies).toEqual([]);
    expect(harness.telemetry.eventsOf('job-skipped')).toEqual([
      { event: 'job-skipped', runId: '0badcafe', jobId, code: 'tmdb_34', detail: 'HTTP 404: message of code 34' },
    ]);
    expect(harness.telemetry.valuesOf('TmdbFailures')).toEqual([1]);
  });

  it('our request is wrong: for good, and at once', async () => {
    const harness = fetchHarness([tmdbError(400, 22)]);
    const error = await rejectionOf(harness.fetch());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: 'tmdb_22', message: `${jobId}: HTTP 400: message of code 22` });
    expect(harness.tmdb.requests).toHaveLength(1);
    expect(harness.items.bodies).toEqual([]);
  });

  it('JSON without a list: again later', async () => {
    const harness = fetchHarness([jsonAnswer(200, { id: 550, title: 'Fight Club' })]);
    const error = await rejectionOf(harness.fetch());
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'not_a_list' });
    expect(harness.items.bodies).toEqual([]);
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
    expect(harness.telemetry.eventsOf('tmdb-call')[0]).toMatchObject({ attempt: 1, outcome, status });
    expect(harness.telemetry.valuesOf('TmdbLatency')).toHaveLength(harness.tmdb.requests.length);
  });
});
