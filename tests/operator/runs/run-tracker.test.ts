import { describe, expect, it } from 'vitest';
import { endedJobs, trackRuns } from '../../../src/operator/runs/run-tracker.ts';
import type { RunEvent } from '../../../src/shared/telemetry/run-event.ts';

const runId = '0badcafe';
const applied = (job: number, over: Partial<Extract<RunEvent, { event: 'page-applied' }>> = {}): RunEvent => ({
  event: 'page-applied',
  runId,
  jobId: `${runId}/popular/movie/global/en-US/${job}`,
  ...{ received: 20, written: 12, unchanged: 5, superseded: 2, rejected: 1 },
  ...over,
});

function tracking(...events: RunEvent[]) {
  const tracker = trackRuns();
  for (const event of events) {
    tracker.observe(event);
  }
  return tracker;
}

describe('run tracker', () => {
  it('knows nothing of a run that it has not heard of', () => {
    const { applied, notFound, rows, calls } = tracking().progress(runId);
    expect([applied.size, notFound.size, calls.length]).toEqual([0, 0, 0]);
    expect(rows).toEqual({ received: 0, written: 0, unchanged: 0, superseded: 0, rejected: 0 });
  });

  it('adds up the rows of a run’s pages', () => {
    const tracker = tracking(applied(1), applied(2, { written: 20, unchanged: 0, superseded: 0, rejected: 0 }));
    expect(tracker.progress(runId).applied.size).toBe(2);
    expect(tracker.progress(runId).rows).toEqual({
      received: 40,
      written: 32,
      unchanged: 5,
      superseded: 2,
      rejected: 1,
    });
  });

  it('counts no rows of titles that were fetched by themselves: they are jobs', () => {
    const title = applied(1, { jobId: `${runId}/title/movie/550/details`, received: 1, written: 1 });
    const { applied: jobs, rows } = tracking(applied(1), title).progress(runId);
    expect(jobs.size).toBe(2);
    expect(rows.received).toBe(20);
  });

  it('counts no rows of reference data either, and takes it for ended when TMDB does not know it', () => {
    const jobId = `${runId}/reference/configuration`;
    const { rows } = tracking(applied(1), applied(1, { jobId, received: 1, written: 1 })).progress(runId);
    expect(rows.received).toBe(20);
    const unknown = tracking({ event: 'job-not-found', runId, jobId, code: 'tmdb_34', detail: 'HTTP 404' });
    expect([...endedJobs(unknown.progress(runId))]).toEqual([jobId]);
  });

  it('counts a page that is delivered twice once', () => {
    const again = applied(1, { written: 0, unchanged: 19, superseded: 0 });
    const { applied: jobs, rows } = tracking(applied(1), again).progress(runId);
    expect(jobs.size).toBe(1);
    expect(rows).toMatchObject({ received: 20, written: 12, unchanged: 5 });
  });

  it('keeps runs apart', () => {
    const tracker = tracking(
      applied(1),
      applied(1, { runId: '5eed5eed', jobId: '5eed5eed/popular/tv/global/en-US/1' }),
    );
    expect(tracker.progress(runId).rows.received).toBe(20);
    expect(tracker.progress('5eed5eed').rows.received).toBe(20);
  });

  it('adds up the capacity of all batches, whatever run they are of', () => {
    const batch = { event: 'batch-written', pages: 1, rowsWritten: 1, rowsUnchanged: 0, rowsSuperseded: 0 } as const;
    const tracker = tracking({ ...batch, writeUnits: 3, readUnits: 0.5 }, { ...batch, writeUnits: 4, readUnits: 1 });
    expect(tracker.capacity()).toEqual({ writeUnits: 7, readUnits: 1.5 });
  });

  it('remembers that the token was refused', () => {
    expect(tracking().tokenRejection()).toBeUndefined();
    expect(tracking({ event: 'token-rejected', status: 401, detail: 'HTTP 401' }).tokenRejection()).toBe('HTTP 401');
  });

  it('forgets a refused token when calls are let through again', () => {
    const refused: RunEvent = { event: 'token-rejected', status: 401, detail: 'HTTP 401' };
    const breaker = (state: 'open' | 'closed'): RunEvent => ({
      event: 'breaker-changed',
      state,
      reason: '',
      detail: '',
    });
    expect(tracking(refused, breaker('open')).tokenRejection()).toBe('HTTP 401');
    expect(tracking(refused, breaker('open'), breaker('closed')).tokenRejection()).toBeUndefined();
  });

  it('wakes who listens for each event until it is unsubscribed', () => {
    const tracker = trackRuns();
    let woken = 0;
    const unsubscribe = tracker.onChange(() => {
      woken += 1;
    });
    tracker.observe(applied(1));
    unsubscribe();
    tracker.observe(applied(2));
    expect(woken).toBe(1);
  });
});
