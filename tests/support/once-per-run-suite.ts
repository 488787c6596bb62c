import { expect, it } from 'vitest';
import type { DynamoEngine } from '../../src/local/embedded-dynamodb.ts';
import { oncePerRun } from '../../src/planner/once-per-run-adapter.ts';
import { type StartedRun, startRun } from '../../src/planner/start-run.ts';
import type { AdHocEvent, ScheduledRequest } from '../../src/shared/queues/plan-request.ts';
import { rejectionOf } from './caught.ts';
import { describeOnEngine } from './embedded-tables.ts';
import { lambdaContext } from './lambda-context.ts';
import { type MemoryPlanner, memoryPlanner } from './memory-planner.ts';
import { sampleAdHoc, sampleFetchRequest, sampleScheduled } from './sample-requests.ts';

type Start = (request: ScheduledRequest | AdHocEvent) => Promise<StartedRun>;

/** That each run is started once, with the records of one engine. */
export function oncePerRunSuite(engine: DynamoEngine): void {
  describeOnEngine(engine, 'a run', (tables) => {
    /** Planner containers that share one control table; each gets the start it is given, or the real one. */
    const open = async () => {
      const control = await tables.newControl();
      const planner = memoryPlanner();
      const container = (start: Start = (request) => startRun(request, planner)) =>
        oncePerRun(start, tables.client, control);
      const crashed = (remainingMs: number) => {
        // A container that is gone: it never answers, and nobody waits for it.
        void container(() => new Promise(() => undefined))(sampleScheduled(), lambdaContext(remainingMs));
      };
      const records = () => tables.scan(control);
      return { planner, container, crashed, records };
    };

    it('is sent once when it is delivered twice, and the second answer says so', async () => {
      const { planner, container } = await open();
      const first = await container()(sampleScheduled(), lambdaContext());
      const second = await container()(sampleScheduled(), lambdaContext());
      expect(first).toMatchObject({ jobs: 7, duplicate: false });
      expect(second).toEqual({ ...first, duplicate: true });
      expect(planner.jobs.bodies).toHaveLength(7);
    });

    it('is the same run however its time is written', async () => {
      const { planner, container } = await open();
      await container()(sampleScheduled({ occurrence: '2026-11-23T08:00:00Z' }), lambdaContext());
      await container()(sampleScheduled({ occurrence: '2026-11-23T08:00:00.000Z' }), lambdaContext());
      expect(planner.jobs.bodies).toHaveLength(7);
    });

    it('is another one at another occurrence, of another schedule, and by another event', async () => {
      const { planner, container } = await open();
      const requests: (ScheduledRequest | AdHocEvent)[] = [
        sampleScheduled(),
        sampleScheduled({ occurrence: '2026-11-22T08:00:00Z' }),
        sampleScheduled({ schedule: 'weekly' }),
        sampleAdHoc({ id: 'a' }),
        sampleAdHoc({ id: 'b' }),
      ];
      const once = container();
      for (const request of requests) {
        expect((await once(request, lambdaContext())).duplicate).toBe(false);
      }
      expect(planner.jobs.bodies).toHaveLength(7 + 7 + 4 + 1 + 1);
    });

    it('by an ad-hoc event is sent once for each id of an event', async () => {
      const { planner, container } = await open();
      await container()(sampleAdHoc({ id: 'a' }), lambdaContext());
      const again = sampleAdHoc({ id: 'a', time: '2026-11-23T07:31:00Z', detail: sampleFetchRequest({ pages: 3 }) });
      expect(await container()(again, lambdaContext())).toMatchObject({ duplicate: true, jobs: 1 });
      expect(planner.jobs.bodies).toHaveLength(1);
    });

    it('that could not be started can be started again', async () => {
      const { planner, container, records } = await open();
      const down = new Error('SQS is down');
      const failed = container(async () => {
        throw down;
      });
      expect(await rejectionOf(failed(sampleScheduled(), lambdaContext()))).toBe(down);
      expect(await records()).toEqual([]);
      expect(await container()(sampleScheduled(), lambdaContext())).toMatchObject({ duplicate: false });
      expect(planner.jobs.bodies).toHaveLength(7);
    });

    it('is left alone while another container may still be at it', async () => {
      const { planner, container, crashed, records } = await open();
      crashed(60_000);
      await until(async () => (await records()).length === 1);
      const error = await rejectionOf(container()(sampleScheduled(), lambdaContext()));
      expect((error as Error).message).toContain('in progress');
      expect(planner.jobs.bodies).toEqual([]);
    });

    it('whose container crashed is started again once that container’s time is up', async () => {
      const { planner, container, crashed, records } = await open();
      crashed(1);
      await until(async () => (await records()).length === 1);
      expect(await container()(sampleScheduled(), lambdaContext())).toMatchObject({ duplicate: false });
      expect(planner.jobs.bodies).toHaveLength(7);
      expect(await container()(sampleScheduled(), lambdaContext())).toMatchObject({ duplicate: true });
    });

    it.each([0, -1, 0.4])(
      'is not started in an invocation that has %d ms left, and leaves no record',
      async (leftMs) => {
        const { planner, container, records } = await open();
        const error = await rejectionOf(container()(sampleScheduled(), lambdaContext(leftMs)));
        expect(error).toMatchObject({ code: 'out_of_time' });
        expect(await records()).toEqual([]);
        expect(await container()(sampleScheduled(), lambdaContext())).toMatchObject({ duplicate: false });
        expect(planner.jobs.bodies).toHaveLength(7);
      },
    );

    it.each<[string, () => number, number]>([
      ['runs out of time before the record is made', once(40), 40],
      ['does not know its time', () => Number.NaN, 900_000],
    ])('whose container %s blocks it no longer than that', async (_name, getRemainingTimeInMillis, mostMs) => {
      const { container, records } = await open();
      const context = { ...lambdaContext(), getRemainingTimeInMillis };
      void container(() => new Promise(() => undefined))(sampleScheduled(), context);
      await until(async () => (await records()).length === 1);
      const [record] = await records();
      const untilMs = Number(record?.in_progress_expiration);
      expect(untilMs).toBeGreaterThan(Date.now() - 60_000);
      expect(untilMs).toBeLessThanOrEqual(Date.now() + mostMs);
    });

    it('is sent once when several containers get it at the same time', async () => {
      const { planner, container } = await open();
      const containers = [container(), container(), container()];
      const answers = await Promise.allSettled(containers.map((once) => once(sampleScheduled(), lambdaContext())));
      const started = answers.filter((answer) => answer.status === 'fulfilled' && !answer.value.duplicate);
      expect(started).toHaveLength(1);
      expectSentOnce(planner);
    });

    it('is remembered for two weeks, longer than the time between weekly runs', async () => {
      const { container, records } = await open();
      const beforeSeconds = Math.floor(Date.now() / 1000);
      await container()(sampleScheduled(), lambdaContext());
      const [record] = await records();
      expect(Number(record?.expiration) - beforeSeconds).toBeGreaterThanOrEqual(14 * 86_400);
      expect(Number(record?.expiration) - beforeSeconds).toBeLessThan(15 * 86_400);
      expect(String(record?.id).startsWith('feed#')).toBe(false);
    });
  });
}

function expectSentOnce({ jobs }: MemoryPlanner): void {
  expect(jobs.bodies).toHaveLength(7);
  expect(new Set(jobs.bodies.map((body) => JSON.parse(body).jobId)).size).toBe(7);
}

/** A clock that has `ms` left when it is asked for the first time, and nothing from then on. */
function once(ms: number): () => number {
  let asked = 0;
  return () => {
    asked += 1;
    return asked === 1 ? ms : 0;
  };
}

/** Asks again until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    // The question itself is a round trip to the emulator.
  }
}
