import { afterEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../../src/shared/core/errors.ts';
import { dynamoClient } from '../../../src/shared/tables/aws-clients.ts';
import { batchGetAll } from '../../../src/shared/tables/dynamo-batch-get.ts';
import { type AwsScriptServer, startAwsScriptServer } from '../../support/aws-script-server.ts';
import { rejectionOf } from '../../support/caught.ts';

type Key = { id: { S: string } };

const table = 'PipelineControl';
const keys = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `k${n}` }));

/** DynamoDB as it is when it throttles: the emulators always answer in full. */
describe('batch get with unprocessed keys', () => {
  let server: AwsScriptServer | undefined;
  afterEach(async () => {
    await server?.stop();
  });

  /** Each call gets `share` of its keys read, at least `floor`; the others come back as unprocessed. */
  const open = async (share: number, floor: number) => {
    server = await startAwsScriptServer(({ input }) => {
      const asked = (input.RequestItems as Record<string, { Keys: Key[] }>)[table]?.Keys ?? [];
      const count = Math.max(floor, Math.floor(asked.length * share));
      const left = asked.slice(count);
      return {
        Responses: { [table]: asked.slice(0, count) },
        UnprocessedKeys: left.length === 0 ? {} : { [table]: { Keys: left } },
        ConsumedCapacity: [{ TableName: table, CapacityUnits: count }],
      };
    });
    return { server, client: dynamoClient({ endpoint: server.endpoint, region: 'us-east-1' }) };
  };
  const askedCounts = (calls: AwsScriptServer['calls']) =>
    calls.map(({ input }) => (input.RequestItems as Record<string, { Keys: Key[] }>)[table]?.Keys.length);

  it('asks again for those and no others, until all are read', async () => {
    const opened = await open(0.5, 10);
    const { items, readUnits } = await batchGetAll(opened.client, {
      tableName: table,
      keys: keys(40),
      consistent: true,
    });
    expect(items.map(({ id }) => id)).toEqual(keys(40).map(({ id }) => id));
    expect(askedCounts(opened.server.calls)).toEqual([40, 20, 10]);
    expect(readUnits).toBe(40);
  });

  it('asks again with the same attributes and the same consistency', async () => {
    const opened = await open(0.5, 1);
    await batchGetAll(opened.client, { tableName: table, keys: keys(3), consistent: true, attributes: ['id', 'size'] });
    const requests = opened.server.calls.map(({ input }) => (input.RequestItems as Record<string, object>)[table]);
    expect(requests.length).toBeGreaterThan(1);
    for (const request of requests) {
      expect(request).toMatchObject({ ConsistentRead: true, ExpressionAttributeNames: { '#a0': 'id', '#a1': 'size' } });
    }
  });

  it('calls for at most 100 keys at once', async () => {
    const opened = await open(1, 0);
    const { items } = await batchGetAll(opened.client, { tableName: table, keys: keys(250), consistent: false });
    expect(askedCounts(opened.server.calls)).toEqual([100, 100, 50]);
    expect(items).toHaveLength(250);
  });

  it('gives up after five rounds in which nothing was read, and says how much is missing', async () => {
    const opened = await open(0, 0);
    const error = await rejectionOf(batchGetAll(opened.client, { tableName: table, keys: keys(7), consistent: false }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'read_incomplete', message: expect.stringContaining('7 keys') });
    expect(opened.server.calls).toHaveLength(5);
  });
});
