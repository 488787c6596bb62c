import {
  isOriginalLanguage,
  languageOf,
  translationsOfLanguage,
  usualTag,
} from '../shared/core/places/known-places.ts';
import { isReadableIn, scriptOf } from '../shared/core/places/script-of.ts';
import type { Card } from '../shared/queues/card-fields.ts';
import type { Settings } from '../shared/settings/settings.ts';
import type { FellBack, TranslatedField } from './reader-api.ts';

/** Asked for when nothing nearer has a translation. */
const english = 'en-US';

/** Countries of a language that are looked up though no setting names them. */
const mostUnconfigured = 2;

/** A card in one language. */
export type InLanguage = { language: string; card: Card };

/**
 * Languages to look in, best first, each once: the asked one, the same language in other countries, the region's, English, the settings'
 * own. Each is one more key of a read, so of the other countries there are those that settings name, and the nearest two of those that
 * TMDB is known to have; none of these for the default language, which every title that is stored has.
 */
export function languageChain(asked: string, region: string | undefined, settings: Settings): [string, ...string[]] {
  const ofRegion = settings.regions.filter((known) => known.region === region).map(({ language }) => language);
  const others = new Set([
    ...configured(settings).filter((language) => isOriginalLanguage(language, asked)),
    ...(asked === settings.defaultLanguage ? [] : related(asked).slice(0, mostUnconfigured)),
    ...ofRegion,
    english,
    settings.defaultLanguage,
  ]);
  others.delete(asked);
  return [asked, ...others];
}

/**
 * Whether a title that is missing in a language of a chain is worth a call: in the asked one and in all that settings name, and in the
 * asked one's usual country, which has the most translations. What is only looked up may be there because somebody asked for it.
 */
export function isWorthFetching(language: string, asked: string, settings: Settings): boolean {
  return [asked, english, usualTag(languageOf(asked)), ...configured(settings)].includes(language);
}

function configured({ regions, defaultLanguage }: Settings): string[] {
  return [...regions.map(({ language }) => language), defaultLanguage];
}

/** The same language in other countries, as TMDB is known to have it: its usual one first, but before it those written alike. */
function related(asked: string): string[] {
  const alike = (tag: string) => scriptOf(tag) === scriptOf(asked);
  const tags = translationsOfLanguage(languageOf(asked)).filter((tag) => tag !== asked);
  return [...tags.filter(alike), ...tags.filter((tag) => !alike(tag))];
}

/** Whether a card has all that its language can give: then no other language need be looked at. */
export function isComplete({ language, card }: InLanguage): boolean {
  return has.title(card, language) && has.overview(card, language) && card.posterPath !== null;
}

/**
 * One card from several languages, best first: each field from the first that has it, the title at last from the original.
 * @param asked - the language that nothing falls back from.
 */
export function mergeLanguages(
  asked: string,
  cards: readonly [InLanguage, ...InLanguage[]],
): {
  card: Card;
  fellBack: FellBack;
} {
  const [first] = cards;
  const merged: Card = { ...first.card };
  const fellBack: FellBack = {};
  for (const field of fields) {
    const source = cards.find(({ card, language }) => has[field](card, language));
    const value = source?.card[field] ?? (field === 'title' ? first.card.originalTitle : first.card[field]);
    const language = source?.language ?? (field === 'title' ? 'original' : undefined);
    Object.assign(merged, { [field]: value });
    if (language !== undefined && language !== asked) {
      fellBack[field] = language;
    }
  }
  return { card: merged, fellBack };
}

const fields: readonly TranslatedField[] = ['title', 'overview', 'posterPath', 'backdropPath'];

const has: Record<TranslatedField, (card: Card, language: string) => boolean> = {
  title: hasTitle,
  overview: ({ overview }) => overview !== '',
  posterPath: ({ posterPath }) => posterPath !== null,
  backdropPath: ({ backdropPath }) => backdropPath !== null,
};

/**
 * Where a title is not translated, TMDB gives the original one, and many titles are the same in two languages. The original one
 * counts as translated where it can be read there and somebody has translated the overview, whatever language the film is in: Japanese
 * films have Latin titles too.
 */
function hasTitle({ title, originalTitle, originalLanguage, overview }: Card, language: string): boolean {
  if (title === '' || title !== originalTitle || isOriginalLanguage(language, originalLanguage)) {
    return title !== '';
  }
  return overview !== '' && isReadableIn(language, title);
}
