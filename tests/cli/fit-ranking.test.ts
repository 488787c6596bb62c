import { describe, expect, it } from 'vitest';
import { fitRanking, type Like, likesOf } from '../../src/cli/fit-ranking.ts';
import type { Candidate } from '../../src/reader/recommend/candidates.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { sampleCandidate } from '../support/sample-cards.ts';
import { seededRandom } from '../support/seeded-random.ts';

describe('a file of likes', () => {
  it('has a viewer, a title and a time in each line, perhaps with names above', () => {
    const likes = [
      { viewer: 'v1', ref: { mediaType: 'movie', id: 550 }, atMs: Date.UTC(2026, 10, 23, 20) },
      { viewer: 'v 2', ref: { mediaType: 'tv', id: 1396 }, atMs: Date.UTC(2026, 10, 24) },
    ];
    const text = 'v1,movie,550,2026-11-23T20:00:00Z\r\n\n v 2 , tv,1396,2026-11-24\n';
    expect(likesOf(text, 'likes')).toEqual(likes);
    expect(likesOf(`viewer,media,id,at\n${text}`, 'likes')).toEqual(likes);
    expect(likesOf('', 'likes')).toEqual([]);
  });

  it.each([
    ['v1,film,550,2026-11-23', 'an unknown media'],
    ['v1,movie,0,2026-11-23', 'no id'],
    ['v1,movie,5e2,2026-11-23', 'a number in another notation'],
    ['v1,movie,550', 'no time'],
    ['v1,movie,550,yesterday', 'no such time'],
    ['v1,movie,550,1700000000', 'a time without its unit'],
    [',movie,550,2026-11-23', 'no viewer'],
    ['v1,movie,550,2026-11-23,5', 'one value too many'],
  ])('is refused with its line: %s (%s)', (line) => {
    const read = () => likesOf(`v1,movie,1,2026-11-23\n${line}`, "--likes 'a.csv'");
    expect(read).toThrow(`--likes 'a.csv', line 2: '${line}' is no like: allowed is viewer,media,id,at, such as`);
  });

  it('is refused where it has too many', () => {
    const read = () => likesOf('v1,movie,1,2026-11-23\n'.repeat(100_001), 'likes');
    expect(read).toThrow('likes has 100001 likes: allowed are at most 100000');
  });
});

describe('weights fitted on likes', () => {
  const draw = seededRandom(5).next;
  const whole = (below: number) => Math.floor(draw() * below);
  /** Two hundred films that are alike but for one of five subjects, and for popularity, which nobody cares for. */
  const titles: Candidate[] = Array.from({ length: 200 }, (_, n) => ({
    ...sampleCandidate({ id: n + 1, popularity: 1 + whole(100), genreIds: [18], releaseDate: null }, []),
    facts: { keywords: [n % 5, 100 + whole(30)] },
  }));
  /** Each viewer likes films of one subject. */
  const likes: Like[] = Array.from({ length: 40 }, (_, viewer) =>
    Array.from({ length: 10 }, (_each, n) => ({
      viewer: `v${viewer}`,
      ref: { mediaType: 'movie' as const, id: (viewer % 5) + 1 + 5 * whole(40) },
      atMs: Date.UTC(2026, 0, 1 + n),
    })),
  ).flat();

  it('are great for the part by which was chosen, and tell it of viewers who were not fitted on', () => {
    const { weights, parts, right, viewers } = fitRanking(likes, titles, defaultSettings, seededRandom(1).next);
    const { weights: present } = defaultSettings.reader.ranking;
    expect(viewers).toBe(40);
    expect(parts).toContain('keywords');
    expect(parts).not.toContain('people');
    expect(weights.keywords).toBeGreaterThan(5 * Math.max(weights.popularity, 0.01));
    expect(right.fitted).toBeGreaterThan(0.85);
    expect(right.fitted).toBeGreaterThan(right.present);
    // What the likes do not tell of keeps its weight, and the others together weigh what they did.
    expect([weights.people, weights.placement, weights.dayPart]).toEqual([
      present.people,
      present.placement,
      present.dayPart,
    ]);
    const sum = (of: typeof weights) => parts.reduce((total, part) => total + of[part], 0);
    expect(sum(weights)).toBeCloseTo(sum(present), 0);
  });

  it('are learned from four thousand of more likes', () => {
    // Few titles, so that each like takes a moment. Of the five of a viewer two come after three others.
    const some = titles.slice(0, 6);
    const many = Array.from({ length: 10_500 }, (_, n): Like => {
      const ref = { mediaType: 'movie' as const, id: 1 + (n % 5) };
      return { viewer: `v${Math.floor(n / 5)}`, ref, atMs: Date.UTC(2026, 0, 1) + n };
    });
    expect(fitRanking(many, some, defaultSettings, seededRandom(1).next)).toMatchObject({ likes: 4_000 });
  }, 60_000);

  it('are the same for the same likes, each time', () => {
    const fitted = (some: readonly Like[]) => fitRanking(some, titles, defaultSettings, seededRandom(1).next);
    expect(fitted(likes)).toEqual(fitted(likes));
  });

  it('count a title once for each viewer, with its first like, in whatever order the file has them', () => {
    const few = likes.filter(({ viewer }) => viewer < 'v3');
    const again = few.map((like) => ({ ...like, atMs: like.atMs + 365 * 86_400_000 }));
    const fitted = (some: readonly Like[]) => fitRanking(some, titles, defaultSettings, seededRandom(1).next);
    expect(fitted([...again, ...few])).toEqual(fitted(few));
    const same = Array.from({ length: 30 }, (_, n) => ({ ...(likes[0] as Like), viewer: `v${n % 3}`, atMs: n }));
    expect(() => fitted(same)).toThrow('0 viewers');
  });

  it('are refused where few viewers say enough, with what is needed', () => {
    const some = likes.filter(({ viewer }) => viewer < 'v15');
    expect(() => fitRanking(some, titles, defaultSettings, seededRandom(1).next)).toThrow(
      /^too little to learn from: of titles that the table has, \d+ viewers have a like after 3 others, .*; 20 are needed/,
    );
    expect(() => fitRanking(likes, [], defaultSettings, seededRandom(1).next)).toThrow('0 viewers');
  });
});
