/**
 * The planner, as Scheduler and event bus deliver to it, and run once for each identity as the idempotency record has it: absent →
 * in progress until the invocation's time is up → completed. A start that throws removes the record.
 */
import { runIdentity } from '../../../src/planner/plan-run.ts';
import { type StartDependencies, type StartedRun, startRun } from '../../../src/planner/start-run.ts';
import { plannerEventSchema } from '../../../src/shared/queues/plan-request.ts';
import { portOf, senderOf } from './ports.ts';
import type { Ended, SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

/** What a start said, by run identity. */
export type SeenStart = { identity: string; run: StartedRun; atMs: number };

type RunRecord = { state: 'in progress'; untilMs: number } | { state: 'completed' };

const plannerPorts = ['catalog', 'heads', 'on-the-way', 'depth', 'jobs'] as const;
const retryMs = 60_000;
/** Scheduler and bus give up after a day. */
const mostRetries = 24 * 60;

export function simPlanner(world: SimWorld, onJob: (identity: string, body: string) => void) {
  const records = new Map<string, RunRecord>();
  const starts: SeenStart[] = [];
  const timeoutMs = world.settings.planner.timeoutSeconds * 1_000;

  const start = async (event: unknown): Promise<Ended<StartedRun>> => {
    const request = plannerEventSchema.parse(event);
    const identity = runIdentity(request);
    const record = records.get(identity);
    if (record?.state === 'completed') {
      return { kind: 'done', value: { runId: '', snapshot: '', jobs: 0, titles: 0, duplicate: true } };
    }
    if (record !== undefined && record.untilMs > world.clock.monotonicMs()) {
      return { kind: 'failed', error: new Error('the run is in progress') };
    }
    records.set(identity, { state: 'in progress', untilMs: world.clock.monotonicMs() + timeoutMs });
    const process = world.start('planner');
    const deps = plannerDependencies(process, world, (body) => onJob(identity, body));
    const ended = await process.run(() => startRun(request, deps), timeoutMs);
    if (ended.kind === 'done') {
      records.set(identity, { state: 'completed' });
      starts.push({ identity, run: ended.value, atMs: world.clock.monotonicMs() });
    } else if (ended.kind === 'failed') {
      records.delete(identity);
      checkExcuse(process, ended.error, world);
    }
    process.kill();
    return ended;
  };

  return {
    starts,
    /** Delivers an event until it has been taken. */
    deliver: async (event: unknown): Promise<void> => {
      for (let attempt = 0; attempt < mostRetries; attempt += 1) {
        if ((await start(event)).kind === 'done') {
          return;
        }
        await world.clock.sleep(retryMs);
      }
    },
  };
}

/** A start fails only where something failed that it needs. */
function checkExcuse(process: SimProcess, error: unknown, { violations }: SimWorld): void {
  if (plannerPorts.every((port) => process.injected(port) === 0)) {
    violations.add('failed-without-fault', `${process.name}: ${String(error)}`);
  }
}

function plannerDependencies(process: SimProcess, world: SimWorld, onJob: (body: string) => void): StartDependencies {
  const { tables, queues, settings } = world;
  const depth = { read: async () => ({ visible: queues.jobs.queue.held().length, delayed: 0, inFlight: 0 }) };
  return {
    catalog: portOf(process, 'catalog', tables.catalog),
    heads: portOf(process, 'heads', tables.heads),
    inFlight: portOf(process, 'on-the-way', tables.inFlight),
    backlog: portOf(process, 'depth', depth),
    jobs: senderOf(process, 'jobs', queues.jobs.queue, onJob),
    telemetry: world.telemetryOf(process),
    clock: process.clock,
    settings,
  };
}
