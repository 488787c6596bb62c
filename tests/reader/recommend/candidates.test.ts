import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidateFeeds, gatherCandidates } from '../../../src/reader/recommend/candidates.ts';
import { feedId, feedSchema } from '../../../src/shared/core/feed.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import type { Settings } from '../../../src/shared/settings/settings-schema.ts';
import { sampleListRow } from '../../support/sample-cards.ts';
import { sampleFeed } from '../../support/sample-messages.ts';

const regions: Settings['regions'] = [
  { region: 'CH', language: 'de-CH' },
  { region: 'CH', language: 'fr-FR' },
  { region: 'JP', language: 'ja-JP' },
];
const idsFor = (...asked: Parameters<typeof candidateFeeds>) => candidateFeeds(...asked).map(feedId);

describe('the feeds that candidates come from', () => {
  it('are the world’s lists, of each kind', () => {
    expect(idsFor(['movie', 'tv'], 'global', [], defaultSettings)).toEqual(
      ['movie', 'tv'].flatMap((media) =>
        ['popular', 'trending', 'hidden_gems', 'award_winning'].map((category) => `${category}/${media}/global/en-US`),
      ),
    );
  });

  it('are those of the region too, in each of its languages', () => {
    const feeds = idsFor(['movie'], 'CH', [], { ...defaultSettings, regions });
    expect(feeds.slice(4)).toEqual([
      'popular/movie/CH/de-CH',
      'trending/movie/CH/de-CH',
      'local_originals/movie/CH/de-CH',
      'popular/movie/CH/fr-FR',
      'trending/movie/CH/fr-FR',
      'local_originals/movie/CH/fr-FR',
    ]);
  });

  it('are the world’s alone where the region has no lists', () => {
    expect(idsFor(['tv'], 'BR', [], { ...defaultSettings, regions })).toHaveLength(4);
  });

  it('are those of the genres that matter', () => {
    expect(idsFor(['tv'], 'global', [18, 35], defaultSettings).slice(4)).toEqual([
      'genre_18/tv/global/en-US',
      'genre_35/tv/global/en-US',
    ]);
  });

  it('exist, each once, whatever was asked for', () => {
    const media = fc.constantFrom(['movie'] as const, ['tv'] as const, ['movie', 'tv'] as const);
    const genres = fc.uniqueArray(fc.integer({ min: 1, max: 9_999_999 }), { maxLength: 3 });
    const settings = { ...defaultSettings, regions };
    fc.assert(
      fc.property(media, fc.constantFrom('global', 'CH', 'JP', 'DE'), genres, (asked, region, known) => {
        const feeds = candidateFeeds(asked, region, known, settings);
        for (const feed of feeds) {
          expect(feedSchema.safeParse(feed).success).toBe(true);
        }
        expect(new Set(feeds.map(feedId)).size).toBe(feeds.length);
      }),
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
    expect(keysOf(gatherCandidates(lists, [], false))).toEqual(['movie/1', 'movie/2', 'movie/3']);
  });

  it('are not what the viewer likes or has seen; a series of the same id is another title', () => {
    const lists = [{ feed: popular, rows: [film(1), film(2), film(2, { mediaType: 'tv' })] }];
    expect(keysOf(gatherCandidates(lists, [{ mediaType: 'movie', id: 2 }], false))).toEqual(['movie/1', 'tv/2']);
  });

  it('are adult titles only when they are asked for', () => {
    const lists = [{ feed: popular, rows: [film(1, { adult: true }), film(2)] }];
    expect(keysOf(gatherCandidates(lists, [], false))).toEqual(['movie/2']);
    expect(keysOf(gatherCandidates(lists, [], true))).toEqual(['movie/1', 'movie/2']);
  });

  it('know every place that they have', () => {
    const lists = [
      { feed: popular, rows: [film(1, { rank: 7 })] },
      { feed: trending, rows: [film(1, { rank: 3 })] },
    ];
    expect(gatherCandidates(lists, [], false)[0]?.places).toEqual([
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
    const [candidate] = gatherCandidates(lists, [], false);
    expect([candidate?.row.title, candidate?.language]).toEqual([title, language]);
    expect(candidate?.places).toHaveLength(2);
  });

  it('are none where there are no lists', () => {
    expect(gatherCandidates([], [], true)).toEqual([]);
  });
});
