import fc from 'fast-check';
import type { Feed } from '../../src/shared/core/feed.ts';
import type { CustomFeed } from '../../src/shared/core/feed-rules.ts';

const countries = fc.constantFrom('US', 'GB', 'DE', 'JP', 'IN', 'BR', 'ZA', 'KR');
const languages = fc.constantFrom('en-US', 'de-DE', 'ja-JP', 'pt-BR', 'zh-TW', 'ko-KR');
const titleMedia = fc.constantFrom('movie' as const, 'tv' as const);
const genres = fc
  .tuple(fc.constantFrom('genre', 'keyword'), fc.integer({ min: 1, max: 99_999 }))
  .map(([kind, id]) => `${kind}_${id}`);

/** Objects with the usual prototype, which is what parsing gives: `isDeepStrictEqual` tells them from others. */
const plain = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { noNullPrototype: true });

/** Own feeds of each medium, of the names that arbitrary feeds have. */
export const sampleOwnFeeds: CustomFeed[] = [
  { name: 'films', media: 'movie', query: {}, pages: 1, softTtlHours: 24, schedule: 'daily' },
  { name: 'series', media: 'tv', query: {}, pages: 1, softTtlHours: 48, schedule: 'weekly' },
];
const own = (category: string, media: 'movie' | 'tv') =>
  plain({
    category: fc.constant(category),
    media: fc.constant(media),
    region: fc.constant('global'),
    language: languages,
  });

/** Any feed that TMDB has. Own feeds are those of `sampleOwnFeeds`. */
export const arbitraryFeed: fc.Arbitrary<Feed> = fc.oneof(
  plain({
    category: fc.oneof(fc.constantFrom('popular', 'trending', 'hidden_gems', 'award_winning'), genres),
    media: titleMedia,
    region: fc.constant('global'),
    language: languages,
  }),
  plain({
    category: fc.constantFrom('popular', 'trending', 'local_originals'),
    media: titleMedia,
    region: countries,
    language: languages,
  }),
  plain({
    category: fc.constant('trending'),
    media: fc.constant('all' as const),
    region: fc.constant('global'),
    language: languages,
  }),
  own('custom_films', 'movie'),
  own('custom_series', 'tv'),
);
