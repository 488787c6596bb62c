import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { catalogTable, categoryIndex, type KeyAttribute } from '../../shared/tables/table-definitions.ts';
import type { IndexUnits, MigrationTable, TableFacts } from './migration-table.ts';
import { retryable } from './retryable-errors-adapter.ts';

const [index] = catalogTable.indexes;

/** The part of the port that concerns the table as a whole. */
export type TableSettings = Pick<MigrationTable, 'describe' | 'readTtl' | 'addIndex' | 'enableTtl'>;

/** What the table `TableName` is like, and its index and TTL. */
export function dynamoTableSettings(client: DynamoDBDocumentClient, TableName: string): TableSettings {
  return {
    describe: () => retryable(() => describeTable(client, TableName)),
    readTtl: () =>
      retryable(async () => {
        const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
        return { state: ttlState(ttl?.TimeToLiveStatus), attribute: ttl?.AttributeName };
      }),
    addIndex: (units) => retryable(() => addIndex(client, TableName, units)),
    enableTtl: () => retryable(() => enableTtl(client, TableName)),
  };
}

async function describeTable(client: DynamoDBDocumentClient, TableName: string): Promise<TableFacts | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    return Table && factsOf(Table);
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      return undefined;
    }
    throw error;
  }
}

function factsOf(table: TableDescription): TableFacts {
  const present = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === categoryIndex);
  const units = [table, present].map((one) => one?.ProvisionedThroughput?.WriteCapacityUnits ?? 0);
  const provisioned = units.filter((one) => one > 0);
  return {
    active: table.TableStatus === 'ACTIVE',
    keys: keyAttributes(table.KeySchema),
    attributeTypes: Object.fromEntries(
      (table.AttributeDefinitions ?? []).map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
    ),
    index: present && {
      keys: keyAttributes(present.KeySchema),
      projection: present.Projection?.ProjectionType ?? '',
      ready: present.IndexStatus === 'ACTIVE' && present.Backfilling !== true,
    },
    writeUnits: isOnDemand(table) || provisioned.length === 0 ? undefined : Math.min(...provisioned),
  };
}

function isOnDemand({ BillingModeSummary }: TableDescription): boolean {
  return BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
}

function keyAttributes(keySchema: TableDescription['KeySchema'] = []): KeyAttribute[] {
  return keySchema.map(({ AttributeName = '', KeyType = 'HASH' }) => ({ attribute: AttributeName, type: KeyType }));
}

async function addIndex(client: DynamoDBDocumentClient, TableName: string, units: IndexUnits): Promise<boolean> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const throughput = { ReadCapacityUnits: units.readUnits, WriteCapacityUnits: units.writeUnits };
  const attributes = [...catalogTable.keys, ...(index?.keys ?? [])].map(({ attribute }) => attribute);
  const request = new UpdateTableCommand({
    TableName,
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    GlobalSecondaryIndexUpdates: [
      {
        Create: {
          IndexName: categoryIndex,
          KeySchema: (index?.keys ?? []).map(({ attribute, type }) => ({ AttributeName: attribute, KeyType: type })),
          Projection: { ProjectionType: index?.projection ?? 'ALL' },
          ...(!(Table && isOnDemand(Table)) && { ProvisionedThroughput: throughput }),
        },
      },
    ],
  });
  try {
    const { TableDescription } = await client.send(request);
    // On a provisioned table dynalite takes the request and does nothing.
    return TableDescription?.GlobalSecondaryIndexes?.some(({ IndexName }) => IndexName === categoryIndex) ?? false;
  } catch (error) {
    // On one that is on demand it asks for units, which DynamoDB forbids there.
    if (error instanceof Error && error.message.includes("create.provisionedThroughput' failed to satisfy")) {
      return false;
    }
    throw error;
  }
}

async function enableTtl(client: DynamoDBDocumentClient, TableName: string): Promise<boolean> {
  try {
    const TimeToLiveSpecification = { AttributeName: catalogTable.ttlAttribute, Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    return true;
  } catch (error) {
    // dynalite has no time to live.
    if (error instanceof Error && error.name === 'UnknownOperationException') {
      return false;
    }
    throw error;
  }
}

function ttlState(status: string | undefined): 'on' | 'off' | 'turning-off' {
  if (status === 'DISABLING') {
    return 'turning-off';
  }
  return status === 'ENABLED' || status === 'ENABLING' ? 'on' : 'off';
}
