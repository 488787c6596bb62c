import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { readEnvironment } from '../shared/core/env.ts';
import { tokenRedactor } from '../shared/core/redact-token.ts';
import { retryBudget } from '../shared/core/retries.ts';
import { systemClock, systemRandom } from '../shared/core/system-clock.ts';
import { redactedSender } from '../shared/queues/message-sender.ts';
import { queueRecordsOf, runsOf } from '../shared/queues/queue-batch.ts';
import { sqsMessageSender } from '../shared/queues/sqs-message-sender.ts';
import { workerEnvironmentSchema } from '../shared/settings/function-environments.ts';
import { functionSettings } from '../shared/settings/function-settings.ts';
import { dynamoClient, sqsClient } from '../shared/tables/aws-clients.ts';
import { dynamoUsageStore } from '../shared/tables/dynamo-usage-store.ts';
import { hourLedger } from '../shared/tables/hour-ledger.ts';
import { powertoolsTelemetry } from '../shared/telemetry/powertools-telemetry.ts';
import { redactedTelemetry } from '../shared/telemetry/telemetry.ts';
import { redactedBreakerStore } from '../shared/throttle/breaker-record.ts';
import { dynamoBreakerStore } from '../shared/throttle/dynamo-breaker-store.ts';
import { controlItems } from '../shared/throttle/dynamo-control-items.ts';
import { dynamoRateSchedule } from '../shared/throttle/dynamo-rate-schedule.ts';
import { rateLimitsOf } from '../shared/throttle/rate-schedule.ts';
import { sharedBreaker } from '../shared/throttle/shared-breaker.ts';
import { tokenSource } from '../shared/tmdb/ssm-token.ts';
import { tmdbHttp } from '../shared/tmdb/tmdb-http.ts';
import { dynamoDeferralMarks } from './dynamo-deferral-marks.ts';
import { workerBatch } from './worker-batch.ts';

const environment = readEnvironment(workerEnvironmentSchema);
const settings = functionSettings();
const { watch, redact } = tokenRedactor();
const functionTelemetry = powertoolsTelemetry('worker', environment.POWERTOOLS_METRICS_NAMESPACE);
const telemetry = redactedTelemetry(functionTelemetry, redact);
const { retryShare, retryBurst } = settings.tmdb;
const table = [dynamoClient(), environment.CONTROL_TABLE] as const;
const readItem = controlItems(...table);
const ledger = hourLedger(telemetry, dynamoUsageStore(...table), settings.reader.usage.keepDays, systemClock);
const sqs = sqsClient();
const queue = (url: string) => sqsMessageSender(sqs, url, systemClock, systemRandom);
const token = watch(tokenSource(environment, systemClock));
const work = workerBatch({
  tmdb: tmdbHttp({ baseUrl: environment.TMDB_BASE_URL, token }, settings.tmdb),
  breaker: sharedBreaker(
    redactedBreakerStore(dynamoBreakerStore(...table, readItem), redact),
    settings.breaker,
    systemClock,
    (record) => telemetry.event({ event: 'breaker-changed', ...record }),
  ),
  schedule: dynamoRateSchedule(...table, rateLimitsOf(settings), systemClock, { readItem }),
  budget: retryBudget(retryShare, retryBurst),
  items: queue(environment.ITEM_QUEUE_URL),
  jobs: queue(environment.FETCH_QUEUE_URL),
  deferrals: dynamoDeferralMarks(...table),
  deadLetters: redactedSender(queue(environment.FETCH_DLQ_URL), redact),
  telemetry: ledger,
  redact,
  clock: systemClock,
  random: systemRandom,
  settings,
  flush: ledger.flush,
});

// Requested during the cold start but not awaited: Lambda allows ten seconds for initialization, and the first call awaits it anyway.
void token().catch(() => undefined);

/** Fetch queue → TMDB → item queue. The answer names the messages that could not even be sent back. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  functionTelemetry.begin(context, runsOf(queueRecordsOf(event)));
  try {
    return await work(event, () => context.getRemainingTimeInMillis());
  } finally {
    functionTelemetry.end();
  }
}
