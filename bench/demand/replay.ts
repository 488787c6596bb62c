/** Readers and schedules in the order of time, on what a plan has fetched. */
import { changedShare } from '../../src/demand/learned-demand.ts';
import type { PlannedFeed } from '../../src/planner/base-plan.ts';
import { hourMs, isoFromMs, type Random } from '../../src/shared/core/clock.ts';
import { feedId, parseFeedId } from '../../src/shared/core/feed.ts';
import { feedRules } from '../../src/shared/core/feed-rules.ts';
import { latestOccurrenceMs, type ScheduleName } from '../../src/shared/settings/schedule.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { changesId, feedCounterName, planUsageId } from '../../src/shared/tables/feed-counters.ts';
import { listPageLife } from '../../src/shared/tables/row-life.ts';
import { counterName, feedUsageId, pipelineCounterName, pipelineUsageId } from '../../src/shared/tables/usage-store.ts';
import { seededRandom } from '../../src/tmdb-simulator/seeded-random.ts';
import { counterStore, headStore, type Listed } from './tables.ts';
import type { Traffic } from './traffic.ts';

/** What a replay came to. Calls are pages; `liveCalls` were made because a reader found nothing, `askedCalls` something stale. */
export type Outcome = {
  reads: number;
  fresh: number;
  /** Pages that the schedules fetched; `wasted` of them nobody read before they were replaced or expired. */
  plannedCalls: number;
  wastedCalls: number;
  askedCalls: number;
  liveCalls: number;
};

/** The table and the counters as a plan sees them. */
export type World = {
  listed: Map<string, Listed>;
  heads: ReturnType<typeof headStore>;
  counters: ReturnType<typeof counterStore>;
  nowMs: number;
};

/** Plans one occurrence: what is due in this world. */
export type Planner = (schedule: ScheduleName, world: World, settings: Settings) => Promise<readonly PlannedFeed[]>;

/** From the planner to the table, and from a reader's request to it. */
const fetchMs = 2 * 60_000;
const rowsPerPage = 20;
/** How fast lists really change: the planner has to find it out. Rows that differ after so many hours: half. */
const halfChangedHours: Record<string, number> = { popular: 30, trending: 6, local_originals: 60 };

/** Replays the traffic; `settingsAt` are those of a moment. */
export async function replay(
  traffic: Traffic,
  plan: Planner,
  settingsAt: (atMs: number) => Settings,
  seed: number,
): Promise<Outcome> {
  const listed = new Map<string, Listed>();
  const world: World = { listed, heads: headStore(listed, () => world.nowMs), counters: counterStore(), nowMs: 0 };
  const run = replayer(world, seededRandom(seed));
  const reads = inOrder(traffic);
  let next = 0;
  for (let hour = 0; hour < traffic.days * 24; hour += 1) {
    const atMs = traffic.startMs + hour * hourMs;
    world.nowMs = atMs;
    const settings = settingsAt(atMs);
    for (const schedule of ['refresh', 'daily', 'weekly'] as const) {
      if (latestOccurrenceMs(schedule, atMs, settings.schedules) === atMs) {
        run.fetch(await plan(schedule, world, settings), settings);
      }
    }
    for (; next < reads.length && (reads[next]?.atMs ?? 0) < atMs + hourMs; next += 1) {
      const { id, atMs: readMs } = reads[next] as { id: string; atMs: number };
      world.nowMs = readMs;
      run.read(id, settings);
    }
  }
  return run.outcome;
}

function inOrder({ startMs, reads }: Traffic): { id: string; atMs: number }[] {
  return [...reads]
    .flatMap(([id, minutes]) => Array.from(minutes, (minute) => ({ id, atMs: startMs + minute * 60_000 })))
    .sort((a, b) => a.atMs - b.atMs);
}

type Arrival = { dueMs: number; id: string; pages: number; planned: boolean };

function replayer(world: World, random: Random) {
  const outcome: Outcome = { reads: 0, fresh: 0, plannedCalls: 0, wastedCalls: 0, askedCalls: 0, liveCalls: 0 };
  let inFlight: Arrival[] = [];
  const arrive = (settings: Settings) => {
    const due = inFlight.filter(({ dueMs }) => dueMs <= world.nowMs);
    inFlight = inFlight.filter(({ dueMs }) => dueMs > world.nowMs);
    for (const arrival of due) {
      outcome.wastedCalls += list(world, arrival, settings, random);
    }
  };
  const called = (pages: number) => {
    world.counters.count(pipelineUsageId(world.nowMs), pipelineCounterName('calls'), pages);
  };
  const ask = (id: string, settings: Settings) => {
    const { pages } = feedRules({ category: id.split('/')[0] ?? '' }, settings);
    outcome.askedCalls += pages;
    called(pages);
    inFlight.push({ dueMs: world.nowMs + fetchMs, id, pages, planned: false });
  };
  return {
    outcome,
    fetch: (feeds: readonly PlannedFeed[], settings: Settings) => {
      arrive(settings);
      for (const { feed, pages } of feeds) {
        outcome.plannedCalls += pages;
        called(pages);
        world.counters.count(planUsageId(world.nowMs), feedCounterName('planned', feedId(feed)), pages);
        inFlight.push({ dueMs: world.nowMs + fetchMs, id: feedId(feed), pages, planned: true });
      }
    },
    read: (id: string, settings: Settings) => {
      arrive(settings);
      const state = stateOf(world, id);
      count(world, outcome, id, state);
      if (state === 'absent') {
        outcome.liveCalls += 1;
        list(world, { id, pages: 1, dueMs: world.nowMs, planned: false }, settings, random);
      } else if (state === 'stale' && !inFlight.some((arrival) => arrival.id === id)) {
        ask(id, settings);
      }
      Object.assign(world.listed.get(id) ?? {}, { readSince: true });
    },
  };
}

function stateOf({ listed, nowMs }: World, id: string): 'absent' | 'stale' | 'fresh' {
  const { expiresAtMs = 0, freshUntilMs = 0 } = listed.get(id) ?? {};
  return expiresAtMs <= nowMs ? 'absent' : freshUntilMs <= nowMs ? 'stale' : 'fresh';
}

/** As a reader counts it. */
function count({ counters, nowMs }: World, outcome: Outcome, id: string, state: 'absent' | 'stale' | 'fresh'): void {
  outcome.reads += 1;
  outcome.fresh += state === 'fresh' ? 1 : 0;
  counters.count(feedUsageId(nowMs), counterName('reads', id), 1);
  if (state !== 'fresh') {
    counters.count(feedUsageId(nowMs), counterName(state === 'stale' ? 'stale' : 'misses', id), 1);
  }
}

/** Puts a list into the table. Returns how many planned pages it replaces that nobody has read. */
function list(world: World, { id, pages, dueMs, planned }: Arrival, settings: Settings, random: Random): number {
  const feed = parseFeedId(id);
  if (feed === undefined) {
    throw new Error(`the traffic names no feed: ${id}`);
  }
  const before = world.listed.get(id);
  const life = listPageLife(feed, isoFromMs(dueMs), dueMs, settings);
  world.listed.set(id, { ...life, fetchedAtMs: dueMs, pages, planned, readSince: false });
  if (before === undefined) {
    return 0;
  }
  countChange(world, id, before, pages, dueMs, random);
  return before.planned && !before.readSince ? before.pages : 0;
}

/** What the writer would count: each row has changed with the chance that its age gives it. */
function countChange(world: World, id: string, before: Listed, pages: number, atMs: number, random: Random): void {
  const hours = (atMs - before.fetchedAtMs) / hourMs;
  const half = halfChangedHours[id.split('/')[0] ?? ''] ?? 96;
  const chance = changedShare({}, half, hours);
  const rows = pages * rowsPerPage;
  const changed = Array.from({ length: rows }, () => random.next()).filter((drawn) => drawn < chance).length;
  const item = changesId(atMs);
  world.counters.count(item, feedCounterName('compared', id), rows);
  world.counters.count(item, feedCounterName('changed', id), changed);
  world.counters.count(item, feedCounterName('rowHours', id), rows * hours);
}
