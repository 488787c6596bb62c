/**
 * One table judges every answer by its HTTP status, TMDB's `status_code`, and whether the body is TMDB's JSON at all.
 *
 *   2xx with content, no code or one of success   ──► ok
 *   any other known `status_code`                 ──► the row of that code (tmdb-codes.ts), whatever the HTTP status or `results`
 *   2xx without content, or `success: false`      ──► retry
 *   400 or 422 with TMDB's `{"errors": [texts]}`  ──► our request is wrong
 *   any other status and body                     ──► from a server between TMDB and us: retry
 *
 * Only TMDB's own JSON counts as an answer of TMDB: all answers pass a CDN, whose pages say nothing about a token, an id or a request.
 */
import type { UsedSlot } from '../throttle/call-gate.ts';
import type { CallAnswer } from '../throttle/rate-rule.ts';
import { isSuccessTmdbCode, rowOfTmdbCode, throttleTmdbCode } from './tmdb-codes.ts';
import type { TmdbAnswer } from './tmdb-port.ts';

/** Longest delay that is taken from a `Retry-After` header. */
const capMs = 60_000;

/** `Mon, 23 Nov 2026 08:00:00 GMT` and its two obsolete forms. Source: RFC 9110, 5.6.7. */
const httpDates = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * `Retry-After` in milliseconds, at most one minute. It may be in seconds or an HTTP date. If the header was sent twice, the longer delay
 * counts. `undefined` if it is absent or invalid.
 */
export function parseRetryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const waits = candidates(header ?? '')
    .map((part) => waitMs(part, nowMs))
    .filter((wait): wait is number => wait !== undefined && !Number.isNaN(wait));
  return waits.length === 0 ? undefined : Math.min(capMs, Math.max(0, ...waits));
}

/** Splits a joined header at its commas, except the comma after the weekday of an HTTP date. */
function candidates(text: string): string[] {
  return text.split(/,(?!\s*\d{1,2}[ -][A-Z][a-z]{2})/).map((part) => part.trim());
}

function waitMs(part: string, nowMs: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(part)) {
    return Number(part) * 1000;
  }
  return httpDates.some((form) => form.test(part)) ? Date.parse(part.replace(/( GMT)?$/, ' GMT')) - nowMs : undefined;
}

/** What an answer means for its job. */
export type Verdict =
  | { fate: 'ok'; json: unknown }
  /** Try again. `throttled`: there were too many calls; `namedLimit`: the limit that TMDB's message names, in calls a second. */
  | {
      fate: 'retry';
      code: string;
      detail: string;
      throttled: boolean;
      retryAfterMs: number | undefined;
      namedLimit?: number | undefined;
    }
  /**
   * The token seems to be refused, or there is none (status 0), so that no call by any worker can succeed. One answer is not a proof; see
   * report-outcome.ts.
   */
  | { fate: 'stop'; code: string; detail: string; status: number }
  /** The list or title does not exist, or is not visible to us. This is a final answer. */
  | { fate: 'not-found'; code: string; detail: string }
  /** Our request is wrong. The same request would get the same answer. */
  | { fate: 'bug'; code: string; detail: string };

type Failure = Exclude<Verdict, { fate: 'ok' }>;
type HttpAnswer = Extract<TmdbAnswer, { kind: 'response' }>;

const mostMessageCharacters = 200;

/** Judges one answer of TMDB; never throws. `nowMs` turns a Retry-After date into a delay. */
export function classifyAnswer(answer: TmdbAnswer, nowMs: number): Verdict {
  if (answer.kind === 'no-token') {
    return { fate: 'stop', code: 'token_unavailable', detail: answer.detail, status: 0 };
  }
  if (answer.kind === 'no-response') {
    return tryAgain(answer.code, answer.detail);
  }
  const json = parseJson(answer.body);
  const isGood = answer.status >= 200 && answer.status < 300;
  if (isGood && answer.unreadable !== undefined) {
    return tryAgain(answer.unreadable.code, `HTTP ${answer.status} with ${answer.unreadable.detail}`);
  }
  if (isGood && json === undefined) {
    const size = `${answer.body.length} characters that are not JSON`;
    return tryAgain('unreadable_body', `HTTP ${answer.status} with ${size}`);
  }
  return isGood && !isErrorEnvelope(json) ? { fate: 'ok', json } : failure(answer, json, nowMs);
}

/** A verdict `retry` without a throttle. */
export function tryAgain(code: string, detail: string): Extract<Verdict, { fate: 'retry' }> {
  return { fate: 'retry', code, detail, throttled: false, retryAfterMs: undefined };
}

/**
 * Whether a 2xx is a failure: it has `success: false` or the code of a failure, even together with content. An empty `results` together
 * with "too many calls" is not an empty list. A code of success without content is a failure too.
 */
function isErrorEnvelope(json: unknown): boolean {
  const { success, status_code: code, results, id } = membersOf(json);
  const hasContent = results !== undefined || id !== undefined;
  return success === false || (rowOfTmdbCode(code) !== undefined && !(hasContent && isSuccessTmdbCode(code)));
}

function failure(answer: HttpAnswer, json: unknown, nowMs: number): Failure {
  const { status } = answer;
  const { status_code: tmdbCode, status_message: message } = membersOf(json);
  const row = rowOfTmdbCode(tmdbCode);
  if (row === undefined) {
    return withoutCode(answer, json, nowMs);
  }
  const code = `tmdb_${tmdbCode}`;
  const detail = `HTTP ${status}${typeof message === 'string' ? `: ${bounded(message)}` : ''}`;
  switch (row.fate) {
    case 'retry': {
      const throttled = status === 429 || tmdbCode === throttleTmdbCode;
      const retryAfterMs = parseRetryAfterMs(answer.retryAfter, nowMs);
      return { fate: 'retry', code, detail, throttled, retryAfterMs, ...(throttled && namedLimitIn(message)) };
    }
    case 'stop':
      return { fate: 'stop', code, detail, status };
    default:
      return { fate: row.fate, code, detail };
  }
}

/** The limit in a message such as "Your request count (41) is over the allowed limit of (40)." */
function namedLimitIn(message: unknown): { namedLimit?: number } {
  const [, limit] = /\blimit of \(?(\d{1,6})\b/.exec(String(message)) ?? [];
  return limit === undefined || Number(limit) === 0 ? {} : { namedLimit: Number(limit) };
}

/**
 * A failure without a known code. TMDB also sends errors as a list of texts; it is trusted only with 400 and 422, which concern the request
 * itself. Other APIs' `errors` hold objects. A 401, 403 or 404 of this form proves nothing, since a server in between may have sent it.
 */
function withoutCode(answer: HttpAnswer, json: unknown, nowMs: number): Failure {
  const { status } = answer;
  const texts = errorTexts(json);
  if ((status === 400 || status === 422) && texts !== undefined) {
    return { fate: 'bug', code: `http_${status}`, detail: `HTTP ${status}: ${texts}` };
  }
  const { status_code: unknownCode } = membersOf(json);
  const what = typeof unknownCode === 'number' ? `with the unknown status_code ${unknownCode}` : "without TMDB's JSON";
  return {
    fate: 'retry',
    code: `http_${status}`,
    detail: `HTTP ${status} ${what}, from ${answer.server ?? 'a server that does not say which'}`,
    // All calls pass the server that sent this, so a 429 slows us down even if it is not from TMDB.
    throttled: status === 429,
    retryAfterMs: parseRetryAfterMs(answer.retryAfter, nowMs),
  };
}

function errorTexts(json: unknown): string | undefined {
  const { errors } = membersOf(json);
  const isTmdbs = Array.isArray(errors) && errors.length > 0 && errors.every((entry) => typeof entry === 'string');
  return isTmdbs ? bounded(errors.join('; ')) : undefined;
}

/** TMDB's message, shortened, without unpaired surrogates, which SQS and DynamoDB refuse. */
function bounded(words: string): string {
  return words.slice(0, mostMessageCharacters).toWellFormed();
}

/**
 * What the shared schedule learns from a verdict on the call that used `slot`. A failure that TMDB's own JSON names was admitted by its limit; without an answer, or
 * with one of a server in between, that is unknown.
 */
export function evidenceOf(
  verdict: { fate: 'ok' } | Failure,
  { atMs, ratePerSecond }: UsedSlot,
): CallAnswer | undefined {
  const call = { slotMs: atMs, ratePerSecond };
  if (verdict.fate !== 'retry') {
    const wasCalled = verdict.fate !== 'stop' || verdict.status > 0;
    return wasCalled ? { ...call, outcome: 'answered' } : undefined;
  }
  if (verdict.throttled) {
    const { retryAfterMs, namedLimit } = verdict;
    return { ...call, outcome: 'refused', retryAfterMs, namedLimit };
  }
  return verdict.code.startsWith('tmdb_') ? { ...call, outcome: 'failed' } : undefined;
}

/** The members of the JSON object in the body; none if the body is anything else. */
export function answerMembers(answer: TmdbAnswer): Record<string, unknown> {
  return answer.kind === 'response' ? membersOf(parseJson(answer.body)) : {};
}

function membersOf(json: unknown): Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Record<string, unknown>) : {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
