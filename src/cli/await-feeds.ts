import type { DeadLetter } from '../operator/dead-letters/decode-dead-letter.ts';
import { readDeadLetters } from '../operator/dead-letters/list-dead-letters.ts';
import { type WaitFacts, whyWaiting } from '../operator/status/why-waiting.ts';
import { dynamoFeedHeads } from '../shared/adapters/dynamo-feed-heads.ts';
import { sqsMessageSource } from '../shared/adapters/sqs-message-source.ts';
import { sqsQueueDepth } from '../shared/adapters/sqs-queue-depth.ts';
import type { FetchJob } from '../shared/messages/fetch-job.ts';
import type { Clock } from '../shared/ports/clock.ts';
import { feedHeadId } from '../shared/table/feed-head.ts';
import type { CliContext } from './cli-context.ts';
import { withDynamo } from './open-tables.ts';
import { type Line, showLine } from './progress.ts';
import { readPlaceWaitFacts } from './read-wait-facts.ts';
import { sayingWhy } from './say-why-waiting.ts';
import type { QueueUrls, StackPlace } from './stack-place.ts';
import { withSqs } from './with-sqs.ts';

/** How waiting for feeds ended. `why`: of what has not arrived. */
export type FeedsEnd = { feeds: number; applied: number; deadLettered: string[]; why: string };

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
  const { state, open, over } = await sayingWhy(waiting, { clock, read, say: progress.say });
  progress.end(state.applied === state.feeds);
  const late = open > 0 && over === timeIsUp ? await whyLate(read, clock) : '';
  return { ...state, why: `${whyOf(state, open, over, dead)}${late}` };
}

type Look = { state: Omit<FeedsEnd, 'why'>; open: number; over: string };

async function lookUntilOver(
  look: () => Promise<Omit<FeedsEnd, 'why'>>,
  deadlineMs: number,
  signal: AbortSignal,
  progress: Pick<Line, 'update'>,
  clock: Clock,
): Promise<Look> {
  for (;;) {
    const state = await look();
    progress.update(`${state.applied} of ${state.feeds} feeds in the table`);
    const open = state.feeds - state.applied - state.deadLettered.length;
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

function whyOf(
  { feeds, deadLettered: [first, ...others] }: Omit<FeedsEnd, 'why'>,
  open: number,
  over: string,
  reasons: ReadonlyMap<string, string>,
): string {
  const reason = first === undefined ? '' : reasons.get(first);
  const dead =
    first === undefined
      ? ''
      : `${others.length + 1} of ${feeds} feeds have a dead letter: ${first}${reason ? ` (${reason})` : ''}`;
  const late = open > 0 ? `${open} of ${feeds} feeds had not arrived: ${over}` : '';
  return [dead, late].filter((part) => part !== '').join('; ');
}

async function stateOf(
  run: { runId: string; snapshot: string; jobs: readonly FetchJob[] },
  place: StackPlace & { queues: QueueUrls },
  reasons: Map<string, string>,
): Promise<Omit<FeedsEnd, 'why'>> {
  const firstJobs = run.jobs.filter(({ page }) => page === 1);
  const { heads } = await withDynamo(place.dynamodb, (client) =>
    dynamoFeedHeads(client, place.controlTable).read(firstJobs.map(({ feed }) => feedHeadId(feed))),
  );
  const open = firstJobs.filter(({ feed, pages }) => {
    const head = heads.get(feedHeadId(feed));
    return !(
      head !== undefined &&
      (head.snapshot > run.snapshot || (head.snapshot === run.snapshot && head.pagesApplied.length >= pages))
    );
  });
  const dead = open.length === 0 ? [] : await deadJobs(run.runId, place, reasons);
  return { feeds: firstJobs.length, applied: firstJobs.length - open.length, deadLettered: dead };
}

/**
 * One job's id for each feed of the run that has a dead letter, and in `reasons` why. The queues are looked into only when they hold
 * something.
 */
async function deadJobs(
  runId: string,
  { sqs, queues }: StackPlace & { queues: QueueUrls },
  reasons: Map<string, string>,
): Promise<string[]> {
  return withSqs(sqs, longPollMs, async (client) => {
    const jobs = new Map<string, string>();
    for (const url of [queues.fetchDlqUrl, queues.itemDlqUrl]) {
      const { visible } = await sqsQueueDepth(client, url).read();
      const letters = visible === 0 ? [] : await readDeadLetters(sqsMessageSource(client, url), holdSeconds);
      for (const letter of letters.filter(({ jobId }) => jobId.startsWith(`${runId}/`))) {
        jobs.set(letter.subject, letter.jobId);
        reasons.set(letter.jobId, reasonIn(letter));
      }
    }
    return [...jobs.values()];
  });
}

/** `refused-by-tmdb, tmdb_22: HTTP 400: …`, as far as the letter tells. */
function reasonIn({ reason, code, detail }: DeadLetter): string {
  return [reason, [code, detail].filter((text) => text !== '').join(': ')].filter((text) => text !== '').join(', ');
}
