import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { sqsClient } from '../shared/adapters/aws-clients.ts';
import { readEnvironment } from '../shared/adapters/env.ts';
import { powertoolsTelemetry } from '../shared/adapters/powertools-telemetry.ts';
import { sqsMessageSender } from '../shared/adapters/sqs-message-sender.ts';
import { systemClock } from '../shared/adapters/system-clock.ts';
import { systemRandom } from '../shared/adapters/system-random.ts';
import { workerEnvironmentSchema } from '../shared/function-environments.ts';
import { fetchJobSchema } from '../shared/messages/fetch-job.ts';
import { parseMessage } from '../shared/messages/parse-message.ts';
import { settingsFrom } from '../shared/settings.ts';
import { describeFailure } from '../shared/telemetry/describe-failure.ts';
import { type FetchDependencies, fetchPage } from './fetch-page.ts';
import { paceRequests } from './pace-requests.ts';
import { tmdbHttp } from './tmdb-http-adapter.ts';

const environment = readEnvironment(workerEnvironmentSchema);
const settings = settingsFrom(environment.SETTINGS_OVERRIDES);
const telemetry = powertoolsTelemetry('worker');
const processor = new BatchProcessor(EventType.SQS);
const dependencies: FetchDependencies = {
  tmdb: tmdbHttp({ baseUrl: environment.TMDB_BASE_URL, token: environment.TMDB_API_TOKEN }, settings.tmdb),
  gate: paceRequests(settings.tmdb.requestsPerSecond / settings.worker.maximumConcurrency, systemClock),
  items: sqsMessageSender(sqsClient(), environment.ITEM_QUEUE_URL, systemClock, systemRandom),
  telemetry,
  clock: systemClock,
  random: systemRandom,
  settings,
  tokenRefusal: { sinceMs: undefined },
};

/** Fetch queue → TMDB → item queue. Answers with the messages that should come again. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  telemetry.begin(context);
  try {
    const remainingMs = () => context.getRemainingTimeInMillis();
    // A batch that fails as a whole is reported like any other: throwing would only hide which messages failed.
    return await processPartialResponse(event, (record: SQSRecord) => fetchRecord(record, remainingMs), processor, {
      context,
      throwOnFullBatchFailure: false,
    });
  } finally {
    telemetry.end();
  }
}

async function fetchRecord(record: SQSRecord, remainingMs: () => number): Promise<void> {
  try {
    await fetchPage(parseMessage(fetchJobSchema, record.body), dependencies, remainingMs);
  } catch (error) {
    telemetry.event({ event: 'job-failed', ...describeFailure(error, record) });
    throw error;
  }
}
