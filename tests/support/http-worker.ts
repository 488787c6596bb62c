import { tokenRedactor } from '../../src/shared/core/redact-token.ts';
import { retryBudget } from '../../src/shared/core/retries.ts';
import { redactedSender } from '../../src/shared/queues/message-sender.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { redactedTelemetry } from '../../src/shared/telemetry/telemetry.ts';
import { redactedBreakerStore } from '../../src/shared/throttle/breaker-record.ts';
import { rateLimitsOf } from '../../src/shared/throttle/rate-schedule.ts';
import { type SharedBreaker, sharedBreaker } from '../../src/shared/throttle/shared-breaker.ts';
import { tmdbHttp } from '../../src/shared/tmdb/tmdb-http.ts';
import type { TmdbPort } from '../../src/shared/tmdb/tmdb-port.ts';
import { type WorkerBatchDependencies, workerBatch } from '../../src/worker/worker-batch.ts';
import { memoryBreakerStore } from './memory-breaker-store.ts';
import { memoryRateSchedule } from './memory-rate-schedule.ts';
import { recordingQueue } from './recording-queue.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { sampleJob } from './sample-messages.ts';
import { constantRandom } from './seeded-random.ts';
import { virtualClock } from './virtual-clock.ts';

/** A call may take a quarter of a second of real time; everything else is on virtual time. */
const settings: Settings = { ...defaultSettings, tmdb: { ...defaultSettings.tmdb, requestTimeoutMs: 250 } };

export const seamToken = 'secret-token-3f9a';

/**
 * One worker as it is in Lambda, over real HTTP: adapter, gate, breaker, schedule, budget and job. Time stands still while a
 * call is under way, and jumps on otherwise.
 */
export function httpWorker(baseUrl: string, over: Partial<WorkerBatchDependencies> = {}, token: string = seamToken) {
  const { watch, redact } = tokenRedactor();
  let underWay = 0;
  const clock = virtualClock({ autoJump: true, isBusy: () => underWay > 0 });
  const real = tmdbHttp({ baseUrl, token: watch(async () => token) }, settings.tmdb);
  const tmdb: TmdbPort = {
    get: async (request) => {
      underWay += 1;
      try {
        return await real.get(request);
      } finally {
        underWay -= 1;
      }
    },
  };
  const { retryShare, retryBurst } = settings.tmdb;
  const [items, jobs, deadLetters] = [recordingQueue(), recordingQueue(), recordingQueue()];
  const telemetry = recordingTelemetry();
  const told = redactedTelemetry(telemetry, redact);
  const timeline = memoryRateSchedule(rateLimitsOf(settings));
  const store = memoryBreakerStore();
  const outcomes: string[] = [];
  const dependencies: WorkerBatchDependencies = {
    tmdb,
    breaker: overheard(
      sharedBreaker(redactedBreakerStore(store, redact), settings.breaker, clock, (record) =>
        told.event({ event: 'breaker-changed', ...record }),
      ),
      outcomes,
    ),
    schedule: timeline.driver(clock),
    budget: retryBudget(retryShare, retryBurst),
    items,
    jobs,
    deadLetters: redactedSender(deadLetters, redact),
    telemetry: told,
    redact,
    clock,
    random: constantRandom(0.5),
    settings,
    ...over,
  };
  return {
    clock,
    items,
    jobs,
    deadLetters,
    telemetry,
    timeline,
    store,
    /** What the breaker was told, in order: outcomes, what came of each check of a token, and `rejected`. */
    told: outcomes,
    /** One invocation with a batch of `count` jobs; the ids of those that failed (`m0` is the first). */
    work: async (
      count = 1,
      bodies = Array.from({ length: count }, (_, n) => JSON.stringify(sampleJob({ page: n + 1 }))),
    ) => {
      const deadlineMs = clock.monotonicMs() + 60_000;
      const event = { Records: bodies.map((body, n) => ({ messageId: `m${n}`, body })) };
      const { batchItemFailures } = await workerBatch(dependencies)(event, () => deadlineMs - clock.monotonicMs());
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
  };
}

export type HttpWorker = ReturnType<typeof httpWorker>;

function overheard(breaker: SharedBreaker, told: string[]): SharedBreaker {
  return {
    admit: () => breaker.admit(),
    ended: (admission, outcome, detail) => {
      told.push(outcome);
      return breaker.ended(admission, outcome, detail);
    },
    confirmRejection: async (admission, refusal, check) => {
      const outcome = await breaker.confirmRejection(admission, refusal, check);
      told.push(outcome.kind);
      return outcome;
    },
  };
}
