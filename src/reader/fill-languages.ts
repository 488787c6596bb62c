import type { Clock } from '../shared/core/clock.ts';
import type { Card } from '../shared/queues/card-fields.ts';
import { type InLanguage, isComplete, mergeLanguages } from './language-fallback.ts';
import type { FellBack, TitleRef } from './reader-api.ts';
import type { TitleReader } from './title-reader.ts';

/** A title as some list has it, in that list's language. */
export type Listed = TitleRef & InLanguage;

/**
 * Cards in the first of `languages`, each field that it lacks from the next that has it. Only what is not whole is looked up, in
 * the first two tiers; where these fail the cards stay as they are.
 */
export async function fillLanguages(
  listed: readonly Listed[],
  languages: readonly [string, ...string[]],
  titles: Pick<TitleReader, 'peek'>,
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
  // One title may be read later than another.
  const nowMs = clock.nowMs();
  return listed.map((own, index) => {
    const alive = (reads[index] ?? []).filter(({ expiresAtMs }) => nowMs < expiresAtMs);
    return mergeLanguages(languages[0], inOrder(own, alive, languages));
  });
}

/** The list's own card stands where its language stands: it is newer than the title's. */
function inOrder(own: InLanguage, found: readonly InLanguage[], languages: readonly string[]) {
  const place = ({ language }: InLanguage) =>
    (languages.indexOf(language) + languages.length + 1) % (languages.length + 1);
  return [own, ...found].sort((a, b) => place(a) - place(b)) as [InLanguage, ...InLanguage[]];
}
