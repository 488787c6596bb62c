import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostile, type ScriptedConsole, startScriptedConsole } from '../support/scripted-console.ts';
import { until } from '../support/until.ts';

let served: ScriptedConsole;
beforeAll(async () => {
  served = await startScriptedConsole({ letters: 450 });
});
afterAll(() => served.stop());

type Asked = { path: string; method?: string; headers?: Record<string, string>; body?: string };

/** By node:http: `fetch` sets `Host` and `Origin` itself. */
function ask({ path, method = 'POST', headers = {}, body }: Asked) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const sent = request(served.origin, { path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject).end(body);
  });
}

const admitted = () => ({ 'x-console-token': served.token, 'content-type': 'application/json' });
const call = (path: string, body: unknown) => ask({ path, headers: admitted(), body: JSON.stringify(body) });

describe('the console over HTTP', () => {
  it('gives its page to everyone, with a strict policy and no data', async () => {
    for (const [path, type] of Object.entries({
      '/': 'text/html',
      '/app.js': 'text/javascript',
      '/app.css': 'text/css',
      '/icon.svg': 'image/svg+xml',
    })) {
      const { status, headers, text } = await ask({ path, method: 'GET' });
      expect(status).toBe(200);
      expect(headers['content-type']).toContain(type);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(text).not.toContain(served.token);
    }
    expect((await ask({ path: '/../package.json', method: 'GET' })).status).toBe(404);
  });

  it.each([
    ['//', 404],
    ['//evil.example/api/about', 404],
    ['//[', 404],
    ['/%ff%zz', 404],
    ['http://evil.example/api/about', 404],
    ['*', 404],
  ])('has nothing at %s', async (path, status) => {
    const answer = await ask({ path, method: 'GET', headers: admitted() });
    expect([answer.status, answer.headers['x-content-type-options']]).toEqual([status, 'nosniff']);
    expect((await ask({ path, method: 'GET', headers: { host: 'evil.example' } })).status).toBe(421);
  });

  it('answers HEAD as GET without a body, and says which methods there are', async () => {
    const [head, get] = [await ask({ path: '/', method: 'HEAD' }), await ask({ path: '/', method: 'GET' })];
    expect([head.status, head.text, head.headers['content-type']]).toEqual([200, '', get.headers['content-type']]);
    const allowed = { '/': 'GET, HEAD', '/api/live': 'GET', '/api/command': 'POST' };
    for (const [path, allow] of Object.entries(allowed)) {
      const { status, headers } = await ask({ path, method: 'OPTIONS', headers: admitted() });
      expect([status, headers.allow]).toEqual([405, allow]);
    }
  });

  it('names no other host in its page, and has no inline script or style', async () => {
    const document = (await ask({ path: '/', method: 'GET' })).text;
    expect(document.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/app.js">']);
    expect(document).not.toMatch(/<style| style=|https?:| on\w+=/);
  });

  it.each([
    ['no token', 401, {}],
    ['a wrong token', 401, { 'x-console-token': 'wrong' }],
    ['a foreign Origin', 403, { origin: 'https://evil.example' }],
    ['a foreign Host', 421, { host: 'evil.example' }],
  ])('refuses %s, does nothing, and tells nothing', async (_name, status, headers) => {
    const before = served.ran.length;
    const own = status === 401 ? { 'content-type': 'application/json' } : admitted();
    const body = JSON.stringify({ do: 'delete', queue: 'fetch', match: [], dryRun: false });
    const answer = await ask({ path: '/api/command', headers: { ...own, ...headers }, body });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain(served.token);
    const live = await ask({ path: '/api/live', method: 'GET', headers: { ...own, ...headers } });
    expect(live.status).toBe(status);
    expect(served.ran).toHaveLength(before);
  });

  it('runs a command on its stack, and says which', async () => {
    const { status, text } = await call('/api/command', {
      do: 'replay',
      queue: 'fetch',
      match: ['reason=too-old'],
      dryRun: true,
    });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      command: 'npx tmdb-pipeline dlq replay fetch --match=reason=too-old --dry-run --stack=aws',
      exitCode: 0,
      document: { replayed: 3 },
    });
    expect(served.ran.at(-1)).toBe('dlq replay fetch --match=reason=too-old --dry-run --stack=aws');
  });

  it('acts on the letters of a queue one after the other: each would hide some from the next', async () => {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const busy = await startScriptedConsole({
      end: async (argv) => {
        await (argv[1] === 'replay' ? ended : undefined);
        return { exitCode: 0, document: {}, notes: [] };
      },
    });
    const headers = { 'content-type': 'application/json', 'x-console-token': busy.token };
    const act = async (verb: string, queue: string, dryRun: boolean) => {
      const body = JSON.stringify({ do: verb, queue, match: [], dryRun });
      const answer = await fetch(`${busy.origin}/api/command`, { method: 'POST', headers, body });
      return [answer.status, ((await answer.json()) as { why?: string }).why];
    };
    const first = act('replay', 'fetch', false);
    await until('the first act', () => busy.ran.length === 1);
    const refused = [400, expect.stringContaining('at work on this queue (dlq replay fetch)')];
    expect(await act('delete', 'fetch', false)).toEqual(refused);
    expect(await act('delete', 'fetch', true)).toEqual(refused);
    expect(await act('delete', 'items', false)).toEqual([200, undefined]);
    end();
    expect(await first).toEqual([200, undefined]);
    expect(await act('delete', 'fetch', false)).toEqual([200, undefined]);
    await busy.stop();
  });

  it('gives texts as texts, without what moves the text around them', async () => {
    const { text } = await call('/api/command', { do: 'list', category: 'popular', media: 'movie' });
    const { document } = JSON.parse(text) as { document: { titles: { title: string }[] } };
    expect(document.titles.map(({ title }) => title)).toEqual(['Fight Club', hostile, 'مغامرة right to left']);
  });

  it.each([
    ['no JSON', 400, '/api/command', '{'],
    ['a call that there is not', 400, '/api/command', '{"do":"migrate"}'],
    ['no such path', 404, '/api/other', '{}'],
    ['a body without end', 413, '/api/command', 'x'.repeat(70_000)],
    ['a match that is none', 400, '/api/letters', '{"queue":"fetch","match":["x"],"offset":0,"again":false}'],
    ['an offset below nothing', 400, '/api/letters', '{"queue":"fetch","match":[],"offset":-1,"again":false}'],
    ['a period that is none', 400, '/api/report', '{"since":"7d --html=x"}'],
  ])('refuses %s in one sentence', async (_name, status, path, body) => {
    const answer = await ask({ path, headers: admitted(), body });
    expect(answer.status).toBe(status);
    expect((JSON.parse(answer.text) as { why: string }).why).toMatch(/^[^\n]{5,300}$/);
  });

  it('gives dead letters page by page', async () => {
    const page = async (offset: number) => {
      const { text } = await call('/api/letters', { queue: 'fetch', match: [], offset, again: false });
      return JSON.parse(text) as { total: number; letters: { messageId: string }[] };
    };
    const pages = [await page(0), await page(200), await page(400)];
    expect(pages.map(({ letters }) => letters.length)).toEqual([200, 200, 50]);
    expect(pages[2]?.letters.at(-1)?.messageId).toBe('message-449');
    const { text } = await call('/api/letter', { queue: 'fetch', messageId: 'message-449' });
    expect(JSON.parse(text).letter.body).toContain('fetch-job');
  });

  it('draws the charts of a report', async () => {
    const { text } = await call('/api/report', { since: '7d' });
    const { charts, command } = JSON.parse(text) as { charts: { name: string; markup: string }[]; command: string };
    expect(command).toBe('npx tmdb-pipeline report --since=7d --stack=aws');
    expect(charts.map(({ name }) => name)).toEqual(['Reads', 'TMDB calls', 'Rows']);
    expect(charts.every(({ markup }) => markup.includes('<svg') && !/<style|style=|<script| on\w+=/.test(markup))).toBe(
      true,
    );
  });
});

/** Reads the stream of `served` until `count` events have come; the connection is then cut. */
async function eventsOf(lastId: string, count: number): Promise<{ id: number; event: string; data: unknown }[]> {
  const over = new AbortController();
  const headers = { 'x-console-token': served.token, 'last-event-id': lastId };
  const response = await fetch(`${served.origin}/api/live`, { headers, signal: over.signal });
  let text = '';
  const blocks = () => text.split('\n\n').filter((block) => block.startsWith('id: ') && block.includes('\ndata: '));
  const reading = (async () => {
    for await (const part of response.body ?? []) {
      text += Buffer.from(part).toString('utf8');
    }
  })().catch(() => undefined);
  await until(`${count} events`, () => text.endsWith('\n\n') && blocks().length >= count);
  over.abort();
  await reading;
  return blocks().map((block) => {
    const [, id = '', event = '', data = ''] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(block) ?? [];
    return { id: Number(id), event, data: JSON.parse(data) };
  });
}

describe('the live stream', () => {
  it('tells the status in events with rising ids', async () => {
    const events = await eventsOf('0', 3);
    expect(events.map(({ event }) => event)).toEqual(['status', 'status', 'status']);
    const [first = 0] = events.map(({ id }) => id);
    expect(events.map(({ id }) => id)).toEqual([first, first + 1, first + 2]);
    expect(events[0]?.data).toMatchObject({ queues: { fetch: { queue: { visible: 12 } } } });
  });

  it('goes on after a connection that was lost, and tells no event twice', async () => {
    const [first] = await eventsOf('0', 1);
    const again = await eventsOf(String(first?.id), 2);
    expect(again.every(({ id }) => id > (first?.id ?? 0))).toBe(true);
  });
});
