import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { gunzipSync } from 'node:zlib';
import axios, { type AxiosAdapter, type AxiosResponse } from 'axios';
import { proxyVariables } from '../core/env.ts';
import { messageOf } from '../core/errors.ts';
import { networkFailure, timedOutCall } from '../core/network-failure.ts';
import { proxyAgent } from '../core/proxy-agent.ts';
import { type NamedProxy, type ProxyVariables, proxyFor } from '../core/proxy-variables.ts';
import type { TokenSource } from '../core/redact-token.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { TmdbAnswer, TmdbPort } from './tmdb-port.ts';
import { tokenAddress, tokenAddresses } from './token-address.ts';

/**
 * Where TMDB is and how to get in. The token goes to no address that `tokenAddress` does not know. `proxies`: the environment's, if not
 * given.
 */
type TmdbAccess = { baseUrl: string; token: TokenSource; proxies?: ProxyVariables };

/** What is below HTTP, for a world in which neither the network nor the time is real. */
export type TmdbWire = {
  /** Carries a request in place of axios's own adapter, and hears of the deadline by its signal. */
  transport: AxiosAdapter;
  /** A signal that aborts in `timeoutMs`. */
  deadline(timeoutMs: number): AbortSignal;
};

/**
 * TMDB over HTTP: kept-alive connections, one deadline over token, connecting, waiting and body, a bounded body, and no redirects
 * (the token would travel along). A proxy of the environment gets a tunnel to carry, never a request. The body is what was sent: a server
 * that repeats the token is heard, and the token taken out where text leaves (redact-token.ts). Errors are reduced to a code and a
 * sentence here, because axios's own carry
 * headers, and with them the token. `wire`: the network, if not given.
 * @throws UsageError for a proxy that cannot be used.
 */
export function tmdbHttp(access: TmdbAccess, tmdb: Settings['tmdb'], wire?: TmdbWire): TmdbPort {
  // Before anything is made of it: whoever named the address may not have judged it.
  if (tokenAddress(access.baseUrl) === 'elsewhere') {
    const detail = `TMDB's address is not one that gets the token: ${tokenAddresses}`;
    return { get: async () => ({ kind: 'no-token', detail }) };
  }
  const deadline = wire?.deadline ?? AbortSignal.timeout;
  const proxy = proxyFor(access.baseUrl, access.proxies ?? proxyVariables());
  const { host } = new URL(access.baseUrl);
  const client = axios.create({
    baseURL: access.baseUrl,
    headers: {
      Accept: 'application/json',
      'Accept-Encoding': 'gzip',
    },
    ...agentsFor(proxy, tmdb.requestTimeoutMs),
    responseType: 'arraybuffer',
    maxContentLength: tmdb.maxBodyBytes,
    maxRedirects: 0,
    // A path never leads to another server.
    allowAbsoluteUrls: false,
    validateStatus: () => true,
    ...(wire && { adapter: wire.transport }),
  });
  return {
    get: async ({ path, query }) => {
      const signal = deadline(tmdb.requestTimeoutMs);
      let token: string;
      try {
        token = await within(signal, access.token(), tmdb.requestTimeoutMs);
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
        return noAnswer(error, { host, proxy: proxy?.name, timeoutMs: tmdb.requestTimeoutMs });
      }
    },
  };
}

/** axios's own proxies would take the proxy's refusal for an answer of TMDB, so the agent tunnels where there is one. */
function agentsFor(proxy: NamedProxy | undefined, timeoutMs: number) {
  return proxy === undefined
    ? {
        httpAgent: new HttpAgent({ keepAlive: true }),
        httpsAgent: new HttpsAgent({ keepAlive: true }),
        proxy: false as const,
      }
    : // Not `proxy: false`, which axios also takes for a wish to have the agent's tunnels left out.
      { httpsAgent: proxyAgent({ HTTPS_PROXY: proxy.url }, { timeoutMs }) };
}

/** The invocation has kept free the time of one call: reading the token is part of it. */
function within(signal: AbortSignal, token: Promise<string>, timeoutMs: number): Promise<string> {
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
    ...decoded(Buffer.from(response.data), maxBodyBytes),
    retryAfter: retryAfterOf(response),
    ...(server !== undefined && { server }),
  };
}

/** Of a header that may come once only, Node drops the second; the raw ones are all there. */
function retryAfterOf(response: AxiosResponse): string | undefined {
  const raw: readonly string[] = response.request?.res?.rawHeaders ?? [];
  const values = raw.filter((_text, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === 'retry-after');
  return values.length === 0 ? undefined : values.join(', ');
}

const mostServerCharacters = 120;

/** Who answered, as far as that says it of itself: it ends in dead letters and logs. */
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

/**
 * TMDB has sent gzip bytes without saying so in a header (May 2026). JSON is UTF-8: another charset would not fail, but
 * leave replacement characters in titles.
 */
function decoded(
  bytes: Buffer,
  maxBodyBytes: number,
): Pick<Extract<TmdbAnswer, { kind: 'response' }>, 'body' | 'unreadable'> {
  const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
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

/** zlib's own code of bytes that are not what they seem, such as `Z_DATA_ERROR`. */
function zlibCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('Z_') ? code : undefined;
}

type Route = { host: string; proxy: string | undefined; timeoutMs: number };

function noAnswer(error: unknown, route: Route): TmdbAnswer {
  const facts = { ...route, connecting: isConnecting(error) };
  return { kind: 'no-response', ...(axios.isCancel(error) ? timedOutCall(facts) : networkFailure(error, facts)) };
}

/** Whether the call was ended before its connection, TLS included, was open; an agent gives a request no socket before its tunnel. */
function isConnecting(error: unknown): boolean {
  const { request } = error as { request?: { socket?: { connecting?: boolean; secureConnecting?: boolean } | null } };
  return request !== undefined && (request.socket ? isOpening(request.socket) : true);
}

function isOpening({ connecting, secureConnecting }: { connecting?: boolean; secureConnecting?: boolean }): boolean {
  return connecting === true || secureConnecting === true;
}
