import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tasteOf } from '../../../src/reader/recommend/candidates.ts';
import { scoreCandidates } from '../../../src/reader/recommend/score.ts';
import { hourMs } from '../../../src/shared/core/clock.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';
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

  it('leaves out parts that are unknown of all: no weight is lost', () => {
    const both = { ...ranking, weights: { ...weights, dayPart: 5, year: 5, keywords: 5, people: 5, recommended: 5 } };
    const scoreBy = (by: typeof ranking) =>
      scoreCandidates([sampleCandidate()], scoreContext({ ranking: by }))[0]?.score;
    expect(scoreBy(both)).toBe(scoreBy(ranking));
  });

  it('counts what is unknown of a title as the mean of the others', () => {
    const facts = [[1, 2], [1], [9], undefined].map((keywords) => (keywords === undefined ? undefined : { keywords }));
    const candidates = facts.map((known, n) => ({ ...sampleCandidate({ id: n + 1 }), facts: known }));
    const taste = tasteOf([likedTitle({}, 100, { keywords: [1, 2] })], []);
    const scored = scoreCandidates(candidates, scoreContext({ taste }));
    const keywords = new Map(scored.map(({ candidate, parts }) => [candidate.row.id, parts.keywords]));
    const [both = 0, one = 0, none = 0, unknown = 0] = [1, 2, 3, 4].map((id) => keywords.get(id));
    expect([both, none]).toEqual([1, 0]);
    expect(unknown).toBeCloseTo((both + one + none) / 3, 9);
  });

  it('is the same without details as where their parts weigh nothing', () => {
    const deployed = defaultSettings.reader.ranking;
    const without = { ...deployed, weights: { ...deployed.weights, keywords: 0, people: 0, recommended: 0 } };
    fc.assert(
      fc.property(fc.array(arbitraryCandidate, { maxLength: 8 }), arbitraryGenres, (candidates, genreIds) => {
        const unknown = candidates.map((candidate) => ({ ...candidate, facts: undefined }));
        const taste = tasteOf([likedTitle({ genreIds }, 100)], []);
        const scores = (ranking: typeof deployed) =>
          scoreCandidates(unknown, scoreContext({ taste, ranking })).map(({ score }) => score);
        expect(scores(deployed)).toEqual(scores(without));
      }),
    );
  });

  it('has defaults for weights that an earlier settings file does not name', () => {
    const former = { genre: 3, origin: 1, votes: 2, popularity: 1, freshness: 0.3, placement: 1, dayPart: 0.5 };
    const { weights: read } = settingsFrom(JSON.stringify({ reader: { ranking: { weights: former } } })).reader.ranking;
    const { year, newness, keywords, people, recommended } = defaultSettings.reader.ranking.weights;
    expect(read).toEqual({ ...former, year, newness, keywords, people, recommended });
    const unknown = JSON.stringify({ reader: { ranking: { weights: { director: 1 } } } });
    expect(() => settingsFrom(unknown)).toThrow(/director/);
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
