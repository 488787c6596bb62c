import type { Problem } from '../reader-api.ts';

/** One wrong part of a request: its field, and a sentence that says what is allowed. */
export type FieldError = { field: string; detail: string };

/** A failure that a client is told in the form of RFC 9457. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;
  /** Why the table could not be read, where that is it. */
  readonly tableCause: Problem['cause'];

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { errors?: readonly FieldError[]; headers?: Readonly<Record<string, string>>; cause?: Problem['cause'] } = {},
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

/** Reason phrases of RFC 9110: a problem without a type of its own has its status' phrase as title. */
const titles: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** After this time asking again may help: the breaker's next trial, or a table's return. */
const retryAfterSeconds = '15';

/** Errors that are named at the most: a request may hold thousands. */
const mostErrors = 10;

/** A request that is wrong. */
export function badRequest(all: readonly FieldError[]): HttpProblem {
  const errors = all.slice(0, mostErrors);
  const detail = errors.map((error) => `${error.field}: ${error.detail}`).join('; ');
  return new HttpProblem(400, 'bad_request', detail, { errors });
}

/** Problems that are told in the words of somebody else's error: those of AWS name accounts and roles. */
const foreignCodes = new Set(['control_unavailable', 'token_unavailable', 'unexpected']);

/** A problem as a client may be told it. */
export function outward({ code, detail, ...cause }: Problem): Problem {
  return {
    code,
    ...cause,
    detail: foreignCodes.has(code) ? 'the reader has a problem of its own, which its log names' : detail,
  };
}

/** Nothing to answer with: the cache has it not, and TMDB could not be asked. */
export function unavailable({ code, detail, cause }: Problem): HttpProblem {
  return code === 'not_cached'
    ? new HttpProblem(404, code, detail, { cause })
    : new HttpProblem(503, code, detail, { headers: { 'Retry-After': retryAfterSeconds }, cause });
}

/** The response. Nobody may keep it, and no browser may take it for a page. */
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
  // What is echoed can be no markup, whoever shows the text.
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
