/** Calls that fail at random are tried again in their invocation: noise defers no job, and does not open the breaker. */
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { jsonAnswer, tmdbError } from '../support/scripted-tmdb.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { listPage, movieRow } from '../support/tmdb-rows.ts';
import { workerFleet } from '../support/worker-fleet.ts';

const jobCount = 1_000;
const okPage = jsonAnswer(200, listPage(movieRow()));

/** 1,000 jobs at a TMDB that answers `refused` of the calls 429 and `failed` of them 503, whatever the rate is. */
async function play(refused: number, failed: number, seed: number) {
  const random = seededRandom(seed);
  const fleet = workerFleet({
    workers: defaultSettings.worker.maximumConcurrency,
    seed,
    batchSize: defaultSettings.worker.batchSize,
    tmdb: (clock) => ({
      get: async () => {
        await clock.sleep(20 + 380 * random.next());
        const draw = random.next();
        if (draw < refused) {
          return tmdbError(429, 25);
        }
        return draw < refused + failed ? tmdbError(503, 9) : okPage;
      },
    }),
  });
  await fleet.queue.sendAll(
    Array.from({ length: jobCount }, (_, n) => JSON.stringify(sampleJob({ jobId: `job-${n}` }))),
  );
  await fleet.runUntil(() => fleet.items.bodies.length >= jobCount || fleet.clock.monotonicMs() > 120_000);
  return fleet;
}

describe('noise', () => {
  it.each([1, 2, 3, 4])('of 2 %% refusals and 5 %% failures defers no job (seed %i)', async (seed) => {
    const fleet = await play(0.02, 0.05, seed);
    expect(fleet.telemetry.events.filter(({ event }) => event === 'job-deferred')).toEqual([]);
    expect(fleet.items.bodies).toHaveLength(jobCount);
    expect(fleet.trials()).toBe(0);
    expect(fleet.clock.monotonicMs()).toBeLessThan(45_000);
  });
});
