import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { dynamoClient, sqsClient } from '../shared/adapters/aws-clients.ts';
import { dynamoBreakerStore } from '../shared/adapters/dynamo-breaker-store.ts';
import { dynamoDeferralMarks } from '../shared/adapters/dynamo-deferral-marks.ts';
import { dynamoRateSchedule } from '../shared/adapters/dynamo-rate-schedule.ts';
import { dynamoUsageStore } from '../shared/adapters/dynamo-usage-store.ts';
import { readEnvironment } from '../shared/adapters/env.ts';
import { powertoolsTelemetry } from '../shared/adapters/powertools-telemetry.ts';
import { sqsMessageSender } from '../shared/adapters/sqs-message-sender.ts';
import { systemClock } from '../shared/adapters/system-clock.ts';
import { systemRandom } from '../shared/adapters/system-random.ts';
import { tmdbHttp } from '../shared/adapters/tmdb-http.ts';
import { tokenSource } from '../shared/adapters/token-source.ts';
import { redactedBreakerStore } from '../shared/breaker/redacted-breaker-store.ts';
import { sharedBreaker } from '../shared/breaker/shared-breaker.ts';
import { workerEnvironmentSchema } from '../shared/function-environments.ts';
import { functionSettings } from '../shared/function-settings.ts';
import { redactedSender } from '../shared/messages/redacted-sender.ts';
import { type CallGate, callGate } from '../shared/rate/call-gate.ts';
import { rateLimitsOf } from '../shared/rate/rate-limits.ts';
import { retryBudget } from '../shared/rate/retry-budget.ts';
import { tokenRedactor } from '../shared/redact-token.ts';
import { describeFailure } from '../shared/telemetry/describe-failure.ts';
import { hourLedger } from '../shared/telemetry/hour-ledger.ts';
import { redactedTelemetry } from '../shared/telemetry/redacted-telemetry.ts';
import type { WorkDependencies } from './work-dependencies.ts';
import { workJob } from './work-job.ts';

const environment = readEnvironment(workerEnvironmentSchema);
const settings = await functionSettings(environment.SETTINGS_OVERRIDES);
const { watch, redact } = tokenRedactor();
const functionTelemetry = powertoolsTelemetry('worker');
const telemetry = redactedTelemetry(functionTelemetry, redact);
const processor = new BatchProcessor(EventType.SQS);
const { retryShare, retryBurst } = settings.tmdb;
const table = [dynamoClient(), environment.CONTROL_TABLE] as const;
const ledger = hourLedger(telemetry, dynamoUsageStore(...table), settings.reader.usage.keepDays, systemClock);
const sqs = sqsClient();
const queue = (url: string) => sqsMessageSender(sqs, url, systemClock, systemRandom);
const token = watch(tokenSource(environment, systemClock));
const dependencies: WorkDependencies = {
  tmdb: tmdbHttp({ baseUrl: environment.TMDB_BASE_URL, token }, settings.tmdb),
  breaker: sharedBreaker(
    redactedBreakerStore(dynamoBreakerStore(...table), redact),
    settings.breaker,
    systemClock,
    (record) => telemetry.event({ event: 'breaker-changed', ...record }),
  ),
  schedule: dynamoRateSchedule(...table, rateLimitsOf(settings), systemClock),
  budget: retryBudget(retryShare, retryBurst),
  items: queue(environment.ITEM_QUEUE_URL),
  jobs: queue(environment.FETCH_QUEUE_URL),
  deferrals: dynamoDeferralMarks(...table),
  deadLetters: redactedSender(queue(environment.FETCH_DLQ_URL), redact),
  telemetry: ledger,
  clock: systemClock,
  random: systemRandom,
  settings,
};

// Asked for while the container starts, but not waited for: Lambda gives a start ten seconds, and the first call waits anyway.
void token().catch(() => undefined);

/** Fetch queue → TMDB → item queue. Answers with the messages that could not even be sent back. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  functionTelemetry.begin(context);
  try {
    const { slotToleranceMs } = settings.rate;
    const gate = callGate(event.Records.length, { ...dependencies, slotToleranceMs });
    const work = (record: SQSRecord) => workRecord(record, gate, context);
    // A batch that fails as a whole is reported like any other: throwing would only hide which messages failed.
    return await processPartialResponse(event, work, processor, { context, throwOnFullBatchFailure: false });
  } finally {
    await ledger.flush();
    functionTelemetry.end();
  }
}

async function workRecord(record: SQSRecord, gate: CallGate, context: Context): Promise<void> {
  try {
    await workJob(record.body, gate, dependencies, () => context.getRemainingTimeInMillis());
  } catch (error) {
    telemetry.event({ event: 'job-failed', ...describeFailure(error, record) });
    throw error;
  }
}
