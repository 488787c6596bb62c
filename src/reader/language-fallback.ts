import type { Clock } from '../shared/core/clock.ts';
import {
  isOriginalLanguage,
  languageOf,
  translationsOfLanguage,
  usualTag,
} from '../shared/core/places/known-places.ts';
import type { Card } from '../shared/queues/card-fields.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { FellBack, TitleRef, TranslatedField } from './reader-api.ts';

/** Scripts that have one name in CLDR and several in Unicode. */
const composed: Readonly<Record<string, readonly string[]>> = {
  Jpan: ['Hani', 'Hira', 'Kana'],
  Kore: ['Hang', 'Hani'],
  Hans: ['Hani'],
  Hant: ['Hani'],
};

/** Caches, filled on first use: scripts by language, letters by script. */
const scripts = new Map<string, string | undefined>();
const readable = new Map<string, { own: RegExp; other: RegExp } | undefined>();

/** The script of a language: `Latn` for `de-DE`, `Jpan` for `ja`; `undefined` if the text is not a language. */
function scriptOf(language: string): string | undefined {
  if (!scripts.has(language)) {
    scripts.set(language, likelyScript(language));
  }
  return scripts.get(language);
}

/**
 * Whether people who read `language` can read a text: it has a letter of their script, and no letter of a script other than theirs or
 * Latin. Everybody can read a text without letters (`300`).
 */
function isReadableIn(language: string, text: string): boolean {
  const script = scriptOf(language);
  if (!/\p{L}/u.test(text)) {
    return true;
  }
  if (script === undefined) {
    return false;
  }
  if (!readable.has(script)) {
    readable.set(script, lettersOf(script));
  }
  const letters = readable.get(script);
  return letters?.own.test(text) === true && !letters.other.test(text);
}

function lettersOf(script: string): { own: RegExp; other: RegExp } | undefined {
  const own = (composed[script] ?? [script]).map((one) => `\\p{scx=${one}}`).join('');
  try {
    // CLDR has scripts that Unicode does not know; RegExp refuses these.
    return { own: new RegExp(`(?=\\p{L})[${own}]`, 'u'), other: new RegExp(`(?=\\p{L})[^${own}\\p{scx=Latn}]`, 'u') };
  } catch {
    return undefined;
  }
}

function likelyScript(language: string): string | undefined {
  try {
    return new Intl.Locale(language).maximize().script;
  } catch {
    return undefined;
  }
}

/** The language to look in when no nearer one has a translation. */
const english = 'en-US';

/** The most countries of a language that are looked up without being in the settings. */
const mostUnconfigured = 2;

/** A card in one language. */
export type InLanguage = { language: string; card: Card };

/**
 * Languages to look in, best first, without repetition: the asked one, the same language in other countries, the region's, English, and the
 * default of the settings. Each language costs a key of a read, so other countries are those in the settings, and the nearest two of those
 * that TMDB is known to have; none of these for the default language, which every stored title has.
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
 * Whether to fetch a title that is missing in a language of the chain: in the asked one, in all that the settings name, and in the asked
 * one's usual country, which has the most translations. Other languages are only looked up, since somebody else may have asked for them.
 */
export function isWorthFetching(language: string, asked: string, settings: Settings): boolean {
  return [asked, english, usualTag(languageOf(asked)), ...configured(settings)].includes(language);
}

function configured({ regions, defaultLanguage }: Settings): string[] {
  return [...regions.map(({ language }) => language), defaultLanguage];
}

/** The same language in other countries that TMDB is known to have: those in the same script first, the usual country first among them. */
function related(asked: string): string[] {
  const alike = (tag: string) => scriptOf(tag) === scriptOf(asked);
  const tags = translationsOfLanguage(languageOf(asked)).filter((tag) => tag !== asked);
  return [...tags.filter(alike), ...tags.filter((tag) => !alike(tag))];
}

/** Whether a card has all fields that need no other language. */
export function isComplete({ language, card }: InLanguage): boolean {
  return has.title(card, language) && has.overview(card, language) && card.posterPath !== null;
}

/**
 * Merges the cards of several languages, best first: each field comes from the first that has it, the title otherwise from the original.
 * @param asked - fields in this language are not listed in `fellBack`.
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
 * For an untranslated title TMDB gives the original one, and many titles are the same in two languages. An original title counts as
 * translated when speakers of the language can read its script and the overview is translated; the language of the film does not decide,
 * since Japanese films have Latin titles too.
 */
function hasTitle({ title, originalTitle, originalLanguage, overview }: Card, language: string): boolean {
  if (title === '' || title !== originalTitle || isOriginalLanguage(language, originalLanguage)) {
    return title !== '';
  }
  return overview !== '' && isReadableIn(language, title);
}

/** A title as a list has it, in the list's language. */
export type Listed = TitleRef & InLanguage;

/** Looks a title up in several languages, in the cache alone. */
type LanguageLookup = {
  peek(
    ref: TitleRef,
    languages: readonly string[],
  ): Promise<{ found: readonly (InLanguage & { expiresAtMs: number })[] }>;
};

/**
 * Cards in the first of `languages`, each missing field from the next language that has it. Only incomplete cards are looked up, in the
 * cache alone; where that fails they stay as they are.
 */
export async function fillLanguages(
  listed: readonly Listed[],
  languages: readonly [string, ...string[]],
  titles: LanguageLookup,
  clock: Pick<Clock, 'nowMs'>,
): Promise<{ card: Card; fellBack: FellBack }[]> {
  const reads = await Promise.all(
    listed.map(async (own) => {
      if (own.language === languages[0] && isComplete(own)) {
        return [];
      }
      const others = languages.filter((language) => language !== own.language);
      return (await titles.peek(own, others)).found;
    }),
  );
  // Some may have expired while others were read.
  const nowMs = clock.nowMs();
  return listed.map((own, index) => {
    const alive = (reads[index] ?? []).filter(({ expiresAtMs }) => nowMs < expiresAtMs);
    return mergeLanguages(languages[0], inOrder(own, alive, languages));
  });
}

/** Cards in the order of their languages. The list's own card comes before a title's in the same language, because it is newer. */
function inOrder(own: InLanguage, found: readonly InLanguage[], languages: readonly string[]) {
  const place = ({ language }: InLanguage) =>
    (languages.indexOf(language) + languages.length + 1) % (languages.length + 1);
  return [own, ...found].sort((a, b) => place(a) - place(b)) as [InLanguage, ...InLanguage[]];
}
