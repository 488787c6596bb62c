/**
 * A row of the predecessor as the row it becomes. What is known of a title stands beside the keys, or as a map or a JSON text in one of
 * three attributes, with TMDB's names or the same in camel case. What is ambiguous is not guessed: such a row is left to a person.
 */
import * as z from 'zod';
import { dayMs, isoFromMs } from '../../shared/core/clock.ts';
import { type MediaType, mediaTypes } from '../../shared/core/feed.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { type DescribedTitle, maxTmdbId } from '../../shared/queues/item-page.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { rowBaseSchema } from '../../shared/tables/row.ts';
import { type TitleRow, titleRowFor } from '../../shared/tables/title-row.ts';
import { normalizeTitle } from '../../shared/tmdb/normalize-page.ts';
import type { StoredRow } from './migration-table.ts';

/** A row that is left as it is, and why. */
export type NotUnderstood = { kind: 'not-understood'; reason: string };

/** What a row of the table is: one of this schema, one of the predecessor with the row it becomes, or neither. */
export type Judgement = { kind: 'current' } | { kind: 'legacy'; row: TitleRow } | NotUnderstood;

/** Judges a row. One of the predecessor has no version, and was fetched in the default language; `nowMs` bounds its fetch time. */
export function judgeRow(stored: StoredRow, settings: Settings, nowMs: number): Judgement {
  if (stored.version !== undefined) {
    return rowBaseSchema.safeParse(stored).success
      ? { kind: 'current' }
      : notUnderstood('there is a version, but it is no row of this schema');
  }
  const id = /^[1-9]\d{0,15}$/.test(stored.mediaId) ? Number(stored.mediaId) : Number.NaN;
  const mediaType = parseMediaType(stored.mediaType);
  const fetchedAtMs = parseFetchedAt(stored.fetchedAt, nowMs);
  if (!(id <= maxTmdbId)) {
    return notUnderstood(`mediaId '${shown(stored.mediaId)}' is no TMDB id`);
  }
  if (mediaType === undefined) {
    return notUnderstood(mediaTypeProblem(stored.mediaType));
  }
  if (fetchedAtMs === undefined) {
    return notUnderstood(fetchedAtProblem(stored.fetchedAt));
  }
  const title = parseTitle(stored, mediaType, id);
  if (typeof title === 'string') {
    return notUnderstood(title);
  }
  const fetched = { language: settings.defaultLanguage, fetchedAt: isoFromMs(fetchedAtMs) };
  return { kind: 'legacy', row: titleRowFor(fetched, title, settings) };
}

function notUnderstood(reason: string): NotUnderstood {
  return { kind: 'not-understood', reason };
}

/** Other words for a series. */
const synonyms: ReadonlyMap<string, MediaType> = new Map([
  ['series', 'tv'],
  ['show', 'tv'],
]);

function parseMediaType(value: unknown): MediaType | undefined {
  const word = shown(value).toLowerCase();
  return mediaTypes.find((known) => known === word) ?? synonyms.get(word);
}

function mediaTypeProblem(mediaType: string): string {
  return /[#@]/.test(mediaType)
    ? `mediaType '${shown(mediaType)}' is one of this schema, but there is no version`
    : `mediaType '${shown(mediaType)}' is neither movie nor tv`;
}

/** TMDB's API is not older than this; what claims to be is a number of another kind. */
const earliestMs = Date.UTC(2010, 0, 1);
const isoTime = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/i;

/** Epoch milliseconds out of epoch milliseconds or seconds, or of ISO 8601, which is UTC unless it names a zone. */
function parseFetchedAt(value: unknown, nowMs: number): number | undefined {
  const text = Array.isArray(value) ? '' : shown(value).trim();
  const [, date, time = '00:00', zone = 'Z'] = isoTime.exec(text) ?? [];
  const number = /^\d{1,20}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const meant = date === undefined ? [number, number * 1_000] : [Date.parse(`${date}T${time}${zone}`)];
  const epochMs = meant.find((ms) => ms >= earliestMs && ms <= nowMs + dayMs);
  return epochMs === undefined ? undefined : Math.floor(epochMs);
}

function fetchedAtProblem(fetchedAt: unknown): string {
  return fetchedAt === undefined || fetchedAt === null
    ? 'there is no fetchedAt'
    : `fetchedAt '${shown(fetchedAt)}' is no time between 2010 and tomorrow`;
}

/** The title that a row describes, or why there is none. */
function parseTitle(stored: StoredRow, mediaType: MediaType, id: number): DescribedTitle | string {
  const { members, unreadable } = contentOf(stored);
  if (members.id !== undefined && shown(members.id) !== String(id)) {
    return `the content is that of another title (id ${shown(members.id)})`;
  }
  if (members.media_type !== undefined && parseMediaType(members.media_type) !== mediaType) {
    return `the content is that of another media type (${shown(members.media_type)})`;
  }
  const ids = asGenres(members.genre_ids);
  const genres = ids.length > 0 ? ids : asGenres(members.genres);
  const [release_date, first_air_date] = [asDay(members.release_date), asDay(members.first_air_date)];
  const origin_country = asList(members.origin_country);
  const title = normalizeTitle({ ...members, id, genres, origin_country, release_date, first_air_date }, mediaType, id);
  if (title === undefined || title.title.trim() === '') {
    return unreadable.length > 0
      ? `there is no title, and ${unreadable.join(', ')} is no content`
      : 'there is no title';
  }
  return title;
}

const containers = ['data', 'item', 'metadata'] as const;
const mapSchema = z.record(z.string(), z.unknown());

/**
 * Members by TMDB's names, and the containers that hold none although they should. Beside the keys an `id` and a media type may be
 * anything; inside a container they say which title it is.
 */
function contentOf(stored: StoredRow): { members: Record<string, unknown>; unreadable: string[] } {
  const { id: _id, media_type: _mediaType, ...outer } = byTmdbNames(stored);
  const unreadable: string[] = [];
  let members: Record<string, unknown> = outer;
  for (const name of containers) {
    const held = stored[name] ?? {};
    const inner = mapSchema.safeParse(typeof held === 'string' ? parseJson(held) : held).data;
    if (inner === undefined) {
      unreadable.push(name);
    } else {
      members = { ...byTmdbNames(inner), ...members };
    }
  }
  return { members, unreadable };
}

/** What is empty does not stand in the way of the same member in another place or spelling. */
function byTmdbNames(held: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const filled = Object.entries(held).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries([...filled.map(([name, value]) => [snakeCase(name), value]), ...filled]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lists give ids, details objects that have one; anything else is dropped. */
function asGenres(value: unknown): { id: unknown }[] {
  return asList(value)
    .map((one) => (typeof one === 'object' && one !== null && 'id' in one ? { id: one.id } : { id: one }))
    .filter(({ id }) => /^\d+$/.test(shown(id)));
}

function asList(value: unknown): unknown[] {
  if (value === undefined) {
    return [];
  }
  return value instanceof Set ? [...value] : [value].flat();
}

/** `1999-10-15` out of `1999-10-15T00:00:00Z`. */
function asDay(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\d)T.*$/, '$1') : value;
}
