/**
 * A recommendation:
 *
 *   liked titles, lists of everybody → taste → lists that fit it, what TMDB recommends → candidates → filters → scores → variety → the page
 *   that is asked for → the viewer's language → reasons
 *
 * Everything comes from the cache. Only where no feed has any rows, one list is fetched from TMDB.
 */
import { hourMs } from '../../shared/core/clock.ts';
import { feedId, mediaTypes } from '../../shared/core/feed.ts';
import { canonicalJson, stableHash } from '../../shared/core/stable-hash.ts';
import { hasNamelessService, watchIn } from '../../shared/queues/details/watch.ts';
import { regionLanguage } from '../../shared/settings/settings.ts';
import { cardOfRow, liveRows } from '../../shared/tables/read-list.ts';
import type { Background } from '../background.ts';
import { isFiltering } from '../filters/pass.ts';
import { fillLanguages, languageChain } from '../language-fallback.ts';
import { listLife } from '../list-reader.ts';
import type { MemoryTier } from '../memory-tier.ts';
import { jointLife, lifeOfAll, provenanceOf } from '../provenance.ts';
import type { Origin, Provenance, RecommendAnswer, Recommended } from '../reader-api.ts';
import type { RecommendInput } from '../reader-input.ts';
import { namelessLife, type ReferenceTier } from '../reference-tier.ts';
import {
  type Candidate,
  commonGenres,
  gatherCandidates,
  refKey,
  type Scored,
  sharedFeeds,
  tasteFeeds,
  tasteOf,
} from './candidates.ts';
import { explain } from './explain.ts';
import {
  countryOfFacts,
  type FeedRead,
  type GatherDependencies,
  orOneFetched,
  type Passed,
  partialProblem,
  passing,
  readFeeds,
  readLiked,
  readRecommended,
} from './gather.ts';
import { diversify, scoreCandidates } from './score.ts';
import type { ScoreContext } from './score-parts.ts';

/** What a recommendation is made with. */
type RecommendDependencies = GatherDependencies & {
  reference: Pick<ReferenceTier, 'images' | 'service' | 'ready'>;
  background: Background;
  memory: MemoryTier;
};

/** Makes a recommendation. Never rejects. */
export async function recommend(input: RecommendInput, deps: RecommendDependencies): Promise<RecommendAnswer> {
  const { clock, settings, reference } = deps;
  const { filter, offset } = input;
  const { taste, reads, candidates: all, unknown } = await gather(input, deps);
  const passed = await passing(all, input, deps);
  const { candidates } = passed;
  const { ranking, dayParts } = settings.reader;
  const context: ScoreContext = {
    taste,
    region: input.region,
    hour: input.hour,
    // By the hour, so that the pages of one recommendation fit together.
    nowMs: Math.floor(clock.nowMs() / hourMs) * hourMs,
    ranking,
    dayParts,
  };
  const scored = scoreCandidates(candidates, context);
  const picked = pickPage(scored, input, deps);
  readMoreLater(scored, input, deps);
  await (filter.providers.length > 0 ? reference.ready() : undefined);
  const picks = await inLanguage(picked, input, context, deps);
  return {
    ...madeOf(reads, passed, picks, clock.nowMs()),
    offset,
    picks,
    candidates: candidates.length,
    ...(isFiltering(filter) && { filtered: passed.filtered }),
    unknownLiked: unknown,
    images: reference.images(),
  };
}

/** The viewer's taste, the lists that were read, and every title that may be recommended, before filters. */
async function gather(input: RecommendInput, deps: RecommendDependencies) {
  const { settings } = deps;
  const media = input.media === 'all' ? mediaTypes : [input.media];
  const [{ liked, unknown }, shared] = await Promise.all([
    readLiked(input, deps),
    readFeeds(sharedFeeds(media, input.region, settings), deps),
  ]);
  const taste = tasteOf(liked, input.filter.genres);
  const rows = shared.flatMap(({ found }) => found);
  const common = Object.fromEntries(
    media.map((medium) => [medium, commonGenres(rows, medium, settings.feeds.genre.topGenres)]),
  );
  const excluded = [...input.liked, ...input.seen];
  const without = new Set([...excluded, ...rows].map(refKey));
  const [fitting, recommended] = await Promise.all([
    readFeeds(tasteFeeds(media, input.region, taste, common, settings), deps),
    readRecommended(liked, media, without, deps),
  ]);
  const reads = await orOneFetched([...shared, ...fitting], media, deps);
  const lists = reads.filter(({ found }) => found.length > 0).map(({ feed, found }) => ({ feed, rows: found }));
  return { taste, reads, candidates: gatherCandidates(lists, excluded, recommended), unknown };
}

/** Behind the answer, details of the best candidates that were not read lately, as far as reads are to spare. */
function readMoreLater(
  scored: readonly Scored[],
  input: RecommendInput,
  { spare, facts, background, settings }: RecommendDependencies,
): void {
  if (!settings.details.enabled) {
    return;
  }
  spare.earn();
  const open = new Map(scored.map(({ candidate: { row } }) => [detailsKey(row), row]));
  const refs = spare.take([...open.keys()]).flatMap((key) => open.get(key) ?? []);
  if (refs.length > 0) {
    background.run(
      'reading details of candidates',
      async () => void (await facts.read(refs, countryOfFacts(input, settings))),
    );
  }
}

function detailsKey(row: Candidate['row']): string {
  return `details#${refKey(row)}`;
}

/**
 * The picks of the page that is asked for. They go on after those that this process has answered before `offset` to the same request: lists
 * and details that arrive between two pages change the order, and must not bring a title twice or leave one out.
 */
function pickPage(
  scored: readonly Scored[],
  input: RecommendInput,
  { memory, settings }: RecommendDependencies,
): Scored[] {
  const { offset, limit, ...request } = input;
  const { ranking, memory: times } = settings.reader;
  const key = `picks#${stableHash(canonicalJson(request), 32)}`;
  const before = (memory.peek<string[]>(key) ?? []).slice(0, offset);
  const byKey = new Map(scored.map((one) => [refKey(one.candidate.row), one]));
  const first = before.flatMap((title) => byKey.get(title) ?? []);
  const between = offset - before.length;
  const relevance = input.variety === undefined ? ranking.relevance : 1 - input.variety;
  const more = diversify(scored, first.length + between + limit, relevance, first).slice(first.length);
  const value = [...before, ...more.map(({ candidate: { row } }) => refKey(row))];
  memory.put(key, { value, keepMs: 1_000 * times.titleSeconds });
  return more.slice(between);
}

/** The provenance of the feeds that have rows at `nowMs`, and of the details by which their titles were filtered. */
function madeOf(
  reads: readonly FeedRead[],
  { lives, isLacking, problem: ofDetails }: Passed,
  picks: readonly Recommended[],
  nowMs: number,
): Provenance & Pick<RecommendAnswer, 'feeds'> {
  const lists = reads.flatMap(({ feed, found }) => {
    const life = listLife(liveRows(found, found.length, nowMs));
    return life === undefined ? [] : [{ feed, life }];
  });
  const from = lists.length === 0 ? 'none' : originOf(reads.filter(({ found }) => found.length > 0));
  const problem =
    (lists.length === 0 ? reads.find((read) => read.problem)?.problem : partialProblem(reads)) ?? ofDetails;
  const ofLists = jointLife(lists.map((list) => list.life));
  const nameless =
    ofLists && picks.some(({ watch }) => hasNamelessService(watch)) ? [namelessLife(ofLists, nowMs)] : [];
  const life = ofLists && lifeOfAll([ofLists, ...lives, ...nameless], isLacking);
  return { ...provenanceOf(from, life, nowMs, problem), feeds: lists.map(({ feed }) => feedId(feed)) };
}

function originOf(reads: readonly FeedRead[]): Origin {
  const origins = new Set(reads.map(({ from }) => from));
  return (['tmdb', 'table', 'memory'] as const).find((origin) => origins.has(origin)) ?? 'none';
}

async function inLanguage(
  picked: readonly Scored[],
  input: RecommendInput,
  context: ScoreContext,
  { titles, settings, clock, reference }: RecommendDependencies,
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
            ...(input.filter.providers.length > 0 && watchOf(scored.candidate, reference)),
            stale: nowMs >= row.freshUntilMs,
          },
        ];
  });
}

/** Where to watch a title, if that is known. */
function watchOf({ facts }: Candidate, { service }: RecommendDependencies['reference']): Pick<Recommended, 'watch'> {
  return facts?.watch ? { watch: watchIn(facts.watch.offers, facts.watch.fetchedAt, service) } : {};
}
