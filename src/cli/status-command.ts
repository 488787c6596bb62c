import type { SQSClient } from '@aws-sdk/client-sqs';
import { type Depth, describeStatus, type Readings, type Status } from '../operator/status/describe-status.ts';
import { dynamoBreakerStore } from '../shared/adapters/dynamo-breaker-store.ts';
import { dynamoFeedHeads } from '../shared/adapters/dynamo-feed-heads.ts';
import { dynamoRateSchedule } from '../shared/adapters/dynamo-rate-schedule.ts';
import { sqsQueueDepth } from '../shared/adapters/sqs-queue-depth.ts';
import { UsageError } from '../shared/errors.ts';
import type { CliContext } from './cli-context.ts';
import { table, title } from './format-text.ts';
import { withDynamo } from './open-tables.ts';
import { parseDurationMs } from './parse-input.ts';
import { type PlaceOptions, type StackPlace, withStackPlace } from './stack-place.ts';
import { withSqs } from './with-sqs.ts';
import { interruptible } from './with-stack.ts';

/** Options of `status`; `watch` is `true` or how often to look again. */
export type StatusOptions = PlaceOptions & { watch?: boolean | string };

const usualWatch = '2s';
/** Moves the cursor home and clears what is below: the screen does not flicker. */
const repaint = '\u001b[H\u001b[J';

/** `status`: queues, dead letters, breaker, rate, feeds, next occurrences; with `--watch` again and again until Ctrl-C. */
export async function statusCommand(options: StatusOptions, context: CliContext): Promise<void> {
  const { output, clock } = context;
  if (options.watch === undefined) {
    const status = await withStackPlace(options, context, (place) => readStatus(place, context));
    output.result(status, formatStatus(status));
    return;
  }
  if (output.json) {
    throw new UsageError('--watch has no end, and --json is one document: allowed is one of them');
  }
  const everyMs = parseDurationMs(options.watch === true ? usualWatch : String(options.watch), '--watch');
  await interruptible(context, (signal) =>
    withStackPlace(options, context, async (place) => {
      while (!signal.aborted) {
        const status = await readStatus(place, context);
        output.result(status, `${process.stdout.isTTY ? repaint : ''}${formatStatus(status)}`);
        await clock.sleep(everyMs, signal);
      }
    }),
  );
}

async function readStatus(place: StackPlace, { settings, clock }: CliContext): Promise<Status> {
  const { controlTable, queues } = place;
  const fromTables = await withDynamo(place.dynamodb, async (client) => {
    const limits = { ...settings.rate, requestsPerSecond: settings.tmdb.requestsPerSecond };
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

function formatStatus({ at, troubles, queues, breaker, rate, next, feeds }: Status): string {
  const counts = (depth: Depth) => [depth.visible, depth.delayed, depth.inFlight].map(String);
  const queueRows =
    queues === null
      ? []
      : Object.entries(queues).flatMap(([name, { queue, deadLetters }]) => [
          [name, ...counts(queue)],
          [`${name} dead letters`, ...counts(deadLetters)],
        ]);
  const why = breaker.reason === undefined ? '' : ` since ${breaker.since} (${breaker.reason}: ${breaker.detail})`;
  const pause = rate.pausedUntil === null ? '' : `, paused until ${rate.pausedUntil}`;
  return [
    title(`status at ${at}`),
    ...troubles.map(({ feed, at: since, detail }) => `${feed}, ${since}: ${detail}`),
    ...(queueRows.length > 0 ? [table(['queue', 'waiting', 'delayed', 'in flight'], queueRows)] : []),
    `breaker ${breaker.state}${why}`,
    `rate ${rate.perSecond} of ${rate.limitPerSecond} calls a second${pause}`,
    `next: ${Object.entries(next)
      .map(([name, time]) => `${name} ${time}`)
      .join(', ')}`,
    table(
      ['feed', 'state', 'last answer', 'freshness', 'age', 'pages', 'snapshot'],
      feeds.map((feed) => [
        feed.feed,
        feed.state,
        feed.outcome,
        feed.freshness.toFixed(2),
        ageText(feed.ageSeconds),
        feed.pages,
        feed.snapshot,
      ]),
    ),
  ].join('\n');
}

/** `42 s`, `17 min`, `5.2 h`, `3.1 d`. */
function ageText(seconds: number): string {
  const steps: [limit: number, unit: number, name: string, digits: number][] = [
    [60, 1, 's', 0],
    [3_600, 60, 'min', 0],
    [86_400, 3_600, 'h', 1],
  ];
  const [, unit, name, digits] = steps.find(([limit]) => seconds < limit) ?? [0, 86_400, 'd', 1];
  return `${(seconds / unit).toFixed(digits)} ${name}`;
}
