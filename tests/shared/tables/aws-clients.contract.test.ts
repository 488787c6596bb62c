import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrationClient } from '../../../src/operator/migrate/dynamo-migration-table.ts';
import { dynamoClient, sqsClient } from '../../../src/shared/tables/aws-clients.ts';
import { until } from '../../support/until.ts';

/** An AWS that answers every call with nothing, and keeps its connections. */
const server = createServer({ keepAliveTimeout: 0 }, (_request, response) => response.end('{}'));
const target = () => ({
  endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  region: 'us-east-1',
});
const connections = () =>
  new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });

beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a client that is closed', () => {
  it('leaves no connection open: what looks every second would run out of files', async () => {
    const tables = [dynamoClient(target()), migrationClient(target())];
    for (const client of tables) {
      await client.send(new GetCommand({ TableName: 'Table', Key: { id: 'x' } }));
    }
    const sqs = sqsClient(target());
    await sqs.send(new GetQueueUrlCommand({ QueueName: 'queue' }));
    expect(await connections()).toBe(3);
    for (const client of [...tables, sqs]) {
      client.destroy();
    }
    await until('the end of all connections', async () => (await connections()) === 0);
  });
});
