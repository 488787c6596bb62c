import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TitleFacts } from '../../../src/reader/filters/title-filter.ts';
import type { ScoreParts } from '../../../src/reader/reader-api.ts';
import { tasteOf } from '../../../src/reader/recommend/candidates.ts';
import { explain } from '../../../src/reader/recommend/explain.ts';
import { scoreCandidates } from '../../../src/reader/recommend/score.ts';
import type { ScoreContext } from '../../../src/reader/recommend/score-parts.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import type { ListRow } from '../../../src/shared/tables/read-list.ts';
import {
  allParts,
  arbitraryCandidate,
  arbitraryFacts,
  arbitraryGenres,
  likedTitle,
  noParts,
  scoreContext,
  scoredAs,
} from '../../support/recommend-world.ts';
import { sampleFeed } from '../../support/sample-messages.ts';

const inGenre = [{ feed: sampleFeed({ category: 'genre_18' }), rank: 1 }];
const inFeed = (...feeds: Parameters<typeof sampleFeed>[0][]) =>
  feeds.map((over) => ({ feed: sampleFeed(over), rank: 1 }));

type Picked = { row?: Partial<ListRow>; facts?: TitleFacts; places?: typeof inGenre; parts: Partial<ScoreParts> };

/** The words for a title whose parts are nothing but these, where the mean is nothing. */
function why({ row = {}, facts, places = inGenre, parts }: Picked, context: Partial<ScoreContext> = {}): string {
  const scored = scoredAs(0.5, row, places);
  return explain(
    { ...scored, candidate: { ...scored.candidate, facts }, parts: { ...noParts, ...parts } },
    scoreContext(context),
  );
}

const heat = likedTitle({ title: 'Heat', genreIds: [80, 18], releaseDate: '1995-12-15' }, 949, {
  keywords: [1, 2, 3],
  people: [7],
  collection: 5,
  recommendations: [{ mediaType: 'movie', id: 550 }],
});
const ran = likedTitle({ title: 'Ran', genreIds: [18], originalLanguage: 'ja', releaseDate: '1985-06-01' }, 11_645, {
  keywords: [3, 4],
  recommendations: [{ mediaType: 'movie', id: 550 }],
});
const taste = tasteOf([heat, ran], []);

describe('why a title was picked', () => {
  it.each<[string, Picked, Partial<ScoreContext>, string]>([
    [
      'the nearest liked one by genre',
      { row: { genreIds: [18] }, parts: { genre: 1 } },
      { taste },
      'like Ran: 1 genre in common',
    ],
    [
      'that of two genres',
      { row: { genreIds: [18, 80, 53] }, parts: { genre: 1 } },
      { taste },
      'like Heat: 2 genres in common',
    ],
    ['no one title', { row: { genreIds: [18, 53, 27] }, parts: { genre: 1 } }, { taste }, 'genres you like'],
    [
      'an asked genre',
      { row: { genreIds: [27] }, parts: { genre: 1 } },
      { taste: tasteOf([heat], [27]) },
      'a genre you asked for',
    ],
    [
      'its language',
      { row: { originalLanguage: 'ja' }, parts: { origin: 0.5 } },
      { taste },
      'in the language of 1 title you liked',
    ],
    [
      'where it was made',
      { row: { originCountries: ['DE'] }, parts: { origin: 0.7 } },
      { taste, region: 'DE' },
      'made in DE',
    ],
    [
      'what two parts say, once',
      {
        row: { originCountries: ['DE'] },
        places: inFeed({ category: 'local_originals', region: 'DE', language: 'de-DE' }),
        parts: { origin: 0.7, placement: 0.6 },
      },
      { taste, region: 'DE' },
      'made in DE',
    ],
    ['its rating', { row: { voteAverage: 8.438 }, parts: { votes: 0.8 } }, {}, 'rated 8.4'],
    ['that it has none', { row: { voteCount: 19 }, parts: { votes: 0.8 } }, {}, 'hardly rated yet'],
    ['popularity', { parts: { popularity: 1 } }, {}, 'popular now'],
    [
      'its decade',
      { row: { releaseDate: '1999-10-15' }, parts: { year: 0.4 } },
      { taste },
      'from the 1990s, as 1 title you liked',
    ],
    [
      'its year',
      { row: { releaseDate: '2001-01-01' }, parts: { year: 0.4 } },
      { taste },
      'from 2001, not far from titles you liked',
    ],
    ['that it is new', { row: { releaseDate: '2026-11-01' }, parts: { newness: 1 } }, {}, 'new: from 2026'],
    [
      'keywords',
      { facts: { keywords: [2, 3, 9] }, parts: { keywords: 1 } },
      { taste },
      'like Heat: 2 keywords in common',
    ],
    ['people', { facts: { people: [7] }, parts: { people: 1 } }, { taste }, 'like Heat: 1 person in common'],
    [
      'its series',
      { facts: { collection: 5 }, parts: { recommended: 1 } },
      { taste },
      'of the same film series as Heat',
    ],
    ['TMDB', { parts: { recommended: 1 } }, { taste }, 'TMDB recommends it with Heat and 1 other'],
    ['freshness', { parts: { freshness: 1 } }, {}, 'fetched lately'],
    ['the hour', { parts: { dayPart: 0.5 } }, { hour: 23 }, 'for the night'],
  ])('is %s', (_name, picked, context, words) => {
    expect(why(picked, context)).toBe(words);
  });

  it.each([
    ['trending', 'trending now'],
    ['award_winning', 'highly rated by many'],
    ['hidden_gems', 'a hidden gem'],
    ['popular', 'high among what is popular'],
    ['genre_18', 'high in the list of its genre'],
    ['custom_kids', 'high in the list custom_kids'],
  ])('is its place in %s', (category, words) => {
    expect(why({ places: inFeed({ category }), parts: { placement: 1 } })).toBe(words);
  });

  it('is the place that counts most', () => {
    const region = { region: 'DE', language: 'de-DE' };
    const places = inFeed({ category: 'trending' }, { category: 'popular', ...region }, { category: 'genre_18' });
    expect(why({ places, parts: { placement: 1 } }, { region: 'DE' })).toBe('popular in DE');
    expect(why({ places, parts: { placement: 1 } }, { region: 'FR' })).toBe('trending now');
  });

  it('is the next part too, where that counts half as much', () => {
    expect(why({ parts: { popularity: 0.4, freshness: 0.8 } })).toBe('fetched lately; popular now');
    expect(why({ parts: { popularity: 0.39, freshness: 0.8 } })).toBe('fetched lately');
    const weights = { ...allParts(1), popularity: 3 };
    const heavier = { ...scoreContext().ranking, weights };
    expect(why({ parts: { popularity: 0.39, freshness: 0.8 } }, { ranking: heavier })).toBe(
      'popular now; fetched lately',
    );
  });

  it('is that it is there, where nothing is above the mean', () => {
    expect(why({ parts: {} })).toBe('in the lists now');
    expect(why({ row: { genreIds: [27] }, parts: {} }, { taste: tasteOf([], [27]) })).toBe('a genre you asked for');
    expect(why({ places: [], parts: {} }, { taste })).toBe('TMDB recommends it with Heat and 1 other');
  });

  /** Each part's words, by hand. */
  const wordsOf: Readonly<Record<keyof ScoreParts, RegExp>> = {
    genre: /^(a genre you asked for|genres you like|like .+: [1-9]\d* genres? in common)$/,
    origin: /^(made in DE|in the language of [1-9]\d* titles? you liked)$/,
    votes: /^(rated \d+\.\d|hardly rated yet)$/,
    popularity: /^popular now$/,
    year: /^from (the \d{3}0s, as [1-9]\d* titles? you liked|\d{4}, not far from titles you liked)$/,
    newness: /^new: from \d{4}$/,
    keywords: /^like .+: [1-9]\d* keywords? in common$/,
    people: /^like .+: ([1-9]\d* people|1 person) in common$/,
    recommended: /^(of the same film series as .+|TMDB recommends it with .+)$/,
    freshness: /^fetched lately$/,
    placement: /^(high among what is popular|(trending|popular) in (DE|FR)|high in the list of its genre)$/,
    dayPart: /^for the (day|night)$/,
  };
  const names = Object.keys(wordsOf) as (keyof ScoreParts)[];

  it('names the part that decided, for any candidates and viewer', () => {
    const viewer = fc.record({
      likes: fc.array(fc.tuple(arbitraryGenres, arbitraryFacts, fc.constantFrom('en', 'ja')), { maxLength: 3 }),
      hour: fc.option(fc.integer({ min: 0, max: 23 }), { nil: undefined }),
      region: fc.constantFrom('global', 'DE'),
      weights: fc.constantFrom(allParts(1), defaultSettings.reader.ranking.weights),
    });
    fc.assert(
      fc.property(fc.array(arbitraryCandidate, { minLength: 1, maxLength: 8 }), viewer, (candidates, asked) => {
        const liked = asked.likes.map(([genreIds, facts, originalLanguage], n) =>
          likedTitle({ title: `Film ${n}`, genreIds, originalLanguage }, 100 + n, facts),
        );
        const ranking = { ...scoreContext().ranking, weights: asked.weights };
        const context = scoreContext({ ...asked, ranking, taste: tasteOf(liked, []) });
        const scored = scoreCandidates(candidates, context);
        for (const one of scored) {
          const leads = names.map((name) => {
            const mean = scored.reduce((sum, { parts }) => sum + parts[name], 0) / scored.length;
            return asked.weights[name] * (one.parts[name] - mean);
          });
          const most = Math.max(...leads);
          const deciding = names.filter((_name, index) => (leads[index] ?? 0) > most - 1e-8);
          const [first = ''] = explain(one, context).split('; ');
          if (most > 1e-8) {
            expect(deciding.some((name) => wordsOf[name].test(first))).toBe(true);
          }
          expect(first).not.toBe('');
          expect(first).not.toMatch(/undefined|null|NaN|global/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
