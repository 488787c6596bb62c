/**
 * What somebody may have meant who named a region or a language that TMDB does not know. What a text means comes first (another case, an
 * older code, a name, a language for its country); how it is spelled counts only where it means nothing.
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

/** A sentence shows no more of a kind. */
const mostShown = 3;
/** Of a region's languages, beside those of the language that was named. */
const mostOfRegion = 2;
/** Longer texts are no code and no name. */
const longestText = 60;
/** Shorter beginnings of a name could be anything. */
const shortestBeginning = 3;
/** From this length on a name may differ by two letters instead of one. */
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

/** `UK` is an older code of GB, and the language of UA; `ED` is DE with its letters swapped. */
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

/** Names that `asked` is the beginning of a word of, short ones first. */
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

/** Those that differ least; of these those that begin alike. */
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

/** Names of TMDB's codes, each looked up once: a refusal compares them all. */
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
