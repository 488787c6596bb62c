import { retryBudget } from '../shared/core/retries.ts';
import { answerList } from './answer-list.ts';
import { answerTitle } from './answer-title.ts';
import { listReader } from './list-reader.ts';
import { memoryTier } from './memory-tier.ts';
import { readMeter } from './read-meter.ts';
import type { Reader, TitleAnswer, TitleRef } from './reader-api.ts';
import type { ReaderDependencies } from './reader-dependencies.ts';
import {
  checkedInput,
  feedInputSchema,
  listOptionsSchema,
  recommendSchema,
  titleOptionsSchema,
  titleRefsSchema,
} from './reader-input.ts';
import { recommend } from './recommend/recommend.ts';
import { tableGuard } from './table-guard.ts';
import { titleReader } from './title-reader.ts';

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
