/**
 * Which tags of languages and regions are taken, and what is stored for them. A language is one of TMDB's with a country where it is
 * spoken: TMDB adds translations as people write them, so a closed list of those it had once would refuse what it has. Letters may be of
 * either case, and a language by itself means its usual country.
 */
import { likelyRegion } from './place-names.ts';
import { knownCountries, knownTranslations } from './known-places.ts';
import { countriesSpeaking } from './spoken-languages.ts';

/** TMDB's usual country of a language where CLDR has another one: Egypt for Arabic. Source: titles recorded in November 2026. */
const filedUnder: Readonly<Record<string, string>> = { ar: 'SA' };

/** Whether a tag in its canonical form (`de-DE`) is one. */
export function isLanguageTag(tag: string): boolean {
  const [language = '', country = '', ...others] = tag.split('-');
  return knownTranslations.has(tag) || (others.length === 0 && countriesSpeaking(language).includes(country));
}

/** `de-DE` for `DE-de` and `de`; a text that means no language stays as it is. */
export function canonicalLanguage(text: string): string {
  const match = /^([a-z]{2})(?:-([a-z]{2}))?$/i.exec(text);
  if (match?.[1] === undefined || isLanguageTag(text)) {
    return text;
  }
  const language = match[1].toLowerCase();
  const tag = match[2] === undefined ? usualTag(language) : `${language}-${match[2].toUpperCase()}`;
  return tag !== undefined && isLanguageTag(tag) ? tag : text;
}

/** `DE` for `de`, `global` for `Global`; a text that means no region stays as it is. */
export function canonicalRegion(text: string): string {
  if (/^global$/i.test(text)) {
    return 'global';
  }
  const upper = text.toUpperCase();
  return /^[a-z]{2}$/i.test(text) && knownCountries.has(upper) ? upper : text;
}

/**
 * A language in its usual country: where most speak it, of those that TMDB files translations under, if it has any; `undefined` for what
 * is none of TMDB's languages.
 */
export function usualTag(language: string): string | undefined {
  const filed = [...knownTranslations].filter((tag) => tag.startsWith(`${language}-`)).map((tag) => tag.slice(3));
  const countries = filed.length > 0 ? filed : countriesSpeaking(language);
  const home = filedUnder[language] ?? likelyRegion(language);
  const country = countries.find((one) => one === home) ?? countries[0];
  return country === undefined ? undefined : `${language}-${country}`;
}
