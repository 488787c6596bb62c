/** What all processes of a history share: queues, tables, TMDB, time, and what was seen of them. */

import { customDefaults } from '../../../src/shared/core/feed.ts';
import type { CustomFeed } from '../../../src/shared/core/feed-rules.ts';
import { fetchQueue, itemQueue, type QueueDefinition } from '../../../src/shared/queues/queue-definitions.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import type { Settings } from '../../../src/shared/settings/settings-schema.ts';
import type { RunEvent } from '../../../src/shared/telemetry/run-event.ts';
import { rateLimitsOf, readerRateLimitsOf } from '../../../src/shared/throttle/rate-schedule.ts';
import { noHook } from '../../support/call-hook.ts';
import { memoryBreakerStore } from '../../support/memory-breaker-store.ts';
import { memoryCatalog } from '../../support/memory-catalog.ts';
import { memoryDeferralMarks } from '../../support/memory-deferral-marks.ts';
import { memoryFeedHeads } from '../../support/memory-feed-heads.ts';
import { memoryFeedsInFlight } from '../../support/memory-feeds-in-flight.ts';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { memoryRefreshLeases } from '../../support/memory-refresh-leases.ts';
import { memoryUnknownIds } from '../../support/memory-unknown-ids.ts';
import { memoryUsageStore } from '../../support/memory-usage-store.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import { virtualQueue } from '../../support/virtual-queue.ts';
import type { Faults } from './faults.ts';
import type { HistoryPlan } from './history-plan.ts';
import { type Draws, randomStream } from './random-stream.ts';
import { type Ended, type SimProcess, type Surroundings, simProcess } from './sim-process.ts';
import type { SimTmdb } from './sim-tmdb.ts';
import { collectViolations } from './violations.ts';

/** A record of telemetry with who made it. */
export type SeenEvent = { process: string; atMs: number; event: RunEvent };
export type SeenWarning = { process: string; message: string; facts: Record<string, unknown> | undefined };
/** How an invocation, a read or a command ended. */
export type SeenEnd = { process: string; ended: Ended<unknown> };

/** How far a replica of a table may be behind. */
export const mostLagMs = 2_000;

export type SimWorld = ReturnType<typeof simWorld>;

/** Everything but TMDB, which the invariants are hung on. */
export function simWorld(plan: HistoryPlan, around: Surroundings) {
  const { clock, faults } = around;
  const settings = settingsOf(plan);
  const lagDraws = randomStream(plan.seed, 'replicas');
  const putTimesMs: number[] = [];
  const lag = () => {
    const sinceMs = clock.monotonicMs() - (lagDraws.chance(faults().staleRead) ? lagDraws.between(0, mostLagMs) : 0);
    return putTimesMs.length - putTimesMs.findLastIndex((atMs) => atMs <= sinceMs) - 1;
  };
  const events: SeenEvent[] = [];
  const warnings: SeenWarning[] = [];
  const endings: SeenEnd[] = [];
  const processes: SimProcess[] = [];
  const counts: Record<string, number> = {};
  return {
    plan,
    settings,
    clock,
    around,
    /** When rows were put, in order: a replica does not see the latest of them. */
    putTimesMs,
    violations: collectViolations(),
    events,
    warnings,
    endings,
    processes,
    queues: newQueues(settings, plan, clock, faults),
    tables: {
      catalog: memoryCatalog(noHook, lag),
      heads: memoryFeedHeads(),
      inFlight: memoryFeedsInFlight(),
      deferrals: memoryDeferralMarks(),
      breaker: memoryBreakerStore(),
      everybody: memoryRateSchedule(rateLimitsOf(settings)),
      readers: memoryRateSchedule(readerRateLimitsOf(settings)),
      leases: memoryRefreshLeases(),
      unknownIds: memoryUnknownIds(),
      usage: memoryUsageStore(),
    },
    tmdb: undefined as unknown as SimTmdb,
    /** The next process of a kind, with a name of its own. */
    start: (kind: string): SimProcess => {
      counts[kind] = (counts[kind] ?? 0) + 1;
      const process = simProcess(`${kind}-${counts[kind]}`, {
        ...around,
        onEnded: (name, ended) => endings.push({ process: name, ended }),
      });
      processes.push(process);
      return process;
    },
    /** Telemetry of a process: its events and warnings are kept, its metrics are not. */
    telemetryOf: (process: SimProcess) => ({
      event: (event: RunEvent) => {
        if (process.isAlive()) {
          events.push({ process: process.name, atMs: clock.monotonicMs(), event });
        }
      },
      metric: () => undefined,
      warn: (message: string, facts?: Record<string, unknown>) => {
        if (process.isAlive()) {
          warnings.push({ process: process.name, message, facts });
        }
      },
    }),
  };
}

/** Settings of a history: small enough that a daily run is seven jobs, or eight with an own feed, and a weekly one six. */
function settingsOf({ world }: HistoryPlan): Settings {
  const { feeds, tmdb } = defaultSettings;
  const own: CustomFeed = {
    ...customDefaults,
    name: 'own',
    media: 'movie',
    query: { with_genres: '18', 'release_date.lte': 'today' },
    language: 'de-DE',
  };
  return {
    ...defaultSettings,
    feeds: { ...feeds, genre: { ...feeds.genre, topGenres: 1 }, custom: world.own ? [own] : [] },
    tmdb: { ...tmdb, requestsPerSecond: world.requestsPerSecond },
  };
}

function newQueues(settings: Settings, { seed }: HistoryPlan, clock: VirtualClock, faults: () => Faults) {
  const pair = (definition: QueueDefinition) => {
    const draws = randomStream(seed, definition.name);
    const dead = virtualQueue(clock, { visibilityMs: 30_000, maxReceiveCount: Number.POSITIVE_INFINITY });
    const queue = virtualQueue(clock, {
      visibilityMs: definition.visibilityTimeoutSeconds * 1_000,
      maxReceiveCount: definition.maxReceiveCount,
      deadLetters: dead,
      whims: whimsOf(draws, faults),
    });
    return { queue, dead, draws };
  };
  return { jobs: pair(fetchQueue(settings)), items: pair(itemQueue(settings)) };
}

function whimsOf(draws: Draws, faults: () => Faults) {
  return {
    lateMs: () => (draws.chance(faults().late) ? draws.between(10, 90_000) : 0),
    leavesVisible: () => draws.chance(faults().duplicate),
    order: () => (draws.chance(faults().reorder) ? draws.next() : undefined),
  };
}
