import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { dynamoClient, sqsClient } from '../shared/adapters/aws-clients.ts';
import { dynamoFeedHeads } from '../shared/adapters/dynamo-feed-heads.ts';
import { dynamoUsageStore } from '../shared/adapters/dynamo-usage-store.ts';
import { readEnvironment } from '../shared/adapters/env.ts';
import { powertoolsTelemetry } from '../shared/adapters/powertools-telemetry.ts';
import { sqsMessageSender } from '../shared/adapters/sqs-message-sender.ts';
import { systemClock } from '../shared/adapters/system-clock.ts';
import { systemRandom } from '../shared/adapters/system-random.ts';
import { messageOf } from '../shared/errors.ts';
import { writerEnvironmentSchema } from '../shared/function-environments.ts';
import { functionSettings } from '../shared/function-settings.ts';
import { jobIdOf } from '../shared/telemetry/describe-failure.ts';
import { hourLedger } from '../shared/telemetry/hour-ledger.ts';
import { type ApplyDependencies, applyItems, type Delivery } from './apply-items.ts';
import { changeCounter } from './change-counter.ts';
import { dynamoCatalogStore } from './dynamo-catalog-adapter.ts';
import { receiveItem } from './receive-item.ts';
import { writePace } from './write-pace.ts';

const environment = readEnvironment(writerEnvironmentSchema);
const telemetry = powertoolsTelemetry('writer');
const client = dynamoClient();
const deadLetters = sqsMessageSender(sqsClient(), environment.ITEM_DLQ_URL, systemClock, systemRandom);
const settings = await functionSettings(environment.SETTINGS_OVERRIDES);
const usage = dynamoUsageStore(client, environment.CONTROL_TABLE);
const ledger = hourLedger(telemetry, usage, settings.reader.usage.keepDays, systemClock);
const dependencies: ApplyDependencies = {
  store: dynamoCatalogStore(client, environment.CATALOG_TABLE),
  heads: dynamoFeedHeads(client, environment.CONTROL_TABLE),
  telemetry: ledger,
  pace: writePace(settings, systemClock),
  changes: changeCounter(usage, settings.reader.usage.keepDays, systemClock, telemetry),
  settings,
};

/**
 * Item queue → tables. Answers with the messages that should come again. The batch is applied as a whole (its pages share
 * rows), which is why Powertools' record-by-record processor does not stand here.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  telemetry.begin(context);
  try {
    const deliveries: Delivery[] = [];
    const failed = new Map<string, string>();
    for (const record of event.Records) {
      await receiveRecord(record, deliveries, failed);
    }
    for (const [messageId, detail] of await applyItems(deliveries, dependencies)) {
      failed.set(messageId, detail);
    }
    reportFailures(event.Records, failed);
    return { batchItemFailures: [...failed.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
  } finally {
    await ledger.flush();
    telemetry.end();
  }
}

async function receiveRecord(record: SQSRecord, deliveries: Delivery[], failed: Map<string, string>): Promise<void> {
  try {
    const sentAtMs = Number(record.attributes?.SentTimestamp);
    const item = await receiveItem(record.body, { deadLetters, telemetry, clock: systemClock }, sentAtMs);
    if (item !== undefined) {
      deliveries.push({ messageId: record.messageId, item });
    }
  } catch (error) {
    failed.set(record.messageId, messageOf(error));
  }
}

function reportFailures(records: readonly SQSRecord[], failed: ReadonlyMap<string, string>): void {
  for (const { messageId, body } of records) {
    const detail = failed.get(messageId);
    if (detail !== undefined) {
      telemetry.event({
        event: 'job-failed',
        jobId: jobIdOf(body),
        code: 'write_failed',
        detail: detail.slice(0, 500),
      });
    }
  }
}
