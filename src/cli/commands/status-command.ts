import type { SQSClient } from '@aws-sdk/client-sqs';
import { describeStatus, type Readings, type Status } from '../../operator/status/describe-status.ts';
import { UsageError } from '../../shared/core/errors.ts';
import { sqsQueueDepth } from '../../shared/queues/sqs-queue-depth.ts';
import { dynamoFeedHeads } from '../../shared/tables/dynamo-feed-heads.ts';
import { dynamoBreakerStore } from '../../shared/throttle/dynamo-breaker-store.ts';
import { dynamoRateSchedule } from '../../shared/throttle/dynamo-rate-schedule.ts';
import { rateLimitsOf } from '../../shared/throttle/rate-schedule.ts';
import type { CliContext } from '../cli-context.ts';
import { formatStatus } from '../format-status.ts';
import { withDynamo, withSqs } from '../open-tables.ts';
import { paintScreen } from '../paint-screen.ts';
import { parseDurationMs } from '../parse-input.ts';
import { type PlaceOptions, type StackPlace, withStackPlace } from '../stack-place.ts';
import { interruptible } from '../with-stack.ts';
import { isClosed } from '../write-output.ts';
import { watchStatus } from './watch-status.ts';

/** Options of `status`; `watch` is `true` or how often to look again. */
export type StatusOptions = PlaceOptions & { watch?: boolean | string };

const usualWatch = '2s';

/** `status`: queues, dead letters, breaker, rate, feeds, next occurrences; with `--watch` again and again until Ctrl-C. */
export async function statusCommand(options: StatusOptions, context: CliContext): Promise<void> {
  const { output } = context;
  if (options.watch === undefined) {
    const status = await withStackPlace(options, context, (place) => readStatus(place, context), 'look');
    output.result(status, formatStatus(status));
    return;
  }
  if (output.json) {
    throw new UsageError('--watch has no end, and --json is one document: allowed is one of them');
  }
  const everyMs = parseDurationMs(options.watch === true ? usualWatch : String(options.watch), '--watch');
  await interruptible(context, (signal) =>
    watchStatus(
      {
        everyMs,
        withPlace: (act) => withStackPlace(options, context, (place) => act(() => readStatus(place, context)), 'look'),
        paint: (text) => paintScreen(text, output),
        ended: () => signal.aborted || isClosed(process.stdout),
      },
      context.clock,
      signal,
    ),
  );
}

async function readStatus(place: StackPlace, { settings, clock }: CliContext): Promise<Status> {
  const { controlTable, queues } = place;
  const fromTables = await withDynamo(place.dynamodb, async (client) => {
    const limits = rateLimitsOf(settings);
    const [breaker, rate, heads] = await Promise.all([
      dynamoBreakerStore(client, controlTable).read(),
      dynamoRateSchedule(client, controlTable, limits, clock).read(),
      dynamoFeedHeads(client, controlTable).list(),
    ]);
    return { breaker, rate, heads };
  });
  const depths = queues && (await withSqs(place.sqs, 0, (client) => readDepths(client, queues)));
  return describeStatus({ ...fromTables, queues: depths }, settings, clock.nowMs());
}

async function readDepths(
  client: SQSClient,
  queues: NonNullable<StackPlace['queues']>,
): Promise<NonNullable<Readings['queues']>> {
  const depth = (url: string) => sqsQueueDepth(client, url).read();
  const [fetch, fetchDead, items, itemsDead] = await Promise.all([
    depth(queues.fetchQueueUrl),
    depth(queues.fetchDlqUrl),
    depth(queues.itemQueueUrl),
    depth(queues.itemDlqUrl),
  ]);
  return { fetch: { queue: fetch, deadLetters: fetchDead }, items: { queue: items, deadLetters: itemsDead } };
}
