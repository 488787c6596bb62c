import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commonGenres,
  gatherCandidates,
  sharedFeeds,
  tasteFeeds,
  tasteOf,
  unlisted,
} from '../../../src/reader/recommend/candidates.ts';
import { feedId, feedSchema } from '../../../src/shared/core/feed.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import type { Settings } from '../../../src/shared/settings/settings-schema.ts';
import { likedTitle } from '../../support/recommend-world.ts';
import { sampleCard, sampleListRow } from '../../support/sample-cards.ts';
import { sampleFeed } from '../../support/sample-messages.ts';

const regions: Settings['regions'] = [
  { region: 'CH', language: 'de-CH' },
  { region: 'CH', language: 'fr-FR' },
  { region: 'JP', language: 'ja-JP' },
];
const settings = { ...defaultSettings, regions };
const own: Settings['feeds']['custom'] = [
  { name: 'kids', media: 'movie', query: {}, pages: 1, softTtlHours: 24, schedule: 'daily', language: 'de-DE' },
  { name: 'new_series', media: 'tv', query: {}, pages: 1, softTtlHours: 24, schedule: 'daily' },
];
const sharedIds = (...asked: Parameters<typeof sharedFeeds>) => sharedFeeds(...asked).map(feedId);
const noTaste = tasteOf([], []);
const tasteIds = (...asked: Parameters<typeof tasteFeeds>) => tasteFeeds(...asked).map(feedId);

describe('the feeds that candidates of everybody come from', () => {
  it('are the world’s lists, of each kind', () => {
    expect(sharedIds(['movie', 'tv'], 'global', defaultSettings)).toEqual(
      ['movie', 'tv'].flatMap((media) =>
        ['popular', 'trending', 'hidden_gems', 'award_winning'].map((category) => `${category}/${media}/global/en-US`),
      ),
    );
  });

  it('are those of the region too, in each of its languages', () => {
    expect(sharedIds(['movie'], 'CH', settings).slice(4)).toEqual([
      'popular/movie/CH/de-CH',
      'trending/movie/CH/de-CH',
      'local_originals/movie/CH/de-CH',
      'popular/movie/CH/fr-FR',
      'trending/movie/CH/fr-FR',
      'local_originals/movie/CH/fr-FR',
    ]);
  });

  it('are the world’s alone where the region has no lists', () => {
    expect(sharedIds(['tv'], 'BR', settings)).toHaveLength(4);
  });

  it('are the own ones of the media, in their languages', () => {
    const with2 = { ...defaultSettings, feeds: { ...defaultSettings.feeds, custom: own } };
    expect(sharedIds(['movie'], 'global', with2).slice(4)).toEqual(['custom_kids/movie/global/de-DE']);
    expect(sharedIds(['tv'], 'global', with2).slice(4)).toEqual(['custom_new_series/tv/global/en-US']);
  });
});

describe('the feeds that fit a taste', () => {
  const liked = (originalLanguage: string) => likedTitle({ originalLanguage, genreIds: [] });

  it('are those of its genres, and of those that the lists have most', () => {
    expect(tasteIds(['tv'], 'global', tasteOf([], [18, 35]), { tv: [35, 80], movie: [1] }, settings)).toEqual([
      'genre_18/tv/global/en-US',
      'genre_35/tv/global/en-US',
      'genre_80/tv/global/en-US',
    ]);
  });

  it('are what is made in a configured country where a language of it is spoken', () => {
    const likes = [liked('ja'), liked('ja'), liked('en'), liked('en'), liked('en'), liked('fr')];
    const taste = tasteOf(likes, []);
    expect(tasteIds(['movie'], 'global', taste, {}, settings)).toEqual(['local_originals/movie/JP/ja-JP']);
    expect(tasteIds(['movie'], 'JP', taste, {}, settings)).toEqual([]);
    expect(tasteIds(['movie'], 'global', noTaste, {}, settings)).toEqual([]);
  });

  it('have the genres that are most at the top of lists, by media', () => {
    const rows = [
      sampleListRow({ id: 1, rank: 3, genreIds: [18, 0] }),
      sampleListRow({ id: 2, rank: 1, genreIds: [35] }),
      sampleListRow({ id: 3, rank: 3, genreIds: [18] }),
      sampleListRow({ id: 4, rank: 9, genreIds: [27, 35] }),
      sampleListRow({ id: 5, rank: 1, genreIds: [99], mediaType: 'tv' }),
    ];
    // 35: 1 + 0.3; 18: 0.5 + 0.5; 27: 0.3; 0 is no genre.
    expect(commonGenres(rows, 'movie', 2)).toEqual([35, 18]);
    expect(commonGenres(rows, 'movie', 9)).toEqual([35, 18, 27]);
    expect(commonGenres(rows, 'tv', 9)).toEqual([99]);
  });

  it('exist, each once, whatever was asked for', () => {
    const media = fc.constantFrom(['movie'] as const, ['tv'] as const, ['movie', 'tv'] as const);
    const genres = fc.uniqueArray(fc.integer({ min: 1, max: 9_999_999 }), { maxLength: 3 });
    const all = { ...settings, feeds: { ...settings.feeds, custom: own } };
    fc.assert(
      fc.property(
        media,
        fc.constantFrom('global', 'CH', 'JP', 'DE'),
        genres,
        genres,
        (asked, region, known, common) => {
          const taste = tasteOf([liked('ja'), liked('de')], known);
          const feeds = [
            ...sharedFeeds(asked, region, all),
            ...tasteFeeds(asked, region, taste, { movie: common, tv: common }, all),
          ];
          for (const feed of feeds) {
            expect(feedSchema.safeParse(feed).success).toBe(true);
          }
          expect(new Set(feeds.map(feedId)).size).toBe(feeds.length);
        },
      ),
    );
  });
});

describe('candidates', () => {
  const popular = sampleFeed();
  const trending = sampleFeed({ category: 'trending', region: 'DE', language: 'de-DE' });
  const film = (id: number, over: Parameters<typeof sampleListRow>[0] = {}) => sampleListRow({ id, ...over });
  const keysOf = (candidates: ReturnType<typeof gatherCandidates>) =>
    candidates.map(({ row }) => `${row.mediaType}/${row.id}`);

  it('are the titles of the lists, each once, in the order in which they were met', () => {
    const lists = [
      { feed: popular, rows: [film(1), film(2)] },
      { feed: trending, rows: [film(2), film(3)] },
    ];
    expect(keysOf(gatherCandidates(lists, []))).toEqual(['movie/1', 'movie/2', 'movie/3']);
  });

  it('are not what the viewer likes or has seen; a series of the same id is another title', () => {
    const lists = [{ feed: popular, rows: [film(1), film(2), film(2, { mediaType: 'tv' })] }];
    expect(keysOf(gatherCandidates(lists, [{ mediaType: 'movie', id: 2 }]))).toEqual(['movie/1', 'tv/2']);
  });

  it('are titles of no list too, unless one has them', () => {
    const lists = [{ feed: popular, rows: [film(1), film(2)] }];
    const card = { language: 'en-US', card: sampleCard(), fetchedAt: '', freshUntilMs: 1, expiresAtMs: 2 };
    const others = [1, 3, 4].map((id) => unlisted({ mediaType: 'movie', id }, card));
    const candidates = gatherCandidates(lists, [{ mediaType: 'movie', id: 4 }], others);
    expect(keysOf(candidates)).toEqual(['movie/1', 'movie/2', 'movie/3']);
    expect(candidates.map(({ places }) => places.length)).toEqual([1, 1, 0]);
  });

  it('know every place that they have', () => {
    const lists = [
      { feed: popular, rows: [film(1, { rank: 7 })] },
      { feed: trending, rows: [film(1, { rank: 3 })] },
    ];
    expect(gatherCandidates(lists, [])[0]?.places).toEqual([
      { feed: popular, rank: 7 },
      { feed: trending, rank: 3 },
    ]);
  });

  it.each([
    ['later', '2026-11-23T09:00:00.000Z', 'second', 'de-DE'],
    ['at the same time', '2026-11-23T08:00:00.000Z', 'first', 'en-US'],
    ['earlier', '2026-11-23T07:00:00.000Z', 'first', 'en-US'],
  ])('have the row that was fetched last, with its language: the second %s', (_name, fetchedAt, title, language) => {
    const lists = [
      { feed: popular, rows: [film(1, { title: 'first' })] },
      { feed: trending, rows: [film(1, { title: 'second', fetchedAt })] },
    ];
    const [candidate] = gatherCandidates(lists, []);
    expect([candidate?.row.title, candidate?.language]).toEqual([title, language]);
    expect(candidate?.places).toHaveLength(2);
  });

  it('are none where there are no lists', () => {
    expect(gatherCandidates([], [])).toEqual([]);
  });
});
