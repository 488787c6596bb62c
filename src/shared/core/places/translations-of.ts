import { currentLanguage, likelyLanguage } from './place-names.ts';
import { knownTranslations } from './known-places.ts';
import { usualTag } from './language-tags.ts';

/**
 * TMDB's translations in a language (ISO 639-1): `de-DE`, `de-AT` and `de-CH` for `de`, that of its usual country first; the latter alone
 * where none is known.
 */
export function translationsOfLanguage(code: string): string[] {
  const language = currentLanguage(code);
  const tags = tagsByLanguage().get(language) ?? [];
  const usual = usualTag(languageOf(tags[0] ?? language));
  return usual === undefined ? tags : first([...new Set([...tags, usual])], (tag) => tag === usual);
}

/** Made when first asked: CLDR is slow to say what a code stands for. */
let byLanguage: ReadonlyMap<string, string[]> | undefined;

function tagsByLanguage(): ReadonlyMap<string, string[]> {
  byLanguage ??= Map.groupBy(knownTranslations, (tag) => currentLanguage(languageOf(tag)));
  return byLanguage;
}

/** TMDB's translations filed under a country (ISO 3166-1): `fr-CA` and `en-CA` for `CA`; first the language that most there speak. */
export function translationsOfRegion(region: string): string[] {
  const spoken = likelyLanguage(region);
  const tags = [...knownTranslations].filter((tag) => regionOf(tag) === region);
  return first(tags, (tag) => languageOf(tag) === spoken);
}

/**
 * The translation that most in a country read: its own, else another one in its language; `otherwise` where TMDB has neither. `hi-IN` for
 * `IN`, `es-ES` for `AR`.
 */
export function usualTranslation(region: string, otherwise: string): string {
  const [own] = translationsOfRegion(region);
  const [related] = translationsOfLanguage(likelyLanguage(region) ?? '');
  return own ?? related ?? otherwise;
}

/** `de` of `de-DE`. */
export function languageOf(tag: string): string {
  return tag.split('-', 1)[0] ?? tag;
}

function regionOf(tag: string): string {
  return tag.slice(tag.indexOf('-') + 1);
}

function first(tags: readonly string[], isBest: (tag: string) => boolean): string[] {
  return [...tags.filter(isBest), ...tags.filter((tag) => !isBest(tag))];
}
