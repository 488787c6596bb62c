import * as z from 'zod';
import { isoFromMs, minuteMs, msFromIso } from '../core/clock.ts';
import { type MediaType, mediaTypes } from '../core/feed.ts';
import type { TitleParts } from '../queues/details/title-parts.ts';
import { tmdbIdSchema } from '../queues/item-page.ts';
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
  mediaId: z.string().regex(/^(imdb:tt\d+|tvdb:\d+)$/),
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

/**
 * What a title's answer, fetched at `fetched.fetchedAt` (ISO 8601), brings for the rows of its ids elsewhere.
 * @param fetched - `movedFrom`: the title was asked for under this id, which TMDB does not know any more.
 */
export function externalIdDrafts(
  fetched: { mediaType: MediaType; id: number; fetchedAt: string; movedFrom?: number | undefined },
  { externalIds }: TitleParts,
  settings: Settings,
): JoinedDraft<ExternalIdRow>[] {
  const { imdb = null, tvdb = null } = externalIds?.externalIds ?? {};
  const mediaIds = [...(imdb === null ? [] : [`imdb:${imdb}`]), ...(tvdb === null ? [] : [`tvdb:${tvdb}`])];
  const fetchedAtMs = knownSinceMs(fetched);
  const { expiresAtMs } = externalIdLife(fetchedAtMs, settings);
  const own: Refs = {
    [fetched.mediaType]: {
      id: fetched.id,
      fetchedAt: isoFromMs(fetchedAtMs),
      expiresAt: Math.floor(expiresAtMs / 1_000),
    },
  };
  return mediaIds.map((mediaId) => {
    const key = { mediaId, mediaType: 'id' as const };
    return {
      ...key,
      over: (stored) => externalIdRow(key, joinParts(refsOf(stored), own, refVersion), settings),
      versionOf: (stored) => externalIdRow(key, refsOf(stored), settings).version,
    };
  });
}

/**
 * The start of the period. An answer that tells of a merger counts as later than all others of its period: those about the old id were
 * fetched before. It has the precision of a version.
 */
function knownSinceMs({ fetchedAt, movedFrom }: { fetchedAt: string; movedFrom?: number | undefined }): number {
  const atMs = msFromIso(fetchedAt);
  const periodStartMs = externalIdPeriodStartMs(atMs);
  return movedFrom === undefined
    ? periodStartMs
    : Math.max(Math.floor(atMs / minuteMs) * minuteMs, periodStartMs + minuteMs);
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
