import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import type { DynamoEngine } from '../../src/local/embedded-dynamodb.ts';
import { dynamoMigrationLog } from '../../src/operator/migrate/dynamo-migration-log-adapter.ts';
import { dynamoMigrationTable } from '../../src/operator/migrate/dynamo-migration-table-adapter.ts';
import { migrateTable } from '../../src/operator/migrate/migrate-table.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { rejectionOf } from './caught.ts';
import { describeOnEngine } from './embedded-tables.ts';
import { createLegacyTable } from './legacy-tables.ts';
import { migrationLogContract } from './migration-log-contract.ts';
import { migrationTableContract } from './migration-table-contract.ts';
import { sampleTitleRow } from './sample-rows.ts';
import { virtualClock } from './virtual-clock.ts';

/** What the migration does with DynamoDB, on one engine. */
export function migrationAdapterSuite(engine: DynamoEngine): void {
  describeOnEngine(engine, 'migration adapters', (tables) => {
    let named = 0;
    const legacyTable = async (units?: { read: number; write: number }) => {
      named += 1;
      return createLegacyTable(tables.client, `OldCache-${named}`, units && { units });
    };

    migrationTableContract(async () => {
      const name = await legacyTable();
      return {
        table: dynamoMigrationTable(tables.client, name),
        put: async (item) => {
          await tables.client.send(new PutCommand({ TableName: name, Item: item }));
        },
        items: () => tables.scan(name),
      };
    });

    migrationLogContract(async () => {
      const control = await tables.newControl();
      return () => dynamoMigrationLog(tables.client, control, 'OldCache', virtualClock());
    });

    it('migrations of two tables do not know of each other, and both are forgotten after 90 days', async () => {
      const control = await tables.newControl();
      const logOf = (name: string) => dynamoMigrationLog(tables.client, control, name, virtualClock());
      const counts = { scanned: 1, current: 1, toMigrate: 0, migrated: 0, moved: 0, expired: 0, overtaken: 0, gone: 0 };
      const state = {
        startedAt: '2026-11-23T08:00:00.000Z',
        counts: { ...counts, notUnderstood: 0 },
        finished: false,
      };
      await logOf('OldCache').save({ state, notUnderstood: [] });
      expect(await logOf('OtherCache').load()).toBeUndefined();
      const [item] = await tables.scan(control);
      expect(item).toMatchObject({ id: 'migration#OldCache', expiration: Date.UTC(2027, 1, 21, 8) / 1_000 });
    });

    it('a record that cannot be read counts as none', async () => {
      const control = await tables.newControl();
      const damaged = { id: 'migration#OldCache', startedAt: 'yesterday' };
      await tables.client.send(new PutCommand({ TableName: control, Item: damaged }));
      expect(await dynamoMigrationLog(tables.client, control, 'OldCache', virtualClock()).load()).toBeUndefined();
    });

    it('without a control table there is no log', async () => {
      const log = dynamoMigrationLog(tables.client, 'NoSuchTable', 'OldCache', virtualClock());
      expect(await rejectionOf(log.load())).toMatchObject({ code: 'usage' });
    });

    it('a row is recognized by every digit of its fetch time, and may hold anything else', async () => {
      const name = await legacyTable();
      const table = dynamoMigrationTable(tables.client, name);
      const put = (fetchedAt: string) =>
        tables.client.send(
          new PutItemCommand({
            TableName: name,
            Item: {
              mediaId: { S: '550' },
              mediaType: { S: 'movie' },
              fetchedAt: { N: fetchedAt },
              views: { N: '123456789012345678901234567890' },
              genres: { NS: ['18'] },
              picture: { B: new Uint8Array([1, 2]) },
              data: { M: { title: { S: 'Old Club' }, tags: { L: [{ NULL: true }, { BOOL: true }] } } },
            },
          }),
        );
      await put('1700000000000.12345678901');
      const seen = (await table.scan(undefined, 10)).rows[0];
      expect(seen?.attributes).toMatchObject({
        fetchedAt: 1_700_000_000_000.123_5,
        views: '123456789012345678901234567890',
        genres: [18],
        data: { title: 'Old Club', tags: [null, true] },
      });
      await put('1700000000000.12345678902');
      expect(seen && (await table.replace(seen, sampleTitleRow()))).toBe(false);
      const again = await table.read({ mediaId: '550', mediaType: 'movie' });
      expect(again && (await table.replace(again, sampleTitleRow()))).toBe(true);
    });

    it('a table that is not there is none', async () => {
      expect(await dynamoMigrationTable(tables.client, 'NoSuchTable').describe()).toBeUndefined();
    });

    it('tells its keys, its units, and that it has neither index nor TTL', async () => {
      const table = dynamoMigrationTable(tables.client, await legacyTable({ read: 15, write: 12 }));
      expect(await table.describe()).toEqual({
        active: true,
        keys: [
          { attribute: 'mediaId', type: 'HASH' },
          { attribute: 'mediaType', type: 'RANGE' },
        ],
        attributeTypes: { mediaId: 'S', mediaType: 'S' },
        index: undefined,
        writeUnits: 12,
      });
      expect(await table.readTtl()).toEqual({ state: 'off', attribute: undefined });
    });

    it('tells the index of a table that has it', async () => {
      const facts = await dynamoMigrationTable(tables.client, await tables.newCatalog()).describe();
      expect(facts).toMatchObject({
        index: {
          keys: [
            { attribute: 'category', type: 'HASH' },
            { attribute: 'contentType', type: 'RANGE' },
          ],
          projection: 'ALL',
          ready: true,
        },
      });
      expect(facts?.writeUnits).toBeUndefined();
    });

    it('migrates a table that has the index', async () => {
      const name = await tables.newCatalog();
      const clock = virtualClock({ autoJump: true });
      await tables.client.send(
        new PutCommand({
          TableName: name,
          Item: { mediaId: '550', mediaType: 'movie', title: 'Old Club', fetchedAt: Date.UTC(2026, 10, 20) },
        }),
      );
      const report = await migrateTable({
        table: dynamoMigrationTable(tables.client, name),
        log: dynamoMigrationLog(tables.client, await tables.newControl(), name, clock),
        ...{ clock, settings: defaultSettings, tableName: name, rowsPerSecond: 100, dryRun: false, restart: false },
        signal: new AbortController().signal,
        onProgress: () => undefined,
      });
      const ttl = engine === 'dynoxide' ? 'present' : 'unsupported';
      expect(report).toMatchObject({ index: 'present', ttl, rows: { scanned: 1, migrated: 1 } });
      expect(await tables.scan(name)).toEqual([expect.objectContaining({ title: 'Old Club', schemaVersion: 1 })]);
    });

    if (engine === 'dynalite') {
      it.each([[undefined], [{ read: 15, write: 12 }]])(
        'can neither add an index nor turn TTL on (%j)',
        async (units) => {
          const table = dynamoMigrationTable(tables.client, await legacyTable(units));
          expect(await table.addIndex({ readUnits: 1, writeUnits: 1 })).toBe(false);
          expect(await table.enableTtl()).toBe(false);
        },
      );
    } else {
      it.each([[undefined], [{ read: 15, write: 12 }]])('adds the index and turns TTL on (%j)', async (units) => {
        const table = dynamoMigrationTable(tables.client, await legacyTable(units));
        expect(await table.addIndex({ readUnits: 10, writeUnits: 13 })).toBe(true);
        expect(await table.enableTtl()).toBe(true);
        expect((await table.describe())?.index).toMatchObject({ projection: 'ALL', ready: true });
        expect(await table.readTtl()).toEqual({ state: 'on', attribute: 'expiresAt' });
      });
    }
  });
}
