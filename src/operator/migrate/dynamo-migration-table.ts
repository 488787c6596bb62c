import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
  type TimeToLiveDescription,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  NumberValue,
  PutCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb';
import type { ClientTarget } from '../../shared/core/client-target.ts';
import { clientOptions, documentsOf } from '../../shared/tables/aws-clients.ts';
import type { RowKey } from '../../shared/tables/row.ts';
import { catalogTable, categoryIndex, type KeyAttribute } from '../../shared/tables/table-definitions.ts';
import type { MigrationTable, StoredRow, TableFacts } from './migration-table.ts';

/**
 * Attempts of one call, the first included. The SDK doubles its jittered delay from one second on for a throttle, so this is about half
 * a minute; for a broken connection it starts at 25 ms, so an address where nothing listens still fails within two seconds.
 */
const maxAttempts = 7;

/** The client of a migration: it waits out throttling, and reads any number that a row may hold. The caller destroys it. */
export function migrationClient(target?: ClientTarget): DynamoDBDocumentClient {
  const client = new DynamoDBClient({ ...clientOptions(target), maxAttempts });
  return documentsOf(client, { wrapNumbers: exactNumber });
}

/** Without this, the document client refuses the whole answer; rounded, a fetch time would never be found equal. */
function exactNumber(digits: string): number | NumberValue {
  return String(Number(digits)) === digits ? Number(digits) : NumberValue.from(digits);
}

/** The table `TableName` of the predecessor, through a client of `migrationClient`. */
export function dynamoMigrationTable(client: DynamoDBDocumentClient, TableName: string): MigrationTable {
  const ifHolds = (command: PutCommand | DeleteCommand) =>
    unlessRefused(client.send(command as PutCommand), ({ name }) => name === 'ConditionalCheckFailedException');
  return {
    describe: () => describeTable(client, TableName),
    addIndex: (units) => addIndex(client, TableName, units),
    enableTtl: () => {
      const TimeToLiveSpecification = { AttributeName: catalogTable.ttlAttribute, Enabled: true };
      const sent = client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
      // dynalite has no time to live.
      return unlessRefused(sent, ({ name }) => name === 'UnknownOperationException');
    },
    scan: async (after, Limit) => {
      const answer = await client.send(new ScanCommand({ TableName, Limit, ExclusiveStartKey: after }));
      return { rows: (answer.Items ?? []) as StoredRow[], next: answer.LastEvaluatedKey as RowKey | undefined };
    },
    read: async (key) => {
      const { Item } = await client.send(new GetCommand({ TableName, Key: keyOf(key), ConsistentRead: true }));
      return Item as StoredRow | undefined;
    },
    replace: (seen, Item) => ifHolds(new PutCommand({ TableName, Item, ...stillAsSeen(seen) })),
    putUnlessNewer: (Item) =>
      ifHolds(
        new PutCommand({
          TableName,
          Item,
          ConditionExpression:
            'attribute_not_exists(mediaId) OR (schemaVersion = :schemaVersion AND #version <= :version)',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':schemaVersion': Item.schemaVersion, ':version': Item.version },
        }),
      ),
    remove: (seen) => ifHolds(new DeleteCommand({ TableName, Key: keyOf(seen), ...stillAsSeen(seen) })),
  };
}

function keyOf({ mediaId, mediaType }: RowKey): RowKey {
  return { mediaId, mediaType };
}

function stillAsSeen({ fetchedAt }: StoredRow) {
  return {
    ConditionExpression: 'attribute_not_exists(#version) AND #fetchedAt = :fetchedAt',
    ExpressionAttributeNames: { '#version': 'version', '#fetchedAt': 'fetchedAt' },
    ExpressionAttributeValues: { ':fetchedAt': fetchedAt },
  };
}

/** `false` for a refusal that `isAnswer`, and where the answer itself is `false`. */
function unlessRefused(sent: Promise<unknown>, isAnswer: (error: Error) => boolean): Promise<boolean> {
  return sent.then(
    (answer) => answer !== false,
    (error: unknown) => {
      if (error instanceof Error && isAnswer(error)) {
        return false;
      }
      throw error;
    },
  );
}

async function describeTable(client: DynamoDBDocumentClient, TableName: string): Promise<TableFacts | undefined> {
  try {
    const { Table = {} } = await client.send(new DescribeTableCommand({ TableName }));
    const { TimeToLiveDescription = {} } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    return factsOf(Table, TimeToLiveDescription);
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      return undefined;
    }
    throw error;
  }
}

const ttlStates: Readonly<Record<string, TableFacts['ttl']['state']>> = {
  ENABLED: 'on',
  ENABLING: 'on',
  DISABLING: 'turning-off',
};

function factsOf(table: TableDescription, ttl: TimeToLiveDescription): TableFacts {
  const index = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === categoryIndex);
  // On demand they are 0.
  const units = [table, index].map((one) => one?.ProvisionedThroughput?.WriteCapacityUnits ?? 0);
  const provisioned = units.filter((one) => one > 0);
  return {
    active: table.TableStatus === 'ACTIVE',
    keys: keyAttributes(table.KeySchema),
    attributeTypes: Object.fromEntries(
      (table.AttributeDefinitions ?? []).map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
    ),
    index: index && {
      keys: keyAttributes(index.KeySchema),
      projection: index.Projection?.ProjectionType ?? '',
      ready: index.IndexStatus === 'ACTIVE' && index.Backfilling !== true,
    },
    ttl: { state: ttlStates[ttl.TimeToLiveStatus ?? ''] ?? 'off', attribute: ttl.AttributeName },
    writeUnits: provisioned.length > 0 ? Math.min(...provisioned) : undefined,
  };
}

function keyAttributes(keySchema: TableDescription['KeySchema'] = []): KeyAttribute[] {
  return keySchema.map(({ AttributeName = '', KeyType = 'HASH' }) => ({ attribute: AttributeName, type: KeyType }));
}

type IndexUnits = Parameters<MigrationTable['addIndex']>[0];

async function addIndex(client: DynamoDBDocumentClient, TableName: string, units: IndexUnits): Promise<boolean> {
  const attributes = [catalogTable, ...catalogTable.indexes].flatMap(({ keys }) =>
    keys.map(({ attribute }) => attribute),
  );
  const throughput = { ReadCapacityUnits: units?.readUnits, WriteCapacityUnits: units?.writeUnits };
  const request = new UpdateTableCommand({
    TableName,
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    GlobalSecondaryIndexUpdates: catalogTable.indexes.map(({ name, keys, projection }) => ({
      Create: {
        IndexName: name,
        KeySchema: keys.map(({ attribute, type }) => ({ AttributeName: attribute, KeyType: type })),
        Projection: { ProjectionType: projection },
        ...(units !== undefined && { ProvisionedThroughput: throughput }),
      },
    })),
  });
  // dynalite takes the request and does nothing; of a table that is on demand it asks for units, which DynamoDB forbids there.
  const sent = client.send(request);
  const isAdded = sent.then(({ TableDescription = {} }) => factsOf(TableDescription, {}).index !== undefined);
  return unlessRefused(isAdded, ({ message }) => message.includes('create.provisionedThroughput'));
}
