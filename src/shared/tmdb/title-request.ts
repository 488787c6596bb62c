import type { MediaType } from '../core/feed.ts';
import type { TmdbRequest } from './feed-request.ts';

/** The request that fetches one title in one language. */
export function titleRequest(mediaType: MediaType, id: number, language: string): TmdbRequest {
  return { path: `/${mediaType}/${id}`, query: { language } };
}
