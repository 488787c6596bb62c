import type { Card } from '../shared/table/card.ts';
import { type InLanguage, isComplete, mergeLanguages } from './language-fallback.ts';
import type { FellBack, TitleRef } from './reader-api.ts';
import type { TitleReader } from './title-reader.ts';

/** A title as some list has it, in that list's language. */
export type Listed = TitleRef & InLanguage;

/**
 * Cards in the first of `languages`, each field that it lacks from the next that has it. Only what is not whole is looked up, in
 * the first two tiers; where these fail the cards stay as they are.
 */
export function fillLanguages(
  listed: readonly Listed[],
  languages: readonly [string, ...string[]],
  titles: Pick<TitleReader, 'peek'>,
): Promise<{ card: Card; fellBack: FellBack }[]> {
  return Promise.all(
    listed.map(async (own) => {
      if (own.language === languages[0] && isComplete(own)) {
        return { card: own.card, fellBack: {} };
      }
      const others = languages.filter((language) => language !== own.language);
      const { found } = await titles.peek(own, others);
      return mergeLanguages(languages[0], inOrder(own, found, languages));
    }),
  );
}

/** The list's own card stands where its language stands: it is newer than the title's. */
function inOrder(own: InLanguage, found: readonly InLanguage[], languages: readonly string[]) {
  const place = ({ language }: InLanguage) =>
    (languages.indexOf(language) + languages.length + 1) % (languages.length + 1);
  return [own, ...found].sort((a, b) => place(a) - place(b)) as [InLanguage, ...InLanguage[]];
}
