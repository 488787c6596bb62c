import type { Feed } from '../shared/core/feed.ts';
import { cardOfRow, type ListRow, liveRows, toEntry } from '../shared/tables/read-list.ts';
import { fillLanguages } from './fill-languages.ts';
import { languageChain } from './language-fallback.ts';
import type { ListReader } from './list-reader.ts';
import { listLife, shownOf } from './list-tiers.ts';
import { provenanceOf } from './provenance.ts';
import type { ListAnswer } from './reader-api.ts';
import type { ReaderDependencies } from './reader-dependencies.ts';
import type { ListOptions } from './reader-input.ts';
import type { TierRead } from './tier-answers.ts';
import type { TitleReader } from './title-reader.ts';

/** What answers are made with. */
export type AnswerParts = { lists: ListReader; titles: TitleReader; deps: ReaderDependencies };

/**
 * A feed as an application gets it. Where it cannot be had in its language, the same feed in another one stands in; what of a
 * title is missing in the feed's language comes from the title's other languages.
 */
export async function answerList(
  feed: Feed,
  asked: ListOptions,
  { lists, titles, deps }: AnswerParts,
): Promise<ListAnswer> {
  const { clock, settings } = deps;
  const languages = languageChain(feed.language, feed.region, settings);
  const own = await lists.read(feed, asked, true);
  const { language, read } =
    own.found.length > 0 || own.absent || own.empty !== undefined
      ? { language: feed.language, read: own }
      : await inOtherLanguage(feed, asked, own, languages.slice(1), lists);
  const rows = shownOf(read.found, asked);
  const listed = rows.map((row) => {
    const { mediaType, id } = row;
    return { mediaType, id, language, card: cardOfRow(row) };
  });
  const cards = await fillLanguages(listed, languages, titles, clock);
  const nowMs = clock.nowMs();
  const entries = rows.map((row, index) => ({ row, ...(cards[index] ?? { card: {}, fellBack: {} }) }));
  // Reading the other languages took its time.
  const alive = entries.filter(({ row }) => nowMs < row.expiresAtMs);
  // A list of adult titles alone is there, though nothing of it is shown; and so is one that TMDB serves empty.
  const life =
    listLife(alive.length > 0 ? alive.map(({ row }) => row) : liveRows(read.found, Infinity, nowMs)) ??
    (read.empty && nowMs < read.empty.expiresAtMs ? read.empty : undefined);
  return {
    feed,
    ...provenanceOf(life === undefined ? 'nowhere' : read.from, life, nowMs, read.problem),
    titles: alive.map(({ row, card, fellBack }) => ({ ...toEntry(row, nowMs), ...card, fellBack })),
  };
}

/** The first of the other languages that the first two tiers have this feed in. Why it is another one stays said. */
async function inOtherLanguage(
  feed: Feed,
  asked: ListOptions,
  own: TierRead<ListRow>,
  languages: readonly string[],
  lists: ListReader,
): Promise<{ language: string; read: TierRead<ListRow> }> {
  for (const language of languages) {
    const read = await lists.read({ ...feed, language }, asked, false);
    if (read.found.length > 0) {
      return { language, read: { ...read, ...(own.problem && { problem: own.problem }) } };
    }
  }
  return { language: feed.language, read: own };
}
