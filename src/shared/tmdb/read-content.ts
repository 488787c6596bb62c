/**
 * What a good answer must hold to be the answer to its request. JSON that is something else comes from a cache or a proxy
 * that mixed answers up, and is retried: page 1 in place of page 2 would replace a page with a copy of another.
 */
import type { Feed, MediaType } from '../core/feed.ts';
import type { DescribedTitle } from '../queues/item-page.ts';
import { tryAgain, type Verdict } from './classify-answer.ts';
import { type Losses, type NormalizedPage, normalizePage, normalizeTitle } from './normalize-page.ts';

/** What was asked for, or why the answer is not that. */
export type Content<T> = { fate: 'ok'; value: T } | Extract<Verdict, { fate: 'retry' }>;

/** Reads page `page` of a feed's list; what is beyond the bounds is counted in `losses`. */
export function readPage(json: unknown, feed: Feed, page: number, losses: Losses): Content<NormalizedPage> {
  const value = normalizePage(json, feed, page, losses);
  if (value === undefined) {
    return tryAgain('not_a_list', 'the answer is JSON but has no list of results');
  }
  const given = pageOf(json);
  return given === undefined || given === page
    ? { fate: 'ok', value }
    : tryAgain('another_page', `the answer is page ${given} of the list in place of page ${page}`);
}

/** Reads a title in one language; what is beyond the bounds is counted in `losses`. */
export function readTitle(json: unknown, mediaType: MediaType, id: number, losses: Losses): Content<DescribedTitle> {
  const value = normalizeTitle(json, mediaType, id, losses);
  return value === undefined
    ? tryAgain('not_the_title', 'the answer is JSON but does not describe the title')
    : { fate: 'ok', value };
}

/**
 * Which page an answer says it is; `undefined` where it does not say: that contradicts nothing. All recorded lists have the
 * number of the page that was asked for (November 2026); TMDB has sent figures as text.
 */
function pageOf(json: unknown): number | undefined {
  const { page } = json as { page?: unknown };
  const given = typeof page === 'string' && /^\d{1,9}$/.test(page) ? Number(page) : page;
  return typeof given === 'number' ? given : undefined;
}
