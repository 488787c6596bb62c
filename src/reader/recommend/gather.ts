/** What a recommendation is made from: liked titles, lists, titles that TMDB recommends for what was liked, and what is known of them all. */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../shared/core/clock.ts';
import { type Feed, globalRegion, type MediaType } from '../../shared/core/feed.ts';
import type { RetryBudget } from '../../shared/core/retries.ts';
import { keptCountries } from '../../shared/settings/settings.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { ListRow } from '../../shared/tables/read-list.ts';
import { type FactsReader, type PassingRows, passingRows } from '../filters/filter-rows.ts';
import { needsFacts } from '../filters/pass.ts';
import type { ListReader } from '../list-reader.ts';
import type { PipelineRequests } from '../pipeline-requests.ts';
import type { Problem, TitleRef } from '../reader-api.ts';
import type { RecommendInput } from '../reader-input.ts';
import type { TierRead } from '../tiers.ts';
import type { TitleReader } from '../title-table.ts';
import { type Candidate, type LikedTitle, refKey, rowsPerFeed, unlisted } from './candidates.ts';

/** What candidates are gathered with. */
export type GatherDependencies = {
  lists: ListReader;
  titles: TitleReader;
  facts: FactsReader;
  pipeline: PipelineRequests | undefined;
  /** Limits requests for unknown liked titles: each recommendation earns a share of one. */
  likedBudget: RetryBudget;
  spare: SpareReads;
  clock: Clock;
  settings: Settings;
};

/** A feed with its rows. */
export type FeedRead = TierRead<ListRow> & { feed: Feed };

/**
 * Rows of titles that are read beyond what an answer needs: cards of recommended titles, details of candidates. A process reads as many as its
 * recommendations have earned, and none of them again within the time that memory keeps titles.
 */
export type SpareReads = {
  earn(): void;
  /** Those of `keys`, the first ones first, that may be read now: twenty at most. */
  take(keys: readonly string[]): string[];
};

/** What a recommendation earns, and what a process begins with and never has more than. */
const earnedRows = 1;
const mostSpare = 100;
/** Unpacking a row of details takes some 0.2 ms, and the answers of that time wait for it. */
const rowsAtOnce = 20;
/** Rows of which a process remembers that it has read them. */
const rememberedRows = 10_000;

/** The spare reads of one process. */
export function spareReads(clock: Clock, settings: Settings): SpareReads {
  let left = mostSpare;
  const read = new LRUCache<string, number>({ max: rememberedRows });
  const againMs = 1_000 * settings.reader.memory.titleSeconds;
  return {
    earn: () => {
      left = Math.min(mostSpare, left + earnedRows);
    },
    take: (keys) => {
      const nowMs = clock.monotonicMs();
      const taken: string[] = [];
      for (const key of keys) {
        if (taken.length >= Math.min(left, rowsAtOnce)) {
          break;
        }
        if (nowMs >= (read.get(key) ?? 0)) {
          read.set(key, nowMs + againMs);
          taken.push(key);
        }
      }
      left -= taken.length;
      return taken;
    },
  };
}

/** Of whose facts: without a filter that needs a country, all viewers share those of the first that is kept. */
export function countryOfFacts({ filter }: RecommendInput, settings: Settings): string {
  return needsFacts(filter) ? filter.country : (keptCountries(settings)[0] ?? filter.country);
}

/** Details are read of so many liked titles, the first ones: they are 4 to 5 KB each. */
const likedInDetail = 20;

/** Reads the liked titles. As far as the budget allows, those that are not in the cache are requested. */
export async function readLiked(
  input: RecommendInput,
  { titles, facts, likedBudget, pipeline, settings }: GatherDependencies,
): Promise<{ liked: LikedTitle[]; unknown: TitleRef[] }> {
  const { liked: refs } = input;
  const { defaultLanguage, details } = settings;
  const liked: LikedTitle[] = [];
  const unknown: TitleRef[] = [];
  likedBudget.earn();
  const [reads, known] = await Promise.all([
    Promise.all(refs.map(async (ref) => ({ ref, ...(await titles.peek(ref, [defaultLanguage])) }))),
    facts.read(details.enabled ? refs.slice(0, likedInDetail) : [], countryOfFacts(input, settings)),
  ]);
  for (const { ref, found, problem } of reads) {
    const [version] = found;
    if (version !== undefined) {
      liked.push({ ...ref, card: version.card, facts: known.facts.get(refKey(ref)) });
      continue;
    }
    unknown.push(ref);
    if (problem === undefined && likedBudget.trySpend()) {
      pipeline?.refreshTitle(ref.mediaType, ref.id, defaultLanguage, '');
    }
  }
  return { liked, unknown };
}

/** What is read of each feed; adult titles are left out later, among the candidates. */
const everything = { limit: rowsPerFeed, includeAdult: true };

/** Reads feeds from the cache. */
export function readFeeds(feeds: readonly Feed[], { lists }: GatherDependencies): Promise<FeedRead[]> {
  return Promise.all(feeds.map(async (feed) => ({ feed, ...(await lists.read(feed, everything, false)) })));
}

/** The same lists; where none of them has a title, one that TMDB is asked for. */
export async function orOneFetched(
  reads: FeedRead[],
  media: readonly MediaType[],
  { lists, settings }: GatherDependencies,
): Promise<FeedRead[]> {
  if (reads.some(({ found }) => found.length > 0)) {
    return reads;
  }
  // The table is empty or cannot be read: one list is better than none.
  const feed = {
    category: 'popular',
    media: media[0] ?? 'movie',
    region: globalRegion,
    language: settings.defaultLanguage,
  };
  // The answer keeps the problem of the other lists, since they may have rows that could not be read.
  const problem = partialProblem(reads);
  return [{ feed, ...(await lists.read(feed, everything, true)), ...(problem && { problem }) }];
}

/** The problem of an answer that is made from some of the lists: a failed read, but not a list that is missing in the table. */
export function partialProblem(reads: readonly FeedRead[]): Problem | undefined {
  return reads.find(({ problem }) => problem !== undefined && problem.code !== 'not_cached')?.problem;
}

/**
 * Titles that TMDB recommends for the liked ones, as far as they have a card: of those that most of them have in common as many as are in
 * memory or may be read. `without`: those that are in a list, liked or seen.
 */
export async function readRecommended(
  liked: readonly LikedTitle[],
  media: readonly MediaType[],
  without: ReadonlySet<string>,
  { titles, spare, settings }: GatherDependencies,
): Promise<Candidate[]> {
  const counts = new Map<string, { ref: TitleRef; count: number }>();
  for (const ref of liked.flatMap(({ facts }) => facts?.recommendations ?? [])) {
    const key = refKey(ref);
    if (media.includes(ref.mediaType) && !without.has(key)) {
      counts.set(key, { ref, count: (counts.get(key)?.count ?? 0) + 1 });
    }
  }
  const ranked = [...counts.values()].sort((a, b) => b.count - a.count).map(({ ref }) => ref);
  const inMemory = ranked.map((ref) => ({ ref, version: titles.known(ref, settings.defaultLanguage) }));
  const readable = new Set(
    spare.take(inMemory.flatMap(({ ref, version }) => (version ? [] : [`card#${refKey(ref)}`]))),
  );
  const found = await Promise.all(
    inMemory.map(async ({ ref, version }) => ({
      ref,
      version: readable.has(`card#${refKey(ref)}`)
        ? (await titles.peek(ref, [settings.defaultLanguage])).found[0]
        : version,
    })),
  );
  return found.flatMap(({ ref, version }) => (version === undefined ? [] : [unlisted(ref, version)]));
}

/** The candidates that pass the filters, with what is known of each. */
export type Passed = Omit<PassingRows<ListRow>, 'rows' | 'from' | 'factsOf'> & { candidates: Candidate[] };

/** Filters candidates. Where the filters need details these are read; otherwise what memory has of them is enough. */
export async function passing(
  all: readonly Candidate[],
  input: RecommendInput,
  { facts, settings }: GatherDependencies,
): Promise<Passed> {
  const { rows, factsOf, ...passed } = await passingRows(
    all.map(({ row }) => row),
    input.filter,
    facts,
  );
  const known = facts.known(rows, countryOfFacts(input, settings));
  const isPassing = new Set(rows);
  const candidates = all.filter(({ row }) => isPassing.has(row));
  return {
    ...passed,
    candidates: candidates.map((one) => ({ ...one, facts: factsOf(one.row) ?? known.get(refKey(one.row)) })),
  };
}
