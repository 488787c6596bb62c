import { describe, expect, it } from 'vitest';
import { planRun } from '../../src/planner/plan-run.ts';
import { startRun } from '../../src/planner/start-run.ts';
import { RetryableError } from '../../src/shared/errors.ts';
import { fetchJobSchema } from '../../src/shared/messages/fetch-job.ts';
import { rejectionOf } from '../support/caught.ts';
import { memoryPlanner } from '../support/memory-planner.ts';
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
      duplicate: false,
    });
    expect(planner.jobs.bodies.map((body) => fetchJobSchema.parse(JSON.parse(body)))).toEqual(plan.jobs);
  });

  it('reports the run once it is sent', async () => {
    const planner = memoryPlanner();
    const { runId, snapshot } = await startRun(sampleScheduled(), planner);
    expect(planner.telemetry.events).toEqual([{ event: 'run-planned', runId, origin: 'daily', snapshot, jobs: 7 }]);
    expect(planner.telemetry.warnings).toEqual([]);
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
