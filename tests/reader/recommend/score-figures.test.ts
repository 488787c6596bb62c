import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bayesianVotes } from '../../../src/reader/recommend/score-parts.ts';
import { hourMs } from '../../../src/shared/core/clock.ts';
import { partsOf, scoreContext, scoredAtMs } from '../../support/recommend-world.ts';

describe('the votes part', () => {
  const ranking = { voteFloor: 20, priorVotes: 300 };
  it.each([
    ['as many votes as the prior: half way', 8, 300, 0.7],
    ['no votes: the prior', 0, 0, 0.6],
    ['votes below the floor count as none', 10, 19, 0.6],
    ['votes at the floor count', 10, 20, 0.625],
    ['very many votes: nearly the mean of its own', 9, 299_700, 0.8997],
    ['a mean that is out of range', 14, 299_700, 1],
  ])('of %s', (_name, voteAverage, voteCount, part) => {
    expect(bayesianVotes({ voteAverage, voteCount }, 6, ranking)).toBeCloseTo(part, 9);
  });

  const figures = {
    voteAverage: fc.double({ min: 0, max: 10, noNaN: true }),
    voteCount: fc.nat(100_000),
    prior: fc.double({ min: 0, max: 10, noNaN: true }),
  };

  it('lies between the prior and the title’s own mean', () => {
    fc.assert(
      fc.property(fc.record(figures), ({ voteAverage, voteCount, prior }) => {
        const part = 10 * bayesianVotes({ voteAverage, voteCount }, prior, ranking);
        expect(part).toBeGreaterThanOrEqual(Math.min(prior, voteAverage) - 1e-9);
        expect(part).toBeLessThanOrEqual(Math.max(prior, voteAverage) + 1e-9);
      }),
    );
  });

  it('is never lowered by more votes above the prior, nor raised by more votes below it', () => {
    fc.assert(
      fc.property(fc.record(figures), fc.nat(100_000), ({ voteAverage, voteCount, prior }, more) => {
        const before = bayesianVotes({ voteAverage, voteCount }, prior, ranking);
        const after = bayesianVotes({ voteAverage, voteCount: voteCount + more }, prior, ranking);
        expect((after - before) * Math.sign(voteAverage - prior)).toBeGreaterThanOrEqual(-1e-12);
      }),
    );
  });

  it('draws towards the mean of the candidates that have votes', () => {
    const two = [
      { voteAverage: 6, voteCount: 300 },
      { voteAverage: 1, voteCount: 19 },
    ];
    expect(partsOf({ voteAverage: 8, voteCount: 300 }, {}, { beside: two }).votes).toBeCloseTo(0.75, 9);
    expect(
      partsOf({ voteAverage: 10, voteCount: 5 }, {}, { beside: [{ voteAverage: 8, voteCount: 99 }] }).votes,
    ).toBeCloseTo(0.8, 9);
  });

  it('is TMDB’s usual mean where nobody has votes', () => {
    expect(partsOf({ voteAverage: 10, voteCount: 3 }, {}, { beside: [{ voteCount: 0 }] }).votes).toBeCloseTo(0.65, 9);
    const noFloor = { ...scoreContext().ranking, voteFloor: 0 };
    expect(partsOf({ voteAverage: 0, voteCount: 0 }, { ranking: noFloor }).votes).toBeCloseTo(0.65, 9);
  });
});

describe('the popularity part', () => {
  /** `e² − 1`: twice as popular as `e − 1`, on a logarithmic scale. */
  const [twice, once] = [Math.E ** 2 - 1, Math.E - 1];
  const fetched = (hoursAgo: number) => new Date(scoredAtMs - hoursAgo * hourMs).toISOString();
  it.each([
    ['the most popular one', twice, 0, 1],
    ['one that is half as popular', once, 0, 0.5],
    ['measured a half-life ago', twice, 72, 0.5],
    ['measured two half-lives ago', once, 144, 0.125],
    ['measured in the future, by another clock', once, -5, 0.5],
    ['popular with nobody', 0, 0, 0],
  ])('of %s', (_name, popularity, hoursAgo, part) => {
    const row = { popularity, fetchedAt: fetched(hoursAgo) };
    expect(partsOf(row, {}, { beside: [{ popularity: twice }] }).popularity).toBeCloseTo(part, 9);
  });

  it('is nothing where nothing is popular', () => {
    expect(partsOf({ popularity: 0 }).popularity).toBe(0);
  });
});
