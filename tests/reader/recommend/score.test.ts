import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tasteOf } from '../../../src/reader/recommend/candidates.ts';
import { scoreCandidates } from '../../../src/reader/recommend/score.ts';
import { hourMs } from '../../../src/shared/core/clock.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import {
  allParts,
  arbitraryCandidate,
  arbitraryFacts,
  arbitraryGenres,
  likedTitle,
  scoreContext,
  scoredAtMs,
} from '../../support/recommend-world.ts';
import { sampleCandidate } from '../../support/sample-cards.ts';

describe('the score', () => {
  const weights = { ...allParts(0), votes: 3, placement: 1 };
  const ranking = { ...scoreContext().ranking, weights };

  it('is the weighted mean of the parts', () => {
    // Its own mean is everybody's: 0.8; the third place in the world's list: 0.3.
    const [scored] = scoreCandidates([sampleCandidate({ voteAverage: 8, rank: 3 })], scoreContext({ ranking }));
    expect(scored?.score).toBeCloseTo((3 * 0.8 + 0.3) / 4, 9);
  });

  it('is nothing where nothing weighs anything', () => {
    const none = { ...ranking, weights: { ...weights, votes: 0, placement: 0 } };
    expect(scoreCandidates([sampleCandidate()], scoreContext({ ranking: none }))[0]?.score).toBe(0);
  });

  it('orders the candidates, best first; equal ones by media and id', () => {
    const candidates = [
      sampleCandidate({ id: 10, mediaType: 'tv' }),
      sampleCandidate({ id: 10 }),
      sampleCandidate({ id: 9 }),
      sampleCandidate({ id: 2, rank: 9 }),
      sampleCandidate({ id: 3, rank: 9, voteAverage: 9 }),
    ];
    const scored = scoreCandidates(candidates, scoreContext({ ranking }));
    const expected = ['movie/9', 'movie/10', 'tv/10', 'movie/3', 'movie/2'];
    expect(scored.map(({ candidate: { row } }) => `${row.mediaType}/${row.id}`)).toEqual(expected);
  });

  it('of none is none', () => {
    expect(scoreCandidates([], scoreContext())).toEqual([]);
  });

  it('is between 0 and 1, and so is each part; every candidate has one, best first', () => {
    const hour = fc.option(fc.integer({ min: 0, max: 23 }), { nil: undefined });
    const asked = fc.record({
      likes: fc.array(fc.tuple(arbitraryGenres, arbitraryFacts), { maxLength: 3 }),
      hour,
      region: fc.constantFrom('global', 'DE'),
    });
    fc.assert(
      fc.property(fc.array(arbitraryCandidate, { maxLength: 12 }), asked, (candidates, { likes, ...rest }) => {
        const taste = tasteOf(
          likes.map(([genreIds, facts], n) => likedTitle({ genreIds }, 100 + n, facts)),
          [],
        );
        const context = scoreContext({ ...rest, taste, ranking: defaultSettings.reader.ranking });
        const scored = scoreCandidates(candidates, context);
        expect(new Set(scored.map(({ candidate }) => candidate))).toEqual(new Set(candidates));
        const figures = scored.flatMap(({ score, parts }) => [score, ...Object.values(parts)]);
        expect(figures.filter((figure) => !(figure >= 0 && figure <= 1))).toEqual([]);
        const scores = scored.map(({ score }) => score);
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
      }),
    );
  });

  it('is never lowered by a better place, a greater popularity or a later fetch, the others being as they are', () => {
    const better = fc.record({
      rank: fc.integer({ min: 1, max: 100 }),
      popularity: fc.double({ min: 0, max: 500, noNaN: true }),
      laterMs: fc.nat(20 * hourMs),
    });
    fc.assert(
      fc.property(better, better, (a, b) => {
        const scoreOf = (rank: number, popularity: number, laterMs: number) => {
          const fetchedAt = new Date(scoredAtMs - 24 * hourMs + laterMs).toISOString();
          const candidates = [
            sampleCandidate({ id: 1, rank, popularity, fetchedAt }),
            sampleCandidate({ id: 2, popularity: 1_000 }),
          ];
          const scored = scoreCandidates(candidates, scoreContext());
          return scored.find(({ candidate }) => candidate.row.id === 1)?.score ?? -1;
        };
        const least = scoreOf(
          Math.max(a.rank, b.rank),
          Math.min(a.popularity, b.popularity),
          Math.min(a.laterMs, b.laterMs),
        );
        const most = scoreOf(
          Math.min(a.rank, b.rank),
          Math.max(a.popularity, b.popularity),
          Math.max(a.laterMs, b.laterMs),
        );
        expect(most).toBeGreaterThanOrEqual(least - 1e-12);
      }),
    );
  });
});
