import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoUnknownIds } from '../../src/reader/dynamo-unknown-ids.ts';
import { controlItems } from '../../src/shared/throttle/dynamo-control-items.ts';
import { rejectionOf } from '../support/caught.ts';
import { describeOnEngine } from '../support/embedded-tables.ts';
import { memoryUnknownIds } from '../support/memory-unknown-ids.ts';
import { unknownIdsContract } from '../support/unknown-ids-contract.ts';

describe('in memory', () => {
  unknownIdsContract(async () => {
    const ids = memoryUnknownIds();
    return () => ids;
  });
});

for (const engine of ['dynoxide', 'dynalite'] as const) {
  describeOnEngine(engine, 'unknown ids', (tables) => {
    const on = (table: string) => dynamoUnknownIds(tables.client, table, controlItems(tables.client, table));

    unknownIdsContract(async () => {
      const table = await tables.newControl();
      return () => on(table);
    });

    it('are items of the control table that vanish when they count no more', async () => {
      const table = await tables.newControl();
      const notedAtMs = Date.UTC(2026, 10, 23, 8, 0, 0, 250);
      await on(table).add('imdb:tt0000001', notedAtMs);
      expect(await tables.scan(table)).toEqual([
        { id: 'unknown-id#imdb:tt0000001', notedAtMs, expiration: Date.UTC(2026, 10, 23, 14, 0, 1) / 1_000 },
      ]);
    });

    it('count as none where they are damaged', async () => {
      const table = await tables.newControl();
      for (const notedAtMs of ['yesterday', null, undefined]) {
        const Item = { id: 'unknown-id#tvdb:1', ...(notedAtMs !== undefined && { notedAtMs }) };
        await tables.client.send(new PutCommand({ TableName: table, Item }));
        expect(await on(table).has('tvdb:1', 0)).toBe(false);
      }
    });

    it('pass on what DynamoDB says', async () => {
      const missing = { name: 'ResourceNotFoundException' };
      expect(await rejectionOf(on('no-such-table').has('tvdb:1', 0))).toMatchObject(missing);
      expect(await rejectionOf(on('no-such-table').add('tvdb:1', 0))).toMatchObject(missing);
    });
  });
}
