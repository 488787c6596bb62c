/**
 * Weights of the score from an application's own likes: each like beside titles that its viewer did not like, by what the parts of the score
 * said at its time. Pure. Nothing is kept of a viewer or of TMDB's texts: what comes out is one number for each part.
 */
import { type Comparison, fitWeights } from '../operator/fit-weights.ts';
import { peopleOf } from '../reader/filters/facts-reader.ts';
import type { TitleFacts } from '../reader/filters/title-filter.ts';
import type { ScoreParts, TitleAnswer, TitleRef } from '../reader/reader-api.ts';
import { type Candidate, refKey, tasteOf, unlisted } from '../reader/recommend/candidates.ts';
import { weighed } from '../reader/recommend/score.ts';
import { knownParts } from '../reader/recommend/score-parts.ts';
import { UsageError } from '../shared/core/errors.ts';
import { mediaTypes } from '../shared/core/feed.ts';
import { shown } from '../shared/core/shown-text.ts';
import { maxTmdbId } from '../shared/queues/item-page.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';

/** That a viewer liked a title. */
export type Like = { viewer: string; ref: TitleRef; atMs: number };

type Weights = Settings['reader']['ranking']['weights'];
type PartName = keyof ScoreParts;

/** Parts that a title has by itself and by its viewer. Where it stands in lists, and at which hour, is not in the likes. */
const fittable: readonly PartName[] = [
  'genre',
  'origin',
  'votes',
  'popularity',
  'year',
  'newness',
  'keywords',
  'people',
  'recommended',
];
/**
 * How many likes make a taste, how many of them must be there before one is learned from, with how many titles it is compared, and from how many
 * likes is learned: each takes some 2 ms, and more hardly change the weights.
 */
const rules = { mostLiked: 20, fewestLiked: 3, poolSize: 300, others: 20, fewestViewers: 20, mostLearned: 4_000 };
const mostLikes = 100_000;
const mostWeight = 10;

/** The likes of a CSV text `viewer,media,id,at`; its first line may be that. @throws UsageError naming the line that is wrong. */
export function likesOf(text: string, source: string): Like[] {
  const lines = text.split(/\r?\n/).map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const likes = lines.filter(({ line, number }) => line !== '' && !(number === 1 && line === 'viewer,media,id,at'));
  if (likes.length > mostLikes) {
    throw new UsageError(`${source} has ${likes.length} likes: allowed are at most ${mostLikes}`);
  }
  return likes.map(({ line, number }) => {
    const [viewer = '', media = '', id = '', at = '', ...more] = line.split(',').map((value) => value.trim());
    const mediaType = mediaTypes.find((one) => one === media);
    const atMs = /^\d{4}-\d\d-\d\d/.test(at) ? Date.parse(at) : Number.NaN;
    const isId = /^[1-9]\d*$/.test(id) && Number(id) <= maxTmdbId;
    if (viewer === '' || mediaType === undefined || !isId || Number.isNaN(atMs) || more.length > 0) {
      throw new UsageError(
        `${source}, line ${number}: '${shown(line)}' is no like: allowed is viewer,media,id,at, such as v1,movie,550,2026-11-23T20:00:00Z, with media ${mediaTypes.join(' or ')}`,
      );
    }
    return { viewer, ref: { mediaType, id: Number(id) }, atMs };
  });
}

/** A title as a candidate, if the table has its card. */
export function candidateOf({ mediaType, id, title, details, ...life }: TitleAnswer): Candidate | undefined {
  const { fetchedAt, freshUntil, expiresAt } = life;
  if (title === null || fetchedAt === null || freshUntil === null || expiresAt === null) {
    return undefined;
  }
  const { mediaType: _media, id: _id, language, fellBack: _fellBack, ...card } = title;
  const version = {
    language,
    card,
    fetchedAt,
    freshUntilMs: Date.parse(freshUntil),
    expiresAtMs: Date.parse(expiresAt),
  };
  return { ...unlisted({ mediaType, id }, version), facts: factsOf(details) };
}

/** What the score needs of details; nothing of what is unknown. */
function factsOf(details: TitleAnswer['details']): TitleFacts {
  const { keywords, cast, crew, collection, recommendations } = details ?? {};
  return {
    ...(keywords && { keywords: keywords.map(({ id }) => id) }),
    ...(cast && crew && { people: peopleOf({ cast, crew }) }),
    ...(collection && { collection: collection.id }),
    ...(recommendations && { recommendations }),
  };
}

/** What was fitted, and how often each of two weights put a like before another title, for viewers that were not fitted on. */
export type Fitted = {
  viewers: number;
  likes: number;
  /** Parts that differ between titles and were fitted; the others keep their weight. */
  parts: PartName[];
  right: { present: number; fitted: number };
  weights: Weights;
};

/** @param draw - uniform in [0, 1). @throws UsageError where there is too little to learn from. */
export function fitRanking(
  likes: readonly Like[],
  titles: readonly Candidate[],
  settings: Settings,
  draw: () => number,
): Fitted {
  const compared = comparisonsOf(likes, titles, settings, draw);
  const viewers = [...new Set(compared.map(({ viewer }) => viewer))].sort();
  if (viewers.length < rules.fewestViewers) {
    throw new UsageError(
      `too little to learn from: of titles that the table has, ${viewers.length} viewers have a like after ${rules.fewestLiked} others, and titles of other viewers to compare it with; ${rules.fewestViewers} are needed. \`enqueue --title\` fetches titles`,
    );
  }
  const parts = fittable.filter((_part, index) => compared.some(({ difference }) => difference[index] !== 0));
  const { weights: present } = settings.reader.ranking;
  const places = new Map(viewers.map((viewer, place) => [viewer, place]));
  const inHalf = (half: number) => compared.filter(({ viewer }) => (places.get(viewer) ?? 0) % 2 === half);
  const told = [0, 1].map((half) => ({ fitted: scaled(inHalf(half), parts, present), on: inHalf(1 - half) }));
  const right = (weights: (half: number) => Weights) =>
    told.reduce((sum, { on }, half) => sum + rightly(on, weights(half)) * on.length, 0) / compared.length;
  return {
    viewers: viewers.length,
    likes: new Set(compared.map(({ like }) => like)).size,
    parts,
    right: { present: right(() => present), fitted: right((half) => told[half]?.fitted ?? present) },
    weights: scaled(compared, parts, present),
  };
}

type Compared = Comparison & { like: Like };

/**
 * Each like, with what was liked before it as the taste, beside titles that its viewer never liked. A title that is liked again counts with its
 * first like: in the taste of another one it would be most like itself.
 */
function comparisonsOf(
  likes: readonly Like[],
  titles: readonly Candidate[],
  settings: Settings,
  draw: () => number,
): Compared[] {
  const known = new Map(titles.map((title) => [refKey(title.row), title]));
  const byViewer = new Map<string, Map<string, Like>>();
  for (const like of [...likes].sort((a, b) => a.atMs - b.atMs)) {
    const key = refKey(like.ref);
    const own = byViewer.get(like.viewer) ?? new Map<string, Like>();
    if (known.has(key) && !own.has(key)) {
      byViewer.set(like.viewer, own.set(key, like));
    }
  }
  const learnable = [...byViewer.values()].flatMap((liked) => {
    const own = [...liked.values()];
    return own.slice(rules.fewestLiked).map((like, index) => ({ like, index: rules.fewestLiked + index, own, liked }));
  });
  return drawn(learnable, rules.mostLearned, draw).flatMap(({ like, index, own, liked }) => {
    const before = own.slice(Math.max(0, index - rules.mostLiked), index);
    const taste = before.flatMap(({ ref }) => known.get(refKey(ref)) ?? []);
    const others = titles.filter(({ row }) => !liked.has(refKey(row)));
    const target = known.get(refKey(like.ref)) as Candidate;
    return compare(like, taste, target, drawn(others, rules.poolSize, draw), settings);
  });
}

function compare(
  like: Like,
  liked: readonly Candidate[],
  target: Candidate,
  others: readonly Candidate[],
  settings: Settings,
): Compared[] {
  const { ranking, dayParts } = settings.reader;
  const taste = tasteOf(
    liked.map(({ row, facts }) => ({ mediaType: row.mediaType, id: row.id, card: row, facts })),
    [],
  );
  const candidates = [target, ...others];
  const context = { taste, region: 'global', hour: undefined, nowMs: like.atMs, ranking, dayParts };
  const scored = weighed(candidates, knownParts(candidates, context), ranking.weights);
  const partsOf = new Map(scored.map(({ candidate, parts }) => [candidate, parts]));
  const own = partsOf.get(target);
  return others.slice(0, rules.others).flatMap((other) => {
    const theirs = partsOf.get(other);
    return own === undefined || theirs === undefined
      ? []
      : [{ like, viewer: like.viewer, difference: fittable.map((part) => own[part] - theirs[part]) }];
  });
}

/** `count` of them at random, each once. */
function drawn<T>(all: readonly T[], count: number, draw: () => number): T[] {
  const left = [...all];
  return Array.from({ length: Math.min(count, left.length) }, (_, index) => {
    const at = index + Math.floor(draw() * (left.length - index));
    const one = left[at] as T;
    left[at] = left[index] as T;
    return one;
  });
}

/** The fitted weights, which together weigh what these parts weigh at present. */
function scaled(compared: readonly Comparison[], parts: readonly PartName[], present: Weights): Weights {
  const fitted = fitWeights(compared);
  const weightOf = (part: PartName) => fitted[fittable.indexOf(part)] ?? 0;
  const sum = parts.reduce((total, part) => total + weightOf(part), 0);
  const scale = sum === 0 ? 0 : parts.reduce((total, part) => total + present[part], 0) / sum;
  const rounded = parts.map((part) => [part, Math.min(mostWeight, Math.round(100 * scale * weightOf(part)) / 100)]);
  return sum === 0 ? present : { ...present, ...Object.fromEntries(rounded) };
}

/** The share of comparisons in which what was liked has the greater sum; half of those with equal ones. */
function rightly(compared: readonly Comparison[], weights: Weights): number {
  const leads = compared.map(({ difference }) =>
    fittable.reduce((sum, part, index) => sum + weights[part] * (difference[index] ?? 0), 0),
  );
  return leads.reduce((sum, lead) => sum + (lead > 0 ? 1 : lead === 0 ? 0.5 : 0), 0) / Math.max(1, leads.length);
}
