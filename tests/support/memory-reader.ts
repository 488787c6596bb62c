/**
 * The reader over fakes, on virtual time that jumps by itself. A world is what all containers share: both tables, both queues,
 * TMDB, the rate and the breaker. `open` starts one more container on it.
 */
import { background } from '../../src/reader/background.ts';
import { liveCalls } from '../../src/reader/live-calls.ts';
import { pipelineRequests } from '../../src/reader/pipeline-requests.ts';
import { createReader } from '../../src/reader/reader.ts';
import type { Reader } from '../../src/reader/reader-api.ts';
import { type FetchJob, fetchJobSchema, type Job, jobSchema } from '../../src/shared/queues/fetch-job.ts';
import { type Item, itemSchema } from '../../src/shared/queues/item-page.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import type { CatalogRow } from '../../src/shared/tables/catalog.ts';
import { rateLimitsOf, readerRateLimitsOf } from '../../src/shared/throttle/rate-schedule.ts';
import { type SharedBreaker, sharedBreaker } from '../../src/shared/throttle/shared-breaker.ts';
import type { TmdbAnswer, TmdbRequest } from '../../src/shared/tmdb/tmdb-port.ts';
import { applyItems } from '../../src/writer/apply-items.ts';
import { noHook, type StoreHook } from './call-hook.ts';
import { deliveriesOf, hookSwitch } from './deliver-pages.ts';
import { memoryBreakerStore } from './memory-breaker-store.ts';
import { memoryCatalog } from './memory-catalog.ts';
import { memoryFeedHeads } from './memory-feed-heads.ts';
import { memoryRateSchedule } from './memory-rate-schedule.ts';
import { memoryRefreshLeases } from './memory-refresh-leases.ts';
import { memoryUnknownIds } from './memory-unknown-ids.ts';
import { memoryUsageStore } from './memory-usage-store.ts';
import { recordingQueue } from './recording-queue.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { scriptedTmdb } from './scripted-tmdb.ts';
import { unpaced } from './unpaced.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** What TMDB says to a request; nothing: a call fails the test. */
export type Answering = (request: TmdbRequest, call: number) => TmdbAnswer | Promise<TmdbAnswer>;

export type ReaderWorldOptions = {
  answer?: Answering;
  settings?: Settings;
  breaker?: SharedBreaker;
  clock?: VirtualClock;
};

/** One container on a world. */
export type OpenedReader = Reader & { readonly telemetry: ReturnType<typeof recordingTelemetry> };

export type ReaderWorld = ReturnType<typeof readerWorld>;

export function readerWorld(options: ReaderWorldOptions = {}) {
  const { settings = defaultSettings, clock = virtualClock({ autoJump: true }) } = options;
  const table = memoryTable();
  const control = controlTable(settings, clock);
  const tmdb = tmdbThat(options.answer);
  const queues = { jobs: recordingQueue(), items: recordingQueue() };
  const usage = failableUsage();
  const heads = memoryFeedHeads();
  const breaker = () =>
    options.breaker ?? sharedBreaker(control.breakerStore, settings.breaker, clock, () => undefined);
  const open = ({ live = true, pipeline = true, counted = true } = {}): OpenedReader => {
    const telemetry = recordingTelemetry();
    const behind = background(telemetry);
    const [schedule, share] = [control.everybody.driver(clock), control.readers.driver(clock)];
    const shared = { telemetry, clock, settings };
    const calling = { schedule, share, unknownIds: control.unknownIds };
    const reader = createReader({
      ...shared,
      catalog: table.catalog,
      background: behind,
      usage: counted ? usage : undefined,
      live: live ? liveCalls({ ...shared, ...calling, tmdb, breaker: breaker(), background: behind }) : undefined,
      pipeline: pipeline
        ? pipelineRequests({ ...shared, leases: control.leases, ...queues, background: behind })
        : undefined,
    });
    return { ...reader, telemetry };
  };
  const land = async (items: readonly Item[]): Promise<void> => {
    const writer = { store: table.catalog, heads, telemetry: recordingTelemetry(), settings, pace: unpaced };
    const failures = await applyItems(deliveriesOf(items as never), writer);
    if (failures.size > 0) {
      throw new Error([...failures.values()].map(({ detail }) => detail).join());
    }
  };
  return {
    settings,
    clock,
    ...table,
    control,
    tmdb,
    usage,
    queues,
    open,
    /** The messages on the fetch queue so far. */
    jobs: (): Job[] => queues.jobs.bodies.map((body) => jobSchema.parse(JSON.parse(body))),
    /** Those of them that fetch pages. */
    pageJobs: (): FetchJob[] =>
      queues.jobs.bodies.flatMap((body) => fetchJobSchema.safeParse(JSON.parse(body)).data ?? []),
    /** The messages on the item queue so far. */
    items: (): Item[] => queues.items.bodies.map((body) => itemSchema.parse(JSON.parse(body))),
    /** The writer applies items. */
    land,
  };
}

/** The catalog table: its calls so far, its rows, and what goes wrong with it. */
function memoryTable() {
  const faults = hookSwitch(noHook);
  const calls: string[] = [];
  const catalog = memoryCatalog((call, act) => {
    calls.push(call.name);
    return faults.hook(call, act);
  });
  return {
    catalog,
    faults,
    /** How often a list was queried, or titles were read. */
    tableCalls: (name: 'listPages' | 'readTitles') => calls.filter((call) => call === name).length,
    /** Puts rows as they are. */
    putRows: async (...rows: CatalogRow[]): Promise<void> => {
      for (const row of rows) {
        await catalog.putIfNewer(row);
      }
    },
  };
}

/** What stands in the control table; one hook for all of it. */
function controlTable(settings: Settings, clock: VirtualClock) {
  let hook: StoreHook = noHook;
  const calls: string[] = [];
  const through: StoreHook = (call, act) => {
    calls.push(call);
    return hook(call, act);
  };
  return {
    calls,
    use: (next: StoreHook) => {
      hook = next;
    },
    clock,
    everybody: memoryRateSchedule(rateLimitsOf(settings), through),
    readers: memoryRateSchedule(readerRateLimitsOf(settings), through),
    breakerStore: memoryBreakerStore(through),
    leases: memoryRefreshLeases(through),
    unknownIds: memoryUnknownIds(through),
  };
}

/** The usage counters; `failWith` makes their store refuse from then on. */
function failableUsage() {
  let failure: Error | undefined;
  const store = memoryUsageStore(async (_call, act) => {
    if (failure !== undefined) {
      throw failure;
    }
    return act();
  });
  return {
    ...store,
    failWith: (error: Error | undefined) => {
      failure = error;
    },
  };
}

function tmdbThat(answer: Answering | undefined) {
  const tmdb: ReturnType<typeof scriptedTmdb> = scriptedTmdb(() => {
    const request = tmdb.requests.at(-1);
    if (answer === undefined || request === undefined) {
      throw new Error('no call was expected');
    }
    return answer(request, tmdb.requests.length);
  });
  return tmdb;
}
