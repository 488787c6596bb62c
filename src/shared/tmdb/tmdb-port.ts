import type { TmdbRequest } from './feed-request.ts';

/** What came back of one call, before anyone judges it. */
export type TmdbAnswer =
  | {
      kind: 'response';
      status: number;
      /** Decoded: never gzip bytes. Empty where the bytes cannot be read as text. */
      body: string;
      /** The header verbatim; repeated headers joined by a comma. */
      retryAfter: string | undefined;
      /** Who answered, from the `Server` and `Via` headers: bounded, printable ASCII; absent where neither was sent. */
      server?: string | undefined;
      /** Why the bytes cannot be read as text, after "with"; absent where they can. */
      unreadable?: { code: 'broken_gzip' | 'not_utf8'; detail: string } | undefined;
    }
  /** No complete answer: refused, reset, timed out, too large. */
  | { kind: 'no-response'; code: string; detail: string }
  /** There is no token to call with, and no call was made. */
  | { kind: 'no-token'; detail: string };

/** TMDB as the core sees it. Never rejects. */
export type TmdbPort = {
  get(request: TmdbRequest): Promise<TmdbAnswer>;
};
