import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { RetryableError } from '../shared/core/errors.ts';
import type { AdHocEvent, ScheduledRequest } from '../shared/queues/plan-request.ts';
import { runIdentity } from './plan-run.ts';

/** What starting a run answers. `duplicate`: the run had been started before. */
type Answer = { duplicate: boolean };

/**
 * How long a run is remembered: longer than a scheduler or an event bus retries (24 h), and longer than a week, so that
 * the current weekly occurrence is always known.
 */
const rememberedSeconds = 14 * 24 * 3600;
/** With less than this nothing is begun. */
const leastMs = 1;
/** Lambda's longest invocation. Source: Lambda quotas, November 2026. */
const longestMs = 900_000;

/**
 * Lets each run start once, over all deliveries and containers, by a record in the control table:
 *   first delivery   put INPROGRESS if absent → start → COMPLETED with its answer
 *   second delivery  the put is refused → the stored answer, marked as duplicate
 *   start throws     the record is deleted → the next delivery starts anew
 *   start crashes    the record stops counting when the invocation's time was up → the next delivery starts anew
 *   no time is left  nothing is recorded and nothing started → the next delivery starts anew
 */
export function oncePerRun<Started extends Answer>(
  start: (request: ScheduledRequest | AdHocEvent) => Promise<Started>,
  client: DynamoDBDocumentClient,
  tableName: string,
) {
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'identity',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: rememberedSeconds,
    responseHook: (answer) => ({ ...(answer as Started), duplicate: true }),
  });
  const startOnce = makeIdempotent(
    async (call: { identity: string; request: ScheduledRequest | AdHocEvent }) => start(call.request),
    {
      persistenceStore: new DynamoDBPersistenceLayer({ tableName, awsSdkV3Client: client }),
      config,
      keyPrefix: 'run',
      dataIndexArgument: 0,
    },
  );
  return async (request: ScheduledRequest | AdHocEvent, context: Context): Promise<Started> => {
    const remainingMs = remainingMsOf(context);
    if (remainingMs < leastMs) {
      throw new RetryableError(
        'out_of_time',
        `the run ${runIdentity(request)} was not started: the invocation has ${remainingMs} ms left`,
      );
    }
    // Asked once: where nothing is left at the moment that Powertools asks, its record would have no end but its expiry.
    config.registerLambdaContext({ ...context, getRemainingTimeInMillis: () => remainingMs });
    return startOnce({ identity: runIdentity(request), request });
  };
}

/** Whole milliseconds that are left; of an invocation that does not say, as long as Lambda lets one run. */
function remainingMsOf(context: Context): number {
  const remainingMs = Math.floor(context.getRemainingTimeInMillis());
  return Number.isFinite(remainingMs) ? remainingMs : longestMs;
}
