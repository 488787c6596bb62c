/** An answer before it is serialized: its body is JSON. */
export type Answer = {
  status: number;
  body: unknown;
  /** For `Cache-Control: max-age`; an answer without it is not cached and carries no ETag. */
  maxAgeSeconds?: number;
};

/** A JSON object in an answer. */
export type Row = Record<string, unknown>;

/** The status codes of TMDB that the simulator uses: HTTP status and message (developer.themoviedb.org/docs/errors). */
const tmdbStatus = {
  1: { http: 200, message: 'Success.' },
  5: { http: 422, message: 'Invalid parameters: Your request parameters are incorrect.' },
  7: { http: 401, message: 'Invalid API key: You must be granted a valid key.' },
  11: { http: 500, message: 'Internal error: Something went wrong, contact TMDB.' },
  22: {
    http: 400,
    message: 'Invalid page: Pages start at 1 and max at 500. They are expected to be an integer.',
  },
  23: { http: 400, message: 'Invalid date: Format needs to be YYYY-MM-DD.' },
  24: { http: 504, message: 'Your request to the backend server timed out. Try again.' },
  25: { http: 429, message: 'Your request count (#) is over the allowed limit of (40).' },
  27: {
    http: 400,
    message: 'Too many append to response objects: The maximum number of remote calls is 20.',
  },
  34: { http: 404, message: 'The resource you requested could not be found.' },
  42: { http: 405, message: 'This request method is not supported for this resource.' },
  43: { http: 502, message: "Couldn't connect to the backend server." },
} as const;

type TmdbStatusCode = keyof typeof tmdbStatus;

/** The answer TMDB gives with a status code: `success`, `status_code`, `status_message`. */
export function statusAnswer(code: TmdbStatusCode, message: string = tmdbStatus[code].message): Answer {
  return {
    status: tmdbStatus[code].http,
    body: { success: code === 1, status_code: code, status_message: message },
  };
}

/** A request that TMDB answers with a status code. Thrown where a parameter is read, caught where the request is answered. */
export class ApiFailure extends Error {
  readonly code: TmdbStatusCode;

  constructor(code: TmdbStatusCode) {
    super(tmdbStatus[code].message);
    this.name = 'ApiFailure';
    this.code = code;
  }
}
