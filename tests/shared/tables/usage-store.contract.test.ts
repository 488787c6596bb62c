import { type DynamoDBDocumentClient, PutCommand, type UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoUsageStore } from '../../../src/shared/tables/dynamo-usage-store.ts';
import { rejectionOf } from '../../support/caught.ts';
import { describeOnEngine } from '../../support/embedded-tables.ts';
import { memoryUsageStore } from '../../support/memory-usage-store.ts';
import { manyCounters, usageStoreContract } from '../../support/usage-store-contract.ts';

const id = 'usage#2026-11-23T08#feeds';

describe('in memory', () => {
  usageStoreContract(async () => {
    const store = memoryUsageStore();
    return () => store;
  });
});

for (const engine of ['dynoxide', 'dynalite'] as const) {
  describeOnEngine(engine, 'usage store', (tables) => {
    usageStoreContract(async () => {
      const table = await tables.newControl();
      return () => dynamoUsageStore(tables.client, table);
    });

    it('has one item for each id, which says when it expires, in seconds', async () => {
      const table = await tables.newControl();
      const store = dynamoUsageStore(tables.client, table);
      await store.add(id, { 'r:movie/550': 2 }, Date.UTC(2026, 11, 24) + 999);
      await store.add(id, { 'r:movie/550': 1 }, Date.UTC(2026, 11, 25) + 999);
      expect(await tables.scan(table)).toEqual([{ id, 'r:movie/550': 3, expiration: Date.UTC(2026, 11, 25) / 1_000 }]);
    });

    it('reads counters only, and of a damaged item those that are whole', async () => {
      const table = await tables.newControl();
      const counters = {
        'r:movie/550': 3,
        'm:movie/550': 'two',
        's:movie/550': -1,
        'z:movie/550': 9,
        'x:a': -1,
        reads: 9,
      };
      await tables.client.send(new PutCommand({ TableName: table, Item: { id, expiration: 1, ...counters } }));
      expect(await dynamoUsageStore(tables.client, table).read([id])).toEqual(new Map([[id, { 'r:movie/550': 3 }]]));
    });

    it('passes on what DynamoDB says', async () => {
      const store = dynamoUsageStore(tables.client, 'no-such-table');
      const missing = { name: 'ResourceNotFoundException' };
      expect(await rejectionOf(store.add(id, { 'r:a': 1 }, 0))).toMatchObject(missing);
      expect(await rejectionOf(store.read([id]))).toMatchObject(missing);
    });
  });
}

describe('an update of two hundred counters', () => {
  // DynamoDB's limits on expressions, which the emulators do not check: 4 KB of text, 300 operators, 2 MB of values.
  it('has an expression that DynamoDB takes', async () => {
    const updates: UpdateCommand[] = [];
    const send = async (command: UpdateCommand) => {
      updates.push(command);
      return {};
    };
    const client = { send } as unknown as DynamoDBDocumentClient;
    await dynamoUsageStore(client, 'control').add(id, manyCounters(), 1_000);
    const input = updates[0]?.input;
    expect(updates).toHaveLength(1);
    expect(Buffer.byteLength(input?.UpdateExpression ?? '')).toBeLessThan(4_096);
    expect(Object.keys(input?.ExpressionAttributeNames ?? {})).toHaveLength(200);
  });
});
