import { describe, expect, it } from 'vitest';
import { type Invoke, startUrl } from '../support/test-function-url.ts';

/** A result with its own body and headers. */
const answering =
  (result: object): Invoke =>
  async () => ({ statusCode: 200, ...result });

describe('the event that a request makes', () => {
  it('is one of payload format 2.0, as Lambda documents it', async () => {
    const { ask, events, port } = await startUrl();
    await ask('/my/path?parameter1=value1&parameter1=value2&parameter2=value', {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain', Cookie: 'cookie1=a; cookie2=b', 'User-Agent': 'agent', 'X-Header': '1' },
      body: 'Hello from client!',
    });
    expect(events).toEqual([
      {
        version: '2.0',
        routeKey: '$default',
        rawPath: '/my/path',
        rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=value',
        cookies: ['cookie1=a', 'cookie2=b'],
        headers: {
          host: `127.0.0.1:${port}`,
          connection: 'keep-alive',
          'content-length': '18',
          'content-type': 'text/plain',
          'user-agent': 'agent',
          'x-header': '1',
        },
        queryStringParameters: { parameter1: 'value1,value2', parameter2: 'value' },
        requestContext: {
          accountId: 'anonymous',
          apiId: 'embedded',
          domainName: 'embedded.lambda-url.us-east-1.on.aws',
          domainPrefix: 'embedded',
          http: {
            method: 'POST',
            path: '/my/path',
            protocol: 'HTTP/1.1',
            sourceIp: '127.0.0.1',
            userAgent: 'agent',
          },
          requestId: expect.stringMatching(/./),
          routeKey: '$default',
          stage: '$default',
          time: '23/Nov/2026:08:00:00 +0000',
          timeEpoch: Date.UTC(2026, 10, 23, 8),
        },
        body: 'Hello from client!',
        isBase64Encoded: false,
      },
    ]);
  });

  it('leaves out what a request has not', async () => {
    const { ask, events } = await startUrl();
    await ask('/');
    expect(events).toMatchObject([{ rawPath: '/', rawQueryString: '' }]);
    for (const name of ['body', 'cookies', 'queryStringParameters']) {
      expect(events[0]).not.toHaveProperty(name);
    }
  });

  it('has path and query as they were sent, and the parameters decoded', async () => {
    const { ask, events } = await startUrl();
    await ask('/a%2Fb/%E0%A4%A?q=a%20b+c&r=x?y&s=%&t');
    expect(events).toMatchObject([
      {
        rawPath: '/a%2Fb/%E0%A4%A',
        rawQueryString: 'q=a%20b+c&r=x?y&s=%&t',
        queryStringParameters: { q: 'a b c', r: 'x?y', s: '%', t: '' },
        requestContext: { http: { path: '/a%2Fb/%E0%A4%A' } },
      },
    ]);
  });

  it.each([
    ['http://127.0.0.1:8080/a//b/?q=http://x/y', '/a//b/', 'q=http://x/y'],
    ['HTTPS://app.example?q=1', '/', 'q=1'],
    ['http://app.example', '/', ''],
    ['//app.example/a', '//app.example/a', ''],
    ['/http://app.example/a', '/http://app.example/a', ''],
    ['*', '*', ''],
  ])('has the path of a target in whatever form it came: %s', async (target, rawPath, rawQueryString) => {
    const { ask, events } = await startUrl();
    await ask(target, { method: 'OPTIONS' });
    expect(events).toMatchObject([{ rawPath, rawQueryString }]);
  });

  it('has a query as long as a thousand titles by name', async () => {
    const { ask, events } = await startUrl();
    const seen = new Array<string>(1_000).fill('movie:9007199254740991').join();
    await ask(`/?seen=${seen}`);
    expect(events[0]?.queryStringParameters).toEqual({ seen });
  });

  it('has a body in whatever pieces and letters it came', async () => {
    const { ask, events } = await startUrl();
    const body = '日本語'.repeat(10_000);
    await ask('/', { method: 'POST', body });
    expect(events[0]?.body).toBe(body);
  });
});

describe('the answer that a result makes', () => {
  it('has its status, and its headers as text', async () => {
    const headers = { 'X-Text': 'a', 'x-number': 5, 'x-flag': true };
    const { ask } = await startUrl(answering({ statusCode: 418, headers, body: 'tëa' }));
    const answer = await ask('/');
    expect(answer).toMatchObject({ status: 418, text: 'tëa' });
    expect(answer.headers).toMatchObject({ 'x-text': 'a', 'x-number': '5', 'x-flag': 'true' });
  });

  it('has the very bytes of a body in base64', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const { ask } = await startUrl(answering({ body: bytes.toString('base64'), isBase64Encoded: true }));
    expect((await ask('/')).bytes.equals(bytes)).toBe(true);
  });

  it('has the length that it has, whatever the function said', async () => {
    const { ask } = await startUrl(answering({ headers: { 'Content-Length': '3' }, body: 'longer than three' }));
    expect(await ask('/')).toMatchObject({ text: 'longer than three', headers: { 'content-length': '17' } });
  });

  it('has the length that a GET would have, as the function says, when it is that of a HEAD', async () => {
    const { ask } = await startUrl(answering({ headers: { 'Content-Length': '17' }, body: '' }));
    const answer = await ask('/', { method: 'HEAD' });
    expect(answer).toMatchObject({ text: '', headers: { 'content-length': '17' } });
    expect(answer.headers).not.toHaveProperty('transfer-encoding');
  });

  it.each([204, 304])('has no length when it is a %i', async (statusCode) => {
    const { ask } = await startUrl(answering({ statusCode, headers: { 'Content-Length': '3' } }));
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const { status, headers } = await ask('/', { method });
      expect(status).toBe(statusCode);
      expect(headers).not.toHaveProperty('content-length');
      expect(headers).not.toHaveProperty('transfer-encoding');
    }
  });

  it.each([
    ['a 304', 'GET', 304],
    ['a HEAD', 'HEAD', 200],
  ])('has no body when it is that of %s', async (_what, method, statusCode) => {
    const { ask } = await startUrl(answering({ statusCode, headers: { etag: '"a"' }, body: 'a body' }));
    const answer = await ask('/', { method });
    expect(answer).toMatchObject({ status: statusCode, text: '', headers: { etag: '"a"' } });
  });

  it('may have neither headers nor body', async () => {
    const { ask } = await startUrl(answering({ statusCode: 204 }));
    expect(await ask('/')).toMatchObject({ status: 204, text: '' });
  });
});
