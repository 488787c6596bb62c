/**
 * The words of one language. `nouns`, `places`, `names` and `titlePatterns` stand in the same order in every language, so
 * that one draw of numbers gives a title and its translations. Patterns hold `{a}`, `{b}`, `{place}`; sentences also `{name}`.
 */
export type WordList = {
  nouns: readonly string[];
  places: readonly string[];
  names: readonly string[];
  titlePatterns: readonly string[];
  sentences: readonly string[];
};

/** How many entries the lists have that are read by the same index in every language. */
export const alignedLengths = { nouns: 32, places: 12, names: 10, titlePatterns: 11 };

/** The words of a text, split at white space. */
export function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
