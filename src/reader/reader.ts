import { type Feed } from '../shared/core/feed.ts';
import { cardOfRow, type ListRow, liveRows, toEntry } from '../shared/tables/read-list.ts';
import { fillLanguages, languageChain, mergeLanguages } from './language-fallback.ts';
import { type ListReader, listLife, shownOf, listReader } from './list-reader.ts';
import { provenanceOf, jointLife } from './provenance.ts';
import { type ListAnswer, type TitleAnswer, type TitleRef, type Reader } from './reader-api.ts';
import { type ReaderDependencies } from './reader-dependencies.ts';
import { type ListOptions, checkedInput, feedInputSchema, listOptionsSchema, recommendSchema, titleOptionsSchema, titleRefsSchema } from './reader-input.ts';
import { type TierRead } from './tier-answers.ts';
import { type TitleReader, titleReader } from './title-reader.ts';
import { retryBudget } from '../shared/core/retry-budget.ts';
import { memoryTier } from './memory-tier.ts';
import { readMeter } from './read-meter.ts';
import { recommend } from './recommend/recommend.ts';
import { tableGuard } from './table-guard.ts';

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

/**
 * A title as an application gets it, each field in the nearest language that has it. Its age is that of the languages that it is
 * made of.
 */
export async function answerTitle(
  ref: TitleRef,
  language: string,
  region: string | undefined,
  titles: TitleReader,
  { clock, settings }: ReaderDependencies,
): Promise<TitleAnswer> {
  const read = await titles.read(ref, languageChain(language, region, settings));
  const [first, ...others] = read.found;
  if (first === undefined) {
    const provenance = provenanceOf('nowhere', undefined, clock.nowMs(), read.problem);
    return { ...ref, ...provenance, title: null, absent: read.absent };
  }
  const { card, fellBack } = mergeLanguages(language, [first, ...others]);
  const used = read.found.filter((version) => version === first || Object.values(fellBack).includes(version.language));
  return {
    ...ref,
    ...provenanceOf(read.from, jointLife(used), clock.nowMs(), read.problem),
    title: { ...ref, language, ...card, fellBack },
    absent: false,
  };
}

/** A reader over the given tiers; one for a process, since it holds the first of them. */
export function createReader(deps: ReaderDependencies): Reader {
  const { clock, settings } = deps;
  const { reader } = settings;
  const memory = memoryTier(reader.memory.maxBytes, clock);
  const table = tableGuard(reader.tableTimeoutMs, reader.tableRestMs, clock, deps.onUnreadable);
  const lists = listReader(deps, memory, table);
  const titles = titleReader(deps, memory, table);
  const meter = readMeter(deps);
  const likedBudget = retryBudget(reader.likedShare, 1);
  const feedInput = feedInputSchema(settings);
  const titleOptions = titleOptionsSchema(settings);
  /** Measures how long an answer took. */
  const timed = async <A>(act: () => Promise<A>, measure: (answer: A, latencyMs: number) => void): Promise<A> => {
    const startedMs = clock.monotonicMs();
    const answer = await act();
    measure(answer, clock.monotonicMs() - startedMs);
    return answer;
  };
  const readTitles = (refs: readonly TitleRef[], options: object): Promise<TitleAnswer[]> => {
    const { language, region } = checkedInput(titleOptions, options, 'options');
    const checked = checkedInput(titleRefsSchema, refs, 'titles');
    return Promise.all(
      checked.map((ref) => timed(() => answerTitle(ref, language, region, titles, deps), meter.title)),
    );
  };
  return {
    list: async (feed, options = {}) => {
      const checked = checkedInput(feedInput, feed, 'feed');
      const listed = checkedInput(listOptionsSchema, options, 'options');
      return timed(() => answerList(checked, listed, { lists, titles, deps }), meter.list(listed.limit));
    },
    title: async (mediaType, id, options = {}) => {
      const [answer] = await readTitles([{ mediaType, id }], options);
      return answer as TitleAnswer;
    },
    titles: async (refs, options = {}) => readTitles(refs, options),
    recommend: async (request = {}) => {
      const input = checkedInput(recommendSchema, request, 'recommend');
      const parts = { lists, titles, pipeline: deps.pipeline, likedBudget, clock, settings };
      return timed(() => recommend(input, parts), meter.recommendation);
    },
    health: async () => {
      const breaker = (await deps.breakerState?.()) ?? 'unknown';
      return { table: table.away() ? 'away' : 'ok', breaker, memory: memory.size() };
    },
    settled: () => deps.background.settled(),
    close: () => deps.background.settled().then(meter.flush),
  };
}
