import type { Problem } from '../reader-api.ts';

/** One wrong part of a request: its field, and a sentence that says what is allowed. */
export type FieldError = { field: string; detail: string };

/** A failure that a client is told in the form of RFC 9457. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { errors?: readonly FieldError[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.name = 'HttpProblem';
    this.status = status;
    this.code = code;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
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

/** A request that is wrong. */
export function badRequest(errors: readonly FieldError[]): HttpProblem {
  const detail = errors.map((error) => `${error.field}: ${error.detail}`).join('; ');
  return new HttpProblem(400, 'bad_request', detail, { errors });
}

/** Nothing to answer with: the cache has it not, and TMDB could not be asked. */
export function unavailable({ code, detail }: Problem): HttpProblem {
  return code === 'not_cached'
    ? new HttpProblem(404, code, detail)
    : new HttpProblem(503, code, detail, { headers: { 'Retry-After': retryAfterSeconds } });
}

/** The response. Nobody may keep it, and no browser may take it for a page. */
export function problemResponse({ status, code, message, errors, headers }: HttpProblem): Response {
  const body = {
    type: 'about:blank',
    title: titles[status] ?? 'Error',
    status,
    detail: message,
    code,
    ...(errors.length > 0 && { errors }),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
  });
}
