/**
 * A request becomes jobs. A schedule's occurrence passes four steps: collect → score → budget → trim. The whole titles of an occurrence are
 * chosen after its lists (plan-titles.ts).
 */
import { byReads, type LearnedDemand, learnDemand } from '../demand/learned-demand.ts';
import type { PlanQuality } from '../demand/plan-quality.ts';
import { type Clock, hourMs, isoFromMs, msFromIso } from '../shared/core/clock.ts';
import { PermanentError } from '../shared/core/errors.ts';
import { feedId, parseFeedId } from '../shared/core/feed.ts';
import { customFeedProblem, notConfigured } from '../shared/core/feed-rules.ts';
import { runIdFor, snapshotFor } from '../shared/core/snapshot.ts';
import {
  type FetchJob,
  fetchJobsFor,
  type JobRun,
  newTitleJob,
  type ReferenceJob,
  referenceJobFor,
  type TitleJob,
  titleJobSchema,
} from '../shared/queues/fetch-job.ts';
import {
  type AdHocEvent,
  type FetchRequest,
  feedsOf,
  type ScheduledRequest,
  type TitlesRequest,
} from '../shared/queues/plan-request.ts';
import { feedLanguage } from '../shared/settings/settings.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { feedHeadId } from '../shared/tables/feed-head.ts';
import { type FeedsInFlight, inFlightId, isInFlight } from '../shared/tables/feeds-in-flight.ts';
import type { Occurrence, PlannedFeed } from './base-plan.ts';
import { budgetOf, type ChosenFeed, choose } from './budget.ts';
import { type ChangesRead, type Collected, collect, type PlanSources } from './collect.ts';
import { askedTitles, planTitles, type TitleFigures, type TitlePlan, type WantedTitle } from './plan-titles.ts';
import { score } from './score.ts';
import { trim } from './trim.ts';

/** What a plan is made from. Without `inFlight` no ad-hoc request is deduplicated. */
export type PlanDependencies = PlanSources & { inFlight?: FeedsInFlight | undefined };

/** The feeds and titles of a plan, in the order of their worth, and what is to be said of it. */
type FeedPlan = {
  feeds: readonly PlannedFeed[];
  titles?: readonly WantedTitle[] | undefined;
  /** What is to be said of the titles; nothing where none were looked for. */
  titlePlan?: TitleFigures | undefined;
  /** What TMDB's lists of changes said, where they were read. */
  changes?: ChangesRead | undefined;
  reference?: TitlePlan['reference'];
  /** What could not be planned, and why; empty as a rule. */
  notes: string[];
  /** What could have been fetched and was not, and why, a line each; warming's proposals are not among them. */
  leftOut: string[];
  /** Feeds, as ids, that nobody but warming asked for. */
  warmed: readonly string[];
  /** Reads expected until the next refresh, by feed id: what the plan will be judged by. */
  expected: ReadonlyMap<string, number>;
  /** How good the plans of the last week were; with daily runs, once reads are counted. */
  quality?: PlanQuality | undefined;
};

/** A run before anything is sent: `jobs` are pages of lists, `titles` whole titles, `reference` reference data. */
export type RunPlan = Omit<FeedPlan, 'feeds' | 'titles' | 'reference'> & {
  runId: string;
  snapshot: string;
  origin: string;
  jobs: FetchJob[];
  titles: TitleJob[];
  reference: ReferenceJob[];
};

/** Feeds whose expected reads are noted: with the plan's own counters they fit one update. */
const mostExpected = 60;

const nothingExpected = { leftOut: [], warmed: [], expected: new Map<string, number>() };

/** What makes a run one and the same, however often it is delivered. */
export function runIdentity(request: ScheduledRequest | AdHocEvent): string {
  return 'schedule' in request
    ? `${request.schedule}@${isoFromMs(msFromIso(request.occurrence))}`
    : `ad-hoc@${request.id}`;
}

/** The jobs of a schedule occurrence or an ad-hoc request. Reads the tables, sends nothing. */
export async function planRun(request: ScheduledRequest | AdHocEvent, deps: PlanDependencies): Promise<RunPlan> {
  const identity = runIdentity(request);
  if ('schedule' in request) {
    const plan = await scheduledPlan(request, deps);
    return toRun(request.schedule, msFromIso(request.occurrence), identity, plan, deps);
  }
  const { detail } = request;
  const plan = await ('titles' in detail ? titlesPlan(detail, deps) : deduplicatedPlan(detail, deps));
  return toRun('ad-hoc', msFromIso(request.time), identity, plan, deps);
}

async function scheduledPlan({ schedule, occurrence }: ScheduledRequest, deps: PlanDependencies): Promise<FeedPlan> {
  const occurrenceMs = msFromIso(occurrence);
  // Whichever is later: a clock that is a little behind must not take the occurrence itself for the next one.
  const nowMs = Math.max(deps.clock.nowMs(), occurrenceMs);
  const learned = await learnDemand(deps.history, nowMs, deps.settings);
  const plan = await planOccurrence({ schedule, occurrenceMs, nowMs }, learned.demand, deps, learned.titles);
  return { ...plan, notes: [...learned.notes, ...plan.notes] };
}

/** An occurrence's feeds, those worth fetching, or, without `demand`, those of the base plan; and its whole titles. */
export async function planOccurrence(
  occurrence: Occurrence,
  demand: LearnedDemand | undefined,
  sources: PlanSources,
  titleReads: ReadonlyMap<string, number> = new Map(),
): Promise<FeedPlan> {
  const collected = await collect(occurrence, demand, sources);
  const lists = feedPlan(collected, demand, sources.settings);
  const { notes, ...titles } = await titlesBeside(collected, lists.feeds, titleReads, sources);
  return { ...lists, ...titles, notes: [...lists.notes, ...notes] };
}

/** Whole titles of the lists that the schedules keep, and of those that this plan fetches. */
function titlesBeside(
  collected: Collected,
  feeds: readonly PlannedFeed[],
  titleReads: ReadonlyMap<string, number>,
  sources: PlanSources,
): Promise<TitlePlan> {
  const pages = feeds.reduce((sum, one) => sum + one.pages, 0);
  const lists = [...collected.kept, ...feeds].map(({ feed }) => feed);
  return planTitles({ ...collected, feeds: lists, pages }, titleReads, sources);
}

function feedPlan(collected: Collected, demand: LearnedDemand | undefined, settings: Settings): FeedPlan {
  const { maxBacklogJobs } = settings.planner;
  if (demand === undefined) {
    const { feeds, notes } = trim(unscored(collected), collected.waitingJobs, maxBacklogJobs);
    return { feeds, notes: [...collected.notes, ...notes], ...nothingExpected };
  }
  const { schedule } = collected;
  const scored = score(collected, demand, settings);
  const chosen = choose(scored, budgetOf(schedule, demand.pagesOfDay, settings));
  const { feeds, notes } = trim(chosen.feeds, collected.waitingJobs, maxBacklogJobs);
  return {
    feeds,
    notes: [...collected.notes, ...notes],
    leftOut: chosen.leftOut,
    warmed: feeds.filter(({ keep }) => keep === 'warming').map(({ feed }) => feedId(feed)),
    expected: schedule === 'refresh' ? expectedReads(collected, demand) : new Map(),
    quality: schedule === 'daily' ? demand.quality() : undefined,
  };
}

/** All of a daily or weekly run; a refresh may be trimmed. */
function unscored({ schedule, due }: Collected): ChosenFeed[] {
  const keep = schedule === 'refresh' ? 'demand' : 'always';
  return due.map((one) => ({ ...one, keep }));
}

function expectedReads({ nowMs, untilMs }: Collected, demand: LearnedDemand): Map<string, number> {
  const reads = byReads(demand)
    .slice(0, mostExpected)
    .flatMap((id) => {
      const feed = parseFeedId(id);
      return feed === undefined ? [] : [[id, Math.round(demand.reads(feed, nowMs, untilMs) * 100) / 100] as const];
    });
  return new Map(reads.filter(([, expected]) => expected > 0));
}

/**
 * Every feed that an ad-hoc request names; a region without a language has its own.
 * @throws PermanentError for an own feed that the settings do not have.
 */
export function adHocPlan(request: FetchRequest, settings: Settings): PlannedFeed[] {
  const { category, pages } = request;
  return feedsOf(request, (region) => feedLanguage({ category, region }, settings)).map((feed) => {
    const problem = customFeedProblem(feed, settings);
    if (problem !== undefined) {
      throw new PermanentError(notConfigured, problem);
    }
    return { feed, pages, why: 'asked for ad hoc' };
  });
}

/** What is asked for, less what is in flight, unless it is forced. An ad-hoc run is never trimmed: somebody waits for it. */
async function deduplicatedPlan(request: FetchRequest, deps: PlanDependencies): Promise<FeedPlan> {
  const asked = adHocPlan(request, deps.settings);
  if (request.force === true || deps.inFlight === undefined) {
    return { feeds: asked, notes: [], ...nothingExpected };
  }
  const marks = await deps.inFlight.read(asked.map(({ feed }) => inFlightId(feed)));
  const { heads } = await deps.heads.read(asked.map(({ feed }) => feedHeadId(feed)));
  const [nowMs, maxAgeMs] = [deps.clock.nowMs(), deps.settings.tmdb.maxAgeHours * hourMs];
  const duplicates = new Map(
    asked.flatMap(({ feed }) => {
      const mark = marks.get(inFlightId(feed));
      const isDuplicate = mark !== undefined && isInFlight(mark, heads.get(feedHeadId(feed)), nowMs, maxAgeMs);
      return isDuplicate ? [[feed, mark] as const] : [];
    }),
  );
  const notes = [...duplicates].map(
    ([feed, { runId, sentAtMs }]) =>
      `${feedId(feed)} is in flight already, in run ${runId} since ${isoFromMs(sentAtMs)}: not sent again`,
  );
  return { feeds: asked.filter(({ feed }) => !duplicates.has(feed)), notes, ...nothingExpected };
}

/** Every title that is asked for, also one that is fresh or in flight: an operator wants it fetched now. */
async function titlesPlan({ titles }: TitlesRequest, deps: PlanDependencies): Promise<FeedPlan> {
  if (!deps.settings.details.enabled) {
    const notes = ['no title is fetched: details.enabled is false in the settings'];
    return { feeds: [], notes, ...nothingExpected };
  }
  return { feeds: [], titles: await askedTitles(titles, deps), notes: [], ...nothingExpected };
}

function toRun(
  origin: string,
  occurrenceMs: number,
  identity: string,
  { feeds, titles = [], reference = [], ...explained }: FeedPlan,
  { clock, settings }: { clock: Clock; settings: Settings },
): RunPlan {
  const runId = runIdFor(identity);
  const snapshot = snapshotFor(occurrenceMs, runId);
  const run = { runId, snapshot, origin, firstSeenAt: isoFromMs(clock.nowMs()) };
  const jobs = feeds.flatMap((planned) => fetchJobsFor(run, planned));
  const whole = titles.map((title) => titleJobFor(run, title, settings.defaultLanguage));
  const references = reference.map(([what, why]) => referenceJobFor(run, what, why));
  return { runId, snapshot, origin, jobs, titles: whole, reference: references, ...explained };
}

function titleJobFor({ runId, origin, firstSeenAt }: JobRun, title: WantedTitle, language: string): TitleJob {
  const { mediaType, id, why } = title;
  return newTitleJob({
    runId,
    origin,
    mediaType,
    id,
    language,
    details: true,
    // An id of another form is none that TMDB could be asked for.
    imdbId: titleJobSchema.shape.imdbId.safeParse(title.imdbId).data,
    awaited: title.awaited,
    firstSeenAt,
    why,
  });
}
