import type { TmdbRequest } from './feed-request.ts';

/** What came back of one call, before anyone judges it. */
export type TmdbAnswer =
  | {
      kind: 'response';
      status: number;
      /** Decoded: never gzip bytes. */
      body: string;
      /** The header verbatim; repeated headers joined by a comma. */
      retryAfter: string | undefined;
    }
  /** No complete answer: refused, reset, timed out, too large. */
  | { kind: 'no-response'; code: string; detail: string }
  /** There is no token to call with, and no call was made. */
  | { kind: 'no-token'; detail: string };

/** TMDB as the core sees it. Never rejects. */
export type TmdbPort = {
  get(request: TmdbRequest): Promise<TmdbAnswer>;
};
