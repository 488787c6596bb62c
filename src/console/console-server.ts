/** The console's server: its own page, the live updates, and calls, each of which is a command of the command line. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import type { Report } from '../operator/report/build-report.ts';
import { cleanText } from '../shared/core/clean-text.ts';
import type { Clock } from '../shared/core/clock.ts';
import { messageOf, UsageError } from '../shared/core/errors.ts';
import { actsOnQueues } from './acts-on-queues.ts';
import { argumentsOf, type ConsoleCall, commandText, parseCall } from './console-call.ts';
import type { CommandEnd, ConsoleStack } from './console-stack.ts';
import { heldLetters } from './held-letters.ts';
import { eventText, type LiveUpdates, liveUpdates } from './live-updates.ts';
import type { PageFiles } from './page-files.ts';
import { answerHeaders, refusalOf } from './request-rules.ts';

/** What a console is made of. `token`: what its page must send. */
export type ConsoleParts = {
  stack: ConsoleStack;
  files: PageFiles;
  token: string;
  /** 0 is any free port. */
  port: number;
  /** How often the stack is looked at while somebody watches. */
  everyMs: number;
  clock: Clock;
};

/** A console that is served. */
export type RunningConsole = { port: number; stop(): Promise<void> };

/** No call of the page is longer. */
const maxBodyBytes = 65_536;

type Handlers = Readonly<Record<string, (body: unknown) => Promise<unknown>>>;
type Served = ConsoleParts & { live: LiveUpdates; handlers: Handlers };

/** Serves the console on both loopback addresses, until it is stopped. @throws Error of Node when the port is taken. */
export async function startConsole(parts: ConsoleParts): Promise<RunningConsole> {
  const over = new AbortController();
  const { stack, everyMs, clock } = parts;
  const live = liveUpdates(() => stack.status(), everyMs, clock, over.signal);
  const served = { ...parts, live, handlers: handlersOf(parts) };
  let port = parts.port;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response, served, port).catch((error: unknown) => failed(response, error));
  };
  const first = createServer(answer);
  await listen(first, port, '127.0.0.1');
  port = (first.address() as AddressInfo).port;
  const second = createServer(answer);
  // A machine without IPv6 has no ::1, and where the port is taken there, 127.0.0.1 is what is printed.
  const both = await listen(second, port, '::1').then(
    () => [first, second],
    () => [first],
  );
  return {
    port,
    stop: async () => {
      over.abort();
      await Promise.all(both.map(close));
    },
  };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

async function serve(request: IncomingMessage, response: ServerResponse, served: Served, port: number): Promise<void> {
  const { method = 'GET', headers } = request;
  const url = urlOf(request.url);
  const common = answerHeaders(url.searchParams.get('images') === 'on');
  const refusal = refusalOf({ method, path: url.pathname, headers }, port, served.token);
  if (refusal !== undefined) {
    const { status, why, allow } = refusal;
    const more = { 'content-type': 'text/plain; charset=utf-8', ...(allow !== undefined && { allow }) };
    response.writeHead(status, { ...common, ...more }).end(why);
  } else if (url.pathname === '/api/live') {
    stream(request, response, served.live, common);
  } else if (url.pathname.startsWith('/api/')) {
    await call(request, response, served.handlers[url.pathname], common);
  } else {
    const file = served.files.get(url.pathname);
    response.writeHead(file === undefined ? 404 : 200, { ...common, 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.text ?? 'there is no such file');
  }
}

/** Path and query of a request. What does not begin with a slash is the target of a proxy or of a whole server, which this is not. */
function urlOf(target = '/'): URL {
  return new URL(target.startsWith('/') ? `http://console${target}` : 'http://console/not-a-path');
}

/** Events for as long as the page is there. A page that does not keep up misses some: each tells everything. */
function stream(
  request: IncomingMessage,
  response: ServerResponse,
  live: LiveUpdates,
  common: Record<string, string>,
): void {
  response.writeHead(200, { ...common, 'content-type': 'text/event-stream; charset=utf-8' });
  response.write('retry: 1000\n\n');
  const lastId = Number(request.headers['last-event-id']) || 0;
  const end = live.watch(
    { send: (event) => !response.writableNeedDrain && response.write(eventText(event, cleanDocument)) },
    lastId,
  );
  response.once('close', end);
}

async function call(
  request: IncomingMessage,
  response: ServerResponse,
  handler: Handlers[string] | undefined,
  common: Record<string, string>,
): Promise<void> {
  const body = await bodyOf(request);
  const answer = (status: number, document: unknown) =>
    response
      .writeHead(status, { ...common, 'content-type': 'application/json; charset=utf-8' })
      .end(cleanDocument(document));
  if (handler === undefined || body === undefined) {
    answer(handler === undefined ? 404 : 413, { why: handler === undefined ? 'no such call' : 'the call is too long' });
    return;
  }
  try {
    answer(200, await handler(body));
  } catch (error) {
    answer(error instanceof UsageError ? 400 : 502, { why: messageOf(error).split('\n', 1)[0] });
  }
}

/** `undefined` when it is too long; what is no JSON is `null`, which no handler takes. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end all the same: otherwise the connection would be cut before the answer.
    if (bytes <= maxBodyBytes) {
      chunks.push(chunk);
    }
  }
  if (bytes > maxBodyBytes) {
    return undefined;
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) ?? null;
  } catch {
    return null;
  }
}

const queue = z.enum(['fetch', 'items']);
const pageSchema = z.strictObject({
  queue,
  match: z.array(z.string().max(300)).max(20),
  offset: z.int().min(0).max(10_000_000),
  again: z.boolean(),
});
const letterSchema = z.strictObject({ queue, messageId: z.string().max(200) });

function handlersOf({ stack, clock }: ConsoleParts): Handlers {
  const letters = heldLetters((name) => stack.letters(name), clock);
  const acts = actsOnQueues();
  return {
    '/api/about': async () => ({ stack: stack.name, hasQueues: stack.hasQueues, at: clock.nowMs() }),
    '/api/command': async (body) => acts.inTurn(callOf(body), (words) => runWords(words, stack)),
    '/api/words': async (body) => ({ command: commandText([...argumentsOf(callOf(body)), ...stack.placeArguments]) }),
    '/api/report': async (body) => {
      const { since } = parsed(z.strictObject({ since: z.string().regex(/^\d{1,4}[hd]$/) }), body);
      return reportWithCharts(await runWords(argumentsOf({ do: 'report', since }), stack));
    },
    '/api/letters': (body) => letters.page(parsed(pageSchema, body)),
    '/api/letter': async (body) => {
      const { queue: name, messageId } = parsed(letterSchema, body);
      return { letter: (await letters.one(name, messageId)) ?? null };
    },
  };
}

/** @throws UsageError for what is no call. */
function callOf(body: unknown): ConsoleCall {
  const asked = parseCall(body);
  if (asked === undefined) {
    throw new UsageError('this call is not understood: a word is missing, too long, or begins with a hyphen');
  }
  return asked;
}

async function runWords(words: readonly string[], stack: ConsoleStack): Promise<CommandEnd & { command: string }> {
  const onStack = [...words, ...stack.placeArguments];
  return { command: commandText(onStack), ...(await stack.run(onStack)) };
}

/** The charts that `report --html` has, as markup without anything that came from outside. */
async function reportWithCharts(ended: CommandEnd & { command: string }) {
  if (ended.exitCode !== 0) {
    return { ...ended, charts: [] };
  }
  const { series } = ended.document as Report;
  // Loading what draws charts takes a second, which only this needs.
  const { callsChart, readsChart, rowsChart } = await import('../operator/report/html/charts.ts');
  const charts = [
    { name: 'Reads', markup: readsChart(series).markup },
    { name: 'TMDB calls', markup: callsChart(series).markup },
    { name: 'Rows', markup: rowsChart(series).markup },
  ];
  return { ...ended, charts };
}

function parsed<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const result = schema.safeParse(body);
  if (!result.success) {
    throw new UsageError('this call is not understood');
  }
  return result.data;
}

/** Texts of TMDB, queues and files are cleaned here, once: the page shows them as texts. */
function cleanDocument(document: unknown): string {
  return JSON.stringify(document, (_key, value: unknown) => (typeof value === 'string' ? cleanText(value) : value));
}

function failed(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
  } else {
    response.writeHead(500, { ...answerHeaders(false), 'content-type': 'text/plain; charset=utf-8' });
    response.end(messageOf(error).split('\n', 1)[0]);
  }
}
