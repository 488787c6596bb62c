import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createTable,
  type DynamoEngine,
  defaultDynamoEngine,
  type EmbeddedDynamo,
  startEmbeddedDynamo,
} from '../../src/local/embedded-dynamodb.ts';
import { dynamoClient } from '../../src/shared/tables/aws-clients.ts';
import { catalogTable, controlTable } from '../../src/shared/tables/table-definitions.ts';
import { rejectionOf } from '../support/caught.ts';
import { scanAll } from '../support/table-dump.ts';

const engines: DynamoEngine[] = defaultDynamoEngine() === 'dynoxide' ? ['dynoxide', 'dynalite'] : ['dynalite'];

describe.each(engines)('tables of the embedded stack (%s)', (engine) => {
  let server: EmbeddedDynamo;
  let client: DynamoDBDocumentClient;

  beforeAll(async () => {
    server = await startEmbeddedDynamo({ port: 0, dataDir: undefined, engine });
    client = dynamoClient({ endpoint: server.endpoint, region: 'us-east-1' });
    await createTable(client, catalogTable, engine);
    await createTable(client, controlTable, engine);
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  const describeTable = async (TableName: string) =>
    (await client.send(new DescribeTableCommand({ TableName }))).Table ?? {};

  it('the catalog has the keys of the design and its one index', async () => {
    const table = await describeTable('MovieRecCache');
    expect(table.KeySchema).toEqual([
      { AttributeName: 'mediaId', KeyType: 'HASH' },
      { AttributeName: 'mediaType', KeyType: 'RANGE' },
    ]);
    expect(table.GlobalSecondaryIndexes).toHaveLength(1);
    expect(table.GlobalSecondaryIndexes?.[0]).toMatchObject({
      IndexName: 'CategoryContentTypeIndex',
      KeySchema: [
        { AttributeName: 'category', KeyType: 'HASH' },
        { AttributeName: 'contentType', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    });
    const types = (table.AttributeDefinitions ?? []).map(({ AttributeName, AttributeType }) => [
      AttributeName,
      AttributeType,
    ]);
    expect(Object.fromEntries(types)).toEqual({ mediaId: 'S', mediaType: 'S', category: 'S', contentType: 'S' });
  });

  it('the control table has one key and no index', async () => {
    const table = await describeTable('PipelineControl');
    expect(table.KeySchema).toEqual([{ AttributeName: 'id', KeyType: 'HASH' }]);
    expect(table.AttributeDefinitions).toEqual([{ AttributeName: 'id', AttributeType: 'S' }]);
    expect(table.GlobalSecondaryIndexes ?? []).toEqual([]);
  });

  it('both are paid by request', async () => {
    for (const name of ['MovieRecCache', 'PipelineControl']) {
      expect((await describeTable(name)).BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
    }
  });

  // dynalite has no time to live.
  const expiring =
    engine === 'dynoxide' ? Object.entries({ MovieRecCache: 'expiresAt', PipelineControl: 'expiration' }) : [];
  it.each(expiring)('%s lets DynamoDB delete by %s', async (TableName, AttributeName) => {
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toEqual({ AttributeName, TimeToLiveStatus: 'ENABLED' });
  });

  it('stay as they are when they are created again', async () => {
    const item = { mediaId: '1', mediaType: 'movie' };
    await client.send(new PutCommand({ TableName: catalogTable.name, Item: item }));
    await createTable(client, catalogTable, engine);
    expect(await scanAll(client, catalogTable.name)).toEqual([item]);
  });

  it('what DynamoDB refuses is not hidden', async () => {
    const error = await rejectionOf(createTable(client, { ...catalogTable, name: '!' }, engine));
    expect(error).toMatchObject({ name: 'ValidationException' });
  });
});
