import { join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { createTables, startEmbeddedDynamo } from '../../src/local/embedded-dynamodb.ts';
import { startEmbeddedSqs } from '../../src/local/embedded-sqs.ts';
import { fetchQueue, itemQueue } from '../../src/shared/queues/queue-definitions.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { dynamoClient, sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { catalogTable, controlTable } from '../../src/shared/tables/table-definitions.ts';
import { putAll } from '../support/legacy-tables.ts';
import type { RecordedMessage, Recording } from './recording.ts';

const [fetch, items] = [fetchQueue(defaultSettings), itemQueue(defaultSettings)];

/** Makes `dataDir` the data folder of a stopped stack that holds what the release has left. */
export async function fillDataDir(dataDir: string, recording: Recording): Promise<void> {
  await fillTables(dataDir, recording);
  const sqs = await startEmbeddedSqs([fetch, items], { port: 0, dataDir: join(dataDir, 'sqs') });
  const client = sqsClient({ endpoint: sqs.endpoint, region: 'us-east-1' });
  const send = async (queue: string, messages: readonly RecordedMessage[]) => {
    for (const { body, attributes = {} } of messages) {
      const texts = Object.entries(attributes).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]);
      const MessageAttributes = Object.fromEntries(texts);
      await client.send(
        new SendMessageCommand({ QueueUrl: sqs.queueUrl(queue), MessageBody: body, MessageAttributes }),
      );
    }
  };
  await send(fetch.name, recording.fetchQueue);
  await send(items.name, recording.itemQueue);
  await send(fetch.deadLetterName, recording.fetchDeadLetters);
  await send(items.deadLetterName, recording.itemDeadLetters);
  client.destroy();
  await sqs.stop();
}

async function fillTables(dataDir: string, { catalog, control }: Recording): Promise<void> {
  const dynamo = await startEmbeddedDynamo({ port: 0, dataDir: join(dataDir, 'dynamodb'), engine: undefined });
  await createTables(dynamo);
  const client = dynamoClient({ endpoint: dynamo.endpoint, region: 'us-east-1' });
  await putAll(client, catalogTable.name, catalog);
  await putAll(client, controlTable.name, control);
  client.destroy();
  await dynamo.stop();
}
