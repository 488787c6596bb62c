/** A request passes here from start to end: it is planned, sent, and counted. */
import type { PlanQuality } from '../demand/plan-quality.ts';
import { clockSkewMs, dayMs, hourMs, msFromIso } from '../shared/core/clock.ts';
import { messageOf, PermanentError } from '../shared/core/errors.ts';
import { feedId } from '../shared/core/feed.ts';
import type { FetchJob } from '../shared/queues/fetch-job.ts';
import type { MessageSender } from '../shared/queues/message-sender.ts';
import { messageBody } from '../shared/queues/parse-message.ts';
import type { AdHocEvent, ScheduledRequest } from '../shared/queues/plan-request.ts';
import { scheduleNames } from '../shared/settings/schedule.ts';
import {
  feedCounterName,
  type PlanKind,
  planTotalName,
  planUsageId,
  titlePlanCounters,
} from '../shared/tables/feed-counters.ts';
import { inFlightId } from '../shared/tables/feeds-in-flight.ts';
import { titleSubject, type UsageStore } from '../shared/tables/usage-store.ts';
import type { RunEvent } from '../shared/telemetry/run-event.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import { type PlanDependencies, planRun, type RunPlan } from './plan-run.ts';

/** Planning plus what sending needs. */
export type StartDependencies = PlanDependencies & {
  jobs: MessageSender;
  /** Where the plan is counted, for the report; without it nothing is. */
  usage?: Pick<UsageStore, 'add'> | undefined;
  telemetry: Telemetry;
};

/** Counters in one update: DynamoDB takes an expression of 4 KB. */
const mostCounters = 200;

/** Titles of a run that are counted by name, so that the next runs know that they are in flight: about 30 KB of the hour's item. */
const mostNamedTitles = 2_000;

/**
 * What the planner answers: how many pages of lists (`jobs`) and whole titles it sent. `duplicate`: the run had been started before, and
 * nothing was sent now.
 */
export type StartedRun = { runId: string; snapshot: string; jobs: number; titles: number; duplicate: boolean };

/**
 * Plans a run and sends its jobs. When sending breaks off half-way this throws, and the next delivery sends them all again
 * under the same ids and the same snapshot: what is fetched twice changes no row.
 */
export async function startRun(request: ScheduledRequest | AdHocEvent, deps: StartDependencies): Promise<StartedRun> {
  assertNotAhead(request, deps.clock.nowMs());
  const plan = await planRun(request, deps);
  const { runId, snapshot, origin, jobs, titles, notes, quality } = plan;
  await deps.jobs.sendAll([...jobs, ...titles].map(messageBody));
  await markSent(jobs, deps);
  await countPlan(plan, deps);
  await commitChanges(plan, deps);
  for (const note of notes) {
    deps.telemetry.warn(note, { runId });
  }
  deps.telemetry.event({ event: 'run-planned', runId, origin, snapshot, jobs: jobs.length, titles: titles.length });
  if (quality !== undefined) {
    deps.telemetry.event(judgedEvent(runId, quality));
  }
  return { runId, snapshot, jobs: jobs.length, titles: titles.length, duplicate: false };
}

/** If it fails, the changes of these titles are taken for news once more. */
async function commitChanges({ changes, titles }: RunPlan, { telemetry }: StartDependencies): Promise<void> {
  try {
    await changes?.commit(new Set(titles.map(({ mediaType, id }) => titleSubject(mediaType, id))));
  } catch (error) {
    telemetry.warn('which changed titles were sent could not be stored', { detail: messageOf(error) });
  }
}

function judgedEvent(runId: string, { fetches, warming, forecast }: PlanQuality): RunEvent {
  const { fetchedPages, wastedPages } = fetches;
  const { warmedPages, callsSaved } = warming;
  const { expectedReads, countedReads } = forecast;
  return {
    event: 'plan-judged',
    runId,
    fetchedPages,
    wastedPages,
    warmedPages,
    callsSaved,
    expectedReads,
    countedReads,
  };
}

/** Runs after the sending, so that only sent jobs are marked. If it fails, an ad-hoc request may send the same feeds again. */
async function markSent(jobs: readonly FetchJob[], { inFlight, telemetry, clock, settings }: StartDependencies) {
  const sentAtMs = clock.nowMs();
  const expiration = Math.ceil((sentAtMs + settings.tmdb.maxAgeHours * hourMs) / 1_000);
  const marks = jobs
    .filter(({ page }) => page === 1)
    .map(({ feed, snapshot, runId, pages }) => ({
      id: inFlightId(feed),
      snapshot,
      runId,
      pages,
      sentAtMs,
      expiration,
    }));
  try {
    await inFlight?.mark(marks);
  } catch (error) {
    telemetry.warn('the feeds could not be marked as sent', { detail: messageOf(error) });
  }
}

/** A snapshot from the future would be greater than all later ones, so their rows would not be written until then. */
function assertNotAhead(request: ScheduledRequest | AdHocEvent, nowMs: number): void {
  const time = 'schedule' in request ? request.occurrence : request.time;
  if (msFromIso(time) > nowMs + clockSkewMs) {
    throw new PermanentError('occurrence_ahead', `the occurrence ${time} has not come yet`);
  }
}

/**
 * Counts the pages that were sent by feed, those of warming, the reads expected, and the titles. If it fails, the report lacks the figures of
 * this run, and the next runs do not know what it spent of `details.callsPerDay`.
 */
export async function countPlan(
  plan: RunPlan,
  { usage, telemetry, clock, settings }: Pick<StartDependencies, 'usage' | 'telemetry' | 'clock' | 'settings'>,
): Promise<void> {
  const counters = [...countersOf(plan)];
  const nowMs = clock.nowMs();
  const expiresAtMs = nowMs + settings.reader.usage.keepDays * dayMs;
  try {
    for (let from = 0; from < counters.length; from += mostCounters) {
      const part = Object.fromEntries(counters.slice(from, from + mostCounters));
      await usage?.add(planUsageId(nowMs), part, expiresAtMs);
    }
  } catch (error) {
    telemetry.warn('the plan could not be counted', { detail: messageOf(error) });
  }
}

function countersOf(plan: RunPlan): Map<string, number> {
  const { jobs, warmed, expected } = plan;
  const counters = titleCounters(plan);
  const add = (kind: PlanKind, feed: string, count: number) => {
    const name = feedCounterName(kind, feed);
    counters.set(name, (counters.get(name) ?? 0) + count);
  };
  const warm = new Set(warmed);
  for (const id of jobs.map(({ feed }) => feedId(feed))) {
    add('planned', id, 1);
    if (warm.has(id)) {
      add('warmed', id, 1);
    }
  }
  for (const [id, reads] of expected) {
    add('expected', id, reads);
  }
  return counters;
}

/** Titles come first: other runs go by them, so they must not be in an update that is not made any more. */
function titleCounters({ origin, titles, titlePlan, changes }: RunPlan): Map<string, number> {
  const subjects = titles.map(({ mediaType, id }) => titleSubject(mediaType, id));
  const planned = scheduleNames.filter((name) => name === origin && titlePlan !== undefined);
  const totals = [
    ...planned.map((schedule) => [planTotalName(schedule), 1] as const),
    [planTotalName('changesCalls'), changes?.calls ?? 0] as const,
    [planTotalName('changesSaved'), changes?.callsSaved ?? 0] as const,
  ];
  return new Map([...totals.filter(([, count]) => count > 0), ...titlePlanCounters(subjects, mostNamedTitles)]);
}
