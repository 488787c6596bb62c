import fc from 'fast-check';
import type { TitleFacts } from '../../src/reader/filters/title-filter.ts';
import type { ScoreParts } from '../../src/reader/reader-api.ts';
import { type Candidate, type LikedTitle, type Scored, tasteOf } from '../../src/reader/recommend/candidates.ts';
import { scoreCandidates } from '../../src/reader/recommend/score.ts';
import type { ScoreContext } from '../../src/reader/recommend/score-parts.ts';
import type { Card } from '../../src/shared/queues/card-fields.ts';
import type { ListRow } from '../../src/shared/tables/read-list.ts';
import { sampleCandidate, sampleCard } from './sample-cards.ts';
import { sampleFeed } from './sample-messages.ts';

/** When candidates are scored: the moment in which the sample row was fetched. */
export const scoredAtMs = Date.UTC(2026, 10, 23, 8);

/** Every part weighs the same; votes below 20 count as none, 300 weigh as much as the mean; popularity halves in three days. */
export function scoreContext(over: Partial<ScoreContext> = {}): ScoreContext {
  return {
    taste: tasteOf([], []),
    region: 'global',
    hour: undefined,
    nowMs: scoredAtMs,
    ranking: {
      weights: allParts(1),
      voteFloor: 20,
      priorVotes: 300,
      popularityHalfLifeHours: 72,
      relevance: 0.75,
    },
    dayParts: [
      { name: 'day', fromHour: 6, toHour: 22, genres: [35, 16] },
      { name: 'night', fromHour: 22, toHour: 6, genres: [27] },
    ],
    ...over,
  };
}

/** The parts of one candidate, alone or beside others. */
export function partsOf(
  row: Partial<ListRow>,
  context: Partial<ScoreContext> = {},
  { places, beside = [] }: { places?: Parameters<typeof sampleCandidate>[1]; beside?: Partial<ListRow>[] } = {},
): ScoreParts {
  const others = beside.map((other, n) => sampleCandidate({ id: 1_000 + n, ...other }));
  const scored = scoreCandidates([sampleCandidate(row, places), ...others], scoreContext(context));
  return scored.find(({ candidate }) => candidate.row.id < 1_000)?.parts as ScoreParts;
}

/** A title that somebody liked. */
export function likedTitle(card: Partial<Card> = {}, id = 1, facts?: TitleFacts): LikedTitle {
  return { mediaType: 'movie', id, card: sampleCard(card), facts };
}

/** A candidate with a score that a test gives it. */
export function scoredAs(score: number, row: Partial<ListRow> = {}, places?: Candidate['places']): Scored {
  return { candidate: sampleCandidate(row, places), score, parts: noParts, means: noParts };
}

/** Each part of a score at the same. */
export function allParts(value: number): ScoreParts {
  return {
    genre: value,
    origin: value,
    votes: value,
    popularity: value,
    year: value,
    newness: value,
    keywords: value,
    people: value,
    recommended: value,
    freshness: value,
    placement: value,
    dayPart: value,
  };
}

/** All parts of a score at nothing. */
export const noParts: ScoreParts = allParts(0);

/** TMDB's genres as far as tests need them. */
export const arbitraryGenres = fc.uniqueArray(fc.constantFrom(18, 35, 27, 53, 16, 10751), { maxLength: 4 });

const places = fc.array(
  fc.record({
    feed: fc
      .constantFrom(
        { category: 'popular', region: 'global' },
        { category: 'trending', region: 'DE' },
        { category: 'popular', region: 'FR' },
        { category: 'genre_18', region: 'global' },
      )
      .map(sampleFeed),
    rank: fc.integer({ min: 1, max: 10_000 }),
  }),
  { minLength: 1, maxLength: 4 },
);

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 4 });

/** What details may tell of a title, in part or as a whole. */
export const arbitraryFacts: fc.Arbitrary<TitleFacts> = fc.record(
  {
    keywords: ids,
    people: ids,
    collection: fc.option(fc.constantFrom(1, 2), { nil: null }),
    recommendations: fc.array(
      fc.record({ mediaType: fc.constantFrom('movie' as const, 'tv' as const), id: fc.integer({ min: 1, max: 50 }) }),
      { maxLength: 4 },
    ),
  },
  { requiredKeys: [] },
);

/** Any candidate: with the figures that TMDB gives, and with worse ones. */
export const arbitraryCandidate: fc.Arbitrary<Candidate> = fc
  .record({
    places,
    row: fc.record({
      id: fc.integer({ min: 1, max: 50 }),
      mediaType: fc.constantFrom('movie' as const, 'tv' as const),
      genreIds: arbitraryGenres,
      voteAverage: fc.double({ min: 0, max: 12, noNaN: true }),
      voteCount: fc.nat(50_000),
      popularity: fc.double({ min: 0, max: 1e12, noNaN: true }),
      originalLanguage: fc.constantFrom('en', 'ja', 'de', ''),
      originCountries: fc.subarray(['DE', 'US']),
      fetchedAt: fc
        .integer({ min: -30 * 86_400_000, max: 86_400_000 })
        .map((agoMs) => new Date(scoredAtMs + agoMs).toISOString()),
      expiresAtMs: fc.integer({ min: scoredAtMs - 86_400_000, max: scoredAtMs + 30 * 86_400_000 }),
      releaseDate: fc.constantFrom(null, '1957-04-10', '1994-09-10', '2026-11-20', '2031-01-01'),
    }),
    facts: fc.option(arbitraryFacts, { nil: undefined }),
  })
  .map((any) => ({ ...sampleCandidate(any.row, any.places), facts: any.facts }));
