import { describe, expect, it } from 'vitest';
import { planRun } from '../../src/planner/plan-run.ts';
import { startRun } from '../../src/planner/start-run.ts';
import { RetryableError } from '../../src/shared/core/errors.ts';
import { fetchJobSchema } from '../../src/shared/queues/fetch-job.ts';
import { rejectionOf } from '../support/caught.ts';
import { memoryDemandDays } from '../support/memory-demand-days.ts';
import { memoryFeedsInFlight } from '../support/memory-feeds-in-flight.ts';
import { memoryPlanner } from '../support/memory-planner.ts';
import { memoryUsageStore } from '../support/memory-usage-store.ts';
import { sampleScheduled } from '../support/sample-requests.ts';

const weekly = sampleScheduled({ schedule: 'weekly', occurrence: '2026-11-22T09:00:00Z' });

describe('starting a run', () => {
  it('sends the planned jobs as messages and answers with the run', async () => {
    const planner = memoryPlanner();
    const plan = await planRun(sampleScheduled(), planner);
    expect(await startRun(sampleScheduled(), planner)).toEqual({
      runId: plan.runId,
      snapshot: plan.snapshot,
      jobs: 7,
      titles: 0,
      duplicate: false,
    });
    expect(planner.jobs.bodies.map((body) => fetchJobSchema.parse(JSON.parse(body)))).toEqual(plan.jobs);
  });

  it('reports the run once it is sent', async () => {
    const planner = memoryPlanner();
    const { runId, snapshot } = await startRun(sampleScheduled(), planner);
    expect(planner.telemetry.events).toEqual([
      { event: 'run-planned', runId, origin: 'daily', snapshot, jobs: 7, titles: 0 },
    ]);
    expect(planner.telemetry.warnings).toEqual([]);
  });

  it('counts what it sent, and tells how good the plans of the week were, once reads are counted', async () => {
    const usage = memoryUsageStore();
    const planner = { ...memoryPlanner(), usage, history: { usage, days: memoryDemandDays() } };
    await startRun(sampleScheduled(), planner);
    expect(planner.telemetry.eventsOf('plan-judged')).toEqual([]);
    const trend = 'trending/tv/global/en-US';
    expect(usage.countersOf('usage#2026-11-23T08#plan')).toMatchObject({
      'f:popular/movie/global/en-US': 2,
      [`f:${trend}`]: 1,
    });
    await usage.add('usage#2026-11-23T09#feeds', { [`r:${trend}`]: 4 }, 0);
    await planner.clock.advance(24 * 3_600_000);
    const { runId } = await startRun(sampleScheduled({ occurrence: '2026-11-24T08:00:00Z' }), planner);
    // Of the seven pages of the day before one was read; nobody can read the trends of then any more, the rest is still served.
    const judged = {
      fetchedPages: 7,
      wastedPages: 2,
      warmedPages: 0,
      callsSaved: 0,
      expectedReads: 0,
      countedReads: 0,
    };
    expect(planner.telemetry.eventsOf('plan-judged')).toEqual([{ event: 'plan-judged', runId, ...judged }]);
  });

  it('marks each feed once as sent, until the age at which its jobs are given up: the TTL is in seconds', async () => {
    const inFlight = memoryFeedsInFlight();
    await startRun(sampleScheduled(), { ...memoryPlanner(), inFlight });
    const marks = inFlight.all();
    expect(marks).toHaveLength(5);
    for (const { sentAtMs, expiration } of marks) {
      expect(sentAtMs).toBe(Date.UTC(2026, 10, 23, 8));
      expect(expiration).toBe(Date.UTC(2026, 10, 23, 14) / 1_000);
    }
  });

  it('warns of what could not be planned', async () => {
    const planner = memoryPlanner();
    const { runId } = await startRun(weekly, planner);
    expect(planner.telemetry.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('5 movie genre feeds left out'),
      expect.stringContaining('5 tv genre feeds left out'),
    ]);
    expect(planner.telemetry.warnings[0]?.facts).toEqual({ runId });
  });

  it('throws what sending threw, and reports nothing as planned', async () => {
    const planner = memoryPlanner();
    const refused = new RetryableError('send_incomplete', '3 of 7 messages were not taken');
    planner.jobs.failWith(refused);
    expect(await rejectionOf(startRun(weekly, planner))).toBe(refused);
    expect([planner.telemetry.events, planner.telemetry.warnings]).toEqual([[], []]);
  });

  it('is refused while the occurrence has not come, but for a little difference of clocks', async () => {
    const ahead = sampleScheduled({ occurrence: '2026-11-23T08:05:01Z' });
    const planner = memoryPlanner();
    expect(await rejectionOf(startRun(ahead, planner))).toMatchObject({ code: 'occurrence_ahead' });
    expect(planner.jobs.bodies).toEqual([]);
    await planner.clock.advance(1_000);
    expect(await startRun(ahead, planner)).toMatchObject({ jobs: 7 });
  });

  it('sends the same ids and the same snapshot when it is started again', async () => {
    const planner = memoryPlanner();
    await startRun(sampleScheduled(), planner);
    await planner.clock.advance(60_000);
    await startRun(sampleScheduled(), planner);
    const sent = planner.jobs.bodies.map((body) => fetchJobSchema.parse(JSON.parse(body)));
    const named = sent.map(({ jobId, snapshot }) => `${jobId} ${snapshot}`);
    expect(named.slice(7)).toEqual(named.slice(0, 7));
  });
});
