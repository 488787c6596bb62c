/** Between the HTTP adapter of a process and the simulated TMDB: its token, its deadline, and what carries its requests. */
import { gzipSync } from 'node:zlib';
import axios, { AxiosError, type AxiosResponse, CanceledError, type InternalAxiosRequestConfig } from 'axios';
import type { TokenRedactor } from '../../../src/shared/core/redact-token.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { type TmdbWire, tmdbHttp } from '../../../src/shared/tmdb/tmdb-http.ts';
import type { TmdbPort } from '../../../src/shared/tmdb/tmdb-port.ts';
import type { SimProcess } from './sim-process.ts';
import type { Arrival } from './tmdb-reply.ts';

/** The token of all histories: like TMDB's own, three parts of a JWT. */
export const secretToken = 'eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJzaW11bGF0aW9uIn0.n0b0dy-may-ever-read-7h1s';

/** One for all: to make one takes longer than the rest of a deadline. */
const timeIsUp = new DOMException('the time is up', 'TimeoutError');

const baseUrl = 'https://api.themoviedb.org/3';

/** A request as it comes over the wire. `path`: below the base URL. */
export type SentRequest = {
  path: string;
  query: Record<string, string>;
  authorization: string | undefined;
  /** Whether somebody waits for the answer still. */
  isAwaited(): boolean;
};

/** TMDB's side. */
export type Serve = (process: SimProcess, sent: SentRequest) => Promise<Arrival>;

/** The real adapter on a simulated wire, for a process that waits `timeoutMs` for an answer. */
export function wiredTmdb(
  process: SimProcess,
  timeoutMs: number,
  {
    serve,
    isTokenMissing,
    watch,
  }: { serve: Serve; isTokenMissing(process: SimProcess): boolean; watch: TokenRedactor['watch'] },
): TmdbPort {
  const token = watch(async () => {
    if (isTokenMissing(process)) {
      await process.call('tmdb', 'no token', () => undefined);
      throw new Error('the parameter cannot be read');
    }
    return secretToken;
  });
  return tmdbHttp({ baseUrl, token }, { ...defaultSettings.tmdb, requestTimeoutMs: timeoutMs }, wireOf(process, serve));
}

function wireOf(process: SimProcess, serve: Serve): TmdbWire {
  return {
    transport: (config) =>
      new Promise((resolve, reject) => {
        config.signal?.addEventListener?.('abort', () => reject(new CanceledError(undefined, config)));
        serve(process, sentBy(config))
          .then((reply) => resolve(responseOf(reply, config)), reject)
          .catch(reject);
      }),
    deadline: (ms) => {
      const over = new AbortController();
      void process.clock.sleep(ms).then(() => over.abort(timeIsUp));
      return { signal: over.signal, end: () => undefined };
    },
  };
}

function sentBy(config: InternalAxiosRequestConfig): SentRequest {
  const { pathname, searchParams } = new URL(axios.getUri(config));
  const authorization = config.headers.get('Authorization');
  return {
    path: pathname.slice(new URL(baseUrl).pathname.length),
    query: Object.fromEntries(searchParams),
    authorization: typeof authorization === 'string' ? authorization : undefined,
    isAwaited: () => !config.signal?.aborted,
  };
}

/** What axios's own adapter makes of it. @throws AxiosError for a connection that breaks, and for a status that is not accepted. */
function responseOf(reply: Arrival, config: InternalAxiosRequestConfig): AxiosResponse {
  if (reply.kind === 'broken') {
    throw new AxiosError(`the connection broke: ${reply.code}`, reply.code, config, {});
  }
  const { status, body, retryAfter, server, gzip } = reply;
  const rawHeaders = retryAfter === undefined ? [] : ['Retry-After', retryAfter];
  const request = { res: { rawHeaders } };
  const data = gzip ? gzipSync(body) : Buffer.from(body);
  const headers = server === undefined ? {} : { server };
  const response = { data, status, statusText: '', headers, config, request };
  if (config.validateStatus?.(status) === false) {
    throw new AxiosError(`status ${status}`, AxiosError.ERR_BAD_RESPONSE, config, request, response);
  }
  return response;
}
