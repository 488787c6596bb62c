/** Planning by a command as the planner does it, on the tables and the queue of a stack. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { oncePerRun } from '../planner/once-per-run-adapter.ts';
import { type StartDependencies, startRun } from '../planner/start-run.ts';
import { systemRandom } from '../shared/core/system-clock.ts';
import type { AdHocEvent, ScheduledRequest } from '../shared/queues/plan-request.ts';
import { sqsMessageSender } from '../shared/queues/sqs-message-sender.ts';
import { sqsQueueDepth } from '../shared/queues/sqs-queue-depth.ts';
import { dynamoCatalogReader } from '../shared/tables/dynamo-catalog.ts';
import { dynamoDemandDays } from '../shared/tables/dynamo-demand-days.ts';
import { dynamoFeedHeads } from '../shared/tables/dynamo-feed-heads.ts';
import { dynamoFeedsInFlight } from '../shared/tables/dynamo-feeds-in-flight.ts';
import { dynamoUsageStore } from '../shared/tables/dynamo-usage-store.ts';
import type { CliContext } from './cli-context.ts';
import { withDynamo, withSqs } from './open-tables.ts';
import type { QueueUrls, StackPlace } from './stack-place.ts';

/** A place that has queues. */
export type QueuePlace = StackPlace & { queues: QueueUrls };

/** Runs `act` with what planning and sending need. */
export function withPlanning<T>(
  place: QueuePlace,
  { clock, settings, output }: CliContext,
  act: (deps: StartDependencies, client: DynamoDBDocumentClient) => Promise<T>,
): Promise<T> {
  return withDynamo(place.dynamodb, (client) =>
    withSqs(place.sqs, 0, (sqs) => {
      const { fetchQueueUrl } = place.queues;
      const usage = dynamoUsageStore(client, place.controlTable);
      return act(
        {
          catalog: dynamoCatalogReader(client, place.catalogTable),
          heads: dynamoFeedHeads(client, place.controlTable),
          inFlight: dynamoFeedsInFlight(client, place.controlTable),
          backlog: sqsQueueDepth(sqs, fetchQueueUrl),
          history: { usage, days: dynamoDemandDays(client, place.controlTable) },
          usage,
          jobs: sqsMessageSender(sqs, fetchQueueUrl, clock, systemRandom),
          telemetry: {
            event: () => undefined,
            metric: () => undefined,
            warn: (message) => output.verbose && output.note(message),
          },
          clock,
          settings,
        },
        client,
      );
    }),
  );
}

/** No invocation ends a command. */
const unlimited = { getRemainingTimeInMillis: () => Number.POSITIVE_INFINITY } as Context;

/** Starts the run that a trigger asked for. One that the planner has started, or an earlier call, is not started again. */
export function startTriggered(
  trigger: ScheduledRequest | AdHocEvent,
  place: QueuePlace,
  context: CliContext,
): Promise<unknown> {
  return withPlanning(place, context, (deps, client) =>
    oncePerRun((request) => startRun(request, deps), client, place.controlTable)(trigger, unlimited),
  );
}
