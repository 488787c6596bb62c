import type { RetryBudget } from '../../src/shared/core/retries.ts';
import type { FetchJob } from '../../src/shared/queues/fetch-job.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import type { CallGate, Entry } from '../../src/shared/throttle/call-gate.ts';
import { rateLimitsOf } from '../../src/shared/throttle/rate-schedule.ts';
import { fetchItem } from '../../src/worker/fetch-item.ts';
import type { WorkDependencies } from '../../src/worker/work-dependencies.ts';
import { type WorkerBatchDependencies, workJob } from '../../src/worker/worker-batch.ts';
import { memoryRateSchedule } from './memory-rate-schedule.ts';
import { recordingBreaker } from './recording-breaker.ts';
import { recordingQueue } from './recording-queue.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { sampleJob } from './sample-messages.ts';
import { type ScriptedAnswer, scriptedTmdb } from './scripted-tmdb.ts';
import { constantRandom } from './seeded-random.ts';
import { virtualClock } from './virtual-clock.ts';

/** What a gate says that lets a job call at once. */
export const go: Extract<Entry, { kind: 'go' }> = { kind: 'go', admission: { kind: 'closed' }, waitedMs: 0 };

/** A gate that answers by script; from the last answer on that one again. */
export function scriptedGate(...script: readonly Entry[]): CallGate {
  let asked = 0;
  return {
    enter: async () => {
      const entry = script[Math.min(asked, script.length - 1)] ?? go;
      asked += 1;
      return entry;
    },
  };
}

/** A budget that always has a retry left, and says what was asked of it. */
export function openBudget(): RetryBudget & { readonly earned: () => number; readonly spent: () => number } {
  let earned = 0;
  let spent = 0;
  return {
    earned: () => earned,
    spent: () => spent,
    earn: () => {
      earned += 1;
    },
    trySpend: () => {
      spent += 1;
      return true;
    },
  };
}

/** What one job and what a batch of them needs. */
type HarnessDependencies = WorkDependencies & WorkerBatchDependencies;

/**
 * Everything that one job needs, on virtual time that jumps by itself; draws are always one half. The gate is open and the
 * budget endless unless a test says otherwise.
 */
export function fetchHarness(script: readonly ScriptedAnswer[], over: Partial<HarnessDependencies> = {}) {
  const clock = virtualClock({ autoJump: true });
  const tmdb = scriptedTmdb(...script);
  const [items, jobs, deadLetters] = [recordingQueue(), recordingQueue(), recordingQueue()];
  const telemetry = recordingTelemetry();
  const settings: Settings = over.settings ?? defaultSettings;
  const timeline = memoryRateSchedule(rateLimitsOf(settings));
  const breaker = recordingBreaker();
  const budget = openBudget();
  const dependencies: HarnessDependencies = {
    tmdb,
    breaker,
    schedule: timeline.driver(clock),
    budget,
    items,
    jobs,
    deadLetters,
    telemetry,
    clock,
    random: constantRandom(0.5),
    settings,
    ...over,
  };
  const startedMs = clock.monotonicMs();
  const leftOf = (totalMs: number) => () => totalMs - (clock.monotonicMs() - startedMs);
  return {
    clock,
    tmdb,
    items,
    jobs,
    deadLetters,
    telemetry,
    timeline,
    breaker,
    budget,
    dependencies,
    /** Fetches one job's page in an invocation that has `totalMs` in all. */
    fetch: (job: FetchJob = sampleJob(), totalMs = 60_000, gate: CallGate = scriptedGate()) =>
      fetchItem(job, gate, dependencies, leftOf(totalMs)),
    /** Works one message, from its body to its fate. */
    work: (body: string = JSON.stringify(sampleJob()), totalMs = 60_000, gate: CallGate = scriptedGate()) =>
      workJob(body, gate, dependencies, leftOf(totalMs)),
    /** Lets `ms` pass during a call, then gives `answer`. */
    after: (ms: number, answer: ScriptedAnswer) => async () => {
      await clock.sleep(ms);
      return typeof answer === 'function' ? answer() : answer;
    },
  };
}
