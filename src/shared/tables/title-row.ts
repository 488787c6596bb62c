import * as z from 'zod';
import { isoFromMs, msFromIso } from '../core/clock.ts';
import type { MediaType } from '../core/feed.ts';
import { canonicalJson, stableHash } from '../core/stable-hash.ts';
import type { Card } from '../queues/card-fields.ts';
import type { DescribedTitle } from '../queues/item-page.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { cardOf, encodeCard, storedCardSchema } from './card.ts';
import { type RowDraft, type RowKey, rowBaseSchema, rowBytes, rowKeyText, rowSchemaVersion } from './row.ts';
import { longestTitleLifeMs, titleLife, titlePeriodStartMs } from './row-life.ts';

/**
 * A title in one language. `fetchedAt` is the start of the period in which it was fetched (`ttl.titlePeriodHours`), and its figures are
 * rounded to steps of `titleFigureStep`. Smaller differences are not a change, in any order of arrival (docs/adr/0003).
 */
export const titleRowSchema = z.object({
  ...rowBaseSchema.shape,
  /** TMDB id as text. */
  mediaId: z.string().regex(/^\d+$/),
  ...storedCardSchema.shape,
  /** Only of a stand-in: the language that its card is in (`standInDraft`). */
  language: z.string().min(2).max(35).optional(),
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
export function titleDraft(fetched: Fetched, title: DescribedTitle, settings: Settings): RowDraft<TitleRow> {
  const key = titleKey(title.mediaType, title.id, fetched.language, settings);
  const fetchedAtMs = titlePeriodStartMs(msFromIso(fetched.fetchedAt), settings);
  const card = roundedCard(title, settings);
  return rowDraft(key, fetchedAtMs, titleVersion(fetchedAtMs, card), card, settings);
}

/**
 * The stand-in for a title's row in the default language: the card that a list in another language shows, under the default language's
 * key, where every reader looks. It weighs less than any row that can still be served, and so it never replaces one; what replaces
 * it is every row in the default language (docs/adr/0037).
 */
export function standInDraft(fetched: Fetched, title: DescribedTitle, settings: Settings): RowDraft<TitleRow> {
  const key = titleKey(title.mediaType, title.id, settings.defaultLanguage, settings);
  const fetchedAtMs = titlePeriodStartMs(msFromIso(fetched.fetchedAt), settings);
  const card = { ...roundedCard(title, settings), language: fetched.language };
  const version = titleVersion(fetchedAtMs - longestTitleLifeMs(settings), card);
  return rowDraft(key, fetchedAtMs, version, card, settings);
}

/** In which language a title was fetched, and when (ISO 8601). */
type Fetched = { language: string; fetchedAt: string };

function roundedCard(title: DescribedTitle, { titleFigureStep }: Settings): Card {
  return {
    ...cardOf(title),
    voteAverage: Math.round(title.voteAverage * 10) / 10,
    voteCount: Math.round(toStep(title.voteCount, titleFigureStep)),
    popularity: toStep(title.popularity, titleFigureStep),
  };
}

function rowDraft(
  key: RowKey,
  fetchedAtMs: number,
  version: string,
  { language, ...card }: Card & { language?: string },
  settings: Settings,
): RowDraft<TitleRow> {
  const build = (): TitleRow => {
    const life = titleLife(rowKeyText(key), fetchedAtMs, settings);
    const base: z.infer<typeof rowBaseSchema> & { language?: string } = {
      ...key,
      schemaVersion: rowSchemaVersion,
      version,
      source: 'tmdb',
      fetchedAt: isoFromMs(fetchedAtMs),
      freshUntil: isoFromMs(life.freshUntilMs),
      expiresAt: Math.floor(life.expiresAtMs / 1000),
      ...(language !== undefined && { language }),
    };
    return { ...base, ...encodeCard(card, rowBytes(base)) };
  };
  return { ...key, version, build };
}

/**
 * Orders rows by period, newer ones first; within a period by vote count (votes only grow), then by a digest of the content. A finer time
 * than the period would make every fetch a new version, and unchanged titles could no longer be skipped (docs/adr/0003).
 */
function titleVersion(fetchedAtMs: number, card: { voteCount: number }): string {
  const votes = String(Math.trunc(card.voteCount)).padStart(9, '0');
  return `${isoFromMs(fetchedAtMs)}#${votes}#${stableHash(canonicalJson(card), 12)}`;
}

/** Rounds to the nearest of 1, 1 + step, (1 + step)², … and their inverses, to three digits. */
function toStep(figure: number, step: number): number {
  if (figure <= 0) {
    return 0;
  }
  const steps = Math.round(Math.log(figure) / Math.log1p(step));
  return Number(((1 + step) ** steps).toPrecision(3));
}
