/**
 * Suggestions for a region or a language that TMDB does not know. The meaning of the text is tried first (another case, an older code, a
 * name, a language for its country). Spelling is compared only if the text has no meaning.
 */
import damerauLevenshtein from 'damerau-levenshtein';
import {
  currentLanguage,
  currentRegion,
  englishName,
  isLanguageTag,
  knownCountries,
  knownTranslations,
  languageCodes,
  likelyRegion,
  translationsOfLanguage,
  translationsOfRegion,
} from './known-places.ts';

/** The most suggestions of one kind in a message. */
const mostShown = 3;
/** The most languages of the named region, in addition to those of the named language. */
const mostOfRegion = 2;
/** No code and no name is longer than this. */
const longestText = 60;
/** A shorter beginning matches too many names. */
const shortestBeginning = 3;
/** A name of at least this length may differ by two letters instead of one. */
const longName = 8;

/** Regions that `text` may mean, best first, at most three; `global` is one of them. */
export function closeRegions(text: string): string[] {
  const asked = askedFor(text);
  if (asked === '') {
    return [];
  }
  const upper = asked.toUpperCase();
  if (asked === 'global' || knownCountries.has(upper)) {
    return [asked === 'global' ? asked : upper];
  }
  const meant = [...regionsByCode(upper), ...byName(asked, knownCountries, regionName)];
  return distinct(meant.length > 0 ? meant : regionsBySpelling(asked)).slice(0, mostShown);
}

/** Languages that `text` may mean, best first, at most five. */
export function closeLanguages(text: string): string[] {
  const asked = askedFor(text);
  const [language = '', ...others] = asked.split(/[-_ ,]+/);
  const region = others.map(currentRegion).find((code) => knownCountries.has(code));
  const exact = `${language}-${region}`;
  if (isLanguageTag(exact)) {
    return [exact];
  }
  const byCode = [
    ...translationsOfLanguage(language).slice(0, mostShown),
    ...translationsOfRegion(region ?? currentRegion(language)).slice(0, mostOfRegion),
  ];
  const ways = [() => byCode, () => languagesByName(asked), () => languagesBySpelling(asked)];
  for (const way of ways) {
    const found = distinct(way());
    if (found.length > 0) {
      return found;
    }
  }
  return [];
}

function askedFor(text: string): string {
  return text.trim().slice(0, longestText).toLowerCase();
}

/** For example, `UK` is an older code of GB and also the language of UA; `ED` is DE with swapped letters. */
function regionsByCode(upper: string): string[] {
  if (!/^([A-Z]{2}|\d{3})$/.test(upper)) {
    return [];
  }
  const current = currentRegion(upper);
  const isPlace = current === upper && englishName('region', upper) !== undefined;
  const ofLanguage = isPlace ? undefined : likelyRegion(currentLanguage(upper));
  const swapped = `${upper.charAt(1)}${upper.charAt(0)}`;
  return [current, ofLanguage ?? '', swapped].filter((code) => knownCountries.has(code));
}

function regionsBySpelling(asked: string): string[] {
  const codes = bySpelling(asked, ['global', ...knownCountries], (code) => code.toLowerCase());
  return codes.length > 0 ? codes : bySpelling(asked, [...knownCountries], regionName);
}

function languagesByName(asked: string): string[] {
  const named = byName(asked, languageCodes, languageName).flatMap((code) =>
    translationsOfLanguage(code).slice(0, mostShown),
  );
  const ofCountries = byName(asked, knownCountries, regionName).flatMap((code) => translationsOfRegion(code));
  return (named.length > 0 ? named : ofCountries).slice(0, mostShown);
}

function languagesBySpelling(asked: string): string[] {
  const tags = bySpelling(asked, [...knownTranslations], (tag) => tag.toLowerCase());
  const named = bySpelling(asked, languageCodes, languageName);
  return [...tags, ...named.flatMap((code) => translationsOfLanguage(code))].slice(0, mostShown);
}

/** Codes whose name has a word that begins with `asked`, shortest name first. */
function byName(asked: string, codes: Iterable<string>, nameOf: (code: string) => string): string[] {
  if (asked.length < shortestBeginning) {
    return [];
  }
  return [...codes]
    .map((code) => ({ code, name: nameOf(code) }))
    .filter(({ name }) => ` ${name}`.includes(` ${asked}`))
    .sort((one, other) => one.name.length - other.name.length)
    .map(({ code }) => code);
}

/** Codes by edit distance, smallest first; at the same distance by the length of the common beginning. */
function bySpelling(asked: string, codes: readonly string[], textOf: (code: string) => string): string[] {
  return codes
    .flatMap((code) => {
      const text = textOf(code);
      const most = text.length >= longName ? 2 : 1;
      const possible = text !== '' && Math.abs(text.length - asked.length) <= most;
      const distance = possible ? damerauLevenshtein(asked, text).steps : Number.POSITIVE_INFINITY;
      return distance <= most ? [{ code, distance, alike: sharedBeginning(asked, text) }] : [];
    })
    .sort((one, other) => one.distance - other.distance || other.alike - one.alike)
    .map(({ code }) => code);
}

function sharedBeginning(one: string, other: string): number {
  const differs = [...one].findIndex((letter, index) => letter !== other[index]);
  return differs === -1 ? one.length : differs;
}

function regionName(code: string): string {
  return nameOnce('region', code);
}

function languageName(code: string): string {
  return nameOnce('language', code);
}

/** Names of TMDB's codes, cached because each search compares all of them. */
const names = new Map<string, string>();

function nameOnce(type: 'region' | 'language', code: string): string {
  const key = `${type} ${code}`;
  const name = names.get(key) ?? englishName(type, code)?.toLowerCase() ?? '';
  names.set(key, name);
  return name;
}

function distinct(codes: readonly string[]): string[] {
  return [...new Set(codes)];
}
