/**
 * TMDB's answer about one title, with the parts that were appended to it, as what is kept: a card for each configured language, and the
 * details (../queues/details/title-parts.ts). A part that the answer lacks is unknown, and is not among the parts.
 */
import * as z from 'zod';
import type { MediaType } from '../core/feed.ts';
import { languageOf } from '../core/places/known-places.ts';
import { isRow, type Kept, rowsOf } from '../queues/details/detail-kinds.ts';
import { fieldsOf, type PartName, partNames, type TitleParts, titleParts } from '../queues/details/title-parts.ts';
import { type DescribedTitle, describedTitleSchema } from '../queues/item-page.ts';
import { keptCountries, keptLanguages } from '../settings/settings.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { bounded, type Losses, normalizeTitle } from './normalize-page.ts';

/** A card in one language. */
export type LanguageCard = { language: string; title: DescribedTitle };

/** What one answer tells of a title. `cards`: the default language first; only that one where the translations are unknown. */
export type WholeTitle = { cards: LanguageCard[]; parts: TitleParts };

/** What `append_to_response` asks for: all parts of a title of this kind, and its translations. */
export function appendedMembers(mediaType: MediaType): string[] {
  return [...partNames.flatMap((part) => titleParts[part].member?.[mediaType] ?? []), 'translations'];
}

/**
 * TMDB's answer about title `id`, which was asked for in the default language; `undefined` when it describes none, or another. `losses` is
 * told what of the cards was beyond the bounds.
 */
export function normalizeWholeTitle(
  json: unknown,
  mediaType: MediaType,
  id: number,
  settings: Settings,
  losses: Losses = {},
): WholeTitle | undefined {
  const title = normalizeTitle(json, mediaType, id, losses);
  return title === undefined
    ? undefined
    : { cards: cardsOf(json, title, settings, losses), parts: readParts(json, mediaType, keptOf(settings)) };
}

function keptOf(settings: Settings): Kept {
  return { countries: keptCountries(settings), language: languageOf(settings.defaultLanguage) };
}

function readParts(answer: unknown, mediaType: MediaType, kept: Kept): TitleParts {
  const known = partNames.filter((part) => isKnown(part, answer, mediaType));
  return Object.fromEntries(known.map((part) => [part, readPart(part, answer, mediaType, kept)]));
}

/**
 * Whether the answer holds what belongs to a part. An error in its place, or an object without its lists, says nothing of it, and neither does
 * one with `null` in place of all of them. An id elsewhere may be `null`: then there is none.
 */
function isKnown(part: PartName, answer: unknown, mediaType: MediaType): boolean {
  const member = titleParts[part].member?.[mediaType];
  if (member === undefined) {
    return true;
  }
  const body = memberAt(answer, [member]);
  const paths = fieldsOf(part).flatMap(([, { from }]) => from[mediaType]);
  const own = paths.filter((path) => path === member || path.startsWith(`${member}.`));
  return (
    isRow(body) &&
    body.success !== false &&
    body.status_code === undefined &&
    own.map((path) => memberAt(answer, path.split('.'))).some((told) => told !== undefined && isTold(part, told))
  );
}

function isTold(part: PartName, told: unknown): boolean {
  return part === 'externalIds' || (typeof told === 'object' && told !== null);
}

function readPart(part: PartName, answer: unknown, mediaType: MediaType, kept: Kept) {
  return Object.fromEntries(
    fieldsOf(part).map(([name, { from, read }]) => {
      const members = from[mediaType].map((path) => memberAt(answer, path.split('.')));
      return [name, read(members, kept)];
    }),
  );
}

function memberAt(answer: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (isRow(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    answer,
  );
}

/** A translation's texts, by TMDB's names: of films `title`, of series `name`. */
const textsSchema = z.object({
  title: z.string().catch(''),
  name: z.string().catch(''),
  overview: z.string().catch(''),
});

/**
 * A card for each kept language. TMDB has no fallback: a field that nobody has translated is the original title, or empty, as it is in an
 * answer in that language. Translations name no images, so the cards share those of the default language.
 */
function cardsOf(json: unknown, title: DescribedTitle, settings: Settings, losses: Losses): LanguageCard[] {
  const { defaultLanguage } = settings;
  const translations = memberAt(json, ['translations', 'translations']);
  const others = Array.isArray(translations) ? keptLanguages(settings).filter((one) => one !== defaultLanguage) : [];
  const rows = rowsOf(translations);
  const cards = others.flatMap((language) => {
    const row = rows.find((one) => `${one.iso_639_1}-${one.iso_3166_1}` === language);
    const texts = textsSchema.safeParse(row === undefined ? {} : row.data).data;
    // A translation without its texts says nothing, not even that there are none.
    return texts === undefined
      ? []
      : [{ language, title: bounded(describedTitleSchema, inWords(title, texts), losses) }];
  });
  return [{ language: defaultLanguage, title }, ...cards];
}

function inWords(title: DescribedTitle, texts: z.infer<typeof textsSchema>): DescribedTitle {
  return { ...title, title: texts.title || texts.name || title.originalTitle, overview: texts.overview };
}
