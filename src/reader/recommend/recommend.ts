/**
 * A recommendation:
 *
 *   liked titles, lists of everybody → taste → lists that fit it, what TMDB recommends → candidates → filters → scores → variety → the page
 *   that is asked for → the viewer's language → reasons
 *
 * Everything comes from the cache. Only where no feed has any rows, one list is fetched from TMDB.
 */
import { LRUCache } from 'lru-cache';
import { type Clock, hourMs } from '../../shared/core/clock.ts';
import { feedId, mediaTypes } from '../../shared/core/feed.ts';
import { stableHash } from '../../shared/core/stable-hash.ts';
import { hasNamelessService, watchIn } from '../../shared/queues/details/watch.ts';
import { regionLanguage } from '../../shared/settings/settings.ts';
import { cardOfRow, liveRows } from '../../shared/tables/read-list.ts';
import type { Background } from '../background.ts';
import { isFiltering } from '../filters/pass.ts';
import { fillLanguages, languageChain } from '../language-fallback.ts';
import { listLife } from '../list-reader.ts';
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
  given: PicksGiven;
};

/** What was picked for a request so far, page after page: details that arrive in between must not move what was shown. */
type PicksGiven = {
  get(request: string): readonly string[] | undefined;
  set(request: string, picks: string[]): unknown;
};

/** Requests whose picks a process remembers, and for how long. */
const rememberedRequests = 500;
const rememberedMs = 900_000;

/** The memory of one process for the pages of recommendations. */
export function picksGiven(clock: Clock): PicksGiven {
  // The library takes a start at 0 for "no time to live".
  const perf = { now: () => clock.monotonicMs() + 1 };
  return new LRUCache<string, readonly string[]>({
    max: rememberedRequests,
    ttl: rememberedMs,
    ttlResolution: 0,
    perf,
  });
}

/** Makes a recommendation. Never rejects. */
export async function recommend(input: RecommendInput, deps: RecommendDependencies): Promise<RecommendAnswer> {
  const { clock, settings, reference } = deps;
  const { filter, offset } = input;
  const { taste, reads, candidates: all, unknown } = await gather(input, deps);
  const passed = await passing(all, input, deps);
  const { candidates, filtered } = passed;
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
  const picked = pageOf(scored, input, deps);
  readMoreLater(scored, input, deps);
  await (filter.providers.length > 0 ? reference.ready() : undefined);
  const picks = await inLanguage(picked, input, context, deps);
  return {
    ...madeOf(reads, passed, picks, clock.nowMs()),
    offset,
    picks,
    candidates: candidates.length,
    ...(isFiltering(filter) && { filtered }),
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

/** The page that is asked for. What this process has picked for the pages before it stays there, as far as it is a candidate still. */
function pageOf(
  scored: readonly Scored[],
  { offset, limit, ...input }: RecommendInput,
  { given, settings }: RecommendDependencies,
): Scored[] {
  const key = stableHash(JSON.stringify(input), 32);
  const before = (given.get(key) ?? []).slice(0, offset);
  const byRef = new Map(scored.map((one) => [refKey(one.candidate.row), one]));
  const first = before.flatMap((ref) => byRef.get(ref) ?? []);
  const { relevance } = settings.reader.ranking;
  const most = offset + limit - (before.length - first.length);
  const picked = diversify(scored, most, input.variety === undefined ? relevance : 1 - input.variety, first);
  const next = picked.slice(first.length);
  given.set(key, [...before, ...next.map(({ candidate: { row } }) => refKey(row))]);
  return next.slice(offset - before.length);
}

/** Behind the answer, details of the best candidates of which memory knows none, as far as reads are to spare. */
function readMoreLater(
  scored: readonly Scored[],
  input: RecommendInput,
  { spare, facts, background, settings }: RecommendDependencies,
): void {
  if (!settings.details.enabled) {
    return;
  }
  spare.earn();
  const open = new Map(
    scored.flatMap(({ candidate: { row, facts: known } }) => (known ? [] : [[detailsKey(row), row]])),
  );
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

/** The provenance at `nowMs`: of the feeds that have rows, and of the facts that the filters looked at. */
function madeOf(
  reads: readonly FeedRead[],
  { lives, filtered, problem: others }: Passed,
  picks: readonly Recommended[],
  nowMs: number,
): Provenance & Pick<RecommendAnswer, 'feeds'> {
  const lists = reads.flatMap(({ feed, found }) => {
    const life = listLife(liveRows(found, found.length, nowMs));
    return life === undefined ? [] : [{ feed, life }];
  });
  const from = lists.length === 0 ? 'none' : originOf(reads.filter(({ found }) => found.length > 0));
  const problem = (lists.length === 0 ? reads.find((read) => read.problem)?.problem : partialProblem(reads)) ?? others;
  const listed = jointLife(lists.map((list) => list.life));
  const nameless = picks.some(({ watch }) => hasNamelessService(watch)) && listed ? [namelessLife(listed, nowMs)] : [];
  // More may pass at any time where too little is known of a title.
  const life = listed && lifeOfAll([listed, ...lives, ...nameless], filtered.withoutDetails > 0);
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
