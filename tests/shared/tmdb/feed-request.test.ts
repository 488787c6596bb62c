import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';
import { feedRequest } from '../../../src/shared/tmdb/feed-request.ts';
import { arbitraryFeed, sampleOwnFeeds } from '../../support/arbitrary-feed.ts';
import { arbitrarySnapshot } from '../../support/arbitrary-page.ts';

const snapshot = '2026-11-23T08:00:00Z.0badcafe';
const language = 'de-DE';

/** The query without language and page, which every request carries. */
type Row = [
  category: string,
  media: 'movie' | 'tv' | 'all',
  region: string,
  path: string,
  query: Record<string, string>,
];

const watchableInGermany = { watch_region: 'DE', with_watch_monetization_types: 'flatrate|free|ads|rent|buy' };
const byPopularity = { sort_by: 'popularity.desc', include_adult: 'false' };
const byAverage = { sort_by: 'vote_average.desc', include_adult: 'false' };
const gems = { 'vote_average.gte': '7.3', 'vote_count.gte': '100', 'vote_count.lte': '1000' };
const awards = { 'vote_average.gte': '8', 'vote_count.gte': '1000' };

const table: Row[] = [
  ['popular', 'movie', 'global', '/movie/popular', {}],
  ['popular', 'tv', 'global', '/tv/popular', {}],
  ['popular', 'movie', 'DE', '/movie/popular', { region: 'DE' }],
  ['popular', 'tv', 'DE', '/discover/tv', { ...byPopularity, ...watchableInGermany }],
  ['trending', 'movie', 'global', '/trending/movie/day', {}],
  ['trending', 'tv', 'global', '/trending/tv/day', {}],
  ['trending', 'all', 'global', '/trending/all/day', {}],
  [
    'trending',
    'movie',
    'DE',
    '/discover/movie',
    {
      ...byPopularity,
      region: 'DE',
      'release_date.gte': '2026-09-24',
      'release_date.lte': '2026-11-23',
      with_release_type: '2|3|4',
    },
  ],
  [
    'trending',
    'tv',
    'DE',
    '/discover/tv',
    { ...byPopularity, ...watchableInGermany, 'air_date.gte': '2026-09-24', 'air_date.lte': '2026-11-23' },
  ],
  [
    'keyword_207317',
    'movie',
    'global',
    '/discover/movie',
    { ...byPopularity, with_keywords: '207317', 'vote_count.gte': '20' },
  ],
  ['genre_18', 'movie', 'global', '/discover/movie', { ...byPopularity, with_genres: '18', 'vote_count.gte': '100' }],
  ['genre_10765', 'tv', 'global', '/discover/tv', { ...byPopularity, with_genres: '10765', 'vote_count.gte': '100' }],
  ['hidden_gems', 'movie', 'global', '/discover/movie', { ...byAverage, ...gems }],
  ['hidden_gems', 'tv', 'global', '/discover/tv', { ...byAverage, ...gems }],
  ['award_winning', 'movie', 'global', '/discover/movie', { ...byAverage, ...awards }],
  ['award_winning', 'tv', 'global', '/discover/tv', { ...byAverage, ...awards }],
  [
    'local_originals',
    'movie',
    'DE',
    '/discover/movie',
    { ...byPopularity, with_origin_country: 'DE', 'vote_count.gte': '20' },
  ],
  [
    'local_originals',
    'tv',
    'DE',
    '/discover/tv',
    { ...byPopularity, with_origin_country: 'DE', 'vote_count.gte': '20' },
  ],
];

describe('request of a feed', () => {
  it.each(table)('%s %s %s: GET %s', (category, media, region, path, query) => {
    const request = feedRequest({ feed: { category, media, region, language }, page: 3, snapshot }, defaultSettings);
    expect(request).toEqual({ path, query: { ...query, language: 'de-DE', page: '3' } });
  });

  it('takes its thresholds from the settings', () => {
    const settings = settingsFrom(
      JSON.stringify({
        feeds: {
          genre: { minVoteCount: 11 },
          hidden_gems: { minVoteAverage: 6.5, minVoteCount: 12, maxVoteCount: 13 },
          award_winning: { minVoteAverage: 9, minVoteCount: 14 },
          local_originals: { minVoteCount: 15 },
        },
      }),
    );
    const queryOf = (category: string, region: string) =>
      feedRequest({ feed: { category, media: 'tv', region, language }, page: 1, snapshot }, settings).query;
    expect(queryOf('genre_18', 'global')).toMatchObject({ 'vote_count.gte': '11' });
    expect(queryOf('hidden_gems', 'global')).toMatchObject({
      'vote_average.gte': '6.5',
      'vote_count.gte': '12',
      'vote_count.lte': '13',
    });
    expect(queryOf('award_winning', 'global')).toMatchObject({ 'vote_average.gte': '9', 'vote_count.gte': '14' });
    expect(queryOf('local_originals', 'JP')).toMatchObject({ 'vote_count.gte': '15', with_origin_country: 'JP' });
  });

  it.each([
    ['2027-01-15T00:00:00Z.0badcafe', '2026-11-16', '2027-01-15'],
    ['2028-03-01T23:59:59Z.0badcafe', '2028-01-01', '2028-03-01'],
    ['2027-03-01T00:00:00Z.0badcafe', '2026-12-31', '2027-03-01'],
  ])('looks back 60 days from the snapshot %s', (at, from, to) => {
    const feed = { category: 'trending', media: 'movie' as const, region: 'DE', language };
    expect(feedRequest({ feed, page: 1, snapshot: at }, defaultSettings).query).toMatchObject({
      'release_date.gte': from,
      'release_date.lte': to,
    });
  });
});

describe('request of any feed', () => {
  const pages = fc.integer({ min: 1, max: 500 });
  const settings = { ...defaultSettings, feeds: { ...defaultSettings.feeds, custom: sampleOwnFeeds } };
  it('never asks a list for a region that the list ignores', () => {
    fc.assert(
      fc.property(arbitraryFeed, pages, arbitrarySnapshot, (feed, page, at) => {
        const { path, query } = feedRequest({ feed, page, snapshot: at }, settings);
        expect('region' in query && !['/movie/popular', '/discover/movie'].includes(path)).toBe(false);
        expect('watch_region' in query).toBe('with_watch_monetization_types' in query);
      }),
    );
  });

  it('asks for its country somehow, and a global one for none', () => {
    fc.assert(
      fc.property(arbitraryFeed, pages, arbitrarySnapshot, (feed, page, at) => {
        const { query } = feedRequest({ feed, page, snapshot: at }, settings);
        const countries = [query.region, query.watch_region, query.with_origin_country].filter(Boolean);
        expect(countries).toEqual(feed.region === 'global' ? [] : [feed.region]);
      }),
    );
  });

  it('carries language and page, floors the votes where it sorts by average, and has no secret', () => {
    fc.assert(
      fc.property(arbitraryFeed, pages, arbitrarySnapshot, (feed, page, at) => {
        const { path, query } = feedRequest({ feed, page, snapshot: at }, settings);
        expect(path).toMatch(/^\/[a-z]+\/[a-z]+(\/day)?$/);
        expect(query).toMatchObject({ language: feed.language, page: String(page) });
        expect(query).not.toHaveProperty('api_key');
        expect(query.sort_by === 'vote_average.desc' && query['vote_count.gte'] === undefined).toBe(false);
      }),
    );
  });
});
