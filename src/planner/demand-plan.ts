/** The plan that follows demand: of what is due, what is worth its calls; then, with what is left over, what warming proposes. */
import type { PlanQuality } from '../demand/plan-quality.ts';
import { type Feed, feedId, parseFeedId } from '../shared/core/feed.ts';
import { nextOccurrenceMs, type ScheduleName } from '../shared/settings/schedule.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { type FeedHead, feedHeadId, headAt } from '../shared/tables/feed-head.ts';
import type { FeedHeads } from '../shared/tables/feed-heads.ts';
import { budgetOf, keptCandidates, type Outlook, warmCandidates } from './adaptive-feeds.ts';
import { adaptivePlan, type ChosenFeed } from './adaptive-plan.ts';
import type { PlannedFeed } from './base-plan.ts';
import type { KeptFeeds } from './kept-feeds.ts';
import { byReads, type LearnedDemand } from './learned-demand.ts';
import { refreshPlan } from './refresh-plan.ts';
import { trimPlan } from './trim-plan.ts';
import { warmFeeds } from './warm-feeds.ts';

/** Feeds in the order of their worth. `expected`: reads until the next refresh by feed id, for the plan to be judged by. */
export type ScheduledFeeds = {
  feeds: PlannedFeed[];
  notes: string[];
  /** What could have been fetched and was not, and why, a line each; warming's proposals are not among them. */
  leftOut: string[];
  warmed: readonly string[];
  expected: ReadonlyMap<string, number>;
  /** How good the plans of the last week were: with the daily run, once reads are counted. */
  quality?: PlanQuality | undefined;
};

/** A schedule's occurrence at `nowMs` (epoch milliseconds), with so many jobs waiting on the fetch queue. */
export type Occurrence = { schedule: ScheduleName; nowMs: number; waiting: number };

/** Feeds whose expected reads are noted: with the plan's own counters they fit one update. */
const mostExpected = 60;

/** Chooses by demand. */
export async function demandPlan(
  kept: KeptFeeds,
  occurrence: Occurrence,
  demand: LearnedDemand,
  { heads: store, settings }: { heads: Pick<FeedHeads, 'read'>; settings: Settings },
): Promise<ScheduledFeeds> {
  const { schedule, nowMs, waiting } = occurrence;
  const untilMs = nextOccurrenceMs(schedule === 'weekly' ? 'daily' : schedule, nowMs, settings.schedules);
  // Warming uses what is left over: nothing while jobs wait.
  const proposed = schedule === 'refresh' && waiting === 0 ? warmFeeds(kept.all, demand, nowMs, untilMs, settings) : [];
  const heads = await headsOf([...kept.planned, ...proposed], store, nowMs);
  const due = schedule === 'refresh' ? dueFeeds(kept, heads, nowMs, settings) : kept.planned;
  const outlook: Outlook = { schedule, nowMs, untilMs, heads, demand, settings };
  const candidates = [...keptCandidates(due, outlook), ...warmCandidates(proposed, outlook)];
  const chosen = adaptivePlan(candidates, budgetOf(schedule, demand.pagesOfDay, settings));
  const trimmed = withinBacklog(chosen.feeds, waiting, settings);
  return {
    feeds: trimmed.feeds,
    notes: trimmed.notes,
    leftOut: chosen.leftOut,
    warmed: trimmed.feeds.filter(({ keep }) => keep === 'warming').map(({ feed }) => feedId(feed)),
    expected: schedule === 'refresh' ? expectedUntil(untilMs, nowMs, demand) : new Map(),
    quality: schedule === 'daily' ? demand.quality() : undefined,
  };
}

/** What is due; of what a daily or weekly run of the same minute fetches only that which is not in the table at all. */
export function dueFeeds(
  { planned, elsewhere }: Pick<KeptFeeds, 'planned' | 'elsewhere'>,
  heads: ReadonlyMap<string, FeedHead>,
  nowMs: number,
  { schedules }: Settings,
): PlannedFeed[] {
  const own = planned.filter(({ feed }) => !(elsewhere.has(feedId(feed)) && heads.has(feedHeadId(feed))));
  return refreshPlan(own, heads, nowMs, nextOccurrenceMs('refresh', nowMs, schedules));
}

/** The heads of feeds, each asked for once. */
export async function headsOf(feeds: readonly { feed: Feed }[], store: Pick<FeedHeads, 'read'>, nowMs: number) {
  const { heads } = await store.read([...new Set(feeds.map(({ feed }) => feedHeadId(feed)))]);
  return new Map([...heads].map(([id, head]) => [id, headAt(head, nowMs)]));
}

/** A backlog trims from the bottom, and never below the base plan's minimum. */
function withinBacklog(
  chosen: readonly ChosenFeed[],
  waiting: number,
  { planner }: Settings,
): { feeds: ChosenFeed[]; notes: string[] } {
  const always = chosen.filter(({ keep }) => keep === 'always');
  const others = chosen.filter(({ keep }) => keep !== 'always');
  const pages = always.reduce((sum, one) => sum + one.pages, 0);
  const { feeds, notes } = trimPlan(others, waiting + pages, planner.maxBacklogJobs);
  return { feeds: [...always, ...feeds], notes };
}

function expectedUntil(untilMs: number, nowMs: number, demand: LearnedDemand): Map<string, number> {
  const reads = byReads(demand)
    .slice(0, mostExpected)
    .flatMap((id) => {
      const feed = parseFeedId(id);
      return feed === undefined ? [] : [[id, Math.round(demand.reads(feed, nowMs, untilMs) * 100) / 100] as const];
    });
  return new Map(reads.filter(([, expected]) => expected > 0));
}
