import type { Clock } from '../../shared/core/clock.ts';
import { feedId } from '../../shared/core/feed.ts';
import type { FetchJob } from '../../shared/queues/fetch-job.ts';
import {
  type FeedHead,
  type FeedOutcome,
  feedHeadId,
  hasArrived,
  newestAnswer,
} from '../../shared/tables/feed-head.ts';
import type { FeedHeads } from '../../shared/tables/feed-heads.ts';
import { describePages } from '../../shared/tables/feed-trouble.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import { feedOfJob } from './run-tracker.ts';

/** How waiting for one feed ended. `superseded`: a newer run's answer came first. */
type FeedEnd = { feed: string; outcome: FeedOutcome | 'superseded' | 'dead-lettered' | 'open'; detail: string };

/**
 * How waiting for feeds ended. `applied`: feeds whose list is in the table; `why`: of all that is not as it should be, in sentences,
 * empty where nothing is.
 */
export type FeedsEnd = {
  feeds: number;
  applied: number;
  notFound: string[];
  empty: string[];
  deadLettered: string[];
  ends: FeedEnd[];
  why: string;
};

/** A run whose feeds are waited for. */
export type FeedsRun = { runId: string; snapshot: string; jobs: readonly FetchJob[] };

/** What of a stack tells which feeds have arrived. */
export type FeedSources = {
  heads: Pick<FeedHeads, 'read'>;
  /** What both dead-letter queues hold; read only while a feed is open. */
  readDeadLetters(): Promise<readonly DeadLetter[]>;
};

/** What waiting needs. */
export type AwaitOptions<Seen> = {
  timeoutMs: number;
  /** Ends the waiting early. */
  signal: AbortSignal;
  /** Is told after each look. */
  onLook(sofar: Seen): void;
  /** Filled while waiting: why each job of the run that has a dead letter got one, by job. */
  deadLetters: Map<string, string>;
};

const timeIsUp = 'the time was up (see --timeout)';
const lookAgainMs = 1_000;
/** A sentence names no more. */
export const endsNamed = 5;

/**
 * Waits until every feed of a run is in the table or has a dead letter, or until the time is up.
 * @returns how it ended; `timedOut` when feeds were still open when the time was up.
 */
export async function awaitFeeds(
  run: FeedsRun,
  options: AwaitOptions<Pick<FeedsEnd, 'applied' | 'feeds'>>,
  sources: FeedSources,
  clock: Clock,
): Promise<{ end: FeedsEnd; timedOut: boolean }> {
  const look = () => readState(run, sources, options.deadLetters);
  return untilEnded<State>(look, (state, open, over) => whyOf(state, open, over, options.deadLetters), options, clock);
}

/** Looks every second until nothing is open, or the time is up. */
export async function untilEnded<State extends { ends: readonly { outcome: string }[] }>(
  look: () => Promise<State>,
  why: (state: State, open: number, over: string) => string,
  { timeoutMs, signal, onLook }: AwaitOptions<State>,
  clock: Clock,
): Promise<{ end: State & { why: string }; timedOut: boolean }> {
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  for (;;) {
    const state = await look();
    onLook(state);
    const open = state.ends.filter(({ outcome }) => outcome === 'open').length;
    const over = signal.aborted ? 'interrupted' : clock.monotonicMs() >= deadlineMs ? timeIsUp : '';
    if (open <= 0 || over !== '') {
      return { end: { ...state, why: why(state, open, over) }, timedOut: open > 0 && over === timeIsUp };
    }
    await clock.sleep(lookAgainMs, signal);
  }
}

type State = Omit<FeedsEnd, 'why'>;

async function readState(run: FeedsRun, sources: FeedSources, reasons: Map<string, string>): Promise<State> {
  const firstJobs = run.jobs.filter(({ page }) => page === 1);
  const { heads } = await sources.heads.read(firstJobs.map(({ feed }) => feedHeadId(feed)));
  const answered = firstJobs.map((job) => feedEnd(job, heads.get(feedHeadId(job.feed))));
  const isOpen = answered.some(({ outcome }) => outcome === 'open');
  return stateFrom(answered, isOpen ? await deadJobs(run.runId, sources, reasons, feedOfJob) : new Map());
}

/** What the heads say, and the dead letters of what they do not know yet. */
export function stateFrom(answered: readonly FeedEnd[], dead: ReadonlyMap<string, string>): State {
  const ends = answered.map((end): FeedEnd => {
    const jobId = dead.get(end.feed);
    return end.outcome === 'open' && jobId !== undefined ? { ...end, outcome: 'dead-lettered', detail: jobId } : end;
  });
  const feedsOf = (...outcomes: FeedEnd['outcome'][]) =>
    ends.filter(({ outcome }) => outcomes.includes(outcome)).map(({ feed }) => feed);
  return {
    feeds: ends.length,
    applied: feedsOf('complete', 'superseded').length,
    notFound: feedsOf('not-found'),
    empty: feedsOf('empty'),
    deadLettered: ends.flatMap(({ outcome, detail }) => (outcome === 'dead-lettered' ? [detail] : [])),
    ends,
  };
}

/** What the head of a job's feed says of the job's run. */
export function feedEnd({ feed, snapshot, pages }: FetchJob, head: FeedHead | undefined): FeedEnd {
  const named = feedId(feed);
  if (head === undefined || !hasArrived(head, { snapshot, pages })) {
    return { feed: named, outcome: 'open', detail: '' };
  }
  const newest = newestAnswer(head);
  if (newest.snapshot > snapshot) {
    return { feed: named, outcome: 'superseded', detail: `by ${newest.snapshot}` };
  }
  if (head.lastOutcome === 'partial') {
    return { feed: named, outcome: 'partial', detail: describePages(newest.without) };
  }
  const absence = newest.without[0]?.absence;
  return {
    feed: named,
    outcome: head.lastOutcome,
    detail: absence === undefined ? '' : `${absence.code}: ${absence.detail}`,
  };
}

/** By feed or title the id of one job of the run that has a dead letter; `reasons` is told why, by job. */
export async function deadJobs(
  runId: string,
  { readDeadLetters }: Pick<FeedSources, 'readDeadLetters'>,
  reasons: Map<string, string>,
  subjectOf: (jobId: string) => string | undefined,
): Promise<Map<string, string>> {
  const jobs = new Map<string, string>();
  for (const letter of await readDeadLetters()) {
    if (letter.jobId.startsWith(`${runId}/`)) {
      jobs.set(subjectOf(letter.jobId) ?? '', letter.jobId);
      reasons.set(letter.jobId, reasonIn(letter));
    }
  }
  return jobs;
}

/** `refused-by-tmdb, tmdb_22: HTTP 400: …`, as far as the letter tells. */
function reasonIn({ reason, code, detail }: DeadLetter): string {
  return [reason, [code, detail].filter((text) => text !== '').join(': ')].filter((text) => text !== '').join(', ');
}

function whyOf(
  { feeds, applied, notFound, empty, deadLettered, ends }: State,
  open: number,
  over: string,
  reasons: ReadonlyMap<string, string>,
): string {
  const detailOf = ({ outcome, detail }: FeedEnd) =>
    [detail, outcome === 'dead-lettered' ? (reasons.get(detail) ?? '') : ''].filter((text) => text !== '').join(': ');
  const named = (outcome: FeedEnd['outcome'], what: string) => {
    const found = ends.filter((end) => end.outcome === outcome);
    const names = found.map((end) => `${end.feed}${detailOf(end) === '' ? '' : ` (${detailOf(end)})`}`);
    return found.length === 0
      ? ''
      : `${found.length} of ${feeds} feeds ${what}: ${names.slice(0, endsNamed).join(', ')}`;
  };
  const isAllEmpty = empty.length > 0 && applied === 0;
  return [
    named('dead-lettered', 'have a dead letter'),
    notFound.length > 0 ? named('not-found', 'are unknown to TMDB') : '',
    named('rejected', 'came without a row that could be read'),
    named('partial', 'are in the table in part'),
    isAllEmpty ? named('empty', 'came empty, and none with titles') : '',
    open > 0 ? `${named('open', 'had not arrived')}: ${over}` : '',
  ]
    .filter((part) => part !== '')
    .join('; ')
    .concat(deadLettered.length > 0 ? '; see dlq list' : '');
}
