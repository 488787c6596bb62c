import { describe, expect, it } from 'vitest';
import { IncompleteRunError } from '../../../src/cli/cli-context.ts';
import { assertComplete } from '../../../src/cli/run/run-result.ts';
import { listEndsOf } from '../../../src/operator/runs/run-end.ts';
import { summarizeRun, type UsageReading } from '../../../src/operator/runs/run-summary.ts';
import { endedJobs, openOf, plannedOf, type SentJobs, trackRuns } from '../../../src/operator/runs/run-tracker.ts';
import type { PageOutcome } from '../../../src/shared/core/feed.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import type { RunEvent } from '../../../src/shared/telemetry/run-event.ts';
import { jobsOf } from '../../support/run-summary.ts';

const runId = '0badcafe';
const movies = `${runId}/popular/movie/global/en-US/1`;
const series = `${runId}/popular/tv/global/en-US/1`;
const title = `${runId}/title/movie/550/de-DE`;
const applied = (jobId: string, outcome?: PageOutcome): RunEvent => ({
  event: 'page-applied',
  ...{ runId, jobId, received: 0, written: 0, unchanged: 0, superseded: 0, rejected: 0 },
  ...(outcome && { outcome }),
});
const notFound = (jobId: string): RunEvent => ({
  event: 'job-not-found',
  ...{ runId, jobId, code: 'tmdb_34', detail: 'HTTP 404: no such thing' },
});
const deferred = (jobId: string): RunEvent => ({
  event: 'job-deferred',
  ...{ runId, jobId, code: 'breaker_open', detail: 'HTTP 503', deferrals: 1, delaySeconds: 9 },
});
const nothingUsed: UsageReading = {
  functions: Object.fromEntries(
    ['planner', 'worker', 'writer', 'reader'].map((name) => [name, { invocations: 0, billedMs: 0 }]),
  ) as UsageReading['functions'],
  sqsRequests: 0,
  capacity: { writeUnits: 0, readUnits: 0 },
};

/** A run of so many pages of lists, or of so many titles too, as its events tell of it. */
function ended(planned: number | SentJobs, events: readonly RunEvent[], dead: string[] = [], openJobs: string[] = []) {
  const sent = typeof planned === 'number' ? { lists: planned, titles: 0, reference: 0 } : planned;
  const tracker = trackRuns();
  for (const event of events) {
    tracker.observe(event);
  }
  const settled = new Set([...endedJobs(tracker.progress(runId)), ...dead]);
  const open = openOf(sent, settled);
  const reason = open > 0 ? ('timed-out' as const) : ('done' as const);
  const end = { reason, planned: plannedOf(sent), deadLetteredJobs: dead, open, openJobs };
  const facts = { schedule: 'daily', runId, sent, end, durationMs: 1 };
  const summary = summarizeRun(facts, tracker, nothingUsed, nothingUsed, defaultSettings);
  const check = () => assertComplete(summary, end, tracker);
  return { summary, check, lists: listEndsOf(tracker.progress(runId)), open };
}

function failureOf(check: () => void): IncompleteRunError {
  try {
    check();
  } catch (error) {
    return error as IncompleteRunError;
  }
  throw new Error('the run counts as complete');
}

describe('a list that TMDB does not know', () => {
  it('is open until the writer has applied that, and no success then', () => {
    expect(ended(1, [notFound(movies)], [], [movies])).toMatchObject({ open: 1, summary: { jobs: { notFound: 0 } } });
    const { summary, check } = ended(2, [applied(series, 'titles'), notFound(movies), applied(movies, 'not-found')]);
    expect(summary.jobs).toEqual(jobsOf({ planned: 2, succeeded: 1, notFound: 1 }));
    const failure = failureOf(check);
    expect(failure).toBeInstanceOf(IncompleteRunError);
    expect(failure.message).toContain('popular/movie/global/en-US (tmdb_34: HTTP 404: no such thing)');
    expect(failure.text).toContain('not found    popular/movie/global/en-US');
  });

  it('counts as found when another delivery of its job has found it', () => {
    const { summary, check } = ended(1, [applied(movies, 'not-found'), applied(movies, 'titles')]);
    expect(summary.jobs).toEqual(jobsOf({ planned: 1, succeeded: 1 }));
    expect(check).not.toThrow();
  });

  it('is named beside dead letters', () => {
    const { summary, check } = ended(2, [notFound(movies), applied(movies, 'not-found')], [series]);
    expect(summary.jobs).toEqual(jobsOf({ planned: 2, notFound: 1, deadLettered: 1 }));
    expect(failureOf(check).message).toMatch(
      /dead-letter queue: .*popular\/tv.*does not know 1 of the 2 .*popular\/movie/,
    );
  });
});

describe('lists without titles', () => {
  it('are no success when no list of the run has any', () => {
    const { check } = ended(2, [applied(movies, 'empty'), applied(series, 'empty')]);
    expect(failureOf(check).message).toMatch(/all 2 lists .*popular\/movie\/global\/en-US, popular\/tv/);
  });

  it('are no success when no row of one could be read', () => {
    const { check } = ended(2, [applied(movies, 'titles'), applied(series, 'rejected')]);
    const message = failureOf(check).message;
    expect(message).toMatch(
      /could be read for 1 of the 2 pages: popular\/tv\/global\/en-US; .* nothing is in the table/,
    );
    expect(message).not.toContain('popular/movie');
  });

  it('are told beside the dead letters and the lists that are not found', () => {
    const others = { dead: `${runId}/trending/all/global/en-US/1`, absent: `${runId}/trending/tv/global/en-US/1` };
    const events = [applied(series, 'rejected'), applied(others.absent, 'not-found'), notFound(others.absent)];
    const { check, summary } = ended(3, events, [others.dead]);
    const { summary: document, message } = failureOf(check);
    expect(message).toMatch(/dead-letter queue: .*\. TMDB does not know 1 of .*\. none of the rows .*popular\/tv/);
    expect(document).toMatchObject({
      incomplete: { reason: 'dead-letters', jobs: [others.dead, others.absent, series] },
    });
    expect(summary.jobs).toEqual(jobsOf({ planned: 3, notFound: 1, deadLettered: 1 }));
  });

  it('are named, and no failure, while others have some', () => {
    const { check, lists } = ended(2, [applied(movies, 'empty'), applied(series, 'titles')]);
    expect(check).not.toThrow();
    expect(lists).toMatchObject({ empty: ['popular/movie/global/en-US'], notFound: [], rejected: [] });
  });

  it('are not meant by a page behind a list’s end', () => {
    const { check, lists } = ended(1, [applied(movies.replace(/1$/, '2'), 'empty')]);
    expect(check).not.toThrow();
    expect(lists.empty).toEqual([]);
  });
});

describe('titles of a run', () => {
  it('are counted apart, and one that is not there is an answer', () => {
    const other = title.replace('550', '551');
    const { summary, check } = ended({ lists: 1, titles: 2, reference: 0 }, [
      applied(movies, 'titles'),
      notFound(title),
      applied(other),
    ]);
    expect(summary.jobs).toEqual(jobsOf({ planned: 1, succeeded: 1 }));
    expect(summary.titles).toEqual(jobsOf({ planned: 2, succeeded: 1, notFound: 1 }));
    expect(check).not.toThrow();
  });

  it('are waited for, and count as open where nothing is known of them', () => {
    const sent = { lists: 1, titles: 3, reference: 1 };
    const { summary, check, open } = ended(sent, [applied(movies, 'titles'), deferred(title)], [], [title]);
    expect(open).toBe(4);
    expect(summary.jobs).toEqual(jobsOf({ planned: 1, succeeded: 1 }));
    expect(summary.titles).toEqual(jobsOf({ planned: 3, deferred: 1, open: 3 }));
    expect(failureOf(check).message).toMatch(/^4 of 5 jobs were still open .*title\/movie\/550/);
  });

  it('are named where they are dead letters, which are no successes', () => {
    const { summary, check } = ended({ lists: 0, titles: 1, reference: 0 }, [], [title]);
    expect(summary.titles).toEqual(jobsOf({ planned: 1, deadLettered: 1 }));
    expect(failureOf(check).message).toContain(`are in a dead-letter queue: ${title}`);
  });

  it('of a run that was sent before are those that are still on a queue', () => {
    const sent: SentJobs = new Set([title, movies]);
    expect([plannedOf(sent, 'titles'), plannedOf(sent, 'lists'), plannedOf(sent)]).toEqual([1, 1, 2]);
    const gone = title.replace('550', '551');
    const { summary } = ended(sent, [applied(gone), applied(movies, 'titles')], [], [title]);
    expect(summary.titles).toMatchObject({ planned: 1, open: 1 });
    expect(summary.jobs).toMatchObject({ planned: 1, open: 0 });
  });

  it('wait for what they refer to, which is counted in neither', () => {
    const reference = `${runId}/reference/configuration`;
    const sent = { lists: 0, titles: 0, reference: 2 };
    const { summary, open } = ended(sent, [applied(reference)], [], []);
    expect(open).toBe(1);
    expect([summary.jobs, summary.titles, summary.rows.received]).toEqual([jobsOf({}), jobsOf({}), 0]);
  });
});

describe('jobs that were sent back', () => {
  it('are deferred while they are open, and open is open', () => {
    const { summary } = ended(3, [deferred(movies), deferred(series), applied(series, 'titles')], [], [movies]);
    expect(summary.jobs).toEqual(jobsOf({ planned: 3, succeeded: 1, deferred: 1, open: 2 }));
  });
});
