/** Other ways to share a rate among the workers of `rate`. */
import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { RateLimiterDynamo, type RateLimiterRes } from 'rate-limiter-flexible';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { controlTable } from '../../src/shared/tables/table-definitions.ts';

/** Calls as often as its rate admits, until the run is over. */
export type RateWorker = (running: () => boolean, call: () => Promise<void>) => Promise<void>;

/** The table of rate-limiter-flexible. */
export const limiterTable = {
  ...controlTable,
  name: 'rate-limits',
  keys: [{ attribute: 'key', type: 'HASH' }],
} as const;

/** All workers of the trial `key` together make `rate` calls in each second of rate-limiter-flexible. */
export function limiterWorker(rate: number, key: string, client: DynamoDB): RateWorker {
  const limiter = new RateLimiterDynamo({
    storeClient: client,
    tableName: limiterTable.name,
    tableCreated: true,
    ttlSet: true,
    points: rate,
    duration: 1,
  });
  return async (running, call) => {
    while (running()) {
      try {
        await limiter.consume(key, 1);
        void call();
      } catch (refused) {
        await systemClock.sleep((refused as RateLimiterRes).msBeforeNext ?? 100);
      }
    }
  };
}

/** This worker makes `requestsPerSecond` calls a second, whatever the others do. */
export function splitWorker(requestsPerSecond: number): RateWorker {
  return async (running, call) => {
    const intervalMs = 1_000 / requestsPerSecond;
    for (let dueMs = performance.now(); running(); dueMs = Math.max(dueMs + intervalMs, performance.now())) {
      await systemClock.sleep(Math.max(0, dueMs - performance.now()));
      void call();
    }
  };
}
