import { parseRetryAfterMs } from './retry-after.ts';
import type { TmdbAnswer } from './tmdb-port.ts';

/** What a call means for its job. */
export type Verdict =
  | { fate: 'ok'; json: unknown }
  /** Try again; `throttled` when TMDB said that there were too many calls. */
  | { fate: 'retry'; code: string; detail: string; throttled: boolean; retryAfterMs: number | undefined }
  /** The token is refused, or there is none (status 0): no call of anyone will succeed. */
  | { fate: 'stop'; code: string; detail: string; status: number }
  /** Nothing there: the job is done without rows. */
  | { fate: 'not-found'; code: string; detail: string }
  /** Our request is wrong, or the answer is none that a retry would mend. */
  | { fate: 'bug'; code: string; detail: string };

type Fate = Verdict['fate'];

/** TMDB's own `status_code`, which is not the HTTP status. Source: TMDB error list, November 2026. */
const fateOfTmdbCode = new Map<number, Exclude<Fate, 'ok'>>([
  // Offline, backend down, maintenance, rate limit, internal errors, time-outs.
  ...([9, 11, 15, 24, 25, 43, 44, 46] as const).map((code) => [code, 'retry'] as const),
  // Authentication failed, invalid key, suspended key, account disabled, user suspended.
  ...([3, 7, 10, 14, 35, 45] as const).map((code) => [code, 'stop'] as const),
  // Invalid id, resource not found.
  ...([6, 34] as const).map((code) => [code, 'not-found'] as const),
  // Invalid format, parameters, page, date range, accept header, method, input.
  ...([4, 5, 18, 19, 20, 22, 23, 27, 28, 42, 47] as const).map((code) => [code, 'bug'] as const),
]);

const throttleTmdbCode = 25;

/** Judges one answer of TMDB. `nowMs` turns a Retry-After date into a delay. */
export function classifyAnswer(answer: TmdbAnswer, nowMs: number): Verdict {
  if (answer.kind === 'no-token') {
    return { fate: 'stop', code: 'token_unavailable', detail: answer.detail, status: 0 };
  }
  if (answer.kind === 'no-response') {
    return { fate: 'retry', code: answer.code, detail: answer.detail, throttled: false, retryAfterMs: undefined };
  }
  const json = parseJson(answer.body);
  if (answer.status >= 200 && answer.status < 300) {
    return json === undefined
      ? {
          fate: 'retry',
          code: 'unreadable_body',
          detail: `HTTP ${answer.status} with ${answer.body.length} characters that are not JSON`,
          throttled: false,
          retryAfterMs: undefined,
        }
      : { fate: 'ok', json };
  }
  return failure(answer.status, json, parseRetryAfterMs(answer.retryAfter, nowMs));
}

function failure(status: number, json: unknown, retryAfterMs: number | undefined): Verdict {
  const { tmdbCode, message } = tmdbError(json);
  const fate =
    (tmdbCode === undefined ? undefined : fateOfTmdbCode.get(tmdbCode)) ?? fateOfStatus(status, tmdbCode !== undefined);
  const code = tmdbCode === undefined ? `http_${status}` : `tmdb_${tmdbCode}`;
  const detail = `HTTP ${status}${message === undefined ? '' : `: ${message}`}`;
  switch (fate) {
    case 'retry':
      return { fate, code, detail, throttled: status === 429 || tmdbCode === throttleTmdbCode, retryAfterMs };
    case 'stop':
      return { fate, code, detail, status };
    default:
      return { fate, code, detail };
  }
}

/** For bodies without a known TMDB code, such as a load balancer's page. */
function fateOfStatus(status: number, fromTmdb: boolean): Exclude<Fate, 'ok'> {
  if (status === 429 || status === 408 || status >= 500) {
    return 'retry';
  }
  if (status === 401 || status === 403) {
    return 'stop';
  }
  if (status === 404 && fromTmdb) {
    return 'not-found';
  }
  // A redirect is never followed, the token would go along; like a 404 that is not TMDB's own, it is somebody in between.
  return status === 404 || (status >= 300 && status < 400) ? 'retry' : 'bug';
}

/** TMDB's error envelope, in its two shapes; texts are bounded, they end in logs. */
function tmdbError(json: unknown): { tmdbCode: number | undefined; message: string | undefined } {
  if (typeof json !== 'object' || json === null) {
    return { tmdbCode: undefined, message: undefined };
  }
  const { status_code: code, status_message: text, errors } = json as Record<string, unknown>;
  const message =
    typeof text === 'string'
      ? text
      : Array.isArray(errors)
        ? errors.filter((entry) => typeof entry === 'string').join('; ')
        : undefined;
  return { tmdbCode: typeof code === 'number' ? code : undefined, message: message?.slice(0, 200) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
