import { msFromIso } from '../../shared/core/clock.ts';
import { canonicalJson, stableHash } from '../../shared/core/stable-hash.ts';
import type { InputProblem } from '../filters/filter-input.ts';
import type { Origin, Problem, Provenance } from '../reader-api.ts';

/**
 * Whether `Accept-Encoding` accepts gzip: by name, or else by `*`, with a weight above 0 (RFC 9110, 12.5.3). Not by the package
 * `negotiator`: for this single question it adds 9 KB of code to every cold start.
 */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  const weights = new Map<string, number>();
  for (const part of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    weights.set(coding, Number(weight));
  }
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}

/** How long a stale answer may be kept: by then a refresh has usually arrived. */
const staleSeconds = 30;

/** Members of an answer that change by the second or say how it was found. The tag leaves them out: the same rows have the same tag. */
const passing = new Set(['from', 'ageSeconds', 'freshness', 'problem', 'parts', 'score']);

/**
 * `Cache-Control` from the lives of the rows: fresh until the soft TTL, afterwards usable while a cache revalidates it, and never after the
 * hard TTL. `scope` is `private` for answers that are made for one viewer.
 */
export function cacheControl(
  { freshUntil, expiresAt, stale }: Pick<Provenance, 'freshUntil' | 'expiresAt' | 'stale'>,
  scope: 'public' | 'private',
  nowMs: number,
): string {
  if (freshUntil === null || expiresAt === null) {
    return 'no-store';
  }
  const lifeSeconds = secondsUntil(expiresAt, nowMs);
  const freshSeconds = Math.min(lifeSeconds, stale ? staleSeconds : secondsUntil(freshUntil, nowMs));
  const afterwards = lifeSeconds - freshSeconds;
  return `${scope}, max-age=${freshSeconds}, stale-while-revalidate=${afterwards}, stale-if-error=${afterwards}`;
}

/** A weak `ETag`, because the body also holds the age: answers with the same tag have the same rows and are equally stale. */
export function entityTag(answer: object): string {
  const lasting = JSON.parse(JSON.stringify(answer, (key, value: unknown) => (passing.has(key) ? undefined : value)));
  return `W/"${stableHash(canonicalJson(lasting), 24)}"`;
}

/** A tag of a list, alone between commas; the tag itself may hold commas (RFC 9110, 8.8.3). */
const listedTag = /(?<=^|,)[ \t]*(?:W\/)?("[^"]*")[ \t]*(?=,|$)/g;

/** Whether `If-None-Match` names `tag`; compared weakly, as RFC 9110 asks. */
export function namesTag(ifNoneMatch: string | null, tag: string): boolean {
  const asked = ifNoneMatch?.trim() ?? '';
  const opaque = tag.replace(/^W\//, '');
  return asked === '*' || [...asked.matchAll(listedTag)].some(([, named]) => named === opaque);
}

/** The response of a text that only a deployment changes, or 304 to a client that has it. */
export function lastingResponse(text: string, ifNoneMatch: string | null): Response {
  const headers = { ETag: `W/"${stableHash(text, 24)}"`, 'Cache-Control': 'public, max-age=3600' };
  return namesTag(ifNoneMatch, headers.ETag)
    ? new Response(null, { status: 304, headers })
    : new Response(text, {
        headers: { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff', ...headers },
      });
}

/** `Cache-Status` of RFC 9211: whether the cache had the answer, and in which tier. */
export function cacheStatus(from: Origin): string {
  return `tmdb-pipeline; ${from === 'memory' || from === 'table' ? 'hit' : 'fwd=miss'}; detail=${from}`;
}

function secondsUntil(iso: string, nowMs: number): number {
  return Math.max(0, Math.floor((msFromIso(iso) - nowMs) / 1_000));
}

/** A failure that is answered in the form of RFC 9457. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly InputProblem[];
  readonly headers: Readonly<Record<string, string>>;
  /** Why the table could not be read, where that is the reason. */
  readonly tableCause: Problem['cause'];

  constructor(
    status: number,
    code: string,
    detail: string,
    more: {
      errors?: readonly InputProblem[];
      headers?: Readonly<Record<string, string>>;
      cause?: Problem['cause'];
    } = {},
  ) {
    super(detail);
    this.name = 'HttpProblem';
    this.status = status;
    this.code = code;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
    this.tableCause = more.cause;
  }
}

/** Reason phrases of RFC 9110, which are the titles of problems without a type (`about:blank`). */
const titles: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** When a retry may succeed: about the time until the breaker's next trial. */
const retryAfterSeconds = '15';

/** The most errors that are named, since a request may have thousands. */
const mostErrors = 10;

/** The problem of an invalid request. */
export function badRequest(all: readonly InputProblem[]): HttpProblem {
  const errors = all.slice(0, mostErrors);
  const detail = errors.map((error) => `${error.field}: ${error.detail}`).join('; ');
  return new HttpProblem(400, 'bad_request', detail, { errors });
}

/** Codes of problems whose detail is the message of a foreign error: those of AWS name accounts and roles. */
const foreignCodes = new Set(['control_unavailable', 'token_unavailable', 'unexpected']);

/** The problem without what clients must not see. */
export function outward({ code, detail, ...cause }: Problem): Problem {
  return {
    code,
    ...cause,
    detail: foreignCodes.has(code) ? 'the reader cannot use a service that it needs: the reason is in its log' : detail,
  };
}

/** The response when nothing was found: 404 where the cache does not have it, 503 where a tier failed. */
export function unavailable({ code, detail, cause }: Problem): HttpProblem {
  return code === 'not_cached'
    ? new HttpProblem(404, code, detail, { cause })
    : new HttpProblem(503, code, detail, { headers: { 'Retry-After': retryAfterSeconds }, cause });
}

/** The response for a problem. No cache may store it, and no browser may take it for a page. */
export function problemResponse({ status, code, message, errors, headers, tableCause }: HttpProblem): Response {
  const body = {
    type: 'about:blank',
    title: titles[status] ?? 'Error',
    status,
    detail: message,
    code,
    ...(tableCause !== undefined && { cause: tableCause }),
    ...(errors.length > 0 && { errors }),
  };
  // Values of the request are echoed: without `<` they cannot become markup where somebody shows the text.
  return new Response(JSON.stringify(body).replaceAll('<', '\\u003c'), {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
  });
}
