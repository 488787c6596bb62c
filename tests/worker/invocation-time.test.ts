/** Invocations of the worker where slots are rare or answers are slow, on virtual time: they end in time, and no job is lost. */
import { describe, expect, it } from 'vitest';
import { callsOfAWorker, defaultSettings } from '../../src/shared/settings/settings.ts';
import { settingsSchema } from '../../src/shared/settings/settings-schema.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { jsonAnswer } from '../support/scripted-tmdb.ts';
import { listPage, movieRow } from '../support/tmdb-rows.ts';
import { workerFleet } from '../support/worker-fleet.ts';

const jobCount = 800;
const invocationMs = 60_000;
const okPage = jsonAnswer(200, listPage(movieRow()));
/** TMDB's refusal names a limit of one call a second. */
const ofOne = jsonAnswer(429, {
  success: false,
  status_code: 25,
  status_message: 'Your request count (2) is over the allowed limit of (1).',
});

type World = { workers: number; told: number; callMs: number; isRefused: boolean };

/** Works for three minutes. `ideal`: the calls that rate and connections allow in that time. */
async function play({ workers, told, callMs, isRefused }: World) {
  const { tmdb, worker } = defaultSettings;
  const settings = settingsSchema.parse({
    ...defaultSettings,
    tmdb: { ...tmdb, requestsPerSecond: told },
    worker: { ...worker, maximumConcurrency: Math.max(2, workers) },
  });
  let calls = 0;
  const fleet = workerFleet({
    workers,
    seed: workers,
    settings,
    batchSize: worker.batchSize,
    tmdb: (clock) => ({
      get: async () => {
        calls += 1;
        const isFirst = calls <= 3;
        await clock.sleep(isRefused && isFirst ? 50 : callMs);
        return isRefused && isFirst ? ofOne : okPage;
      },
    }),
  });
  await fleet.queue.sendAll(
    Array.from({ length: jobCount }, (_, n) => JSON.stringify(sampleJob({ jobId: `job-${n}` }))),
  );
  await fleet.runUntil(() => fleet.clock.monotonicMs() > 3 * invocationMs);
  const connectionsPerSecond = workers * callsOfAWorker(settings) * (1_000 / callMs);
  const ideal = (Math.min(told, connectionsPerSecond) * 3 * invocationMs) / 1_000;
  return { fleet, calls, ideal };
}

const worlds = [1, 4, 15].flatMap((workers) =>
  [
    { told: 0.1, callMs: 200, isRefused: false },
    { told: 30, callMs: 200, isRefused: true },
    { told: 30, callMs: 7_000, isRefused: true },
    { told: 30, callMs: 7_000, isRefused: false },
  ].map((world) => ({ workers, ...world })),
);

describe('an invocation', () => {
  it.each(worlds)('ends in time: %o', async (world) => {
    const { fleet, calls, ideal } = await play(world);
    // No slots are taken for nobody. Workers with one connection each wait for slots that lie as far apart as calls end.
    const share = world.workers === 15 && world.callMs === 7_000 ? 0.65 : 0.85;
    expect(calls).toBeGreaterThanOrEqual(Math.min(jobCount, share * ideal));
    expect(fleet.longestMs()).toBeLessThanOrEqual(invocationMs);
    expect(fleet.failures()).toBe(0);
    expect(fleet.items.bodies.length + fleet.queue.held().length + fleet.deadLetters.bodies.length).toBe(jobCount);
  });
});
