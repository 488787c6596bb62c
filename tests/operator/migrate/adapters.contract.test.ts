/** What the migration does with DynamoDB, on both emulators. dynalite can neither add an index nor turn TTL on. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dynamoMigrationTable, migrationClient } from '../../../src/operator/migrate/dynamo-migration-table.ts';
import { migrateTable } from '../../../src/operator/migrate/migrate-table.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { catalogTable } from '../../../src/shared/tables/table-definitions.ts';
import { endpointOf } from '../../support/embedded-reader.ts';
import { describeOnEngine } from '../../support/embedded-tables.ts';
import { startKillProxy } from '../../support/kill-proxy.ts';
import { createLegacyTable } from '../../support/legacy-tables.ts';
import { migrationTableContract } from '../../support/migration-table-contract.ts';
import { sampleTitleRow } from '../../support/sample-rows.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const provisioned = { read: 15, write: 12 };

for (const engine of ['dynalite', 'dynoxide'] as const) {
  describeOnEngine(engine, 'migration adapter', (tables) => {
    let client: DynamoDBDocumentClient;
    let named = 0;
    const target = async () => ({ endpoint: await endpointOf(tables), region: 'us-east-1' });
    const legacyTable = async (units?: typeof provisioned) => {
      named += 1;
      return createLegacyTable(tables.client, `OldCache-${named}`, units && { units });
    };

    beforeAll(async () => {
      client = migrationClient(await target());
    });
    afterAll(() => client.destroy());

    migrationTableContract(async () => {
      const name = await legacyTable();
      return {
        table: dynamoMigrationTable(client, name),
        put: async (item) => {
          await tables.client.send(new PutCommand({ TableName: name, Item: item }));
        },
        items: () => tables.scan(name),
      };
    });

    it('recognizes a row by every digit of its fetch time, whatever else it holds', async () => {
      const name = await legacyTable();
      const table = dynamoMigrationTable(client, name);
      const put = (fetchedAt: string) =>
        tables.client.send(
          new PutItemCommand({
            TableName: name,
            Item: {
              ...{ mediaId: { S: '550' }, mediaType: { S: 'movie' }, fetchedAt: { N: fetchedAt } },
              ...{ views: { N: '123456789012345678901234567890' }, genres: { NS: ['18'] } },
              picture: { B: new Uint8Array([1, 2]) },
              data: { M: { title: { S: 'Old Club' }, tags: { L: [{ NULL: true }, { BOOL: true }] } } },
            },
          }),
        );
      await put('1700000000000.12345678901');
      const [seen] = (await table.scan(undefined, 10)).rows;
      expect(seen).toMatchObject({ genres: new Set([18]), data: { title: 'Old Club', tags: [null, true] } });
      expect([String(seen?.fetchedAt), String(seen?.views)]).toEqual([
        '1700000000000.12345678901',
        '123456789012345678901234567890',
      ]);
      await put('1700000000000.12345678902');
      expect(seen && (await table.replace(seen, sampleTitleRow()))).toBe(false);
      const again = await table.read({ mediaId: '550', mediaType: 'movie' });
      expect(again && (await table.replace(again, sampleTitleRow()))).toBe(true);
    });

    it('makes a call again whose answer was lost, more often than other clients do', async () => {
      const name = await legacyTable();
      let losses = 5;
      const proxy = await startKillProxy(await endpointOf(tables), async ({ operation }) => {
        losses -= operation === 'PutItem' ? 1 : 0;
        return operation === 'PutItem' && losses >= 0 ? 'lose-answer' : 'pass';
      });
      const patient = migrationClient({ ...(await target()), endpoint: proxy.endpoint });
      expect(await dynamoMigrationTable(patient, name).putUnlessNewer(sampleTitleRow())).toBe(true);
      expect(losses).toBe(-1);
      patient.destroy();
      await proxy.stop();
    });

    it('tells what a table is like that is not there, that is old, and that is of this schema', async () => {
      expect(await dynamoMigrationTable(client, 'NoSuchTable').describe()).toBeUndefined();
      const old = {
        ...{ active: true, keys: catalogTable.keys, attributeTypes: { mediaId: 'S', mediaType: 'S' } },
        ...{ index: undefined, ttl: { state: 'off', attribute: undefined } },
      };
      const facts = await dynamoMigrationTable(client, await legacyTable(provisioned)).describe();
      expect(facts).toEqual({ ...old, writeUnits: 12 });
      expect(await dynamoMigrationTable(client, await legacyTable()).describe()).toEqual(old);
      const { name: _name, ...index } = { ...catalogTable.indexes[0], ready: true };
      expect(await dynamoMigrationTable(client, await tables.newCatalog()).describe()).toMatchObject({ index });
    });

    it('migrates a table that has the index', async () => {
      const name = await tables.newCatalog();
      const item = { mediaId: '550', mediaType: 'movie', title: 'Old Club', fetchedAt: Date.UTC(2026, 10, 20) };
      await tables.client.send(new PutCommand({ TableName: name, Item: item }));
      const report = await migrateTable({
        ...{ table: dynamoMigrationTable(client, name), clock: virtualClock({ autoJump: true }) },
        ...{ settings: defaultSettings, tableName: name, rowsPerSecond: 100, dryRun: false },
        ...{ signal: new AbortController().signal, onProgress: () => undefined },
      });
      const ttl = engine === 'dynoxide' ? 'present' : 'unsupported';
      expect(report).toMatchObject({ index: 'present', ttl, rows: { scanned: 1, migrated: 1 } });
      expect(await tables.scan(name)).toEqual([expect.objectContaining({ title: 'Old Club', schemaVersion: 1 })]);
    });

    it.each([[undefined], [provisioned]])(
      'adds the index and turns TTL on, or says that it cannot (%j)',
      async (units) => {
        const can = engine === 'dynoxide';
        const table = dynamoMigrationTable(client, await legacyTable(units));
        expect(await table.addIndex(units && { readUnits: 10, writeUnits: 13 })).toBe(can);
        expect(await table.enableTtl()).toBe(can);
        expect(await table.describe()).toMatchObject(
          can
            ? { index: { projection: 'ALL', ready: true }, ttl: { state: 'on', attribute: 'expiresAt' } }
            : { index: undefined, ttl: { state: 'off' } },
        );
      },
    );
  });
}
