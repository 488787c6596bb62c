import type { PageOutcome } from '../../shared/core/feed.ts';
import { feedOfJob, type RunEnd, type RunProgress, type RunTracker } from './run-tracker.ts';

/** Why a run left jobs undone, and which. */
type Incompleteness = {
  reason: Exclude<RunEnd['reason'], 'done'> | 'dead-letters' | 'not-found' | 'unreadable' | 'no-titles';
  detail: string;
  jobs: string[];
};

/** What of a run's summary tells what was asked for. */
type PlannedRun = { runId: string; jobs: { planned: number } };

const jobsNamed = 5;

/** What a run left undone, and why, in one sentence; `undefined` when it is complete. */
export function incompletenessOf(run: PlannedRun, end: RunEnd, tracker: RunTracker): Incompleteness | undefined {
  return end.reason === 'done' ? badEnd(run, end, tracker) : earlyEnd(run, end.reason, end, tracker);
}

/** Every job has ended, but not as it should: all that went wrong is said, and the worst gives the reason. */
function badEnd(run: PlannedRun, end: RunEnd, tracker: RunTracker): Incompleteness | undefined {
  const progress = tracker.progress(run.runId);
  const lists = listEndsOf(progress);
  const found = [
    deadLettered(end.deadLetteredJobs, tracker.lastReasons(run.runId)),
    absent(lists, progress, run.jobs.planned),
    unreadable(lists, progress),
  ].filter((one) => one !== undefined);
  const [worst] = found;
  return worst === undefined
    ? emptied(lists, progress)
    : {
        reason: worst.reason,
        detail: found.map(({ detail }) => detail).join('. '),
        jobs: [...new Set(found.flatMap(({ jobs }) => jobs))],
      };
}

function deadLettered(jobs: string[], reasons: ReadonlyMap<string, string>): Incompleteness | undefined {
  const detail = `${jobs.length} jobs of this run${reasonsOf(jobs, reasons)} are in a dead-letter queue: ${named(jobs)}`;
  return jobs.length === 0 ? undefined : { reason: 'dead-letters', detail, jobs };
}

function absent({ notFound }: ListEnds, { outcomes }: RunProgress, planned: number): Incompleteness | undefined {
  const jobs = jobsThat(outcomes, 'not-found');
  const detail = `TMDB does not know ${jobs.length} of the ${planned} pages of lists that were asked for: ${named(notFound)}; the next refresh asks again`;
  return jobs.length === 0 ? undefined : { reason: 'not-found', detail, jobs };
}

/** Pages of which nothing could be stored. */
function unreadable({ rejected }: ListEnds, { outcomes }: RunProgress): Incompleteness | undefined {
  const jobs = jobsThat(outcomes, 'rejected');
  const detail = `none of the rows that TMDB sent could be read for ${jobs.length} of the ${outcomes.size} pages: ${named(rejected)}; a list that was there stays until its hard TTL, of one that was not nothing is in the table, and the next refresh asks again`;
  return jobs.length === 0 ? undefined : { reason: 'unreadable', detail, jobs };
}

function jobsThat(outcomes: RunProgress['outcomes'], wanted: 'not-found' | 'rejected'): string[] {
  return [...outcomes].flatMap(([jobId, outcome]) => (outcome === wanted ? [jobId] : []));
}

/** One empty list is an answer; when all of them are, TMDB is taken to be at fault. */
function emptied({ lists, anyTitles, empty }: ListEnds, { outcomes }: RunProgress): Incompleteness | undefined {
  if (lists === 0 || anyTitles) {
    return undefined;
  }
  const detail = `TMDB answered all ${lists} lists without a title: ${named(empty)}; a list that was there stays, and the next refresh asks for it again; one that was not is an empty list now, until it is stale`;
  return { reason: 'no-titles', detail, jobs: [...outcomes.keys()] };
}

function earlyEnd(
  run: PlannedRun,
  reason: Exclude<RunEnd['reason'], 'done'>,
  { planned, open, openJobs: jobs, standstill = [] }: RunEnd,
  tracker: RunTracker,
): Incompleteness {
  const left = `${open} of ${planned} jobs`;
  switch (reason) {
    case 'token-rejected': {
      const words = tracker.tokenRejection();
      const detail = `TMDB rejected the token (${words}) and ${left} were not fetched: set TMDB_API_TOKEN to a valid API Read Access Token`;
      return { reason, detail, jobs };
    }
    case 'timed-out': {
      const why = reasonsOf(jobs, tracker.lastReasons(run.runId));
      const state = standstill.map((sentence) => `; ${sentence}`).join('');
      const detail = `${left} were still open when the time was up (see --timeout): ${named(jobs)}${why}${state}`;
      return { reason, detail, jobs };
    }
    case 'interrupted':
      return { reason, detail: `interrupted with ${left} still open`, jobs };
  }
}

function named(jobs: readonly string[]): string {
  const more = jobs.length > jobsNamed ? ` and ${jobs.length - jobsNamed} more` : '';
  return jobs.length === 0 ? 'none of them on a queue' : `${jobs.slice(0, jobsNamed).join(', ')}${more}`;
}

/** Why jobs were last deferred, failed or dead-lettered, each reason with its count. */
function reasonsOf(jobs: readonly string[], reasons: ReadonlyMap<string, string>): string {
  const counts = new Map<string, number>();
  for (const reason of jobs.map((job) => reasons.get(job)).filter((known) => known !== undefined)) {
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts.size === 0 ? '' : ` (${[...counts].map(([reason, count]) => `${count} × ${reason}`).join('; ')})`;
}

/** Lists of a run that brought no titles, by name: a page beyond the first is named with its number. */
export type ListEnds = {
  notFound: string[];
  empty: string[];
  rejected: string[];
  /** Whether any list brought titles; a page beyond a list's end is none. */
  anyTitles: boolean;
  /** First pages that were applied. */
  lists: number;
};

/** What came of a run's lists so far. */
export function listEndsOf({ outcomes, notFound }: Pick<RunProgress, 'outcomes' | 'notFound'>): ListEnds {
  const pages = [...outcomes].map(([jobId, outcome]) => ({ jobId, outcome, ...placeOf(jobId) }));
  const named = (wanted: PageOutcome, firstOnly: boolean) =>
    pages
      .filter(({ outcome, page }) => outcome === wanted && (page === 1 || !firstOnly))
      .map(({ jobId, feed, page }) => {
        const why = notFound.get(jobId);
        return `${feed}${page === 1 ? '' : ` page ${page}`}${why === undefined ? '' : ` (${why})`}`;
      })
      .sort();
  return {
    notFound: named('not-found', false),
    empty: named('empty', true),
    rejected: named('rejected', false),
    anyTitles: pages.some(({ outcome }) => outcome === 'titles'),
    lists: pages.filter(({ page }) => page === 1).length,
  };
}

function placeOf(jobId: string): { feed: string; page: number } {
  return { feed: feedOfJob(jobId), page: Number(jobId.split('/').at(-1)) };
}
