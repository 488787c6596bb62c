/**
 * TMDB's answers as titles. Only the id makes a row of a list a title: whatever else is missing, null or of a wrong type becomes empty, as it
 * does for TMDB itself, and costs nothing but itself. What of a row is read: ../queues/card-fields.ts. Unknown members are ignored.
 * Source: the recorded lists, November 2026.
 */
import * as z from 'zod';
import { type Feed, type MediaType, maxRank, mediaTypes, rowsPerPage } from '../core/feed.ts';
import { type Card, cardFieldList, type FieldDefinition, fromFields, isNothing } from '../queues/card-fields.ts';
import { wholeOf } from '../queues/field-kinds.ts';
import {
  type DescribedTitle,
  describedTitleSchema,
  fitting,
  type ListedTitle,
  listedTitleSchema,
  tmdbIdSchema,
} from '../queues/item-page.ts';

const id = z.unknown().transform(wholeOf).pipe(tmdbIdSchema);

/** What makes a row of a list a title. */
const identitySchema = z.object({ id, media_type: z.string().nullish().catch(undefined) });

/** Details name their genres; lists give ids. */
const detailsSchema = z.object({ id, genres: z.array(z.unknown()).catch([]) });
const namedGenreSchema = z.object({ id: z.unknown() });

/** A page's rows after normalization; `rejected` had no usable id or type or did not fit, `persons` are not titles. */
export type NormalizedPage = { titles: ListedTitle[]; rejected: number; persons: number };

/** How often something of an answer was beyond its bounds, by reason: `overview-too-long`, `page-too-long`. */
export type Losses = Record<string, number>;

const pageSchema = z.object({ results: z.array(z.unknown()) });

/**
 * The rows of a TMDB list answer, ranked by their place; `undefined` when the answer is no list. `losses` is told what was beyond the
 * bounds.
 */
export function normalizePage(
  json: unknown,
  feed: Feed,
  page: number,
  losses: Losses = {},
): NormalizedPage | undefined {
  const parsed = pageSchema.safeParse(json);
  if (!parsed.success) {
    return undefined;
  }
  const titles: ListedTitle[] = [];
  const normalized = { rejected: 0, persons: 0 };
  for (const [index, row] of parsed.data.results.entries()) {
    const outcome = normalizeRow(row, feed, (page - 1) * rowsPerPage + index + 1, losses);
    if (outcome === 'person') {
      normalized.persons += 1;
    } else if (outcome === undefined) {
      normalized.rejected += 1;
    } else {
      titles.push(outcome);
    }
  }
  const fitted = fitting(titles);
  const beyond = titles.length - fitted.length;
  countLoss(losses, 'page-too-long', beyond);
  return { ...normalized, titles: fitted, rejected: normalized.rejected + beyond };
}

/** A TMDB details answer as the title that it describes; `undefined` when it describes none, or another than `id`. */
export function normalizeTitle(
  json: unknown,
  mediaType: MediaType,
  id: number,
  losses: Losses = {},
): DescribedTitle | undefined {
  const details = detailsSchema.safeParse(json);
  if (details.data?.id !== id) {
    return undefined;
  }
  const genreIds = details.data.genres.map((genre) => namedGenreSchema.safeParse(genre).data?.id);
  const row = { ...(json as Record<string, unknown>), genre_ids: genreIds };
  return bounded(describedTitleSchema, { mediaType, id, ...content(row) }, losses);
}

/** The first of a list's rows that is a title of `mediaType`, which its rows need not say; `undefined`: none has a usable id. */
export function normalizeFirst(
  rows: readonly unknown[],
  mediaType: MediaType,
  losses: Losses = {},
): DescribedTitle | undefined {
  for (const raw of rows) {
    const { data } = identitySchema.safeParse(raw);
    if (data !== undefined) {
      const title = { mediaType, id: data.id, ...content(raw as Record<string, unknown>) };
      return bounded(describedTitleSchema, title, losses);
    }
  }
  return undefined;
}

function normalizeRow(raw: unknown, feed: Feed, rank: number, losses: Losses): ListedTitle | 'person' | undefined {
  const { data: identity } = identitySchema.safeParse(raw);
  if (identity === undefined || rank > maxRank) {
    return undefined;
  }
  const type = identity.media_type || feed.media;
  if (type === 'person') {
    return 'person';
  }
  const mediaType = mediaTypes.find((known) => known === type);
  return mediaType === undefined
    ? undefined
    : bounded(
        listedTitleSchema,
        { rank, mediaType, id: identity.id, ...content(raw as Record<string, unknown>) },
        losses,
      );
}

function content(row: Readonly<Record<string, unknown>>): Card {
  return fromFields((field) => firstTold(field, row)) as Card;
}

function firstTold(field: FieldDefinition, row: Readonly<Record<string, unknown>>): unknown {
  for (const member of field.from) {
    const value = field.read(row[member]);
    if (!isNothing(field, value)) {
      return value;
    }
  }
  return field.nothing();
}

/** The schema bounds what it takes; what it has shortened is counted. */
export function bounded<T extends DescribedTitle>(schema: z.ZodType<T>, whole: T, losses: Losses): T {
  const kept = schema.parse(whole);
  for (const [name] of cardFieldList) {
    if (lengthOf(kept[name]) < lengthOf(whole[name])) {
      countLoss(losses, `${name}-too-long`, 1);
    }
  }
  return kept;
}

function lengthOf(value: Card[keyof Card]): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : 0;
}

function countLoss(losses: Losses, reason: string, count: number): void {
  if (count > 0) {
    losses[reason] = (losses[reason] ?? 0) + count;
  }
}
