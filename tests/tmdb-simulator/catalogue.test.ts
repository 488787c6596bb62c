import { describe, expect, test } from 'vitest';
import { buildCatalogue } from '../../src/tmdb-simulator/catalogue/build-catalogue.ts';
import type { CatalogueTitle } from '../../src/tmdb-simulator/catalogue/catalogue.ts';
import { imagePath } from '../../src/tmdb-simulator/catalogue/image-path.ts';
import { titleText } from '../../src/tmdb-simulator/catalogue/title-text.ts';
import { wordLists } from '../../src/tmdb-simulator/catalogue/word-lists.ts';

/** The length of the lists that are read by the same index in every language. */
const alignedLengths = { nouns: 32, places: 12, names: 10, titlePatterns: 11 };

const today = 20_780;
const { titles } = buildCatalogue(1, today);

function shareOf(list: readonly CatalogueTitle[], holds: (title: CatalogueTitle) => boolean): number {
  return list.filter(holds).length / list.length;
}

describe('the catalogue', () => {
  test('has 5,200 movies and 3,200 series with different ids, a third of the series under the id of a movie', () => {
    expect(titles.movie).toHaveLength(5200);
    expect(titles.tv).toHaveLength(3200);
    const movieIds = new Set(titles.movie.map(({ id }) => id));
    const seriesIds = new Set(titles.tv.map(({ id }) => id));
    expect([movieIds.size, seriesIds.size]).toEqual([5200, 3200]);
    expect([...seriesIds].filter((id) => movieIds.has(id)).length).toBeGreaterThan(1000);
  });

  test.each(['movie', 'tv'] as const)('has the oddities of the recorded rows, for %s', (media) => {
    const list = titles[media];
    const within = (share: number, min: number, max: number) => {
      expect(share).toBeGreaterThan(min);
      expect(share).toBeLessThan(max);
    };
    within(
      shareOf(list, ({ adult }) => adult),
      0.005,
      0.03,
    );
    within(
      shareOf(list, ({ releaseDay }) => releaseDay === undefined),
      0.005,
      0.03,
    );
    within(
      shareOf(list, ({ releaseDay }) => (releaseDay ?? 0) > today),
      0.02,
      0.12,
    );
    within(
      shareOf(list, ({ genreIds }) => genreIds.length === 0),
      0.02,
      0.06,
    );
    within(
      shareOf(list, ({ seed }) => imagePath(seed, 'poster') === null),
      0.03,
      0.09,
    );
    within(
      shareOf(list, ({ seed }) => imagePath(seed, 'backdrop') === null),
      0.1,
      0.2,
    );
    within(
      shareOf(list, ({ voteCount }) => voteCount === 0),
      0.1,
      0.4,
    );
    within(
      shareOf(list, (title) => titleText(title, 'en').overview === ''),
      0.02,
      0.15,
    );
  });

  test.each(['movie', 'tv'] as const)('has figures with heavy tails, for %s', (media) => {
    const popularities = titles[media].map(({ popularity }) => popularity).toSorted((one, other) => one - other);
    const median = popularities[popularities.length / 2] ?? 0;
    expect(popularities.at(-1)).toBeGreaterThan(100 * median);
    for (const { voteAverage, voteCount, genreIds } of titles[media]) {
      expect(voteAverage >= 0 && voteAverage <= 10 && Number(voteAverage.toFixed(3)) === voteAverage).toBe(true);
      expect(voteCount === 0).toBe(voteAverage === 0);
      expect(genreIds.length).toBeLessThanOrEqual(4);
      expect(new Set(genreIds).size).toBe(genreIds.length);
    }
  });

  test.each(['movie', 'tv'] as const)('has enough titles for every feed, for %s', (media) => {
    const rated = (min: number, from: number, to: number) =>
      titles[media].filter((title) => title.voteAverage >= min && title.voteCount >= from && title.voteCount <= to)
        .length;
    expect(rated(8, 1000, Infinity)).toBeGreaterThanOrEqual(40);
    expect(rated(7.5, 50, 1000)).toBeGreaterThanOrEqual(100);
    for (const country of ['US', 'DE', 'FR', 'JP', 'KR', 'IN', 'ES', 'BR']) {
      expect(titles[media].filter(({ originCountries }) => originCountries.includes(country)).length).toBeGreaterThan(
        80,
      );
    }
  });
});

describe('word lists', () => {
  test.each(Object.entries(wordLists))('%s is aligned with the others', (_language, list) => {
    for (const [name, length] of Object.entries(alignedLengths)) {
      const entries = list[name as keyof typeof alignedLengths];
      expect(entries).toHaveLength(length);
      expect(new Set(entries).size).toBe(length);
    }
    const slots = (pattern: string) => (pattern.match(/\{\w+\}/g) ?? []).toSorted();
    expect(list.titlePatterns.map(slots)).toEqual(wordLists.en.titlePatterns.map(slots));
    expect(list.sentences.length).toBeGreaterThanOrEqual(8);
  });
});
