import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Aged, freshnessOf, jointLife, provenanceOf } from '../../src/reader/provenance.ts';
import { hourMs } from '../../src/shared/core/clock.ts';
import { arbitraryEpochMs } from '../support/arbitrary-page.ts';

const mondayMs = Date.UTC(2026, 10, 23, 8);

/** Fetched on Monday at 08:00, fresh for ten hours, alive for forty. */
const life: Aged = {
  fetchedAt: '2026-11-23T08:00:00.000Z',
  freshUntilMs: mondayMs + 10 * hourMs,
  expiresAtMs: mondayMs + 40 * hourMs,
};

/** Any life of up to a year, and a share of it that is fresh. */
const arbitraryLife: fc.Arbitrary<Aged> = fc
  .record({
    fetchedAtMs: arbitraryEpochMs,
    lifeMs: fc.integer({ min: 1, max: 365 * 24 * hourMs }),
    freshShare: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ fetchedAtMs, lifeMs, freshShare }) => ({
    fetchedAt: new Date(fetchedAtMs).toISOString(),
    freshUntilMs: fetchedAtMs + Math.floor(freshShare * lifeMs),
    expiresAtMs: fetchedAtMs + lifeMs,
  }));

describe('the freshness score', () => {
  it.each([
    ['just fetched', 0, 1],
    ['after a quarter of its life', 10, 0.75],
    ['half way', 20, 0.5],
    ['an hour before its hard TTL', 39, 0.025],
    ['at its hard TTL', 40, 0],
    ['long after it', 4_000, 0],
    ['fetched in the future, by another clock', -5, 1],
  ])('of what is %s', (_name, hours, score) => {
    expect(freshnessOf(life, mondayMs + hours * hourMs)).toBe(score);
  });

  it('of what never had a life is nothing', () => {
    expect(freshnessOf({ ...life, expiresAtMs: mondayMs }, mondayMs)).toBe(0);
    expect(freshnessOf({ ...life, expiresAtMs: mondayMs - 1 }, mondayMs - hourMs)).toBe(0);
  });

  it('is between 0 and 1, never grows with time, and is 0 from the hard TTL on', () => {
    const offsets = fc.array(fc.integer({ min: -2, max: 3 }).chain(aroundLife), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(arbitraryLife, offsets, (any, shares) => {
        const startMs = Date.parse(any.fetchedAt);
        const times = shares.map((share) => startMs + share * (any.expiresAtMs - startMs)).sort((a, b) => a - b);
        const scores = times.map((atMs) => freshnessOf(any, atMs));
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
        for (const [n, score] of scores.entries()) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
          expect(score === 0).toBe((times[n] ?? 0) >= any.expiresAtMs);
        }
        expect(freshnessOf(any, startMs)).toBe(1);
        expect(freshnessOf(any, any.expiresAtMs)).toBe(0);
      }),
    );
  });
});

function aroundLife(whole: number): fc.Arbitrary<number> {
  return fc.double({ min: 0, max: 1, noNaN: true }).map((share) => whole + share);
}

describe('the life of several things together', () => {
  it('is as old as the oldest, and ends with the first that ends', () => {
    const older: Aged = {
      fetchedAt: '2026-11-22T20:00:00.000Z',
      freshUntilMs: mondayMs + 11 * hourMs,
      expiresAtMs: mondayMs + 41 * hourMs,
    };
    const brief: Aged = { ...life, fetchedAt: '2026-11-23T09:00:00.000Z', freshUntilMs: mondayMs + 2 * hourMs };
    const joint = {
      fetchedAt: '2026-11-22T20:00:00.000Z',
      freshUntilMs: mondayMs + 2 * hourMs,
      expiresAtMs: mondayMs + 40 * hourMs,
    };
    expect(jointLife([life, older, brief])).toEqual(joint);
    expect(jointLife([brief, life, older])).toEqual(joint);
  });

  it('of one is its own, of none is none', () => {
    expect(jointLife([life])).toEqual(life);
    expect(jointLife([])).toBeUndefined();
  });

  it('is fresh only while all are, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(arbitraryLife, { minLength: 1, maxLength: 6 }), arbitraryEpochMs, (parts, nowMs) => {
        const joint = jointLife(parts) as Aged;
        expect(nowMs < joint.freshUntilMs).toBe(parts.every((part) => nowMs < part.freshUntilMs));
        expect(nowMs < joint.expiresAtMs).toBe(parts.every((part) => nowMs < part.expiresAtMs));
        expect(parts.every((part) => joint.fetchedAt <= part.fetchedAt)).toBe(true);
        expect(parts.some((part) => joint.fetchedAt === part.fetchedAt)).toBe(true);
      }),
    );
  });
});

describe('what an answer says about itself', () => {
  it('while it is fresh', () => {
    expect(provenanceOf('table', life, mondayMs + 90_999, undefined)).toEqual({
      from: 'table',
      fetchedAt: '2026-11-23T08:00:00.000Z',
      freshUntil: '2026-11-23T18:00:00.000Z',
      expiresAt: '2026-11-25T00:00:00.000Z',
      ageSeconds: 90,
      freshness: 0.9994,
      stale: false,
    });
  });

  it('once it is stale, and what went wrong', () => {
    const problem = { code: 'table_unavailable', detail: 'the table cannot be read' };
    expect(provenanceOf('memory', life, mondayMs + 10 * hourMs, problem)).toMatchObject({
      from: 'memory',
      ageSeconds: 36_000,
      freshness: 0.75,
      stale: true,
      problem,
    });
    expect(provenanceOf('memory', life, mondayMs + 10 * hourMs - 1, undefined).stale).toBe(false);
  });

  it('when it is nothing: no times, not stale', () => {
    expect(provenanceOf('none', undefined, mondayMs, undefined)).toEqual({
      from: 'none',
      fetchedAt: null,
      freshUntil: null,
      expiresAt: null,
      ageSeconds: null,
      freshness: 0,
      stale: false,
    });
    const problem = { code: 'not_cached', detail: 'the table holds no such list' };
    expect(provenanceOf('none', undefined, mondayMs, problem).problem).toEqual(problem);
  });

  it('is never of a negative age, when another clock is ahead', () => {
    expect(provenanceOf('tmdb', life, mondayMs - 5_000, undefined)).toMatchObject({ ageSeconds: 0, freshness: 1 });
  });
});
