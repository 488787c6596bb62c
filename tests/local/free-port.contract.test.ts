import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { assertPortFree, freePort, loopback } from '../../src/local/stack-endpoints.ts';

async function listenOn(port: number): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  server.listen(port, loopback);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('free port', () => {
  it('can be listened on', async () => {
    const port = await freePort();
    expect(port).toBeGreaterThan(1023);
    expect(await listenOn(port)).toBe(port);
  });

  it('is another one while the first is in use', async () => {
    const port = await listenOn(await freePort());
    expect(await freePort()).not.toBe(port);
  });
});

describe('a port asked for', () => {
  it('passes while it is free, and stays free', async () => {
    const port = await freePort();
    await assertPortFree(port, 'SQS');
    expect(await listenOn(port)).toBe(port);
  });

  it('passes when any will do', async () => {
    await expect(assertPortFree(0, 'SQS')).resolves.toBeUndefined();
  });

  it('is refused in one sentence while something listens on it', async () => {
    const port = await listenOn(0);
    await expect(assertPortFree(port, 'DynamoDB')).rejects.toThrow(
      new Error(`port ${port} for DynamoDB is already in use: choose another one or leave it out for a free one`),
    );
  });
});
