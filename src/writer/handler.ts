import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { dynamoClient } from '../shared/adapters/aws-clients.ts';
import { dynamoFeedHeads } from '../shared/adapters/dynamo-feed-heads.ts';
import { readEnvironment } from '../shared/adapters/env.ts';
import { powertoolsTelemetry } from '../shared/adapters/powertools-telemetry.ts';
import { writerEnvironmentSchema } from '../shared/function-environments.ts';
import { itemPageSchema } from '../shared/messages/item-page.ts';
import { parseMessage } from '../shared/messages/parse-message.ts';
import { settingsFrom } from '../shared/settings.ts';
import { describeFailure, jobIdOf } from '../shared/telemetry/describe-failure.ts';
import { type ApplyDependencies, applyPages, type Delivery } from './apply-pages.ts';
import { dynamoCatalogStore } from './dynamo-catalog-adapter.ts';

const environment = readEnvironment(writerEnvironmentSchema);
const telemetry = powertoolsTelemetry('writer');
const client = dynamoClient();
const dependencies: ApplyDependencies = {
  store: dynamoCatalogStore(client, environment.CATALOG_TABLE),
  heads: dynamoFeedHeads(client, environment.CONTROL_TABLE),
  telemetry,
  settings: settingsFrom(environment.SETTINGS_OVERRIDES),
};

/**
 * Item queue → tables. Answers with the messages that should come again. The batch is applied as a whole (its pages share
 * rows), which is why Powertools' record-by-record processor does not stand here.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  telemetry.begin(context);
  try {
    const deliveries: Delivery[] = [];
    const failed: string[] = [];
    for (const record of event.Records) {
      const page = readPage(record);
      page === undefined ? failed.push(record.messageId) : deliveries.push({ messageId: record.messageId, page });
    }
    const failures = await applyPages(deliveries, dependencies);
    for (const record of event.Records.filter(({ messageId }) => failures.has(messageId))) {
      const detail = failures.get(record.messageId) ?? '';
      telemetry.event({ event: 'job-failed', jobId: jobIdOf(record.body), code: 'write_failed', detail });
      failed.push(record.messageId);
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  } finally {
    telemetry.end();
  }
}

function readPage(record: SQSRecord): Delivery['page'] | undefined {
  try {
    return parseMessage(itemPageSchema, record.body);
  } catch (error) {
    telemetry.event({ event: 'job-failed', ...describeFailure(error, record) });
    return undefined;
  }
}
