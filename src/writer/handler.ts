import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { readEnvironment } from '../shared/core/env.ts';
import { systemClock, systemRandom } from '../shared/core/system-clock.ts';
import { queueRecordsOf, runsOf } from '../shared/queues/queue-batch.ts';
import { sqsMessageSender } from '../shared/queues/sqs-message-sender.ts';
import { writerEnvironmentSchema } from '../shared/settings/function-environments.ts';
import { functionSettings } from '../shared/settings/function-settings.ts';
import { dynamoClient, sqsClient } from '../shared/tables/aws-clients.ts';
import { dynamoCatalogStore } from '../shared/tables/dynamo-catalog.ts';
import { dynamoFeedHeads } from '../shared/tables/dynamo-feed-heads.ts';
import { dynamoUsageStore } from '../shared/tables/dynamo-usage-store.ts';
import { hourLedger } from '../shared/tables/hour-ledger.ts';
import { powertoolsTelemetry } from '../shared/telemetry/powertools-telemetry.ts';
import { changeCounter } from './count-changes.ts';
import { writePace } from './write-rows.ts';
import { writerBatch } from './writer-batch.ts';

const environment = readEnvironment(writerEnvironmentSchema);
const telemetry = powertoolsTelemetry('writer', environment.POWERTOOLS_METRICS_NAMESPACE);
const client = dynamoClient();
const settings = functionSettings();
const usage = dynamoUsageStore(client, environment.CONTROL_TABLE);
const ledger = hourLedger(telemetry, usage, settings.reader.usage.keepDays, systemClock);
const apply = writerBatch({
  store: dynamoCatalogStore(client, environment.CATALOG_TABLE),
  heads: dynamoFeedHeads(client, environment.CONTROL_TABLE),
  telemetry: ledger,
  pace: writePace(settings, systemClock),
  changes: changeCounter(usage, settings.reader.usage.keepDays, systemClock, telemetry),
  deadLetters: sqsMessageSender(sqsClient(), environment.ITEM_DLQ_URL, systemClock, systemRandom),
  clock: systemClock,
  settings,
  flush: ledger.flush,
});

/** Item queue → tables. The answer names the messages that must be delivered again. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  telemetry.begin(context, runsOf(queueRecordsOf(event)));
  try {
    return await apply(event, () => context.getRemainingTimeInMillis());
  } finally {
    telemetry.end();
  }
}
