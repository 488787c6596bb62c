import type { AwsFailure } from '../shared/core/aws-failure.ts';
import type { Clock } from '../shared/core/clock.ts';
import { retryBudget } from '../shared/core/retries.ts';
import { hasNamelessService } from '../shared/queues/details/watch.ts';
import { factsReader } from './filters/facts-reader.ts';
import type { FactsReader } from './filters/filter-rows.ts';
import { type FindDependencies, type TitleFinder, titleFinder } from './find.ts';
import { externalIdSchema } from './find-input.ts';
import { languageChain, mergeLanguages } from './language-fallback.ts';
import { answerList } from './list-answer.ts';
import { type ListReader, listReader } from './list-reader.ts';
import { type MemoryTier, memoryTier } from './memory-tier.ts';
import { type Aged, lifeOfAll, provenanceOf } from './provenance.ts';
import { type MeterDependencies, readMeter } from './read-meter.ts';
import type { Reader, ReaderHealth, TitleAnswer, TitleRef } from './reader-api.ts';
import {
  type AskedTitle,
  checkedInput,
  checkedListOptions,
  checkedRecommendation,
  feedInputSchema,
  titleOptionsSchema,
  titleRefsSchema,
} from './reader-input.ts';
import { spareReads } from './recommend/gather.ts';
import { recommend } from './recommend/recommend.ts';
import { namelessLife, type ReferenceTier, referenceTier } from './reference-tier.ts';
import { type TableGuard, tableGuard } from './table-guard.ts';
import type { TierDependencies } from './tiers.ts';
import { detailsAnswer, knownParts, livesOf, unknownIn } from './title-details.ts';
import { titleReader } from './title-reader.ts';
import { rowLoader, type TitleReader, titleTable } from './title-table.ts';

/** What a reader works with; one set per process. Without an optional member the reader works, and does less. */
type ReaderDependencies = TierDependencies &
  MeterDependencies & {
    /** The shared breaker's state, for `health`. */
    breakerState?: (() => Promise<ReaderHealth['breaker']>) | undefined;
    /** Is told when the table cannot be read at all: once, and again after reads that worked. */
    onUnreadable?: ((failure: AwsFailure) => void) | undefined;
  };

type Tiers = {
  memory: MemoryTier;
  table: TableGuard;
  lists: ListReader;
  titles: TitleReader;
  find: TitleFinder;
  facts: FactsReader;
  reference: ReferenceTier;
};

/** A reader over the given tiers; one per process, since it holds the memory tier. */
export function createReader(deps: ReaderDependencies): Reader {
  const { clock, settings, background } = deps;
  const tiers = tiersOf(deps);
  const { memory, table } = tiers;
  const meter = readMeter(deps);
  const likedBudget = retryBudget(settings.reader.likedShare, 1);
  const spare = spareReads(clock, settings);
  const feedInput = feedInputSchema(settings);
  const titleOptions = titleOptionsSchema(settings);
  const readTitles = (refs: readonly TitleRef[], options: object): Promise<TitleAnswer[]> => {
    const asked = checkedInput(titleOptions, options, 'options');
    const checked = checkedInput(titleRefsSchema, refs, 'titles');
    return Promise.all(checked.map((ref) => timed(() => answerTitle(ref, asked, tiers, deps), meter.title, clock)));
  };
  return {
    list: async (feed, options = {}) => {
      const checked = checkedInput(feedInput, feed, 'feed');
      const listed = checkedListOptions(options, checked, settings);
      return timed(
        () => answerList(checked, listed, { ...tiers, clock, settings }),
        meter.list(listed.offset + listed.limit),
        clock,
      );
    },
    title: async (mediaType, id, options = {}) => {
      const [answer] = await readTitles([{ mediaType, id }], options);
      return answer as TitleAnswer;
    },
    find: async (source, id, options = {}) => {
      const asked = checkedInput(titleOptions, options, 'options');
      const externalId = checkedInput(externalIdSchema, { source, id }, 'find');
      return timed(() => tiers.find(externalId, asked), meter.title, clock);
    },
    titles: async (refs, options = {}) => readTitles(refs, options),
    recommend: async (request = {}) => {
      const input = checkedRecommendation(request, settings);
      const parts = { ...tiers, pipeline: deps.pipeline, likedBudget, spare, background, clock, settings };
      return timed(() => recommend(input, parts), meter.recommendation, clock);
    },
    health: async () => {
      const breaker = (await deps.breakerState?.()) ?? 'unknown';
      return { table: table.isFailing() ? 'unavailable' : 'ok', breaker, memory: memory.size() };
    },
    settled: () => background.settled(),
    close: () => background.settled().then(meter.flush),
  };
}

function tiersOf(deps: ReaderDependencies): Tiers {
  const { memory: bounds, tableTimeoutMs, tableRestMs } = deps.settings.reader;
  const memory = memoryTier(bounds.maxBytes, deps.clock);
  const table = tableGuard(tableTimeoutMs, tableRestMs, deps.clock, deps.onUnreadable);
  const rows = rowLoader(deps, table);
  const fromTable = titleTable(deps, memory, rows);
  const titles = titleReader(deps, memory, fromTable);
  const reference = referenceTier(deps);
  const read: FindDependencies['read'] = (ref, asked, beside) =>
    answerTitle(ref, asked, { titles, reference }, deps, [beside]);
  return {
    memory,
    table,
    lists: listReader(deps, memory, table),
    titles,
    find: titleFinder({ ...deps, memory, table, titles: fromTable, images: reference.images, read }),
    facts: factsReader(deps, memory, rows),
    reference,
  };
}

/** Runs `act`, and hands its answer to `measure` with the milliseconds that it took. */
async function timed<A>(
  act: () => Promise<A>,
  measure: (answer: A, latencyMs: number) => void,
  clock: Clock,
): Promise<A> {
  const startedMs = clock.monotonicMs();
  const answer = await act();
  measure(answer, clock.monotonicMs() - startedMs);
  return answer;
}

/**
 * A title as an application gets it, each field in the nearest language that has it, and its details where they are asked for. As old as the
 * oldest language and the oldest part that it is made of.
 * @param beside - lives of what it was found by.
 */
async function answerTitle(
  ref: TitleRef,
  { language, region, country, details }: AskedTitle,
  { titles, reference }: Pick<Tiers, 'titles' | 'reference'>,
  { clock, settings }: ReaderDependencies,
  beside: readonly Aged[] = [],
): Promise<TitleAnswer> {
  const [read] = await Promise.all([
    titles.read(ref, languageChain(language, region, settings), details ? country : undefined),
    details ? reference.ready() : undefined,
  ]);
  const nowMs = clock.nowMs();
  const known = details ? knownParts(read.parts ?? {}, nowMs) : undefined;
  const answered = known && detailsAnswer(known, country, reference.service, nowMs, settings);
  const more = { ...(answered && { details: answered }), images: reference.images() };
  const [first, ...others] = read.found;
  if (first === undefined) {
    const provenance = provenanceOf('none', undefined, nowMs, read.problem);
    return { ...ref, ...provenance, title: null, absent: read.absent, ...more };
  }
  const { card, fellBack } = mergeLanguages(language, [first, ...others]);
  const used = read.found.filter((version) => version === first || Object.values(fellBack).includes(version.language));
  const isLacking = settings.details.enabled && known !== undefined && unknownIn(known, country, settings).length > 0;
  const nameless = hasNamelessService(answered?.watch) ? [namelessLife(first, nowMs)] : [];
  const life = lifeOfAll([...used, ...livesOf(known ?? {}), ...nameless, ...beside], isLacking);
  return {
    ...ref,
    ...provenanceOf(read.from, life, nowMs, read.problem),
    title: { ...ref, language, ...card, fellBack },
    absent: false,
    ...more,
  };
}
