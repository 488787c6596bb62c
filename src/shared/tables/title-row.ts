import * as z from 'zod';
import { isoFromMs, msFromIso } from '../core/clock.ts';
import type { MediaType } from '../core/feed.ts';
import { canonicalJson, stableHash } from '../core/stable-hash.ts';
import type { DescribedTitle } from '../queues/item-page.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { cardOf, encodeCard, storedCardSchema } from './card.ts';
import { type RowDraft, type RowKey, rowBaseSchema, rowBytes, rowKeyText, rowSchemaVersion } from './row.ts';
import { titleLife, titlePeriodStartMs } from './row-life.ts';

/**
 * A title in one language. `fetchedAt` is the start of the period in which it was fetched (`ttl.titlePeriodHours`), and its figures are
 * rounded to steps of `titleFigureStep`. Smaller differences are not a change, in any order of arrival (docs/adr/0003).
 */
export const titleRowSchema = z.object({
  ...rowBaseSchema.shape,
  /** TMDB id as text. */
  mediaId: z.string().regex(/^\d+$/),
  ...storedCardSchema.shape,
});

export type TitleRow = z.infer<typeof titleRowSchema>;

/** The key of a title: `550` + `movie` in the default language, `550` + `movie@de-DE` in another one. */
export function titleKey(mediaType: MediaType, id: number, language: string, settings: Settings): RowKey {
  return {
    mediaId: String(id),
    mediaType: language === settings.defaultLanguage ? mediaType : `${mediaType}@${language}`,
  };
}

/** The row for a title that was fetched in `fetched.language` at `fetched.fetchedAt` (ISO 8601). */
export function titleRowFor(...sighting: Parameters<typeof titleDraft>): TitleRow {
  return titleDraft(...sighting).build();
}

/** The same row as a draft, not built yet. */
export function titleDraft(
  fetched: { language: string; fetchedAt: string },
  title: DescribedTitle,
  settings: Settings,
): RowDraft<TitleRow> {
  const key = titleKey(title.mediaType, title.id, fetched.language, settings);
  const fetchedAtMs = titlePeriodStartMs(msFromIso(fetched.fetchedAt), settings);
  const fetchedAt = isoFromMs(fetchedAtMs);
  const card = {
    ...cardOf(title),
    voteAverage: Math.round(title.voteAverage * 10) / 10,
    voteCount: Math.round(toStep(title.voteCount, settings.titleFigureStep)),
    popularity: toStep(title.popularity, settings.titleFigureStep),
  };
  const version = titleVersion(fetchedAt, card);
  const build = (): TitleRow => {
    const life = titleLife(rowKeyText(key), fetchedAtMs, settings);
    const base: z.infer<typeof rowBaseSchema> = {
      ...key,
      schemaVersion: rowSchemaVersion,
      version,
      source: 'tmdb',
      fetchedAt,
      freshUntil: isoFromMs(life.freshUntilMs),
      expiresAt: Math.floor(life.expiresAtMs / 1000),
    };
    return { ...base, ...encodeCard(card, rowBytes(base)) };
  };
  return { ...key, version, build };
}

/**
 * Orders rows by period, newer ones first; within a period by vote count (votes only grow), then by a digest of the content. A finer time
 * than the period would make every fetch a new version, and unchanged titles could no longer be skipped (docs/adr/0003).
 */
function titleVersion(fetchedAt: string, card: { voteCount: number }): string {
  const votes = String(Math.trunc(card.voteCount)).padStart(9, '0');
  return `${fetchedAt}#${votes}#${stableHash(canonicalJson(card), 12)}`;
}

/** Rounds to the nearest of 1, 1 + step, (1 + step)², … and their inverses, to three digits. */
function toStep(figure: number, step: number): number {
  if (figure <= 0) {
    return 0;
  }
  const steps = Math.round(Math.log(figure) / Math.log1p(step));
  return Number(((1 + step) ** steps).toPrecision(3));
}
