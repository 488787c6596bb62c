/** Step 1 of 4: what an occurrence could fetch, and what the tables and the queue say of it. Reads, and decides nothing. */
import type { HistorySources } from '../demand/demand-history.ts';
import type { LearnedDemand } from '../demand/learned-demand.ts';
import type { Clock } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import type { QueueDepth } from '../shared/queues/message-source.ts';
import { nextOccurrenceMs } from '../shared/settings/schedule.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { CatalogReader } from '../shared/tables/catalog.ts';
import { type FeedHead, feedHeadId, headAt } from '../shared/tables/feed-head.ts';
import type { FeedHeads } from '../shared/tables/feed-heads.ts';
import {
  type BasePlan,
  dailyPlan,
  dueFeeds,
  keptFeeds,
  type Occurrence,
  type PlannedFeed,
  weeklyPlan,
} from './base-plan.ts';
import { weighGenres } from './top-genres.ts';
import { type WarmFeed, warmFeeds } from './warm-feeds.ts';

/** Where a scheduled plan's facts are read. Without `backlog` nothing is trimmed, without `history` the base plan runs. */
export type PlanSources = {
  catalog: CatalogReader;
  heads: Pick<FeedHeads, 'read'>;
  /** Depth of the fetch queue. */
  backlog?: QueueDepth | undefined;
  history?: HistorySources | undefined;
  clock: Clock;
  settings: Settings;
};

/** What the next steps choose from, and choose by. */
export type Collected = Occurrence & {
  /** Until when the occurrence plans: the next one of its schedule; of a weekly run the next daily one. Epoch milliseconds. */
  untilMs: number;
  /** What the base plan fetches. */
  due: readonly PlannedFeed[];
  /** What warming proposes: nothing without demand, nor while jobs wait, and only in a refresh. */
  proposed: readonly WarmFeed[];
  /** By id; of the feeds above. */
  heads: ReadonlyMap<string, FeedHead>;
  /** Jobs on the fetch queue; 0 where it could not be asked. */
  waitingJobs: number;
  /** What could not be collected, and why. */
  notes: string[];
};

/** Collects. Without `demand` a daily or weekly run needs no head. */
export async function collect(
  occurrence: Occurrence,
  demand: LearnedDemand | undefined,
  sources: PlanSources,
): Promise<Collected> {
  const { schedule, nowMs } = occurrence;
  const { settings } = sources;
  const { base, notes } = await basePlan(occurrence, demand, sources);
  const backlog = await readBacklog(sources);
  const untilMs = nextOccurrenceMs(schedule === 'weekly' ? 'daily' : schedule, nowMs, settings.schedules);
  const kept = keptFeeds(schedule, base);
  const warms = demand !== undefined && schedule === 'refresh' && backlog.waitingJobs === 0;
  const proposed = warms ? warmFeeds(kept, demand, nowMs, untilMs, settings) : [];
  const needsHeads = demand !== undefined || schedule === 'refresh';
  const heads = needsHeads ? await readHeads([...kept, ...proposed], sources, nowMs) : new Map<string, FeedHead>();
  const due = dueFeeds(occurrence, base, heads, settings);
  const { waitingJobs } = backlog;
  return { ...occurrence, untilMs, due, proposed, heads, waitingJobs, notes: [...notes, ...backlog.notes] };
}

/** A daily run does without the weekly run's feeds, for whose genres the catalog is read. */
async function basePlan(
  { schedule }: Occurrence,
  demand: LearnedDemand | undefined,
  { catalog, clock, settings }: PlanSources,
): Promise<{ base: BasePlan; notes: string[] }> {
  const daily = dailyPlan(settings);
  if (schedule === 'daily') {
    return { base: { daily, weekly: [] }, notes: [] };
  }
  const { genres, notes } = await weighGenres(demand, catalog, clock.nowMs(), settings);
  return { base: { daily, weekly: weeklyPlan(genres, settings) }, notes };
}

/** A queue that cannot be asked trims nothing. */
async function readBacklog({ backlog }: PlanSources): Promise<Pick<Collected, 'waitingJobs' | 'notes'>> {
  try {
    const depth = await backlog?.read();
    return { waitingJobs: depth === undefined ? 0 : depth.visible + depth.delayed, notes: [] };
  } catch (error) {
    return { waitingJobs: 0, notes: [`the backlog is unknown, so nothing was trimmed: ${messageOf(error)}`] };
  }
}

/** The heads of feeds, each asked for once. */
async function readHeads(feeds: readonly Pick<PlannedFeed, 'feed'>[], sources: PlanSources, nowMs: number) {
  const { heads } = await sources.heads.read([...new Set(feeds.map(({ feed }) => feedHeadId(feed)))]);
  return new Map([...heads].map(([id, head]) => [id, headAt(head, nowMs)]));
}
