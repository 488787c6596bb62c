/**
 * A recommendation:
 *
 *   liked titles → taste → feeds to read → candidates → scores → variety → the viewer's language → reasons
 *
 * Everything comes from the cache. Only where no feed has any rows, one list is fetched from TMDB.
 */
import type { Clock } from '../../shared/core/clock.ts';
import { type Feed, feedId, globalRegion, type MediaType, mediaTypes } from '../../shared/core/feed.ts';
import type { RetryBudget } from '../../shared/core/retries.ts';
import { regionLanguage } from '../../shared/settings/settings.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { cardOfRow, type ListRow, liveRows } from '../../shared/tables/read-list.ts';
import { fillLanguages, languageChain } from '../language-fallback.ts';
import { type ListReader, listLife } from '../list-reader.ts';
import type { PipelineRequests } from '../pipeline-requests.ts';
import { jointLife, provenanceOf } from '../provenance.ts';
import type { Origin, Provenance, RecommendAnswer, Recommended, TitleRef } from '../reader-api.ts';
import type { RecommendInput } from '../reader-input.ts';
import type { ReferenceTier } from '../reference-tier.ts';
import type { TierRead } from '../tiers.ts';
import type { TitleReader } from '../title-table.ts';
import {
  candidateFeeds,
  gatherCandidates,
  heaviestGenres,
  type LikedTitle,
  rowsPerFeed,
  tasteOf,
} from './candidates.ts';
import { explain } from './explain.ts';
import { diversify, type Scored, scoreCandidates } from './score.ts';
import type { ScoreContext } from './score-parts.ts';

/** What a recommendation is made with. */
type RecommendDependencies = {
  lists: ListReader;
  titles: TitleReader;
  reference: Pick<ReferenceTier, 'images'>;
  pipeline: PipelineRequests | undefined;
  /** Limits requests for unknown liked titles: each recommendation earns a share of one. */
  likedBudget: RetryBudget;
  clock: Clock;
  settings: Settings;
};

type FeedRead = TierRead<ListRow> & { feed: Feed };

/** What is read of each feed; adult titles are left out later, among the candidates. */
const everything = { limit: rowsPerFeed, includeAdult: true };
/** The number of genres of a taste whose feeds are read. */
const genresRead = 3;

/** Makes a recommendation. Never rejects. */
export async function recommend(input: RecommendInput, deps: RecommendDependencies): Promise<RecommendAnswer> {
  const { clock, settings } = deps;
  const media = input.media === 'all' ? mediaTypes : [input.media];
  const { liked, unknown } = await readLiked(input.liked, deps);
  const taste = tasteOf(liked, input.filter.genres);
  const reads = await readFeeds(
    candidateFeeds(media, input.region, heaviestGenres(taste, genresRead), settings),
    media,
    deps,
  );
  const lists = reads.filter(({ found }) => found.length > 0).map(({ feed, found }) => ({ feed, rows: found }));
  const candidates = gatherCandidates(lists, [...input.liked, ...input.seen], input.filter.includeAdult);
  const { ranking, dayParts } = settings.reader;
  const context: ScoreContext = {
    taste,
    region: input.region,
    hour: input.hour,
    nowMs: clock.nowMs(),
    ranking,
    dayParts,
  };
  const picked = diversify(scoreCandidates(candidates, context), input.offset + input.limit, ranking.relevance);
  const picks = await inLanguage(picked.slice(input.offset), input, context, deps);
  const images = deps.reference.images();
  const { offset } = input;
  return { ...madeOf(reads, clock.nowMs()), offset, picks, candidates: candidates.length, unknownLiked: unknown, images };
}

/** The provenance of the feeds that have rows at `nowMs`. */
function madeOf(reads: readonly FeedRead[], nowMs: number): Provenance & Pick<RecommendAnswer, 'feeds'> {
  const lists = reads.flatMap(({ feed, found }) => {
    const life = listLife(liveRows(found, found.length, nowMs));
    return life === undefined ? [] : [{ feed, life }];
  });
  const from = lists.length === 0 ? 'none' : originOf(reads.filter(({ found }) => found.length > 0));
  const problem = lists.length === 0 ? reads.find((read) => read.problem)?.problem : partial(reads);
  const life = jointLife(lists.map((list) => list.life));
  return { ...provenanceOf(from, life, nowMs, problem), feeds: lists.map(({ feed }) => feedId(feed)) };
}

/** Reads the liked titles. As far as the budget allows, those that are not in the cache are requested. */
async function readLiked(
  refs: readonly TitleRef[],
  deps: RecommendDependencies,
): Promise<{ liked: LikedTitle[]; unknown: TitleRef[] }> {
  const { defaultLanguage } = deps.settings;
  const liked: LikedTitle[] = [];
  const unknown: TitleRef[] = [];
  deps.likedBudget.earn();
  const reads = await Promise.all(
    refs.map(async (ref) => ({ ref, ...(await deps.titles.peek(ref, [defaultLanguage])) })),
  );
  for (const { ref, found, problem } of reads) {
    const [version] = found;
    if (version !== undefined) {
      liked.push({ ...ref, card: version.card });
      continue;
    }
    unknown.push(ref);
    if (problem === undefined && deps.likedBudget.trySpend()) {
      deps.pipeline?.refreshTitle(ref.mediaType, ref.id, defaultLanguage, '');
    }
  }
  return { liked, unknown };
}

async function readFeeds(
  feeds: readonly Feed[],
  media: readonly MediaType[],
  { lists, settings }: RecommendDependencies,
): Promise<FeedRead[]> {
  const reads = await Promise.all(
    feeds.map(async (feed) => ({ feed, ...(await lists.read(feed, everything, false)) })),
  );
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
  const problem = partial(reads);
  return [{ feed, ...(await lists.read(feed, everything, true)), ...(problem && { problem }) }];
}

/** The problem of an answer that is made from some of the lists: a failed read, but not a list that is missing in the table. */
function partial(reads: readonly FeedRead[]) {
  return reads.find(({ problem }) => problem !== undefined && problem.code !== 'not_cached')?.problem;
}

function originOf(reads: readonly FeedRead[]): Origin {
  const origins = new Set(reads.map(({ from }) => from));
  return (['tmdb', 'table', 'memory'] as const).find((origin) => origins.has(origin)) ?? 'none';
}

async function inLanguage(
  picked: readonly Scored[],
  input: RecommendInput,
  context: ScoreContext,
  { titles, settings, clock }: RecommendDependencies,
): Promise<Recommended[]> {
  const asked = input.language ?? regionLanguage(input.region, settings);
  const languages = languageChain(asked, input.region, settings);
  const listed = picked.map(({ candidate: { row, language } }) => {
    const { mediaType, id } = row;
    return { mediaType, id, language, card: cardOfRow(row) };
  });
  const cards = await fillLanguages(listed, languages, titles, clock);
  // Rows may have expired while the other languages were read.
  const nowMs = clock.nowMs();
  return picked.flatMap((scored, index) => {
    const filled = cards[index];
    const { row } = scored.candidate;
    return filled === undefined || nowMs >= row.expiresAtMs
      ? []
      : [
          {
            mediaType: row.mediaType,
            id: row.id,
            language: asked,
            ...filled.card,
            fellBack: filled.fellBack,
            score: Math.round(scored.score * 1e4) / 1e4,
            parts: scored.parts,
            why: explain(scored, context),
            stale: nowMs >= row.freshUntilMs,
          },
        ];
  });
}
