/**
 * The worker behind its event source, in a process of its own: the batch shell and the adapters of its handler, with a rate of the
 * bench's choice, since the settings end at 40 calls a second.
 */
import type { SQSEvent } from 'aws-lambda';
import { longPollSeconds, startEventSource } from '../../src/local/event-source.ts';
import type { StackEndpoints } from '../../src/local/stack-endpoints.ts';
import { retryBudget } from '../../src/shared/core/retries.ts';
import { systemClock, systemRandom } from '../../src/shared/core/system-clock.ts';
import { sqsMessageSender } from '../../src/shared/queues/sqs-message-sender.ts';
import { dynamoClient, sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { dynamoUsageStore } from '../../src/shared/tables/dynamo-usage-store.ts';
import { hourLedger } from '../../src/shared/tables/hour-ledger.ts';
import { powertoolsTelemetry } from '../../src/shared/telemetry/powertools-telemetry.ts';
import type { Telemetry } from '../../src/shared/telemetry/telemetry.ts';
import { dynamoBreakerStore } from '../../src/shared/throttle/dynamo-breaker-store.ts';
import { controlItems } from '../../src/shared/throttle/dynamo-control-items.ts';
import { dynamoRateSchedule } from '../../src/shared/throttle/dynamo-rate-schedule.ts';
import { rateLimitsOf } from '../../src/shared/throttle/rate-schedule.ts';
import { sharedBreaker } from '../../src/shared/throttle/shared-breaker.ts';
import { tmdbHttp } from '../../src/shared/tmdb/tmdb-http.ts';
import { type WorkerBatchDependencies, workerBatch } from '../../src/worker/worker-batch.ts';
import { type Counts, countItemRequests, countTableRequests } from '../count-requests.ts';
import { serveMeasured } from '../measured-process.ts';
import { settingsFor } from '../settings-for.ts';
import { benchToken } from '../simulated-tmdb.ts';
import { halvingSchedule } from '../throttle/halving-schedule.ts';

/**
 * What a worker process is started with; `concurrency` is how many invocations it runs side by side. It counts the requests of its throttle
 * (rate and breaker), those that send items, and as `givenBack` the jobs that it deferred.
 */
export type WorkerConfig = {
  endpoints: StackEndpoints;
  requestsPerSecond: number;
  concurrency: number;
  /** Invocations of all processes, by which the connections are divided. Default: as in a deployment. */
  maximumConcurrency?: number;
  /** `halving`: each 429 halves the rate (halving-schedule.ts). Default: the pipeline's own rule. */
  rule?: 'halving';
};

serveMeasured<WorkerConfig>((config, _progress, counts) => {
  const { endpoints, region, fetchQueueUrl } = config.endpoints;
  const { worker } = settingsFor(config.maximumConcurrency);
  const invoke = invokerOf(config, counts);
  const source = startEventSource(
    {
      queueUrl: fetchQueueUrl,
      batchSize: worker.batchSize,
      batchingWindowMs: worker.batchingWindowSeconds * 1_000,
      maximumConcurrency: config.concurrency,
      invoke,
      onProblem: (sentence) => process.stderr.write(`worker: ${sentence}\n`),
    },
    sqsClient({ endpoint: endpoints.sqs, region }, longPollSeconds * 1_000),
    systemClock,
  );
  return () => source.stop();
});

/** Counts deferrals, and tells the first of each cause. */
function countDeferrals({ event }: Pick<Telemetry, 'event'>, counts: Counts): Pick<Telemetry, 'event'> {
  const told = new Set<string>();
  return {
    event: (happened) => {
      event(happened);
      if (happened.event !== 'job-deferred') {
        return;
      }
      counts.givenBack = (counts.givenBack ?? 0) + 1;
      if (!told.has(happened.code)) {
        told.add(happened.code);
        process.stderr.write(`worker: a job was deferred (${happened.code}): ${happened.detail}\n`);
      }
    },
  };
}

function invokerOf(config: WorkerConfig, counts: Counts) {
  const settings = settingsFor(config.maximumConcurrency);
  const functionTelemetry = powertoolsTelemetry('worker', 'bench');
  const telemetry = { ...functionTelemetry, ...countDeferrals(functionTelemetry, counts) };
  const { endpoints, region, controlTable } = config.endpoints;
  const store = dynamoUsageStore(dynamoClient({ endpoint: endpoints.dynamodb, region }), controlTable);
  const ledger = hourLedger(telemetry, store, settings.reader.usage.keepDays, systemClock);
  const work = workerBatch({ ...dependenciesOf(config, ledger, counts), flush: ledger.flush });
  return async (event: SQSEvent) => {
    const endsMs = systemClock.monotonicMs() + settings.worker.timeoutSeconds * 1_000;
    const answer = await work(event, () => endsMs - systemClock.monotonicMs());
    telemetry.end();
    return answer;
  };
}

function dependenciesOf(
  config: WorkerConfig,
  telemetry: WorkerBatchDependencies['telemetry'],
  counts: Counts,
): WorkerBatchDependencies {
  const { endpoints: stack, requestsPerSecond } = config;
  const { region, endpoints } = stack;
  const settings = settingsFor(config.maximumConcurrency);
  const table = [dynamoClient({ endpoint: endpoints.dynamodb, region }), stack.controlTable] as const;
  countTableRequests(table[0], counts);
  const readItem = controlItems(...table);
  const sqs = sqsClient({ endpoint: endpoints.sqs, region });
  countItemRequests(sqs, stack.itemQueueUrl, counts);
  const queue = (url: string) => sqsMessageSender(sqs, url, systemClock, systemRandom);
  const token = async () => benchToken;
  return {
    tmdb: tmdbHttp({ baseUrl: endpoints.tmdb, token }, settings.tmdb),
    breaker: sharedBreaker(dynamoBreakerStore(...table, readItem), settings.breaker, systemClock, (record) =>
      telemetry.event({ event: 'breaker-changed', ...record }),
    ),
    schedule:
      config.rule === 'halving'
        ? halvingSchedule(...table, requestsPerSecond, systemClock, readItem)
        : dynamoRateSchedule(...table, rateLimitsOf(settings, requestsPerSecond), systemClock, { readItem }),
    budget: retryBudget(settings.tmdb.retryShare, settings.tmdb.retryBurst),
    items: queue(stack.itemQueueUrl),
    jobs: queue(stack.fetchQueueUrl),
    deadLetters: queue(stack.fetchDlqUrl),
    telemetry,
    clock: systemClock,
    random: systemRandom,
    settings,
  };
}
