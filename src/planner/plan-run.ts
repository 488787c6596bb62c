import { messageOf } from '../shared/errors.ts';
import type { MediaType } from '../shared/feed.ts';
import { mediaTypes } from '../shared/feed.ts';
import { type FetchJob, fetchJobsFor } from '../shared/messages/fetch-job.ts';
import { rowsPerPage } from '../shared/messages/item-page.ts';
import type { AdHocEvent, FetchRequest, ScheduledRequest } from '../shared/messages/plan-request.ts';
import type { CatalogReader } from '../shared/ports/catalog.ts';
import { type Clock, isoFromMs, msFromIso } from '../shared/ports/clock.ts';
import type { FeedHeads } from '../shared/ports/feed-heads.ts';
import type { FeedsOnTheWay } from '../shared/ports/feeds-on-the-way.ts';
import type { QueueDepth } from '../shared/ports/queue-depth.ts';
import { nextOccurrenceMs } from '../shared/schedule.ts';
import type { Settings } from '../shared/settings.ts';
import { runIdFor, snapshotFor } from '../shared/snapshot.ts';
import { feedHeadId } from '../shared/table/feed-head.ts';
import { onTheWayId } from '../shared/table/on-the-way.ts';
import { assembleList } from '../shared/table/read-list.ts';
import { adHocPlan, dailyPlan, type PlannedFeed, type TopGenres, weeklyPlan } from './base-plan.ts';
import { refreshPlan } from './refresh-plan.ts';
import { topGenres } from './top-genres.ts';
import { trimPlan } from './trim-plan.ts';
import { type Deduplicated, withoutThoseOnTheWay } from './without-those-on-the-way.ts';

const hourMs = 3_600_000;

/** What a plan is made from. Without `backlog` nothing is trimmed, without `onTheWay` nothing is left out as sent before. */
export type PlanDependencies = {
  catalog: CatalogReader;
  heads: FeedHeads;
  /** Depth of the fetch queue. */
  backlog?: QueueDepth | undefined;
  onTheWay?: FeedsOnTheWay | undefined;
  clock: Clock;
  settings: Settings;
};

/** A run before anything is sent. */
export type RunPlan = {
  runId: string;
  snapshot: string;
  origin: string;
  jobs: FetchJob[];
  /** What could not be planned, and why; empty as a rule. */
  notes: string[];
};

/** What makes a run one and the same, however often it is delivered. */
export function runIdentity(request: ScheduledRequest | AdHocEvent): string {
  return 'schedule' in request
    ? `${request.schedule}@${isoFromMs(msFromIso(request.occurrence))}`
    : `ad-hoc@${request.id}`;
}

/** The jobs of a schedule occurrence or an ad-hoc request. Reads the tables, sends nothing. */
export async function planRun(request: ScheduledRequest | AdHocEvent, deps: PlanDependencies): Promise<RunPlan> {
  if ('schedule' in request) {
    const { feeds, notes } = await scheduledFeeds(request, deps);
    return toRun(request.schedule, msFromIso(request.occurrence), runIdentity(request), feeds, notes, deps.clock);
  }
  const { feeds, notes } = await adHocFeeds(request.detail, deps);
  return toRun('ad-hoc', msFromIso(request.time), runIdentity(request), feeds, notes, deps.clock);
}

/** What is asked for, less what is on its way already. An ad-hoc run is never trimmed: somebody waits for it. */
async function adHocFeeds(request: FetchRequest, deps: PlanDependencies): Promise<Deduplicated> {
  const planned = adHocPlan(request);
  if (request.force === true || deps.onTheWay === undefined) {
    return { feeds: planned, notes: [] };
  }
  const marks = await deps.onTheWay.read(planned.map(({ feed }) => onTheWayId(feed)));
  const { heads } = await deps.heads.read(planned.map(({ feed }) => feedHeadId(feed)));
  return withoutThoseOnTheWay(planned, marks, heads, deps.clock.nowMs(), deps.settings.tmdb.maxAgeHours * hourMs);
}

async function scheduledFeeds(request: ScheduledRequest, deps: PlanDependencies) {
  const { settings } = deps;
  if (request.schedule === 'daily') {
    return { feeds: dailyPlan(settings), notes: [] };
  }
  const genres = await genresInTable(deps);
  const notes = mediaTypes.flatMap((media) => missingGenres(media, genres, settings));
  const weekly = weeklyPlan(genres, settings);
  if (request.schedule === 'weekly') {
    return { feeds: weekly, notes };
  }
  const kept = [...dailyPlan(settings), ...weekly];
  const { heads } = await deps.heads.read(kept.map(({ feed }) => feedHeadId(feed)));
  // Whichever is later: a clock that is a little behind must not take the occurrence itself for the next one.
  const nowMs = Math.max(deps.clock.nowMs(), msFromIso(request.occurrence));
  const due = refreshPlan(kept, heads, nowMs, nextOccurrenceMs('refresh', nowMs, settings.schedules));
  const trimmed = await trimmedToBacklog(due, deps);
  return { feeds: trimmed.feeds, notes: [...notes, ...trimmed.notes] };
}

/** A backlog trims refreshes only. A queue that cannot be asked trims nothing. */
async function trimmedToBacklog(due: PlannedFeed[], { backlog, settings }: PlanDependencies): Promise<Deduplicated> {
  if (backlog === undefined) {
    return { feeds: due, notes: [] };
  }
  try {
    const { visible, delayed } = await backlog.read();
    return trimPlan(due, visible + delayed, settings.planner.maxBacklogJobs);
  } catch (error) {
    return { feeds: due, notes: [`the backlog is unknown, so nothing was trimmed: ${messageOf(error)}`] };
  }
}

/** Weighs the genres of what the daily lists hold. */
async function genresInTable({ catalog, clock, settings }: PlanDependencies): Promise<TopGenres> {
  const count = settings.feeds.genre.topGenres;
  const byMedia = await Promise.all(
    mediaTypes.map(async (media) => {
      const feeds = dailyPlan(settings).filter(({ feed }) => feed.media === media);
      const lists = await Promise.all(
        feeds.map(async ({ feed, pages }) => {
          const rows = pages * rowsPerPage;
          return assembleList(await catalog.listPlacements(feed, rows), rows, clock.nowMs());
        }),
      );
      return topGenres(lists.flat(), media, count);
    }),
  );
  return { movie: byMedia[0] ?? [], tv: byMedia[1] ?? [] };
}

function missingGenres(media: MediaType, genres: TopGenres, settings: Settings): string[] {
  const missing = settings.feeds.genre.topGenres - genres[media].length;
  return missing === 0
    ? []
    : [`${missing} ${media} genre feeds left out: the table's lists name ${genres[media].length} genres so far`];
}

function toRun(
  origin: string,
  occurrenceMs: number,
  identity: string,
  feeds: readonly PlannedFeed[],
  notes: string[],
  clock: Clock,
): RunPlan {
  const runId = runIdFor(identity);
  const snapshot = snapshotFor(occurrenceMs, runId);
  const run = { runId, snapshot, origin, firstSeenAt: isoFromMs(clock.nowMs()) };
  const jobs = feeds.flatMap((planned) => fetchJobsFor(run, planned));
  return { runId, snapshot, origin, jobs, notes };
}
