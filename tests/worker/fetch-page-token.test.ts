import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/shared/errors.ts';
import { paceRequests } from '../../src/worker/pace-requests.ts';
import { rejectionOf } from '../support/caught.ts';
import { fetchHarness } from '../support/fetch-harness.ts';
import { jsonAnswer, tmdbError } from '../support/scripted-tmdb.ts';
import { listPage, movieRow } from '../support/tmdb-rows.ts';

const okPage = jsonAnswer(200, listPage(movieRow()));
const refused = tmdbError(401, 7);

describe('a refused token', () => {
  it.each([
    ['code 7', tmdbError(401, 7), 401],
    ['code 10, suspended', tmdbError(401, 10), 401],
    ['code 45, suspended user', tmdbError(403, 45), 403],
    ['a bare 401', jsonAnswer(401, {}), 401],
  ])('stops the job without a retry, and alarms: %s', async (_name, answer, status) => {
    const harness = fetchHarness([answer, okPage]);
    const error = await rejectionOf(harness.fetch());
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'token_rejected' });
    expect(harness.tmdb.requests).toHaveLength(1);
    expect(harness.telemetry.eventsOf('token-rejected')).toMatchObject([{ status }]);
    expect(harness.telemetry.valuesOf('TmdbFailures')).toEqual([1]);
  });

  it('stops the jobs after it without a call', async () => {
    const harness = fetchHarness([refused, okPage]);
    await rejectionOf(harness.fetch());
    for (let n = 0; n < 3; n += 1) {
      expect(await rejectionOf(harness.fetch())).toMatchObject({ code: 'token_rejected' });
    }
    expect(harness.tmdb.requests).toHaveLength(1);
    expect(harness.telemetry.eventsOf('token-rejected')).toHaveLength(1);
  });

  it('is tried again after a minute, by the clock that never goes back', async () => {
    const harness = fetchHarness([refused, okPage]);
    await rejectionOf(harness.fetch());
    await harness.clock.advance(59_999);
    harness.clock.jumpWallClock(7_200_000);
    expect(await rejectionOf(harness.fetch(undefined, 600_000))).toMatchObject({ code: 'token_rejected' });
    await harness.clock.advance(1);
    harness.clock.jumpWallClock(-7_200_000);
    await harness.fetch(undefined, 600_000);
    expect(harness.items.bodies).toHaveLength(1);
  });

  it('that is refused again stops for another minute', async () => {
    const harness = fetchHarness([refused, refused, okPage]);
    await rejectionOf(harness.fetch());
    await harness.clock.advance(60_000);
    await rejectionOf(harness.fetch(undefined, 600_000));
    await harness.clock.advance(59_999);
    await rejectionOf(harness.fetch(undefined, 600_000));
    expect(harness.tmdb.requests).toHaveLength(2);
  });

  it('stops a job that waits for its retry', async () => {
    const harness = fetchHarness([
      () => {
        harness.dependencies.tokenRefusal.sinceMs = harness.clock.monotonicMs();
        return tmdbError(503, 9, '5');
      },
      okPage,
    ]);
    expect(await rejectionOf(harness.fetch())).toMatchObject({ code: 'token_rejected' });
    expect(harness.tmdb.requests).toHaveLength(1);
  });

  it('is the affair of one container: others share nothing', async () => {
    const one = fetchHarness([refused]);
    const other = fetchHarness([okPage]);
    await rejectionOf(one.fetch());
    await other.fetch();
    expect(other.items.bodies).toHaveLength(1);
  });

  // BUG src/worker/fetch-page.ts fetchPage: the refusal is looked at before the gate and not after it, so the jobs of a
  // batch that already wait for their slot still call, one by one (promise 3: "stops calls at once").
  it.fails('stops the jobs that already wait at the gate', async () => {
    const harness = fetchHarness([refused, okPage]);
    harness.dependencies.gate = paceRequests(10, harness.clock);
    await Promise.allSettled([harness.fetch(), harness.fetch(), harness.fetch()]);
    expect(harness.tmdb.requests).toHaveLength(1);
  });
});
