import type { Clock } from '../shared/core/clock.ts';
import { PermanentError, RetryableError, UsageError } from '../shared/core/errors.ts';
import { redactionOf } from '../shared/core/redact-token.ts';
import { shownUrl } from '../shared/core/shown-text.ts';
import { systemClock } from '../shared/core/system-clock.ts';
import { defaultSettings } from '../shared/settings/settings.ts';
import { tmdbHttp } from '../shared/tmdb/tmdb-http.ts';
import { tmdbBaseUrl, tokenAddress, tokenAddresses } from '../shared/tmdb/token-address.ts';
import { authenticationRequest, judgeTokenCheck } from '../shared/tmdb/token-check.ts';

/** TMDB to call, with its token. */
type TmdbTarget = { baseUrl: string; token: string };

const checkTimeoutMs = 8_000;

/**
 * Which TMDB a run calls: `TMDB_BASE_URL` when set, else the real one when there is a token, else `undefined`, the simulator.
 * @throws UsageError for an address that is neither TMDB's nor this machine's, or a missing token.
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
  return tokenAddress(url) === 'this-machine';
}

/**
 * Asks TMDB whether it takes the token, so that nothing is started that cannot be finished: by the connection that the jobs will use, with
 * its proxy and its trust. Servers on this machine are not asked: they need not know the endpoint.
 * @returns a sentence when what answered proves nothing, such as a page of a CDN: the jobs find out for themselves.
 * @throws PermanentError when the token is rejected, RetryableError naming what broke off when TMDB cannot be reached, UsageError
 * for a proxy that cannot be used.
 */
export async function checkToken(target: TmdbTarget, clock: Clock = systemClock): Promise<string | undefined> {
  if (isOnThisMachine(target.baseUrl)) {
    return undefined;
  }
  const { kind, host, detail } = await askAboutToken(target, clock);
  switch (kind) {
    case 'unreachable':
      throw new RetryableError(
        'tmdb_unreachable',
        `TMDB at ${host} cannot be reached, and nothing was started: ${detail}`,
      );
    case 'rejected':
      throw new PermanentError(
        'token_rejected',
        `TMDB rejected the token (${detail}), and nothing was started: set TMDB_API_TOKEN to a valid API Read Access Token`,
      );
    case 'unproven':
      return `whether TMDB takes the token is not known yet: ${detail}`;
    case 'accepted':
      return undefined;
  }
}

/** What the one call said; `detail` never holds the token. */
type TokenAnswer = { kind: 'accepted' | 'unproven' | 'rejected' | 'unreachable'; host: string; detail: string };

/** Makes the one call that checks a token. @throws UsageError for a proxy that cannot be used. */
export async function askAboutToken({ baseUrl, token }: TmdbTarget, clock: Clock): Promise<TokenAnswer> {
  const redact = redactionOf([token]);
  const tmdb = tmdbHttp(
    { baseUrl, token: async () => token },
    { ...defaultSettings.tmdb, requestTimeoutMs: checkTimeoutMs },
  );
  const { host } = new URL(baseUrl);
  const answer = await tmdb.get(authenticationRequest);
  if (answer.kind === 'no-response') {
    return { kind: 'unreachable', host, detail: redact(answer.detail) };
  }
  const check = judgeTokenCheck(answer, clock.nowMs());
  return { kind: check.kind, host, detail: redact(check.detail) };
}

/** A token goes to TMDB or no further than this machine. */
function checkedBaseUrl(baseUrl: string): { host: string; local: boolean } {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    throw new UsageError(
      'TMDB_BASE_URL holds a user or a password: allowed are URLs without them, the token goes into TMDB_API_TOKEN',
    );
  }
  const address = tokenAddress(baseUrl);
  if (url === undefined || address === 'elsewhere') {
    throw new UsageError(`TMDB_BASE_URL is '${shownUrl(baseUrl)}': ${tokenAddresses}`);
  }
  return { host: url.host, local: address === 'this-machine' };
}

/** A header takes no other characters, and a message that shows the value must not be the way to find out. */
function checkedToken(token: string | undefined): string | undefined {
  if (token === undefined || token === '') {
    return undefined;
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError(
      'TMDB_API_TOKEN holds characters that no token has: copy the API Read Access Token again, without quotes and line breaks',
    );
  }
  return token;
}
