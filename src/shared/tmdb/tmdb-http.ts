import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { gunzipSync } from 'node:zlib';
import axios, { type AxiosAdapter, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { proxyVariables } from '../core/env.ts';
import { messageOf } from '../core/errors.ts';
import { networkFailure, timedOutCall } from '../core/network-failure.ts';
import { proxyAgent } from '../core/proxy-agent.ts';
import { type NamedProxy, type ProxyVariables, proxyFor } from '../core/proxy-variables.ts';
import type { TokenSource } from '../core/redact-token.ts';
import { type Deadline, systemDeadline } from '../core/system-clock.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { type TmdbAnswer, type TmdbPort, type TmdbRequest, tooLargeCode } from './tmdb-port.ts';
import { tokenAddress, tokenAddresses } from './token-address.ts';

/**
 * TMDB's address and the token. The token is sent only to addresses that `tokenAddress` allows. `proxies`: proxy variables, by default
 * those of the environment.
 */
type TmdbAccess = { baseUrl: string; token: TokenSource; proxies?: ProxyVariables };

/** Replaces network and time-outs, for simulations. */
export type TmdbWire = {
  /** Sends a request in place of axios's own adapter. The request's signal aborts at the deadline. */
  transport: AxiosAdapter;
  /** A signal that aborts in `timeoutMs`, unless the call has ended before. */
  deadline(timeoutMs: number): Deadline;
};

/**
 * TMDB over HTTP: persistent connections, one deadline for reading the token, connecting, waiting and the body, a size limit for the body,
 * and no redirects (which would forward the token). A proxy of the environment only carries a tunnel. The body is returned as it was sent;
 * a token in it is redacted where text leaves the process (redact-token.ts). Errors are reduced to a code and a sentence, because axios's
 * errors contain the headers, and with them the token. `wire`: the real network by default.
 * @throws UsageError for a proxy that cannot be used.
 */
export function tmdbHttp(access: TmdbAccess, tmdb: Settings['tmdb'], wire?: TmdbWire): TmdbPort {
  // First of all: a caller may not have checked the address.
  if (tokenAddress(access.baseUrl) === 'elsewhere') {
    const detail = `no call was made, because TMDB's address may not receive the token: ${tokenAddresses}`;
    return { get: async () => ({ kind: 'no-token', detail }) };
  }
  const deadline = wire?.deadline ?? systemDeadline;
  const proxy = proxyFor(access.baseUrl, access.proxies ?? proxyVariables());
  const { host } = new URL(access.baseUrl);
  const client = axios.create({
    baseURL: access.baseUrl,
    ...plainCalls,
    ...agentsFor(proxy, tmdb.requestTimeoutMs),
    maxContentLength: tmdb.maxBodyBytes,
    ...(wire && { adapter: wire.transport }),
  });
  const call = async ({ path, query }: TmdbRequest, signal: AbortSignal): Promise<TmdbAnswer> => {
    let token: string;
    try {
      token = await unlessAborted(signal, access.token(), tmdb.requestTimeoutMs);
    } catch (error) {
      return { kind: 'no-token', detail: messageOf(error) };
    }
    if (token === '') {
      return { kind: 'no-token', detail: 'the token is empty' };
    }
    try {
      const headers = { Authorization: `Bearer ${token}` };
      const response = await client.get<ArrayBuffer>(path, { params: query, headers, signal });
      return toAnswer(response, tmdb.maxBodyBytes);
    } catch (error) {
      return noAnswer(error, { host, proxy: proxy?.name, timeoutMs: tmdb.requestTimeoutMs }, tmdb.maxBodyBytes);
    }
  };
  return {
    get: async (request) => {
      const { signal, end } = deadline(tmdb.requestTimeoutMs);
      try {
        return await call(request, signal);
      } finally {
        end();
      }
    },
  };
}

function queryOf(query: TmdbRequest['query']): string {
  return Object.entries(query)
    .map(([name, value]) => `${queryText(name)}=${queryText(value)}`)
    .join('&');
}

/** A name or a value of the query. TMDB's names of parts hold slashes and stand between commas, and are sent as TMDB documents them. */
function queryText(value: string): string {
  return encodeURIComponent(value)
    .replaceAll('%2C', ',')
    .replaceAll('%2F', '/')
    .replaceAll('%3A', ':')
    .replaceAll('%20', '+');
}

/** How every call is made. */
const plainCalls = {
  headers: { Accept: 'application/json', 'Accept-Encoding': 'gzip' },
  paramsSerializer: { serialize: queryOf },
  // No body is sent, and an answer is read as it comes: axios's own transformations would do nothing.
  transformRequest: [],
  transformResponse: [],
  responseType: 'arraybuffer',
  // `decoded` unpacks, also what does not say that it is packed.
  decompress: false,
  maxRedirects: 0,
  // A path must never lead to another server.
  allowAbsoluteUrls: false,
  validateStatus: () => true,
} satisfies AxiosRequestConfig;

/** What axios throws while it reads too much, and what zlib throws while it unpacks too much. axios has the same code for broken bodies. */
function isTooLarge(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return (
    code === 'ERR_BUFFER_TOO_LARGE' || (code === 'ERR_BAD_RESPONSE' && String(message).startsWith('maxContentLength'))
  );
}

/** axios sets the probes of each connection to a minute, for every call; with another figure here, each call would set them twice. */
const keepAliveMsecs = 60_000;

/** With a proxy the agent opens a tunnel. axios's own proxy support would take a refusal of the proxy for an answer of TMDB. */
function agentsFor(proxy: NamedProxy | undefined, timeoutMs: number) {
  return proxy === undefined
    ? {
        httpAgent: new HttpAgent({ keepAlive: true, keepAliveMsecs }),
        httpsAgent: new HttpsAgent({ keepAlive: true, keepAliveMsecs }),
        proxy: false as const,
      }
    : // Without `proxy: false`, with which axios would also disable the agent's tunnels.
      { httpsAgent: proxyAgent({ HTTPS_PROXY: proxy.url }, { timeoutMs }) };
}

/** Reading the token is part of a call's time-out, for which the invocation has reserved time. */
function unlessAborted(signal: AbortSignal, token: Promise<string>, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no token within ${timeoutMs} ms`)), { once: true });
    token.then(resolve, reject);
  });
}

function toAnswer(response: AxiosResponse<ArrayBuffer>, maxBodyBytes: number): TmdbAnswer {
  const server = serverOf(response);
  return {
    kind: 'response',
    status: response.status,
    ...decoded(Buffer.from(response.data), String(response.headers['content-encoding'] ?? ''), maxBodyBytes),
    retryAfter: retryAfterOf(response),
    ...(server !== undefined && { server }),
  };
}

/** Node drops a second Retry-After header; the raw headers contain both. */
function retryAfterOf(response: AxiosResponse): string | undefined {
  const raw: readonly string[] = response.request?.res?.rawHeaders ?? [];
  const values = raw.filter((_text, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === 'retry-after');
  return values.length === 0 ? undefined : values.join(', ');
}

const mostServerCharacters = 120;

/** The server that answered, by its own headers. It is shown in dead letters and logs. */
function serverOf({ headers }: AxiosResponse): string | undefined {
  const [server, via] = [printable(headers.server), printable(headers.via)];
  const named = [server, via === '' ? '' : `via ${via}`].filter((part) => part !== '').join(' ');
  return named === '' ? undefined : named.slice(0, mostServerCharacters);
}

function printable(header: unknown): string {
  const text = typeof header === 'string' || Array.isArray(header) ? String(header) : '';
  return text.replace(/[^\x20-\x7e]+/g, ' ').trim();
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Encodings that need no unpacking, or that show in the bytes. */
const readableEncodings = /^(identity|x-gzip|gzip)?$/i;

/**
 * Decodes a body. TMDB has sent gzip bytes without a header that says so (May 2026), so the bytes decide; another encoding was not asked
 * for. Bytes that are not UTF-8 are an error: a tolerant decoder would put replacement characters into titles.
 * @throws when the body unpacks to more than `maxBodyBytes`.
 */
function decoded(
  bytes: Buffer,
  encoding: string,
  maxBodyBytes: number,
): Pick<Extract<TmdbAnswer, { kind: 'response' }>, 'body' | 'unreadable'> {
  const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!gzip && bytes.length > 0 && !readableEncodings.test(encoding.trim())) {
    const detail = `${bytes.length} bytes in an encoding that was not asked for (${printable(encoding).slice(0, 40)})`;
    return { body: '', unreadable: { code: 'unknown_encoding', detail } };
  }
  let plain = bytes;
  try {
    plain = gzip ? gunzipSync(bytes, { maxOutputLength: maxBodyBytes }) : bytes;
  } catch (error) {
    const code = zlibCode(error);
    if (code === undefined) {
      throw error;
    }
    const detail = `${bytes.length} gzip bytes that cannot be unpacked (${code})`;
    return { body: '', unreadable: { code: 'broken_gzip', detail } };
  }
  try {
    return { body: utf8.decode(plain) };
  } catch {
    return { body: '', unreadable: { code: 'not_utf8', detail: `${plain.length} bytes that are not UTF-8` } };
  }
}

/** zlib's code for damaged data, such as `Z_DATA_ERROR`. */
function zlibCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('Z_') ? code : undefined;
}

type Route = { host: string; proxy: string | undefined; timeoutMs: number };

function noAnswer(error: unknown, route: Route, maxBodyBytes: number): TmdbAnswer {
  if (isTooLarge(error)) {
    const detail = `the answer of ${route.host} is larger than ${maxBodyBytes} bytes`;
    return { kind: 'no-response', code: tooLargeCode, detail };
  }
  const facts = { ...route, connecting: isConnecting(error) };
  return { kind: 'no-response', ...(axios.isCancel(error) ? timedOutCall(facts) : networkFailure(error, facts)) };
}

/** Whether the call ended before its connection (with TLS) was open. Before its tunnel is open, a request has no socket. */
function isConnecting(error: unknown): boolean {
  const { request } = error as { request?: { socket?: { connecting?: boolean; secureConnecting?: boolean } | null } };
  return request !== undefined && (request.socket ? isOpening(request.socket) : true);
}

function isOpening({ connecting, secureConnecting }: { connecting?: boolean; secureConnecting?: boolean }): boolean {
  return connecting === true || secureConnecting === true;
}
