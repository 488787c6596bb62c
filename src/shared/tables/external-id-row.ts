import * as z from 'zod';
import { isoFromMs, minuteMs, msFromIso } from '../core/clock.ts';
import { type MediaType, mediaTypes } from '../core/feed.ts';
import { externalIdPattern } from '../queues/details/detail-kinds.ts';
import type { TitleParts } from '../queues/details/title-parts.ts';
import { type ItemTitle, tmdbIdSchema } from '../queues/item-page.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { type JoinedDraft, joinedVersion, joinParts, type StoredRow, timeVersion } from './joined-row.ts';
import { type RowDraft, type RowKey, rowBaseSchema, rowSchemaVersion } from './row.ts';
import { externalIdLife, externalIdPeriodStartMs } from './row-life.ts';

const refSchema = z.object({
  id: tmdbIdSchema,
  fetchedAt: rowBaseSchema.shape.fetchedAt,
  expiresAt: rowBaseSchema.shape.expiresAt,
});

/**
 * The title behind an id elsewhere: `imdb:tt0137523` + `id`. An id may stand for a film and for a series, so there is one of each. Where TMDB
 * has merged two titles into one, the one that was fetched last stands: the other is not found any more.
 */
export const externalIdRowSchema = z.object({
  ...rowBaseSchema.shape,
  mediaId: z.string().regex(externalIdPattern),
  mediaType: z.literal('id'),
  movie: refSchema.optional(),
  tv: refSchema.optional(),
});

export type ExternalIdRow = z.infer<typeof externalIdRowSchema>;
type Ref = z.infer<typeof refSchema>;
type Refs = Partial<Record<MediaType, Ref>>;

/** 2^53 - 1 in base 36. */
const idDigits = 11;
const versionWidth = timeVersion(0).length + idDigits;

/** An answer of TMDB about a title, fetched at `fetchedAt` (ISO 8601). `isAboutId`: it tells what TMDB has under the id at that time. */
type Fetched = { mediaType: MediaType; id: number; fetchedAt: string; isAboutId: boolean };

/** The key of a row. */
export function externalIdKey(text: string): RowKey & { mediaType: 'id' } {
  return { mediaId: text, mediaType: 'id' };
}

/**
 * What a title's answer, fetched at `fetched.fetchedAt` (ISO 8601), brings for the rows of its ids elsewhere.
 * @param fetched - `movedFrom`: the title was asked for under this id, which TMDB does not know any more.
 */
export function externalIdDrafts(
  { movedFrom, ...fetched }: Omit<Fetched, 'isAboutId'> & { movedFrom?: number | undefined },
  { externalIds }: TitleParts,
  settings: Settings,
): JoinedDraft<ExternalIdRow>[] {
  const { imdb = null, tvdb = null } = externalIds?.externalIds ?? {};
  const texts = [...(imdb === null ? [] : [`imdb:${imdb}`]), ...(tvdb === null ? [] : [`tvdb:${tvdb}`])];
  return texts.map((text) => draftOf(text, { ...fetched, isAboutId: movedFrom !== undefined }, settings));
}

/**
 * What a title that TMDB has found by an id elsewhere brings for the row of that id. It tells of this id alone, and of a film or a series
 * alone: the rows of the title's other ids, and what this row has of the other kind, stay as they are.
 */
export function foundIdDrafts(
  { foundBy, fetchedAt, title: { mediaType, id } }: Pick<ItemTitle, 'foundBy' | 'fetchedAt' | 'title'>,
  settings: Settings,
): JoinedDraft<ExternalIdRow>[] {
  return foundBy === undefined ? [] : [draftOf(foundBy, { mediaType, id, fetchedAt, isAboutId: true }, settings)];
}

function draftOf(text: string, fetched: Fetched, settings: Settings): JoinedDraft<ExternalIdRow> {
  const key = externalIdKey(text);
  const fetchedAtMs = knownSinceMs(fetched);
  const { expiresAtMs } = externalIdLife(fetchedAtMs, settings);
  const own: Refs = {
    [fetched.mediaType]: {
      id: fetched.id,
      fetchedAt: isoFromMs(fetchedAtMs),
      expiresAt: Math.floor(expiresAtMs / 1_000),
    },
  };
  return {
    ...key,
    over: (stored) => externalIdRow(key, joinParts(refsOf(stored), own, refVersion), settings),
    versionOf: (stored) => externalIdRow(key, refsOf(stored), settings).version,
  };
}

/**
 * The start of the period: a title's own answers bring the same row all through it. An answer about the id, by which a title was found, or
 * which tells of a merger, counts as later than all of these: what they tell of another title was fetched before. It has the precision
 * of a version.
 */
function knownSinceMs({ fetchedAt, isAboutId }: Pick<Fetched, 'fetchedAt' | 'isAboutId'>): number {
  const atMs = msFromIso(fetchedAt);
  const periodStartMs = externalIdPeriodStartMs(atMs);
  return isAboutId ? Math.max(Math.floor(atMs / minuteMs) * minuteMs, periodStartMs + minuteMs) : periodStartMs;
}

function refsOf(stored: StoredRow | undefined): Refs {
  const { movie, tv } = externalIdRowSchema.safeParse(stored).data ?? {};
  return { ...(movie && { movie }), ...(tv && { tv }) };
}

/** The later fetch is greater, of one period the greater id: of two merged titles TMDB may keep either, and the next period tells. */
function refVersion({ id, fetchedAt }: Ref): string {
  return `${timeVersion(msFromIso(fetchedAt))}${id.toString(36).padStart(idDigits, '0')}`;
}

function externalIdRow(key: RowKey & { mediaType: 'id' }, refs: Refs, settings: Settings): RowDraft<ExternalIdRow> {
  const version = joinedVersion(
    mediaTypes.map((mediaType) => refs[mediaType] && refVersion(refs[mediaType])),
    versionWidth,
  );
  const build = (): ExternalIdRow => {
    const newestMs = Math.max(...Object.values(refs).map(({ fetchedAt }) => msFromIso(fetchedAt)));
    const life = externalIdLife(newestMs, settings);
    return {
      ...key,
      schemaVersion: rowSchemaVersion,
      version,
      source: 'tmdb',
      fetchedAt: isoFromMs(newestMs),
      freshUntil: isoFromMs(life.freshUntilMs),
      expiresAt: Math.floor(life.expiresAtMs / 1_000),
      ...refs,
    };
  };
  return { ...key, version, build };
}
