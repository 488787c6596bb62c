import type { DeadLetter } from '../../operator/dead-letters/dead-letter.ts';
import { readDeadLetters } from '../../operator/dead-letters/look-at-dead-letters.ts';
import { feedOfJob } from '../../operator/runs/list-ends.ts';
import { type WaitFacts, whyWaiting } from '../../operator/status/why-waiting.ts';
import type { Clock } from '../../shared/core/clock.ts';
import { feedId } from '../../shared/core/feed.ts';
import type { FetchJob } from '../../shared/queues/fetch-job.ts';
import { sqsMessageSource } from '../../shared/queues/sqs-message-source.ts';
import { sqsQueueDepth } from '../../shared/queues/sqs-queue-depth.ts';
import { dynamoFeedHeads } from '../../shared/tables/dynamo-feed-heads.ts';
import {
  type FeedHead,
  type FeedOutcome,
  feedHeadId,
  hasArrived,
  newestAnswer,
} from '../../shared/tables/feed-head.ts';
import { describePages } from '../../shared/tables/feed-trouble.ts';
import type { CliContext } from '../cli-context.ts';
import { withDynamo, withSqs } from '../open-tables.ts';
import { endingOnFailure, type Line, showLine } from '../progress.ts';
import type { QueueUrls, StackPlace } from '../stack-place.ts';
import { readPlaceWaitFacts, sayingWhy } from './say-why-waiting.ts';

/** How waiting for one feed ended. `superseded`: a newer run's answer came first. */
export type FeedEnd = { feed: string; outcome: FeedOutcome | 'superseded' | 'dead-lettered' | 'open'; detail: string };

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

/** Waits until all jobs of a run are in the table or in a dead-letter queue, or until the time is up. */
export async function awaitFeeds(
  run: { runId: string; snapshot: string; jobs: readonly FetchJob[] },
  place: StackPlace & { queues: QueueUrls },
  timeoutMs: number,
  signal: AbortSignal,
  context: CliContext,
): Promise<FeedsEnd> {
  const { clock } = context;
  const progress = showLine('waiting', context);
  const dead = new Map<string, string>();
  const read = async () => ({ ...(await readPlaceWaitFacts(place, context)), deadLetters: dead });
  const look = () => stateOf(run, place, dead);
  const waiting = lookUntilOver(look, clock.monotonicMs() + timeoutMs, signal, progress, clock);
  const { state, open, over } = await endingOnFailure(progress, () =>
    sayingWhy(waiting, { clock, read, say: progress.say }),
  );
  const why = whyOf(state, open, over, dead);
  progress.end(why === '');
  const late = open > 0 && over === timeIsUp ? await whyLate(read, clock) : '';
  return { ...state, why: `${why}${late}` };
}

type Look = { state: State; open: number; over: string };

async function lookUntilOver(
  look: () => Promise<State>,
  deadlineMs: number,
  signal: AbortSignal,
  progress: Pick<Line, 'update'>,
  clock: Clock,
): Promise<Look> {
  for (;;) {
    const state = await look();
    progress.update(`${state.applied} of ${state.feeds} feeds in the table`);
    const open = state.ends.filter(({ outcome }) => outcome === 'open').length;
    const over = signal.aborted ? 'interrupted' : clock.monotonicMs() >= deadlineMs ? timeIsUp : '';
    if (open <= 0 || over !== '') {
      return { state, open, over };
    }
    await clock.sleep(lookAgainMs, signal);
  }
}

/** What the stack says of itself when the time is up; nothing where it says nothing. */
async function whyLate(read: () => Promise<WaitFacts>, clock: Clock): Promise<string> {
  try {
    const { deadLetters: _named, ...facts } = await read();
    return `; ${whyWaiting(facts, clock.nowMs()).join('; ')}`;
  } catch {
    return '';
  }
}

const timeIsUp = 'the time was up (see --timeout)';
const lookAgainMs = 1_000;
/** Dead letters are hidden from others for so long while they are looked at. */
const holdSeconds = 5;
const longPollMs = 2_000;
const feedsNamed = 5;

type State = Omit<FeedsEnd, 'why'>;

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
      : `${found.length} of ${feeds} feeds ${what}: ${names.slice(0, feedsNamed).join(', ')}`;
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

async function stateOf(
  run: { runId: string; snapshot: string; jobs: readonly FetchJob[] },
  place: StackPlace & { queues: QueueUrls },
  reasons: Map<string, string>,
): Promise<State> {
  const firstJobs = run.jobs.filter(({ page }) => page === 1);
  const { heads } = await withDynamo(place.dynamodb, (client) =>
    dynamoFeedHeads(client, place.controlTable).read(firstJobs.map(({ feed }) => feedHeadId(feed))),
  );
  const answered = firstJobs.map((job) => feedEnd(job, heads.get(feedHeadId(job.feed))));
  const isOpen = answered.some(({ outcome }) => outcome === 'open');
  const dead = isOpen ? await deadJobs(run.runId, place, reasons) : new Map<string, string>();
  return stateFrom(answered, dead);
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

/**
 * By feed the id of one job of the run that has a dead letter, and in `reasons` why. The queues are looked into only when they hold
 * something.
 */
async function deadJobs(
  runId: string,
  { sqs, queues }: StackPlace & { queues: QueueUrls },
  reasons: Map<string, string>,
): Promise<Map<string, string>> {
  return withSqs(sqs, longPollMs, async (client) => {
    const jobs = new Map<string, string>();
    for (const url of [queues.fetchDlqUrl, queues.itemDlqUrl]) {
      const { visible } = await sqsQueueDepth(client, url).read();
      const letters = visible === 0 ? [] : await readDeadLetters(sqsMessageSource(client, url), holdSeconds);
      for (const letter of letters.filter(({ jobId }) => jobId.startsWith(`${runId}/`))) {
        jobs.set(feedOfJob(letter.jobId), letter.jobId);
        reasons.set(letter.jobId, reasonIn(letter));
      }
    }
    return jobs;
  });
}

/** `refused-by-tmdb, tmdb_22: HTTP 400: …`, as far as the letter tells. */
function reasonIn({ reason, code, detail }: DeadLetter): string {
  return [reason, [code, detail].filter((text) => text !== '').join(': ')].filter((text) => text !== '').join(', ');
}
