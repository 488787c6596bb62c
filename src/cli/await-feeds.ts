import { readDeadLetters } from '../operator/dead-letters/list-dead-letters.ts';
import { dynamoFeedHeads } from '../shared/adapters/dynamo-feed-heads.ts';
import { sqsMessageSource } from '../shared/adapters/sqs-message-source.ts';
import { sqsQueueDepth } from '../shared/adapters/sqs-queue-depth.ts';
import type { FetchJob } from '../shared/messages/fetch-job.ts';
import { feedHeadId } from '../shared/table/feed-head.ts';
import type { CliContext } from './cli-context.ts';
import { withDynamo } from './open-tables.ts';
import { showLine } from './progress.ts';
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
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  const progress = showLine('waiting', context);
  for (;;) {
    const state = await stateOf(run, place);
    progress.update(`${state.applied} of ${state.feeds} feeds in the table`);
    const open = state.feeds - state.applied - state.deadLettered.length;
    const over = signal.aborted
      ? 'interrupted'
      : clock.monotonicMs() >= deadlineMs
        ? 'the time was up (see --timeout)'
        : '';
    if (open <= 0 || over !== '') {
      progress.end(state.applied === state.feeds);
      return { ...state, why: whyOf(state, open, over) };
    }
    await clock.sleep(lookAgainMs, signal);
  }
}

const lookAgainMs = 1_000;
/** Dead letters are hidden from others for so long while they are looked at. */
const holdSeconds = 5;
const longPollMs = 2_000;

function whyOf({ feeds, deadLettered }: Omit<FeedsEnd, 'why'>, open: number, over: string): string {
  const dead =
    deadLettered.length === 0 ? '' : `${deadLettered.length} of ${feeds} feeds have a dead letter: ${deadLettered[0]}`;
  const late = open > 0 ? `${open} of ${feeds} feeds had not arrived: ${over}` : '';
  return [dead, late].filter((part) => part !== '').join('; ');
}

async function stateOf(
  run: { runId: string; snapshot: string; jobs: readonly FetchJob[] },
  place: StackPlace & { queues: QueueUrls },
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
  const dead = open.length === 0 ? [] : await deadJobs(run.runId, place);
  return { feeds: firstJobs.length, applied: firstJobs.length - open.length, deadLettered: dead };
}

/** One job's id for each feed of the run that has a dead letter. The queues are looked into only when they hold something. */
async function deadJobs(runId: string, { sqs, queues }: StackPlace & { queues: QueueUrls }): Promise<string[]> {
  return withSqs(sqs, longPollMs, async (client) => {
    const jobs = new Map<string, string>();
    for (const url of [queues.fetchDlqUrl, queues.itemDlqUrl]) {
      const { visible } = await sqsQueueDepth(client, url).read();
      const letters = visible === 0 ? [] : await readDeadLetters(sqsMessageSource(client, url), holdSeconds);
      for (const { jobId, subject } of letters.filter((letter) => letter.jobId.startsWith(`${runId}/`))) {
        jobs.set(subject, jobId);
      }
    }
    return [...jobs.values()];
  });
}
