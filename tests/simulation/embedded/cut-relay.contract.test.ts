import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CutRelay, startCutRelay } from './cut-relay.ts';

let asked: string[] = [];
let relay: CutRelay;
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  response.end('done');
});

beforeEach(async () => {
  asked = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  relay = await startCutRelay((server.address() as AddressInfo).port);
});

afterEach(async () => {
  await relay.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ask = async (path: string) => (await fetch(`http://127.0.0.1:${relay.port}${path}`)).text();

describe('the relay', () => {
  it('passes calls on', async () => {
    expect(await ask('/1')).toBe('done');
    expect(await ask('/2')).toBe('done');
    expect(asked).toEqual(['/1', '/2']);
  });

  it('loses the next answer, though what was asked for is done, and only that one', async () => {
    relay.cutNextAnswer();
    await expect(ask('/1')).rejects.toThrow();
    expect(await ask('/2')).toBe('done');
    expect(asked).toEqual(['/1', '/2']);
  });

  it('lets nobody through until it admits again', async () => {
    await ask('/1');
    relay.refuse();
    await expect(ask('/2')).rejects.toThrow();
    relay.admit();
    expect(await ask('/3')).toBe('done');
    expect(asked).toEqual(['/1', '/3']);
  });

  it('ends as a whole when the server behind it is not there', async () => {
    const nowhere = await startCutRelay(1);
    await expect(fetch(`http://127.0.0.1:${nowhere.port}/`)).rejects.toThrow();
    await nowhere.stop();
  });
});
