/** A GET on TMDB's API: path below the base URL, and query parameters. */
export type TmdbRequest = { path: string; query: Record<string, string> };

/** The answer to one call, before it is judged. */
export type TmdbAnswer =
  | {
      kind: 'response';
      status: number;
      /** Decoded: never gzip bytes. Empty if the bytes cannot be decoded. */
      body: string;
      /** The header verbatim; repeated headers are joined by a comma. */
      retryAfter: string | undefined;
      /** The server that answered, from the `Server` and `Via` headers: printable ASCII of limited length; absent if neither was sent. */
      server?: string | undefined;
      /** Why the bytes cannot be decoded, as a phrase after "with"; absent if they can. */
      unreadable?: { code: 'broken_gzip' | 'unknown_encoding' | 'not_utf8'; detail: string } | undefined;
    }
  /** No complete answer: the connection was refused, reset or timed out, or the answer was too large. */
  | { kind: 'no-response'; code: string; detail: string }
  /** There is no token, and no call was made. */
  | { kind: 'no-token'; detail: string };

/** The code of an answer that is larger than `tmdb.maxBodyBytes`, and was not read to its end. */
export const tooLargeCode = 'answer_too_large';

/** The port to TMDB. `get` never rejects. */
export type TmdbPort = {
  get(request: TmdbRequest): Promise<TmdbAnswer>;
};
