import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { awsFailure, failureSentence } from '../../../src/shared/core/aws-failure.ts';
import { clientOptions } from '../../../src/shared/tables/aws-clients.ts';

/** What the SDK throws for one call of AWS through a proxy on this machine, which lets nothing through. */
async function failureThrough(proxyPort: number) {
  const client = new DynamoDBClient({
    ...clientOptions(undefined, 0, { HTTPS_PROXY: `http://user:hidden@127.0.0.1:${proxyPort}` }),
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
  });
  try {
    const error = await client.send(new DescribeTableCommand({ TableName: 'catalog' })).catch((thrown) => thrown);
    return awsFailure(error);
  } finally {
    client.destroy();
  }
}

async function portOf(server: ReturnType<typeof createServer>) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a call of AWS', () => {
  it('whose proxy is not there says so', async () => {
    const server = createServer();
    const port = await portOf(server);
    await new Promise((closed) => server.close(closed));
    const failure = await failureThrough(port);
    expect(failure).toMatchObject({ code: 'proxy_failed', awsCode: 'proxy_econnrefused' });
    expect(failureSentence(failure)).toMatch(/^the proxy of HTTPS_PROXY .* \(proxy_econnrefused\)$/);
  });

  it('whose proxy opens no tunnel says so', async () => {
    const server = createServer().on('connect', (_request, socket) => {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    });
    const failure = await failureThrough(await portOf(server));
    server.close();
    expect(failure).toMatchObject({ code: 'proxy_failed', awsCode: 'proxy_407' });
  });
});
