import type { FetchJob } from '../../src/shared/messages/fetch-job.ts';
import { defaultSettings, type Settings } from '../../src/shared/settings.ts';
import { type FetchDependencies, fetchPage } from '../../src/worker/fetch-page.ts';
import type { RequestGate } from '../../src/worker/tmdb-port.ts';
import { recordingSender } from './recording-sender.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { sampleJob } from './sample-messages.ts';
import { type ScriptedAnswer, scriptedTmdb } from './scripted-tmdb.ts';
import { constantRandom } from './seeded-random.ts';
import { virtualClock } from './virtual-clock.ts';

/** A gate that lets everyone in at once. */
export const openGate: RequestGate = { enter: async () => undefined };

/** Everything `fetchPage` needs, on virtual time that jumps by itself; draws are always one half. */
export function fetchHarness(script: readonly ScriptedAnswer[], over: Partial<FetchDependencies> = {}) {
  const clock = virtualClock({ autoJump: true });
  const tmdb = scriptedTmdb(...script);
  const items = recordingSender();
  const telemetry = recordingTelemetry();
  const settings: Settings = defaultSettings;
  const dependencies: FetchDependencies = {
    tmdb,
    gate: openGate,
    items,
    telemetry,
    clock,
    random: constantRandom(0.5),
    settings,
    tokenRefusal: { sinceMs: undefined },
    ...over,
  };
  const startedMs = clock.monotonicMs();
  return {
    clock,
    tmdb,
    items,
    telemetry,
    dependencies,
    /** Runs one job in an invocation that has `budgetMs` in all; its time goes on with the clock. */
    fetch: (job: FetchJob = sampleJob(), budgetMs = 60_000) =>
      fetchPage(job, dependencies, () => budgetMs - (clock.monotonicMs() - startedMs)),
    /** Lets `ms` pass during a call, then gives `answer`. */
    after: (ms: number, answer: ScriptedAnswer) => async () => {
      await clock.sleep(ms);
      return typeof answer === 'function' ? answer() : answer;
    },
  };
}
