import { readDeadLetters } from '../../operator/dead-letters/look-at-dead-letters.ts';
import { awaitFeeds, type FeedSources, type FeedsEnd, type FeedsRun } from '../../operator/runs/await-feeds.ts';
import { awaitTitles, type TitleSources, type TitlesEnd } from '../../operator/runs/await-titles.ts';
import { sayingWhy, type WaitFacts, whyWaiting } from '../../operator/status/why-waiting.ts';
import type { Clock } from '../../shared/core/clock.ts';
import type { TitleJob } from '../../shared/queues/fetch-job.ts';
import { sqsMessageSource } from '../../shared/queues/sqs-message-source.ts';
import { sqsQueueDepth } from '../../shared/queues/sqs-queue-depth.ts';
import { dynamoFeedHeads } from '../../shared/tables/dynamo-feed-heads.ts';
import { dynamoUsageStore } from '../../shared/tables/dynamo-usage-store.ts';
import { dynamoBreakerStore } from '../../shared/throttle/dynamo-breaker-store.ts';
import { dynamoRateSchedule } from '../../shared/throttle/dynamo-rate-schedule.ts';
import { rateLimitsOf } from '../../shared/throttle/rate-schedule.ts';
import type { CliContext } from '../cli-context.ts';
import { withDynamo, withSqs } from '../open-tables.ts';
import { endingOnFailure, showLine } from '../progress.ts';
import type { QueueUrls, StackPlace } from '../stack-place.ts';

/** Dead letters are hidden from others for so long while they are looked at. */
const holdSeconds = 5;
const longPollMs = 2_000;

type QueuePlace = StackPlace & { queues: QueueUrls };

/** Shows and says on stderr how far a run is until its feeds are in the table or have dead letters, or until the time is up. */
export async function waitForFeeds(
  run: FeedsRun,
  place: QueuePlace,
  timeoutMs: number,
  signal: AbortSignal,
  context: CliContext,
): Promise<FeedsEnd> {
  return shown(place, context, (update, deadLetters) => {
    const onLook = ({ applied, feeds }: Pick<FeedsEnd, 'applied' | 'feeds'>) =>
      update(`${applied} of ${feeds} feeds in the table`);
    return awaitFeeds(run, { timeoutMs, signal, onLook, deadLetters }, sourcesOf(place), context.clock);
  });
}

/** The same of a run whose titles are waited for. */
export async function waitForTitles(
  run: { runId: string; titles: readonly TitleJob[] },
  place: QueuePlace,
  timeoutMs: number,
  signal: AbortSignal,
  context: CliContext,
): Promise<TitlesEnd> {
  return shown(place, context, (update, deadLetters) => {
    const onLook = ({ applied, titles }: Pick<TitlesEnd, 'applied' | 'titles'>) =>
      update(`${applied} of ${titles} titles in the table`);
    return awaitTitles(run, { timeoutMs, signal, onLook, deadLetters }, sourcesOf(place), context.clock);
  });
}

/** Shows how far `wait` is, and says again and again what it is waiting for. */
async function shown<End extends { why: string }>(
  place: QueuePlace,
  context: CliContext,
  wait: (update: (text: string) => void, deadLetters: Map<string, string>) => Promise<{ end: End; timedOut: boolean }>,
): Promise<End> {
  const { clock } = context;
  const progress = showLine('waiting', context);
  const deadLetters = new Map<string, string>();
  const read = async () => ({ ...(await readPlaceFacts(place, context)), deadLetters });
  const waiting = wait(progress.update, deadLetters);
  const { end, timedOut } = await endingOnFailure(progress, () =>
    sayingWhy(waiting, { clock, read, say: progress.say }),
  );
  progress.end(end.why === '');
  return timedOut ? { ...end, why: `${end.why}${await whyLate(read, clock)}` } : end;
}

/** Why the run is late, as the end of a sentence; empty if the state of the stack cannot be read. */
async function whyLate(read: () => Promise<WaitFacts>, clock: Clock): Promise<string> {
  try {
    const { deadLetters: _named, ...facts } = await read();
    return `; ${whyWaiting(facts, clock.nowMs()).join('; ')}`;
  } catch {
    return '';
  }
}

/** The dead-letter queues are looked into only when they hold something. */
function sourcesOf({ dynamodb, sqs, controlTable, queues }: QueuePlace): FeedSources & TitleSources {
  return {
    heads: {
      read: (...asked) => withDynamo(dynamodb, (client) => dynamoFeedHeads(client, controlTable).read(...asked)),
    },
    usage: {
      read: (ids) => withDynamo(dynamodb, (client) => dynamoUsageStore(client, controlTable).read(ids)),
    },
    readDeadLetters: () =>
      withSqs(sqs, longPollMs, async (client) => {
        const read = async (url: string) => {
          const { visible } = await sqsQueueDepth(client, url).read();
          return visible === 0 ? [] : readDeadLetters(sqsMessageSource(client, url), holdSeconds);
        };
        return [...(await read(queues.fetchDlqUrl)), ...(await read(queues.itemDlqUrl))];
      }),
  };
}

/** What any stack tells of what it is waiting for, this machine's or AWS's. */
async function readPlaceFacts(
  { dynamodb, sqs, controlTable, queues }: QueuePlace,
  context: CliContext,
): Promise<WaitFacts> {
  const limits = rateLimitsOf(context.settings);
  const [state, depths] = await Promise.all([
    withDynamo(dynamodb, async (client) => ({
      breaker: await dynamoBreakerStore(client, controlTable).read(),
      rate: { state: await dynamoRateSchedule(client, controlTable, limits, context.clock).read(), limits },
    })),
    withSqs(sqs, 0, async (client) => ({
      fetch: await sqsQueueDepth(client, queues.fetchQueueUrl).read(),
      items: await sqsQueueDepth(client, queues.itemQueueUrl).read(),
    })),
  ]);
  return { ...state, queues: depths };
}
