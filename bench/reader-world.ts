/** What the subjects of `reader` share: one TMDB simulator, and one embedded stack whose tables its own runs have filled. */
import * as z from 'zod';
import { type EmbeddedStack, startEmbeddedStack } from '../src/local/embedded-stack.ts';
import type { StackEndpoints } from '../src/local/stack-endpoints.ts';
import { isoFromMs } from '../src/shared/core/clock.ts';
import { systemClock } from '../src/shared/core/system-clock.ts';
import { fetchQueue, itemQueue } from '../src/shared/queues/queue-definitions.ts';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import type { Settings } from '../src/shared/settings/settings-schema.ts';
import type { RunEvent } from '../src/shared/telemetry/run-event.ts';
import { benchToken, type SimulatedTmdb, startSimulatedTmdb } from './simulated-tmdb.ts';

/** The stack, its TMDB, and a view of both from outside. */
export type ReaderWorld = {
  settings: Settings;
  endpoints: StackEndpoints;
  /** Calls that the simulator has got so far. */
  tmdbCalls(): Promise<number>;
  /** Waits until both queues are empty. */
  drained(): Promise<void>;
  stop(): Promise<void>;
};

/** Far above what the peers ask for: they are to be slow by their own calls, not by 429. TMDB admits about 40. */
export const simulatorPerSecond = 2_000;

const pollMs = 20;
const longestMs = 60_000;
const startedRunSchema = z.object({ jobs: z.number() });

/** Starts both, and lets the planner, the worker and the writer fill the tables: daily, with a region, then weekly. */
export async function startReaderWorld(): Promise<ReaderWorld> {
  const settings = { ...defaultSettings, regions: [{ region: 'DE', language: 'de-DE' }] };
  const simulator = await startSimulatedTmdb({ requestsPerSecond: simulatorPerSecond });
  try {
    return await startOn(simulator, settings);
  } catch (error) {
    await simulator.stop();
    throw error;
  }
}

async function startOn(simulator: SimulatedTmdb, settings: Settings): Promise<ReaderWorld> {
  const applied = { pages: 0 };
  const stack = await startEmbeddedStack({
    settings,
    clock: systemClock,
    tmdb: { baseUrl: simulator.baseUrl, token: benchToken },
    dynamoEngine: 'dynoxide',
    onOutput: (_service, line) => {
      applied.pages += line.kind === 'event' && isListPage(line.event) ? 1 : 0;
    },
  });
  const stop = async () => {
    await stack.stop();
    await simulator.stop();
  };
  try {
    await fillTables(stack, applied);
    await until('the whole titles are in the table', () => isIdle(stack, settings));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    settings,
    endpoints: stack.endpoints,
    tmdbCalls: () => callsOf(simulator),
    drained: () => until('the queues are empty', () => isIdle(stack, settings)),
    stop,
  };
}

/** Whether a page of a list was applied; a whole title has no outcome. */
function isListPage(event: RunEvent): boolean {
  return event.event === 'page-applied' && event.outcome !== undefined;
}

/** The weekly run asks for the genres that weigh most in what the daily one has brought. */
async function fillTables(stack: EmbeddedStack, applied: { pages: number }): Promise<void> {
  const occurrence = isoFromMs(systemClock.nowMs() - 1_000);
  let planned = 0;
  for (const schedule of ['daily', 'weekly']) {
    const run = await stack.invokePlanner({ kind: 'schedule', version: 1, schedule, occurrence });
    planned += startedRunSchema.parse(run).jobs;
    await until(`the ${schedule} run is in the table`, () => applied.pages >= planned);
  }
}

/** A worker sends its item before it lets go of its job: the order matters. */
function isIdle({ sqs }: EmbeddedStack, settings: Settings): boolean {
  return [fetchQueue(settings), itemQueue(settings)].every(({ name }) => sqs.inspect(name).length === 0);
}

/** @throws where a call was throttled: its subject would have been measured by that. */
async function callsOf(simulator: SimulatedTmdb): Promise<number> {
  const { requests, throttled } = await simulator.traffic();
  if (throttled > 0) {
    throw new Error(`${throttled} calls came faster than ${simulatorPerSecond} a second`);
  }
  return requests;
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + longestMs;
  while (!isSo()) {
    if (systemClock.monotonicMs() > deadlineMs) {
      throw new Error(`not within ${longestMs / 1_000} s: ${what}`);
    }
    await systemClock.sleep(pollMs);
  }
}
