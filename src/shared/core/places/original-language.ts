/**
 * TMDB's codes of languages that it also has under another one: `cn` is Cantonese, whose films are read in Chinese, `nb` a kind of `no`.
 * Source: its configuration and the recorded lists, November 2026.
 */
const sameAs: Readonly<Record<string, string>> = { cn: 'zh', nb: 'no' };

/** The language of a TMDB tag or code, ISO 639-1: `de` of `de-DE`, `zh` of `cn`. */
export function languageCode(tagOrCode: string): string {
  const code = tagOrCode.split('-', 1)[0] ?? '';
  return sameAs[code] ?? code;
}

/** Whether a title is told in its original language: a list in `language` (`de-DE`), and TMDB's code of the original one. */
export function isOriginalLanguage(language: string, originalLanguage: string): boolean {
  return languageCode(language) === languageCode(originalLanguage);
}
