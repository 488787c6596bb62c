/** What CLDR knows of codes: their names, what replaced them, and where a language is spoken. Asked for a refusal, never on a hot path. */

/** Made when first asked: loading CLDR's names takes a few milliseconds. */
const displayNames = new Map<string, Intl.DisplayNames>();

/** The English name of a region or a language; `undefined` for what CLDR has no name for. */
export function englishName(type: 'region' | 'language', code: string): string | undefined {
  try {
    const names = displayNames.get(type) ?? new Intl.DisplayNames('en', { type, fallback: 'none' });
    displayNames.set(type, names);
    return names.of(code);
  } catch {
    return undefined;
  }
}

/** The region that a code stands for today: `GB` for `UK`, `DE` for `276`; in upper case and otherwise as it is where CLDR knows no other. */
export function currentRegion(code: string): string {
  return localeOf(`und-${code}`)?.region ?? code.toUpperCase();
}

/** The language that a code stands for today: `he` for `iw`; in lower case and otherwise as it is where CLDR knows no other. */
export function currentLanguage(code: string): string {
  return localeOf(code)?.language ?? code.toLowerCase();
}

/** Where most who speak a language live, by CLDR's likely subtags: `US` for `en`. */
export function likelyRegion(language: string): string | undefined {
  return localeOf(language)?.maximize().region;
}

/** What most who live in a region speak, by CLDR's likely subtags: `de` for `AT`; `undefined` where CLDR does not tell. */
export function likelyLanguage(region: string): string | undefined {
  const language = localeOf(`und-${region}`)?.maximize().language;
  return language === 'und' ? undefined : language;
}

function localeOf(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag);
  } catch {
    return undefined;
  }
}
