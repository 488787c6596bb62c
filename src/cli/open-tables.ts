import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { HistorySources } from '../demand/demand-history.ts';
import { stackRegion } from '../local/stack-endpoints.ts';
import type { ClientTarget } from '../shared/core/client-target.ts';
import { dynamoClient, sqsClient } from '../shared/tables/aws-clients.ts';
import type { CatalogReader } from '../shared/tables/catalog.ts';
import { dynamoCatalogReader } from '../shared/tables/dynamo-catalog.ts';
import { dynamoDemandDays } from '../shared/tables/dynamo-demand-days.ts';
import { dynamoFeedHeads } from '../shared/tables/dynamo-feed-heads.ts';
import { dynamoUsageStore } from '../shared/tables/dynamo-usage-store.ts';
import type { FeedHeads } from '../shared/tables/feed-heads.ts';
import type { BreakerStore } from '../shared/throttle/breaker-record.ts';
import { dynamoBreakerStore } from '../shared/throttle/dynamo-breaker-store.ts';
import { dynamoRateSchedule, readerScheduleId } from '../shared/throttle/dynamo-rate-schedule.ts';
import { rateLimitsOf, readerRateLimitsOf } from '../shared/throttle/rate-schedule.ts';
import type { RateScheduleStore } from '../shared/throttle/rate-schedule-store.ts';
import { namingFailures } from './aws-call-failure.ts';
import type { CliContext } from './cli-context.ts';

/**
 * A client for SQS that is closed when `act` has ended. `longPollMs`: how long a receive may wait for messages, beside the usual time-out.
 * @throws AwsCallError for a call that failed.
 */
export async function withSqs<T>(
  target: ClientTarget | undefined,
  longPollMs: number,
  act: (client: SQSClient) => Promise<T>,
): Promise<T> {
  const client = sqsClient(target, longPollMs);
  try {
    return await namingFailures('SQS', target?.endpoint, () => act(client));
  } finally {
    client.destroy();
  }
}

/** Both tables, for reading, the breaker and the rate schedule. */
export type Tables = {
  catalog: CatalogReader;
  heads: FeedHeads;
  breaker: BreakerStore;
  rate: RateScheduleStore;
  /** The readers' own schedule. */
  readerRate: RateScheduleStore;
  /** Counted reads and plans of the past, to read only. */
  history: HistorySources;
};

/** The tables of a stack on this machine, open while `act` runs. */
export function withTablesAt<T>(
  stack: { endpoints: { dynamodb: string }; catalogTable: string; controlTable: string },
  context: CliContext,
  act: (tables: Tables) => Promise<T>,
): Promise<T> {
  const target = { endpoint: stack.endpoints.dynamodb, region: stackRegion };
  return withDynamo(target, (client) => act(tablesOf(client, stack, context, target.endpoint)));
}

/** A client that is closed when `act` has ended. @throws AwsCallError for a call that failed. */
export async function withDynamo<T>(
  target: ClientTarget | undefined,
  act: (client: DynamoDBDocumentClient) => Promise<T>,
): Promise<T> {
  const client = dynamoClient(target);
  try {
    return await namingFailures('DynamoDB', target?.endpoint, () => act(client));
  } finally {
    client.destroy();
  }
}

/** The stores on both tables. `endpoint` is named in failures. */
export function tablesOf(
  client: DynamoDBDocumentClient,
  names: { catalogTable: string; controlTable: string },
  { settings, clock }: CliContext,
  endpoint: string | undefined,
): Tables {
  const limits = rateLimitsOf(settings);
  const [usage, days] = [dynamoUsageStore(client, names.controlTable), dynamoDemandDays(client, names.controlTable)];
  // A plan can do without them and notes the failure, so each call has its failure named here.
  const named = <T>(act: () => Promise<T>) => namingFailures('DynamoDB', endpoint, act);
  return {
    catalog: dynamoCatalogReader(client, names.catalogTable),
    heads: dynamoFeedHeads(client, names.controlTable),
    breaker: dynamoBreakerStore(client, names.controlTable),
    rate: dynamoRateSchedule(client, names.controlTable, limits, clock),
    readerRate: dynamoRateSchedule(client, names.controlTable, readerRateLimitsOf(settings), clock, {
      id: readerScheduleId,
    }),
    history: {
      usage: { read: (...asked) => named(() => usage.read(...asked)) },
      days: { read: (...asked) => named(() => days.read(...asked)) },
    },
  };
}
