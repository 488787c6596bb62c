import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { deferJob } from '../../src/worker/defer-job.ts';
import type { DeferralMarks, WorkDependencies } from '../../src/worker/work-dependencies.ts';
import { memoryDeferralMarks } from '../support/memory-deferral-marks.ts';
import { recordingQueue } from '../support/recording-queue.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const later = { code: 'breaker_open', detail: 'TMDB is away', retryInMs: 1_000 };
const key = '0badcafe/popular/movie/global/en-US/1#3#0';

function world(deferrals?: DeferralMarks) {
  const [jobs, telemetry, clock] = [recordingQueue(), recordingTelemetry(), virtualClock({ autoJump: true })];
  const random = { next: () => 0.5 };
  const deps = { jobs, telemetry, clock, random, deferrals, settings: defaultSettings } as unknown as WorkDependencies;
  return { jobs, telemetry, deps };
}

describe('a deferral', () => {
  it('is marked once it is sent, for twice the age at which a job is given up', async () => {
    const marks = memoryDeferralMarks();
    const { jobs, telemetry, deps } = world(marks);
    await deferJob(sampleJob({ attempt: 2 }), later, deps);
    expect(jobs.bodies.map((body) => JSON.parse(body).attempt)).toEqual([3]);
    expect([...marks.keys]).toEqual([[key, Date.UTC(2026, 10, 23, 20)]]);
    expect(telemetry.eventsOf('job-deferred')).toHaveLength(1);
  });

  it.each([
    ['first seen tomorrow, by a clock that was ahead', '2026-11-24T08:00:00.000Z', Date.UTC(2026, 10, 24, 20)],
    ['first seen last week, by a clock that was behind', '2026-11-16T08:00:00.000Z', Date.UTC(2026, 10, 23, 20)],
  ])('of a job %s is marked for no less', async (_name, firstSeenAt, untilMs) => {
    const marks = memoryDeferralMarks();
    const { deps } = world(marks);
    await deferJob(sampleJob({ attempt: 2, firstSeenAt }), later, deps);
    expect([...marks.keys]).toEqual([[key, untilMs]]);
  });

  it('is not made again for a copy of the message', async () => {
    const { jobs, telemetry, deps } = world(memoryDeferralMarks());
    await deferJob(sampleJob({ attempt: 2 }), later, deps);
    await deferJob(sampleJob({ attempt: 2 }), later, deps);
    expect(jobs.bodies).toHaveLength(1);
    expect(telemetry.eventsOf('copy-dropped')).toEqual([
      { event: 'copy-dropped', runId: '0badcafe', jobId: sampleJob().jobId, deferrals: 3 },
    ]);
  });

  it('is another one at the next deferral, and for a job that an operator has sent again', async () => {
    const { jobs, deps } = world(memoryDeferralMarks());
    for (const job of [sampleJob({ attempt: 2 }), sampleJob({ attempt: 3 }), sampleJob({ attempt: 2, replays: 1 })]) {
      await deferJob(job, later, deps);
    }
    expect(jobs.bodies).toHaveLength(3);
  });

  it('is not marked when it could not be sent', async () => {
    const marks = memoryDeferralMarks();
    const { jobs, deps } = world(marks);
    jobs.failWith(new Error('the queue is away'));
    await expect(deferJob(sampleJob(), later, deps)).rejects.toThrow('the queue is away');
    expect(marks.keys.size).toBe(0);
  });

  const away = () => Promise.reject(new Error('the control table is away'));
  const silent = () => new Promise<never>(() => undefined);
  it.each<[string, DeferralMarks]>([
    ['away', { wasSent: away, sent: away }],
    ['silent', { wasSent: silent, sent: silent }],
  ])('is made all the same while the control table is %s', async (_, marks) => {
    const { jobs, deps } = world(marks);
    await deferJob(sampleJob(), later, deps);
    expect(jobs.bodies).toHaveLength(1);
  });
});
