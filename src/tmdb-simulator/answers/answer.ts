import { type TmdbStatusCode, tmdbStatus } from './tmdb-status.ts';

/** An answer before it is put on the wire: its body is JSON. */
export type Answer = {
  status: number;
  body: unknown;
  /** For `Cache-Control: max-age`; an answer without it is not cached and carries no ETag. */
  maxAgeSeconds?: number;
};

/** The body TMDB gives with its own codes: `success`, `status_code`, `status_message`. */
export function statusAnswer(code: TmdbStatusCode, message: string = tmdbStatus[code].message): Answer {
  return {
    status: tmdbStatus[code].http,
    body: { success: code === 1, status_code: code, status_message: message },
  };
}

/** A request that TMDB answers with one of its codes: thrown where a parameter is read, answered where the route ends. */
export class ApiFailure extends Error {
  readonly code: TmdbStatusCode;

  constructor(code: TmdbStatusCode) {
    super(tmdbStatus[code].message);
    this.name = 'ApiFailure';
    this.code = code;
  }
}
