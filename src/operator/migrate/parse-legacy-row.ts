/** A row of the predecessor as the title it holds. What it is not sure of it does not guess: such a row is left to a person. */
import { type MediaType, mediaTypes } from '../../shared/core/feed.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { type DescribedTitle, maxTmdbId } from '../../shared/queues/item-page.ts';
import { normalizeTitle } from '../../shared/tmdb/normalize-page.ts';
import { legacyContent } from './legacy-content.ts';
import { parseFetchedAtMs } from './parse-fetched-at.ts';

/** A row that is not understood, and why. */
export type NotUnderstood = { kind: 'not-understood'; reason: string };

/** What a row of the predecessor says. */
export type LegacyRow = { kind: 'title'; title: DescribedTitle; fetchedAtMs: number } | NotUnderstood;

/** Other words for a series. */
const synonyms: Readonly<Record<string, MediaType>> = { series: 'tv', show: 'tv' };

/** Reads the attributes of a row that has no version; `nowMs` tells which fetch times can be. */
export function parseLegacyRow(attributes: Readonly<Record<string, unknown>>, nowMs: number): LegacyRow {
  const id = parseId(attributes.mediaId);
  const mediaType = parseMediaType(attributes.mediaType);
  const fetchedAtMs = parseFetchedAtMs(attributes.fetchedAt, nowMs);
  if (id === undefined) {
    return notUnderstood(`mediaId '${shown(attributes.mediaId)}' is no TMDB id`);
  }
  if (mediaType === undefined) {
    return notUnderstood(mediaTypeProblem(String(attributes.mediaType)));
  }
  if (fetchedAtMs === undefined) {
    return notUnderstood(fetchedAtProblem(attributes.fetchedAt));
  }
  const title = describedTitle(attributes, mediaType, id);
  return typeof title === 'string' ? notUnderstood(title) : { kind: 'title', title, fetchedAtMs };
}

function parseId(value: unknown): number | undefined {
  const id = Number(/^[1-9]\d{0,15}$/.test(String(value)) ? value : Number.NaN);
  return id <= maxTmdbId ? id : undefined;
}

function parseMediaType(value: unknown): MediaType | undefined {
  const word = String(value).toLowerCase();
  return mediaTypes.find((known) => known === word) ?? (Object.hasOwn(synonyms, word) ? synonyms[word] : undefined);
}

/** The title of a row, or why there is none. */
function describedTitle(
  attributes: Readonly<Record<string, unknown>>,
  mediaType: MediaType,
  id: number,
): DescribedTitle | string {
  const { members, unreadable } = legacyContent(attributes);
  if (members.id !== undefined && String(members.id) !== String(id)) {
    return `the content is that of another title (id ${shown(members.id)})`;
  }
  if (members.media_type !== undefined && parseMediaType(members.media_type) !== mediaType) {
    return `the content is that of another media type (${shown(members.media_type)})`;
  }
  const title = normalizeTitle(asTmdbDetails(members, id), mediaType, id);
  if (title === undefined || title.title.trim() === '') {
    return unreadable.length === 0
      ? 'there is no title'
      : `there is no title, and ${unreadable.join(', ')} is no content`;
  }
  return title;
}

/** The content as TMDB's details would have it, in the types that it uses. */
function asTmdbDetails(members: Readonly<Record<string, unknown>>, id: number): Record<string, unknown> {
  return {
    ...members,
    id,
    vote_average: asNumber(members.vote_average),
    vote_count: asNumber(members.vote_count),
    popularity: asNumber(members.popularity),
    genres: genreIds(members).map((id) => ({ id })),
    origin_country: asList(members.origin_country).filter((country) => typeof country === 'string'),
    release_date: asDay(members.release_date),
    first_air_date: asDay(members.first_air_date),
  };
}

/** Lists give ids, details objects that have one; where a row holds both, those that are ids count. */
function genreIds(members: Readonly<Record<string, unknown>>): number[] {
  const ids = asGenreIds(members.genre_ids);
  return ids.length > 0 ? ids : asGenreIds(members.genres);
}

function asGenreIds(value: unknown): number[] {
  return asList(value)
    .map((genre) => asNumber(typeof genre === 'object' && genre !== null && 'id' in genre ? genre.id : genre))
    .filter((genreId): genreId is number => Number.isSafeInteger(genreId));
}

function asList(value: unknown): unknown[] {
  if (value === undefined) {
    return [];
  }
  return Array.isArray(value) ? value : [value];
}

function asNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}(\.\d+)?$/.test(value) ? Number(value) : value;
}

/** `1999-10-15` out of `1999-10-15T00:00:00Z`. */
function asDay(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\d)T.*$/, '$1') : value;
}

function mediaTypeProblem(mediaType: string): string {
  return /[#@]/.test(mediaType)
    ? `mediaType '${shown(mediaType)}' is one of this schema, but there is no version`
    : `mediaType '${shown(mediaType)}' is neither movie nor tv`;
}

function fetchedAtProblem(fetchedAt: unknown): string {
  return fetchedAt === undefined || fetchedAt === null
    ? 'there is no fetchedAt'
    : `fetchedAt '${shown(fetchedAt)}' is no time between 2010 and tomorrow`;
}

function notUnderstood(reason: string): NotUnderstood {
  return { kind: 'not-understood', reason };
}
