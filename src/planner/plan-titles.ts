/**
 * Whole titles of an occurrence, beside the steps for lists: which are kept, which of them are due, and which fit into the calls that are
 * left of a day (`details.callsPerDay`). docs/titles.md says it in words.
 */
import { readTitleRecord, type TitleReads, type TitleRecord } from '../demand/title-demand.ts';
import { messageOf } from '../shared/core/errors.ts';
import type { Feed } from '../shared/core/feed.ts';
import { latestOccurrenceMs, type ScheduleName } from '../shared/settings/schedule.ts';
import { type DetailsRow, detailsKey } from '../shared/tables/details-row.ts';
import { type DueReference, dueReferences } from '../shared/tables/reference-row.ts';
import { rowKeyText } from '../shared/tables/row.ts';
import type { TitleRef } from '../shared/tables/usage-store.ts';
import type { Occurrence } from './base-plan.ts';
import { titleBudgetOf } from './budget.ts';
import type { ChangesRead, PlanSources } from './collect.ts';
import { type Candidate, keptDetails, lookAtTitles, type TitleState, titleCandidates } from './collect-titles.ts';
import { chooseTitles, type DueTitle, dueTitles } from './title-policy.ts';

/** A title that a run will fetch whole, and why. */
export type WantedTitle = TitleRef & { why: string; imdbId?: string | null | undefined; awaited?: true };

/** What is to be said of a plan's titles. */
export type TitleFigures = {
  /** In the first ranks of the lists, or read. */
  candidates: number;
  /** Those of them that were looked up: the most read, as many as there was time for. */
  looked: number;
  /** Those of them whose details are in the table. */
  kept: number;
  due: number;
  /** What the occurrence could spend, and what the last 24 hours had spent before. */
  calls: number;
  callsOfDay: number;
  /** About what looking took, in read units of DynamoDB. */
  readUnits: number;
  /** What the lists of changes took and saved, in calls; without it age alone decides. */
  changes?: Pick<ChangesRead, 'by' | 'calls' | 'callsSaved'> | undefined;
  /** Titles that are due and were left out, and why, in sentences. */
  leftOut: string[];
};

/** The titles of a plan. `notes`: what could not be planned, and why. */
export type TitlePlan = {
  titles: readonly WantedTitle[];
  titlePlan?: TitleFigures | undefined;
  changes?: ChangesRead | undefined;
  /** Reference data that is to be fetched, and why: where titles are kept, and it is missing or stale. */
  reference?: readonly DueReference[] | undefined;
  notes: string[];
};

/** The lists of the plan, the pages that it fetches, and the jobs that wait. */
type Beside = Occurrence & { feeds: readonly Feed[]; pages: number; waitingJobs: number };

/** The most titles that one occurrence looks up: about 5,000 read units, and a third of the planner's time. */
const mostLooked = 10_000;
const timeShare = 1 / 3;
const namedTitles = 3;
/** Where occurrences come in the same minute, the first of these plans the titles. */
const precedence: readonly ScheduleName[] = ['daily', 'weekly', 'refresh'];

/**
 * The titles of an occurrence. Without counters (`sources.history`) there are none, since nothing would tell what the day has spent. Never
 * rejects: titles that cannot be planned do not stop the lists.
 */
export async function planTitles(beside: Beside, reads: TitleReads, sources: PlanSources): Promise<TitlePlan> {
  const { history, settings } = sources;
  if (!settings.details.enabled || history === undefined) {
    return { titles: [], notes: [] };
  }
  try {
    const record = await readTitleRecord(history.usage, beside.nowMs);
    const budget = titleBudgetOf(beside.schedule, record.calls, settings);
    const room = settings.planner.maxBacklogJobs - beside.waitingJobs - beside.pages;
    const nothing = whyNothing(beside, record, budget.calls, room, sources);
    return nothing === undefined
      ? await withReference(
          await chosenTitles(beside, reads, record, { ...budget, calls: Math.min(budget.calls, room) }, sources),
          beside.nowMs,
          sources,
        )
      : { titles: [], titlePlan: figuresOf({ callsOfDay: record.calls, leftOut: [nothing] }), notes: [] };
  } catch (error) {
    return { titles: [], notes: [`no titles were planned: ${messageOf(error)}`] };
  }
}

/** Without titles nothing needs reference data. */
async function withReference(plan: TitlePlan, nowMs: number, { catalog, settings }: PlanSources): Promise<TitlePlan> {
  if (plan.titles.length === 0 && (plan.titlePlan?.kept ?? 0) === 0) {
    return plan;
  }
  try {
    return { ...plan, reference: dueReferences(await catalog.readReference(), nowMs, settings) };
  } catch (error) {
    return { ...plan, notes: [...plan.notes, `no reference data was planned: ${messageOf(error)}`] };
  }
}

function whyNothing(
  { schedule, occurrenceMs, waitingJobs, pages }: Beside,
  record: TitleRecord,
  calls: number,
  room: number,
  { settings }: PlanSources,
): string | undefined {
  const elsewhere = precedence
    .slice(0, precedence.indexOf(schedule))
    .find(
      (other) =>
        latestOccurrenceMs(other, occurrenceMs, settings.schedules) === occurrenceMs &&
        !record.hasPlanned(other, occurrenceMs),
    );
  if (elsewhere !== undefined) {
    return `the ${elsewhere} run of the same minute plans the titles`;
  }
  if (schedule === 'refresh' && waitingJobs > 0) {
    return `${waitingJobs} jobs wait, and a refresh plans titles only while none does`;
  }
  if (room <= 0) {
    return `${waitingJobs + pages} jobs wait or are planned (${settings.planner.maxBacklogJobs} at most), so there is no room for titles`;
  }
  return calls > 0
    ? undefined
    : `no call is left: ${record.calls} of details.callsPerDay (${settings.details.callsPerDay}) were planned within 24 hours`;
}

async function chosenTitles(
  beside: Beside,
  reads: TitleReads,
  record: TitleRecord,
  budget: TitleBudget,
  sources: PlanSources,
): Promise<TitlePlan> {
  const { nowMs } = beside;
  const { candidates, readUnits, missedLists } = await titleCandidates(beside.feeds, reads, sources);
  const seen = await look(candidates, record, nowMs, sources);
  const { changes, notes, calls, chosen, leftOut } = await chooseOf(seen.titles, budget, nowMs, sources);
  return {
    titles: chosen.map(({ title: { mediaType, id, details }, why }) => ({
      mediaType,
      id,
      why,
      imdbId: details?.imdbId,
    })),
    titlePlan: figuresOf({
      candidates: candidates.length,
      looked: seen.titles.length,
      kept: seen.titles.filter(({ details }) => details !== undefined).length,
      due: chosen.length + leftOut.length,
      calls: budget.calls,
      callsOfDay: record.calls,
      readUnits: readUnits + seen.readUnits,
      changes: changes && { by: changes.by, calls: changes.calls, callsSaved: changes.callsSaved },
      leftOut: leftOut.length === 0 ? [] : [leftOutWords(leftOut, calls)],
    }),
    changes,
    notes: [...missedLists, ...seen.notes, ...notes],
  };
}

/** What a budget of titles may take: now, and of the day. */
type TitleBudget = { calls: number; callsLeft: number; leastWorth: number };

/** Which titles are fetched, by age and by TMDB's lists of changes, within what reading these leaves of the budget (`calls`). */
export async function chooseOf(
  titles: readonly TitleState[],
  budget: TitleBudget,
  nowMs: number,
  sources: Pick<PlanSources, 'changes' | 'settings'>,
) {
  const { changes, notes } = await readChanges(titles, budget.callsLeft, nowMs, sources);
  const told = titles.map((title) => ({ ...title, changedMs: changes?.changed.get(title.subject) }));
  const { calls: made = 0, reserved = 0 } = changes ?? {};
  const calls = Math.max(0, Math.min(budget.calls, budget.callsLeft - made - reserved));
  return {
    changes,
    notes,
    calls,
    ...chooseTitles(dueTitles(told, nowMs, sources.settings, changes), { ...budget, calls }),
  };
}

/** Looks up the most read candidates. */
async function look(candidates: readonly Candidate[], record: TitleRecord, nowMs: number, sources: PlanSources) {
  const { catalog, clock, settings } = sources;
  const endMs = clock.monotonicMs() + settings.planner.timeoutSeconds * 1_000 * timeShare;
  const isOver = () => clock.monotonicMs() >= endMs;
  const some = candidates.slice(0, mostLooked);
  const seen = await lookAtTitles(some, record, catalog, nowMs, isOver, settings);
  const missed = candidates.length - seen.titles.length;
  const why =
    seen.titles.length < some.length
      ? 'a third of the time-out was over (more memory, planner.memoryMb, is a faster planner)'
      : `it looks at ${mostLooked} at most`;
  return {
    ...seen,
    notes: missed === 0 ? [] : [`${missed} of ${candidates.length} titles, the least read, were not looked at: ${why}`],
  };
}

/** Lists of changes that cannot be read cost their news: then age alone decides. */
async function readChanges(
  titles: readonly TitleState[],
  calls: number,
  nowMs: number,
  { changes }: Pick<PlanSources, 'changes'>,
): Promise<{ changes: ChangesRead | undefined; notes: string[] }> {
  const kept = titles.flatMap(({ subject, reads, details }) =>
    details === undefined ? [] : [{ subject, reads, fetchedAtMs: details.latestMs }],
  );
  if (changes === undefined || kept.length === 0) {
    return { changes: undefined, notes: [] };
  }
  try {
    const read = await changes(kept, calls, nowMs);
    return { changes: read, notes: read.notes };
  } catch (error) {
    return {
      changes: undefined,
      notes: [`TMDB's lists of changes could not be read, so titles are fetched by age: ${messageOf(error)}`],
    };
  }
}

function figuresOf(known: Partial<TitleFigures>): TitleFigures {
  return { candidates: 0, looked: 0, kept: 0, due: 0, calls: 0, callsOfDay: 0, readUnits: 0, leftOut: [], ...known };
}

function leftOutWords(leftOut: readonly DueTitle[], calls: number): string {
  const names = leftOut.slice(0, namedTitles).map(({ title, why }) => `${title.subject} (${why})`);
  const more = leftOut.length > namedTitles ? ` and ${leftOut.length - namedTitles} more` : '';
  return `${leftOut.length} titles are due, but the ${calls} calls of this occurrence are spent: ${names.join('; ')}${more}`;
}

/**
 * Titles that somebody asks for, each with its id at IMDb where the table knows it: by that one TMDB finds a title that has another id now.
 * Where the table cannot be read they are asked for by their own ids.
 */
export async function askedTitles(
  titles: readonly TitleRef[],
  { catalog, clock }: Pick<PlanSources, 'catalog' | 'clock'>,
): Promise<WantedTitle[]> {
  const keyOf = ({ mediaType, id }: TitleRef) => detailsKey(mediaType, id);
  const rows = await catalog.readDetails(titles.map(keyOf)).catch(() => new Map<string, DetailsRow>());
  return titles.map((title) => {
    const known = keptDetails(rows.get(rowKeyText(keyOf(title))), clock.nowMs());
    return { ...title, why: 'asked for ad hoc', imdbId: known?.imdbId, awaited: true as const };
  });
}
