import type { PlanQuality } from '../demand/plan-quality.ts';
import { type Clock, hourMs, isoFromMs, msFromIso } from '../shared/core/clock.ts';
import { runIdFor, snapshotFor } from '../shared/core/snapshot.ts';
import { type FetchJob, fetchJobsFor } from '../shared/queues/fetch-job.ts';
import type { AdHocEvent, FetchRequest, ScheduledRequest } from '../shared/queues/plan-request.ts';
import { feedHeadId } from '../shared/tables/feed-head.ts';
import { type FeedsInFlight, inFlightId } from '../shared/tables/feeds-in-flight.ts';
import { adHocPlan } from './base-plan.ts';
import type { ScheduledFeeds } from './demand-plan.ts';
import type { ScheduleSources } from './schedule-sources.ts';
import { scheduledFeeds } from './scheduled-feeds.ts';
import { type Deduplicated, withoutThoseInFlight } from './without-those-on-the-way.ts';

/** What a plan is made from. Without `inFlight` nothing is left out as sent before. */
export type PlanDependencies = ScheduleSources & { inFlight?: FeedsInFlight | undefined };

/** A run before anything is sent. */
export type RunPlan = {
  runId: string;
  snapshot: string;
  origin: string;
  jobs: FetchJob[];
  /** What could not be planned, and why; empty as a rule. */
  notes: string[];
  /** What was not worth it, and why: a line each. */
  leftOut: string[];
  /** Feeds, as ids, that nobody but warming asked for. */
  warmed: readonly string[];
  /** Reads expected until the next refresh, by feed id: what the plan will be judged by. */
  expected: ReadonlyMap<string, number>;
  /** How good the plans of the last week were; with daily runs, once reads are counted. */
  quality?: PlanQuality | undefined;
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
    const plan = await scheduledFeeds(request, deps);
    return toRun(request.schedule, msFromIso(request.occurrence), runIdentity(request), plan, deps.clock);
  }
  const asked = { ...(await adHocFeeds(request.detail, deps)), leftOut: [], warmed: [], expected: new Map() };
  return toRun('ad-hoc', msFromIso(request.time), runIdentity(request), asked, deps.clock);
}

/** What is asked for, less what is on its way already. An ad-hoc run is never trimmed: somebody waits for it. */
async function adHocFeeds(request: FetchRequest, deps: PlanDependencies): Promise<Deduplicated> {
  const planned = adHocPlan(request, deps.settings);
  if (request.force === true || deps.inFlight === undefined) {
    return { feeds: planned, notes: [] };
  }
  const marks = await deps.inFlight.read(planned.map(({ feed }) => inFlightId(feed)));
  const { heads } = await deps.heads.read(planned.map(({ feed }) => feedHeadId(feed)));
  return withoutThoseInFlight(planned, marks, heads, deps.clock.nowMs(), deps.settings.tmdb.maxAgeHours * hourMs);
}

function toRun(
  origin: string,
  occurrenceMs: number,
  identity: string,
  { feeds, ...explained }: ScheduledFeeds,
  clock: Clock,
): RunPlan {
  const runId = runIdFor(identity);
  const snapshot = snapshotFor(occurrenceMs, runId);
  const run = { runId, snapshot, origin, firstSeenAt: isoFromMs(clock.nowMs()) };
  const jobs = feeds.flatMap((planned) => fetchJobsFor(run, planned));
  return { runId, snapshot, origin, jobs, ...explained };
}
