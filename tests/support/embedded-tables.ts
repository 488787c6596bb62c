import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  createTable,
  type DynamoEngine,
  defaultDynamoEngine,
  type EmbeddedDynamo,
  startEmbeddedDynamo,
} from '../../src/local/embedded-dynamodb.ts';
import { dynamoClient } from '../../src/shared/tables/aws-clients.ts';
import { catalogTable, controlTable, type TableDefinition } from '../../src/shared/tables/table-definitions.ts';
import { scanAll } from './table-dump.ts';

/** Tables on an emulator that runs for the whole file. */
export type EmbeddedTables = {
  readonly engine: DynamoEngine;
  readonly client: DynamoDBDocumentClient;
  /** The name of an empty catalog table. */
  newCatalog(): Promise<string>;
  /** The name of an empty control table. */
  newControl(): Promise<string>;
  /** Every item of a table, in key order. */
  scan(tableName: string): Promise<Record<string, unknown>[]>;
};

/** A suite on one emulator; where the optional engine is not installed it is skipped, and says so. */
export function describeOnEngine(engine: DynamoEngine, name: string, body: (tables: EmbeddedTables) => void): void {
  describe(`${name} (${engine})`, () => {
    if (engine === 'dynoxide' && defaultDynamoEngine() !== engine) {
      it('needs the DynamoDB emulator dynoxide', (context) =>
        context.skip('optional dependency not installed: @dynoxide/linux-x64'));
      return;
    }
    body(tablesOn(engine));
  });
}

function tablesOn(engine: DynamoEngine): EmbeddedTables {
  let embedded: EmbeddedDynamo;
  let client: DynamoDBDocumentClient;
  let tables = 0;
  beforeAll(async () => {
    embedded = await startEmbeddedDynamo({ port: 0, dataDir: undefined, engine });
    client = dynamoClient({ endpoint: embedded.endpoint, region: 'us-east-1' });
  });
  afterAll(async () => {
    client.destroy();
    await embedded.stop();
  });
  const newTable = async (definition: TableDefinition) => {
    tables += 1;
    const name = `${definition.name}-${tables}`;
    await createTable(client, { ...definition, name }, engine);
    await untilActive(client, name);
    return name;
  };
  return {
    engine,
    get client() {
      return client;
    },
    newCatalog: () => newTable(catalogTable),
    newControl: () => newTable(controlTable),
    scan: (tableName) => scanAll(client, tableName),
  };
}

/** dynalite opens a new table a moment after it has answered. */
async function untilActive(client: DynamoDBDocumentClient, tableName: string): Promise<void> {
  let status: string | undefined;
  while (status !== 'ACTIVE') {
    status = (await client.send(new DescribeTableCommand({ TableName: tableName }))).Table?.TableStatus;
  }
}
