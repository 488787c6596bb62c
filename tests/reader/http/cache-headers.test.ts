import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheControl, cacheStatus, entityTag, namesTag } from '../../../src/reader/http/responses.ts';
import {
  foundNothing,
  sampleListAnswer,
  sampleListedCard,
  samplePick,
  sampleProvenance,
  sampleRecommendAnswer,
  sampleTitleAnswer,
} from '../../support/sample-answers.ts';

const mondayMs = Date.UTC(2026, 10, 23, 8);
const secondsLater = (seconds: number) => new Date(mondayMs + seconds * 1_000).toISOString();

/** The header of an answer that is fresh and there for so many seconds more. */
function headerFor(freshSeconds: number, goneSeconds: number, stale = freshSeconds <= 0): string {
  const life = { freshUntil: secondsLater(freshSeconds), expiresAt: secondsLater(goneSeconds), stale };
  return cacheControl(life, 'public', mondayMs);
}

/** The figures of a header. */
function secondsOf(header: string): { fresh: number; stale: number; error: number } {
  const match = /^public, max-age=(\d+), stale-while-revalidate=(\d+), stale-if-error=(\d+)$/.exec(header);
  if (match === null) {
    throw new Error(`not understood: ${header}`);
  }
  const [fresh = 0, stale = 0, error = 0] = match.slice(1).map(Number);
  return { fresh, stale, error };
}

describe('Cache-Control', () => {
  it.each([
    ['an hour to the soft TTL, four to the hard one', 3_600, 14_400, [3_600, 10_800]],
    ['past the soft TTL, four hours to the hard one', -60, 14_400, [30, 14_370]],
    ['exactly at the soft TTL', 0, 14_400, [30, 14_370]],
    ['past the soft TTL, ten seconds to the hard one', -60, 10, [10, 0]],
    ['parts of a second do not count', 3_600.999, 14_400.999, [3_600, 10_800]],
    ['a hard TTL before the soft one', 3_600, 60, [60, 0]],
    ['exactly at the hard TTL', -60, 0, [0, 0]],
    ['past the hard TTL', -120, -60, [0, 0]],
  ])('%s', (_name, freshSeconds, goneSeconds, [fresh, afterwards]) => {
    expect(headerFor(freshSeconds, goneSeconds)).toBe(
      `public, max-age=${fresh}, stale-while-revalidate=${afterwards}, stale-if-error=${afterwards}`,
    );
  });

  it('is private for what is made for one viewer', () => {
    expect(cacheControl(sampleProvenance(), 'private', mondayMs)).toBe(
      'private, max-age=82800, stale-while-revalidate=172800, stale-if-error=172800',
    );
  });

  it.each(['public', 'private'] as const)('keeps nothing of an answer that found nothing (%s)', (scope) => {
    expect(cacheControl(foundNothing, scope, mondayMs)).toBe('no-store');
  });

  it('lets nobody keep anything past its hard TTL, nor call it fresh past its soft TTL', () => {
    const seconds = fc.double({ min: -1e7, max: 1e7, noNaN: true }).map((value) => Math.round(value * 1_000) / 1_000);
    fc.assert(
      fc.property(seconds, seconds, fc.boolean(), (freshSeconds, goneSeconds, late) => {
        // An answer that was made a moment ago may say `stale: false` although its soft TTL has passed since.
        const stale = freshSeconds <= 0 && !late;
        const { fresh, stale: afterwards, error } = secondsOf(headerFor(freshSeconds, goneSeconds, stale));
        expect(fresh + Math.max(afterwards, error)).toBeLessThanOrEqual(Math.max(0, goneSeconds));
        expect(fresh).toBeLessThanOrEqual(stale ? 30 : Math.max(0, freshSeconds));
      }),
    );
  });
});

describe('the tag of an answer', () => {
  const list = sampleListAnswer();
  const tag = entityTag(list);

  it('is a weak one', () => {
    expect(tag).toMatch(/^W\/"[0-9a-f]{24}"$/);
  });

  it('stays whatever the second, and however the rows were found', () => {
    const problem = { code: 'table_unavailable', detail: 'the table cannot be read' };
    expect(entityTag({ ...list, from: 'memory' })).toBe(tag);
    expect(entityTag({ ...list, ageSeconds: 3_601, freshness: 0.9 })).toBe(tag);
    expect(entityTag({ ...list, problem })).toBe(tag);
    const recommendation = sampleRecommendAnswer();
    const [pick] = recommendation.picks;
    const later = samplePick({ score: 0.5, parts: { ...samplePick().parts, freshness: 0.5, popularity: 0.1 } });
    expect(pick).not.toEqual(later);
    expect(entityTag({ ...recommendation, picks: [later] })).toBe(entityTag(recommendation));
  });

  it('does not depend on the order in which members were written', () => {
    const backwards = Object.fromEntries(Object.entries(list).reverse());
    expect(JSON.stringify(backwards)).not.toBe(JSON.stringify(list));
    expect(entityTag(backwards)).toBe(tag);
  });

  it.each([
    ['stale', { stale: true }],
    ['fetched anew', { fetchedAt: '2026-11-23T07:30:00.000Z' }],
    ['fresh for another time', { freshUntil: '2026-11-24T07:30:00.000Z' }],
    ['there for another time', { expiresAt: '2026-11-26T07:30:00.000Z' }],
    ['of another language', { feed: { ...list.feed, language: 'de-DE' } }],
    ['without its titles', { titles: [] }],
    ['longer', { titles: [sampleListedCard(), sampleListedCard({ id: 551, rank: 2 })] }],
  ])('is another one when the answer is %s', (_what, over) => {
    expect(entityTag({ ...list, ...over })).not.toBe(tag);
  });

  it.each([
    { id: 551 },
    { mediaType: 'tv' as const },
    { rank: 2 },
    { snapshot: '2026-11-23T07:00:00Z.1badcafe' },
    { title: 'Fight Club!' },
    { originalTitle: 'Club' },
    { overview: '' },
    { posterPath: null },
    { backdropPath: '/other.jpg' },
    { releaseDate: null },
    { voteAverage: 8.5 },
    { voteCount: 27_001 },
    { popularity: 73.5 },
    { genreIds: [53, 18] },
    { originalLanguage: 'de' },
    { originCountries: ['US'] },
    { adult: true },
    { stale: true },
    { fellBack: { title: 'original' } },
  ])('is another one when an entry has %j', (over) => {
    expect(entityTag({ ...list, titles: [sampleListedCard(over)] })).not.toBe(tag);
  });

  it('tells titles and recommendations apart by what they hold', () => {
    const answers = [
      sampleTitleAnswer(),
      sampleTitleAnswer({ id: 551 }),
      sampleRecommendAnswer(),
      sampleRecommendAnswer({ picks: [samplePick({ why: 'a hidden gem' })] }),
      sampleRecommendAnswer({ candidates: 21 }),
      sampleRecommendAnswer({ unknownLiked: [{ mediaType: 'movie', id: 1 }] }),
    ];
    expect(new Set(answers.map(entityTag)).size).toBe(answers.length);
  });
});

describe('If-None-Match', () => {
  const tag = 'W/"0123456789abcdef01234567"';
  const strong = '"0123456789abcdef01234567"';

  it.each([
    tag,
    strong,
    '*',
    ` ${tag} `,
    `"other", ${tag}`,
    `${tag}, "other"`,
    `"other",${strong},W/"third"`,
    `"a,*,b",,${tag},`,
  ])('%j names it', (header) => {
    expect(namesTag(header, tag)).toBe(true);
  });

  it.each([
    null,
    '',
    ',',
    '"other"',
    'W/"other"',
    '0123456789abcdef01234567',
    '"0123456789abcdef0123456"',
    '"0123456789abcdef012345678"',
    'w/"0123456789abcdef01234567"',
    'W/W/"0123456789abcdef01234567"',
    '"*"',
    // Tags may hold commas, and `*` stands alone.
    '"a,*,b"',
    '"a, *"',
    '*, "other"',
    'W/ "0123456789abcdef01234567"',
    '"other" "0123456789abcdef01234567"',
  ])('%j does not', (header) => {
    expect(namesTag(header, tag)).toBe(false);
  });
});

describe('Cache-Status', () => {
  it.each([
    ['memory', 'tmdb-pipeline; hit; detail=memory'],
    ['table', 'tmdb-pipeline; hit; detail=table'],
    ['tmdb', 'tmdb-pipeline; fwd=miss; detail=tmdb'],
    ['none', 'tmdb-pipeline; fwd=miss; detail=none'],
  ] as const)('of what came from %s', (from, header) => {
    expect(cacheStatus(from)).toBe(header);
  });
});
