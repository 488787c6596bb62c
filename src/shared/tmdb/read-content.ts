/**
 * Checks that a successful answer belongs to its request. A cache or a proxy may mix up answers: page 1 in place of page 2 would overwrite
 * page 2 with a copy of page 1. Such answers are retried.
 */
import { type Feed, type MediaType, mediaTypes } from '../core/feed.ts';
import { idOf, isRow, rowsOf } from '../queues/details/detail-kinds.ts';
import type { DescribedTitle } from '../queues/item-page.ts';
import { type Reference, type ReferenceName, readReference } from '../queues/reference.ts';
import { keptCountries } from '../settings/settings.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { tryAgain, type Verdict } from './classify-answer.ts';
import { type Losses, type NormalizedPage, normalizeFirst, normalizePage, normalizeTitle } from './normalize-page.ts';
import { normalizeWholeTitle, type WholeTitle } from './normalize-whole-title.ts';

/** The requested content, or why the answer does not contain it. */
export type Content<T> = { fate: 'ok'; value: T } | Extract<Verdict, { fate: 'retry' }>;

/** Reads page `page` of a feed's list. `losses` counts what was cut because it exceeds its bounds. */
export function readPage(json: unknown, feed: Feed, page: number, losses: Losses): Content<NormalizedPage> {
  const value = normalizePage(json, feed, page, losses);
  if (value === undefined) {
    return tryAgain('not_a_list', 'the answer is JSON but has no list of results');
  }
  return ofPage(value, json, page);
}

function ofPage<T>(value: T, json: unknown, page: number): Content<T> {
  const given = pageOf(json);
  return given === undefined || given === page
    ? { fate: 'ok', value }
    : tryAgain('another_page', `the answer is page ${given} of the list in place of page ${page}`);
}

/** A page of a list of changes: the ids of the titles on it, and how many pages the list has. */
export type ChangesPage = { ids: readonly number[]; pages: number };

/** Reads page `page` of a list of changes. A row that names no title is left out: `id` may be null, and no row says more. */
export function readChangesPage(json: unknown, page: number): Content<ChangesPage> {
  const { results, total_pages: pages } = (json ?? {}) as { results?: unknown; total_pages?: unknown };
  if (!Array.isArray(results) || !Number.isSafeInteger(pages) || Number(pages) < 0) {
    return tryAgain('not_a_list', 'the answer is JSON but no list of changes');
  }
  const ids = results.map((row) => (row as { id?: unknown } | null)?.id).filter(isTitleId);
  return ofPage({ ids, pages: Number(pages) }, json, page);
}

function isTitleId(id: unknown): id is number {
  return Number.isSafeInteger(id) && Number(id) > 0;
}

/** Reads a title in one language. `losses` counts what was cut because it exceeds its bounds. */
export function readTitle(json: unknown, mediaType: MediaType, id: number, losses: Losses): Content<DescribedTitle> {
  return titleContent(normalizeTitle(json, mediaType, id, losses));
}

/** Reads a title with its parts, which was asked for in the default language. `losses` counts what was cut because it exceeds its bounds. */
export function readWholeTitle(
  json: unknown,
  { mediaType, id }: { mediaType: MediaType; id: number },
  settings: Settings,
  losses: Losses,
): Content<WholeTitle> {
  return titleContent(normalizeWholeTitle(json, mediaType, id, settings, losses));
}

/** Reads reference data, as much as the kept countries need of it. */
export function readReferenceData(json: unknown, what: ReferenceName, settings: Settings): Content<Reference> {
  const value = readReference(json, what, keptCountries(settings));
  return value === undefined
    ? tryAgain('not_the_reference', `the answer is JSON but holds no ${what}`)
    : { fate: 'ok', value };
}

/** Reads which titles of a kind have an id elsewhere, by TMDB's ids. */
export function readFound(json: unknown, mediaType: MediaType): Content<number[]> {
  const rows = foundRows(json, mediaType);
  return rows === undefined
    ? notAFind
    : { fate: 'ok', value: [...new Set(rowsOf(rows).flatMap(({ id }) => idOf(id) ?? []))] };
}

/**
 * Reads the film and the series that have an id elsewhere, the first ones where there are several. Persons, seasons and episodes are no titles:
 * where only these have it, nothing is found. `losses` counts what was cut because it exceeds its bounds.
 */
export function readFoundTitles(
  json: unknown,
  losses: Losses,
): Content<DescribedTitle[]> | Extract<Verdict, { fate: 'not-found' }> {
  const lists = mediaTypes.map((mediaType) => ({ mediaType, rows: foundRows(json, mediaType) }));
  if (lists.some(({ rows }) => rows === undefined)) {
    return notAFind;
  }
  const value = lists.flatMap(({ mediaType, rows = [] }) => normalizeFirst(rows, mediaType, losses) ?? []);
  if (value.length > 0) {
    return { fate: 'ok', value };
  }
  return lists.some(({ rows = [] }) => rows.length > 0)
    ? tryAgain('unreadable_rows', 'no row of what was found can be read')
    : { fate: 'not-found', code: 'nothing_found', detail: 'no film and no series has this id' };
}

const notAFind = tryAgain('not_a_find', 'the answer is JSON but does not list what was found');

function foundRows(json: unknown, mediaType: MediaType): unknown[] | undefined {
  const rows = isRow(json) ? json[`${mediaType}_results`] : undefined;
  return Array.isArray(rows) ? rows : undefined;
}

function titleContent<T>(value: T | undefined): Content<T> {
  return value === undefined
    ? tryAgain('not_the_title', 'the answer is JSON but does not describe the title')
    : { fate: 'ok', value };
}

/**
 * The page number in an answer; `undefined` if there is none, which is accepted. All recorded lists contain the number of the requested
 * page (November 2026). It may be a text, since TMDB has sent figures as text.
 */
function pageOf(json: unknown): number | undefined {
  const { page } = json as { page?: unknown };
  const given = typeof page === 'string' && /^\d{1,9}$/.test(page) ? Number(page) : page;
  return typeof given === 'number' ? given : undefined;
}
