import { systemClock } from '../shared/adapters/system-clock.ts';
import { tmdbHttp } from '../shared/adapters/tmdb-http.ts';
import { PermanentError, RetryableError, UsageError } from '../shared/errors.ts';
import type { Clock } from '../shared/ports/clock.ts';
import { defaultSettings } from '../shared/settings.ts';
import { classifyAnswer } from '../shared/tmdb/classify-answer.ts';
import { tmdbBaseUrl } from '../shared/tmdb/tmdb-base-url.ts';

/** TMDB to call, with its token. */
export type TmdbTarget = { baseUrl: string; token: string };

const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);
const checkTimeoutMs = 8_000;

/**
 * Which TMDB a run calls: `TMDB_BASE_URL` when set, else the real one when there is a token, else `undefined`, the simulator.
 * @throws UsageError for a malformed URL, an unencrypted connection to another machine, or a missing token.
 */
export function tmdbTarget(environment: Readonly<Record<string, string | undefined>>): TmdbTarget | undefined {
  const token = checkedToken(environment.TMDB_API_TOKEN?.trim());
  const baseUrl = environment.TMDB_BASE_URL?.trim();
  if (baseUrl === undefined || baseUrl === '') {
    return token === undefined ? undefined : { baseUrl: tmdbBaseUrl, token };
  }
  const { host, local } = checkedBaseUrl(baseUrl);
  if (token === undefined && !local) {
    throw new UsageError(`TMDB_API_TOKEN is missing: ${host} needs an API Read Access Token`);
  }
  return { baseUrl: baseUrl.replace(/\/+$/, ''), token: token ?? 'no-token' };
}

/** Whether a URL is of this machine. */
export function isOnThisMachine(url: string): boolean {
  return loopbackHosts.has(new URL(url).hostname);
}

/**
 * Asks TMDB whether it takes the token, so that nothing is begun that cannot be finished: on the way that the jobs will go, with
 * its proxy and its trust. Servers on this machine are not asked: they need not know the endpoint.
 * @throws PermanentError when the token is rejected, RetryableError naming what broke off when TMDB cannot be reached, UsageError
 * for a proxy that cannot be used.
 */
export async function checkToken(target: TmdbTarget, clock: Clock = systemClock): Promise<void> {
  if (isOnThisMachine(target.baseUrl)) {
    return;
  }
  const { baseUrl, token } = target;
  const tmdb = tmdbHttp(
    { baseUrl, token: async () => token },
    { ...defaultSettings.tmdb, requestTimeoutMs: checkTimeoutMs },
  );
  const answer = await tmdb.get({ path: '/authentication', query: {} });
  if (answer.kind === 'no-response') {
    const { host } = new URL(baseUrl);
    throw new RetryableError(
      'tmdb_unreachable',
      `TMDB at ${host} cannot be reached, and nothing was started: ${answer.detail}`,
    );
  }
  const verdict = classifyAnswer(answer, clock.nowMs());
  if (verdict.fate === 'stop') {
    throw new PermanentError(
      'token_rejected',
      `TMDB rejected the token (${verdict.detail}), and nothing was started: set TMDB_API_TOKEN to a valid API Read Access Token`,
    );
  }
}

/** Over plain http a token goes no further than this machine. */
function checkedBaseUrl(baseUrl: string): { host: string; local: boolean } {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const local = url !== undefined && loopbackHosts.has(url.hostname);
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    throw new UsageError(
      'TMDB_BASE_URL holds a user or a password: allowed are URLs without them, the token goes into TMDB_API_TOKEN',
    );
  }
  if (url === undefined || (url.protocol !== 'https:' && !(local && url.protocol === 'http:'))) {
    throw new UsageError(
      `TMDB_BASE_URL is '${baseUrl.slice(0, 80)}': allowed are https URLs, and http on this machine`,
    );
  }
  return { host: url.host, local };
}

/** A header takes no other characters, and a message that shows the value must not be the way to find out. */
function checkedToken(token: string | undefined): string | undefined {
  if (token === undefined || token === '') {
    return undefined;
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError('TMDB_API_TOKEN holds characters that no token has');
  }
  return token;
}
