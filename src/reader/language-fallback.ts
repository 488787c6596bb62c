import type { Settings } from '../shared/settings.ts';
import type { Card } from '../shared/table/card.ts';
import { isOriginalLanguage, languageCode } from '../shared/tmdb/original-language.ts';
import type { FellBack, TranslatedField } from './reader-api.ts';

/** Asked for when nothing nearer has a translation. */
const english = 'en-US';

/** A card in one language. */
export type InLanguage = { language: string; card: Card };

/** Languages to look in, best first, each once: the asked one, the region's, English, the settings' own. */
export function languageChain(asked: string, region: string | undefined, settings: Settings): [string, ...string[]] {
  const ofRegion = settings.regions.filter((known) => known.region === region).map(({ language }) => language);
  const others = new Set([...ofRegion, english, settings.defaultLanguage]);
  others.delete(asked);
  return [asked, ...others];
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
 * counts as translated where it can be read there and somebody has translated the overview.
 */
function hasTitle({ title, originalTitle, originalLanguage, overview }: Card, language: string): boolean {
  if (title === '' || title !== originalTitle || isOriginalLanguage(language, originalLanguage)) {
    return title !== '';
  }
  return overview !== '' && scriptOf(languageCode(originalLanguage)) === scriptOf(language);
}

const scripts = new Map<string, string | undefined>();

/** `Latn` for `de-DE`, `Jpan` for `ja`; `undefined` for what is no language. */
function scriptOf(language: string): string | undefined {
  if (!scripts.has(language)) {
    scripts.set(language, likelyScript(language));
  }
  return scripts.get(language);
}

function likelyScript(language: string): string | undefined {
  try {
    return new Intl.Locale(language).maximize().script;
  } catch {
    return undefined;
  }
}
