import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import pLimit from 'p-limit';
import * as z from 'zod';
import type { Clock } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { groupBy } from '../shared/core/group-by.ts';
import { loopback, stackRegion } from './stack-endpoints.ts';

/** A function's URL, on loopback. Callers are not authenticated: there is no IAM. */
export type FunctionUrl = { endpoint: string; stop(): Promise<void> };

/** Longest request body. Lambda accepts 6 MB, but no request of the reader has a body. */
const maxBodyBytes = 100_000;

/** Node's default of 16 KiB is below the reader's longest query: a thousand titles by name. */
const maxHeaderBytes = 65_536;

/** Each execution environment is a thread that loads the whole bundle: with more of them a machine with few cores would run into time-outs. */
const maxConcurrency = 4;

const resultSchema = z.object({
  statusCode: z.int().min(100).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().optional(),
}) satisfies z.ZodType<Partial<APIGatewayProxyStructuredResultV2>>;

/**
 * Serves a function at a function URL: each request is an event of payload format 2.0. Four are in flight at most, others wait. A function that
 * fails answers 502, as in Lambda.
 * @param port - 0 is any free one.
 * @param onProblem - Receives one sentence for each request that failed.
 */
export async function startFunctionUrl(
  invoke: (event: APIGatewayProxyEventV2) => Promise<unknown>,
  port: number,
  clock: Clock,
  onProblem: (sentence: string) => void,
): Promise<FunctionUrl> {
  const limit = pLimit(maxConcurrency);
  const server = createServer({ maxHeaderSize: maxHeaderBytes }, (request, response) => {
    serve(request, response, (event) => limit(() => invoke(event)), clock).catch((error: unknown) => {
      onProblem(messageOf(error));
      response.headersSent ? response.destroy() : response.writeHead(502).end('Internal Server Error');
    });
  });
  server.on('clientError', (error: ParserError, socket: Duplex) => {
    refuseUnparsed(error, socket, (event) => limit(() => invoke(event)), clock).catch((failure: unknown) => {
      onProblem(messageOf(failure));
      socket.destroy();
    });
  });
  server.listen(port, loopback);
  await once(server, 'listening');
  return {
    endpoint: `http://${loopback}:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** What Node's parser says of a request that it cannot read. */
type ParserError = Error & { code?: string; rawPacket?: Buffer };

/** As Node answers them where nobody else does. */
const unparsed: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Node's parser knows some thirty methods. The function is asked what it says to another one, and the connection is closed in any case. */
async function refuseUnparsed(
  { code = '', rawPacket }: ParserError,
  socket: Duplex,
  invoke: (event: APIGatewayProxyEventV2) => Promise<unknown>,
  clock: Clock,
): Promise<void> {
  const line =
    code === 'HPE_INVALID_METHOD' ? /^([!#$%&'*+.^`|~\w-]+) (\S+) HTTP\/1\.[01]\r\n/.exec(String(rawPacket)) : null;
  const [, method = '', url = ''] = line ?? [];
  const result =
    line === null
      ? undefined
      : resultSchema.parse(await invoke(eventOf({ method, url, headers: {}, socket: {} }, '', clock)));
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const headers = { ...lowerCase(result?.headers), connection: 'close' };
  const status =
    result === undefined
      ? (unparsed[code] ?? '400 Bad Request')
      : `${result.statusCode} ${STATUS_CODES[result.statusCode] ?? ''}`;
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status}\r\n${head.join('')}\r\n`);
  socket.end(Buffer.from(result?.body ?? '', result?.isBase64Encoded ? 'base64' : 'utf8'));
}

function lowerCase(headers: z.infer<typeof resultSchema>['headers'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  invoke: (event: APIGatewayProxyEventV2) => Promise<unknown>,
  clock: Clock,
): Promise<void> {
  const body = await bodyOf(request);
  if (body === undefined) {
    response.writeHead(413).end('Request Entity Too Large');
    return;
  }
  const result = resultSchema.parse(await invoke(eventOf(request, body, clock)));
  const bytes = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8');
  const { 'content-length': told, ...headers } = lowerCase(result.headers);
  // Only an answer to HEAD may be longer than what is there of it (RFC 9110, 8.6).
  const length = request.method === 'HEAD' && told !== undefined ? told : String(bytes.byteLength);
  const isBodiless = result.statusCode === 204 || result.statusCode === 304;
  response.writeHead(result.statusCode, { ...headers, ...(!isBodiless && { 'content-length': length }) });
  response.end(isBodiless || request.method === 'HEAD' ? undefined : bytes);
}

/** `undefined` when the body is too long. It is read to its end all the same: otherwise the connection would be cut before the answer. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= maxBodyBytes) {
      chunks.push(chunk);
    }
  }
  return bytes > maxBodyBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { socket: { remoteAddress?: string | undefined } };

/** The event that a function URL makes of a request. Source: Lambda developer guide, function URLs, November 2026. */
function eventOf(request: Asked, body: string, clock: Clock): APIGatewayProxyEventV2 {
  const [rawPath = '/', ...query] = originForm(request.url ?? '/').split('?');
  const rawQueryString = query.join('?');
  const nowMs = clock.nowMs();
  const { cookie, ...others } = request.headers;
  const headers = Object.fromEntries(
    Object.entries(others).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  );
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split('; ') }),
    headers,
    ...(rawQueryString !== '' && { queryStringParameters: joinedParameters(rawQueryString) }),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'embedded',
      domainName: `embedded.lambda-url.${stackRegion}.on.aws`,
      domainPrefix: 'embedded',
      http: {
        method: request.method ?? 'GET',
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.socket.remoteAddress ?? loopback,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: `embedded-${nowMs}`,
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(body !== '' && { body }),
    isBase64Encoded: false,
  };
}

/** A target without the address that clients of a proxy put before it (RFC 9112, 3.2.2). */
function originForm(target: string): string {
  return target.replace(/^https?:\/\/[^/?]*(?=\/|\?|$)/i, '').replace(/^(?![/*])/, '/');
}

/** One value for each name; values of a repeated name are joined with commas. */
function joinedParameters(rawQueryString: string): Record<string, string> {
  const byName = groupBy(new URLSearchParams(rawQueryString), ([name]) => name);
  return Object.fromEntries([...byName].map(([name, given]) => [name, given.map(([, value]) => value).join(',')]));
}

/** `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(nowMs: number): string {
  return new Date(nowMs).toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) (\S+) GMT$/, '$1/$2/$3:$4 +0000');
}
