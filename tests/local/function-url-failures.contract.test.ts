import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rejectionOf } from '../support/caught.ts';
import { outsideAddresses, tryToConnect } from '../support/local-addresses.ts';
import { startUrl } from '../support/test-function-url.ts';
import { until } from '../support/until.ts';

describe('a function that fails', () => {
  it('is a 502 that tells the client nothing, and the log everything', async () => {
    const { ask, problems } = await startUrl(() => Promise.reject(new Error('the secret of the function')));
    const { status, text } = await ask('/');
    expect({ status, text }).toEqual({ status: 502, text: 'Internal Server Error' });
    expect(problems).toEqual(['the secret of the function']);
  });

  it.each([
    undefined,
    null,
    'text',
    {},
    { statusCode: '200' },
    { statusCode: 99 },
    { statusCode: 200, body: { a: 1 } },
  ])('is a 502 too when it returns %j', async (result) => {
    const { ask, problems } = await startUrl(async () => result);
    expect(await ask('/')).toMatchObject({ status: 502, text: 'Internal Server Error' });
    expect(problems).toHaveLength(1);
  });

  it('may answer the next request', async () => {
    const { ask, events } = await startUrl(async () => {
      if (events.length === 1) {
        throw new Error('failed once');
      }
      return { statusCode: 200 };
    });
    expect([(await ask('/')).status, (await ask('/')).status]).toEqual([502, 200]);
  });
});

describe('a request that Node cannot read', () => {
  /** What is answered to these bytes on a connection of their own. */
  async function answerTo(port: number, sent: string): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    socket.end(sent);
    return text(socket);
  }

  it.each(['FOO', 'get', 'X-1', 'VERY-LONG-METHOD-'.repeat(20)])(
    'because of its method, %s, is for the function',
    async (method) => {
      const { port, events, ask } = await startUrl(async () => ({
        statusCode: 405,
        headers: { Allow: 'GET', 'content-length': '2' },
        body: 'no',
      }));
      const answer = await answerTo(port, `${method} //a?b=c HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(answer).toBe(
        'HTTP/1.1 405 Method Not Allowed\r\nallow: GET\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno',
      );
      expect(events).toMatchObject([{ rawPath: '//a', rawQueryString: 'b=c', requestContext: { http: { method } } }]);
      expect(await ask('/')).toMatchObject({ status: 405 });
    },
  );

  it.each([
    ['F\u00fc / HTTP/1.1\r\nHost: a\r\n\r\n', '400 Bad Request'],
    ['nonsense\r\n\r\n', '400 Bad Request'],
    ['GET /a b HTTP/1.1\r\n\r\n', '400 Bad Request'],
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, '431 Request Header Fields Too Large'],
  ])('is refused without it: %#', async (sent, status) => {
    const { port, events, problems, ask } = await startUrl();
    expect(await answerTo(port, sent)).toBe(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
    expect(events).toEqual([]);
    expect(problems).toEqual([]);
    expect(await ask('/')).toMatchObject({ status: 200 });
  });

  it('ends its connection where the function fails', async () => {
    const { port, problems } = await startUrl(() => Promise.reject(new Error('failed')));
    expect(await answerTo(port, 'FOO / HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('');
    expect(problems).toEqual(['failed']);
  });
});

describe('a body', () => {
  it('of a hundred thousand bytes is taken, and one byte more is not', async () => {
    const { ask, events } = await startUrl();
    expect(await ask('/', { method: 'POST', body: 'x'.repeat(100_000) })).toMatchObject({ status: 200 });
    expect(await ask('/', { method: 'POST', body: 'x'.repeat(100_001) })).toMatchObject({ status: 413 });
    expect(events).toHaveLength(1);
  });

  it('that is far too long is refused on a connection that goes on', async () => {
    const { ask, events } = await startUrl();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const first = await ask('/', { method: 'POST', body: Buffer.alloc(5_000_000), agent });
    const next = await ask('/next', { agent });
    expect([first.status, next.status, next.reusedSocket]).toEqual([413, 200, true]);
    expect(events).toMatchObject([{ rawPath: '/next' }]);
  });

  it('that breaks off harms nobody else', async () => {
    const { ask, port, problems, events } = await startUrl();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf');
    socket.destroy();
    await until('the server has noticed', () => problems.length === 1);
    expect(await ask('/')).toMatchObject({ status: 200 });
    expect(events).toHaveLength(1);
  });
});

describe('many requests at once', () => {
  it('are answered all, four at a time', async () => {
    const gates: (() => void)[] = [];
    let active = 0;
    let most = 0;
    const { ask } = await startUrl(async () => {
      active += 1;
      most = Math.max(most, active);
      await new Promise<void>((resolve) => gates.push(resolve));
      active -= 1;
      return { statusCode: 200 };
    });
    const answers = Promise.all(Array.from({ length: 10 }, (_, index) => ask(`/${index}`)));
    await until('four are under way', () => active === 4);
    let opened = 0;
    while (opened < 10) {
      await until('another one is under way', () => gates.length > opened);
      gates[opened]?.();
      opened += 1;
    }
    expect(new Set((await answers).map(({ status }) => status))).toEqual(new Set([200]));
    expect(most).toBe(4);
  });
});

describe('the server', () => {
  it('listens on loopback only, on the port that it is given', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    const { endpoint } = await startUrl(undefined, port);
    expect(endpoint).toBe(`http://127.0.0.1:${port}`);
    const others = outsideAddresses();
    expect(await Promise.all(others.map((host) => tryToConnect(host, port)))).toEqual(others.map(() => 'ECONNREFUSED'));
  });

  it('does not start on a port that is taken', async () => {
    const { port } = await startUrl();
    expect(await rejectionOf(startUrl(undefined, port))).toMatchObject({ code: 'EADDRINUSE' });
  });

  it('ends with its connections, whether they are idle or wait for an answer', async () => {
    const { ask, events, port, stop } = await startUrl(async ({ rawPath }) =>
      rawPath === '/slow' ? new Promise(() => undefined) : { statusCode: 200 },
    );
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    await ask('/', { agent });
    const waiting = rejectionOf(ask('/slow'));
    await until('one waits', () => events.length === 2);
    await stop();
    expect(await waiting).toMatchObject({ code: 'ECONNRESET' });
    expect(await tryToConnect('127.0.0.1', port)).toBe('ECONNREFUSED');
  });
});
