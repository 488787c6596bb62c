import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { KeyAttribute, TableDefinition } from '../shared/tables/table-definitions.ts';
import type { DynamoEngine } from './embedded-dynamodb.ts';

/** Creates a table on an emulator from its one definition; a table that is there already stays as it is. */
export async function createTable(
  client: DynamoDBClient,
  definition: TableDefinition,
  engine: DynamoEngine,
): Promise<void> {
  const attributes = new Set(
    [...definition.keys, ...definition.indexes.flatMap(({ keys }) => keys)].map(({ attribute }) => attribute),
  );
  try {
    await client.send(
      new CreateTableCommand({
        TableName: definition.name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [...attributes].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: keySchema(definition.keys),
        ...(definition.indexes.length > 0 && {
          GlobalSecondaryIndexes: definition.indexes.map(({ name, keys, projection }) => ({
            IndexName: name,
            KeySchema: keySchema(keys),
            Projection: { ProjectionType: projection },
          })),
        }),
      }),
    );
  } catch (error) {
    if (error instanceof ResourceInUseException) {
      return;
    }
    throw error;
  }
  // dynalite answers before the table is there.
  await waitUntilTableExists(
    { client, maxWaitTime: 10, minDelay: 0.02, maxDelay: 0.2 },
    { TableName: definition.name },
  );
  // dynalite has no time to live; readers filter expired rows on their own everywhere.
  if (engine === 'dynoxide') {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: definition.name,
        TimeToLiveSpecification: { AttributeName: definition.ttlAttribute, Enabled: true },
      }),
    );
  }
}

function keySchema(keys: readonly KeyAttribute[]) {
  return keys.map(({ attribute, type }) => ({ AttributeName: attribute, KeyType: type }));
}
