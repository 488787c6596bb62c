import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  askedLanguageSchema,
  askedRegionSchema,
  categorySchema,
  feedId,
  feedKindOf,
  feedMediaSchema,
  feedSchema,
  genreIdOf,
  languageSchema,
  parseFeedId,
  regionSchema,
} from '../../../src/shared/core/feed.ts';
import { arbitraryFeed } from '../../support/arbitrary-feed.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';
import { refusalOf, refusalsOf } from '../../support/refusal.ts';
import { allowedLanguages, allowedRegions } from '../../support/refused-request.ts';

const english = { language: 'en-US' };

describe('feed ids', () => {
  it.each([
    [{ category: 'trending', media: 'all', region: 'global', ...english }, 'trending/all/global/en-US'],
    [{ category: 'popular', media: 'movie', region: 'DE', language: 'de-DE' }, 'popular/movie/DE/de-DE'],
    [{ category: 'genre_18', media: 'tv', region: 'global', ...english }, 'genre_18/tv/global/en-US'],
  ] as const)('%o is %s', (feed, id) => {
    expect(feedId(feed)).toBe(id);
  });

  it('differ for different feeds', () => {
    fc.assert(
      fc.property(arbitraryFeed, arbitraryFeed, (a, b) => {
        const same =
          a.category === b.category && a.media === b.media && a.region === b.region && a.language === b.language;
        expect(feedId(a) === feedId(b)).toBe(same);
      }),
    );
  });
});

describe('feeds that exist', () => {
  it('are taken, all of them', () => {
    fc.assert(
      fc.property(arbitraryFeed, (feed) => {
        expect(feedSchema.parse(feed)).toEqual(feed);
      }),
    );
  });
});

const allOnly = "media 'all' exists only for category 'trending' in region 'global'";

describe('combinations that do not exist are refused in one sentence', () => {
  it.each([
    [{ category: 'popular', media: 'all', region: 'global' }, `${allOnly}, not for 'popular' in 'global'`],
    [{ category: 'trending', media: 'all', region: 'DE' }, `${allOnly}, not for 'trending' in 'DE'`],
    [{ category: 'genre_18', media: 'all', region: 'global' }, `${allOnly}, not for 'genre_18' in 'global'`],
    [{ category: 'local_originals', media: 'all', region: 'DE' }, `${allOnly}, not for 'local_originals' in 'DE'`],
    [
      { category: 'local_originals', media: 'tv', region: 'global' },
      "category 'local_originals' needs a country as its region, for example DE",
    ],
    [
      { category: 'genre_18', media: 'movie', region: 'DE' },
      "category 'genre_18' exists only in region 'global', not in 'DE'",
    ],
    [
      { category: 'hidden_gems', media: 'tv', region: 'JP' },
      "category 'hidden_gems' exists only in region 'global', not in 'JP'",
    ],
    [
      { category: 'award_winning', media: 'movie', region: 'US' },
      "category 'award_winning' exists only in region 'global', not in 'US'",
    ],
  ])('%o', (feed, sentence) => {
    expect(refusalsOf(feedSchema, { ...feed, ...english })).toEqual([sentence]);
  });

  it('names the wrong member first when a member is wrong as well', () => {
    expect(refusalOf(feedSchema, { category: 'best', media: 'all', region: 'DE', ...english })).toMatch(
      /^unknown category 'best'/,
    );
  });

  it('is one sentence too when a member is wrong as well', () => {
    const feed = { category: `best\u0007${'x'.repeat(500)}`, media: 'all', region: 'DE', ...english };
    expect(refusalsOf(feedSchema, feed)).toHaveLength(1);
  });

  it.each(['category', 'media', 'region', 'language'])('a feed without %s', (member) => {
    const feed = { category: 'popular', media: 'movie', region: 'global', ...english, [member]: undefined };
    expect(feedSchema.safeParse(feed).error?.issues[0]?.path).toEqual([member]);
  });
});

describe('category', () => {
  it.each(['popular', 'trending', 'hidden_gems', 'award_winning', 'local_originals', 'genre_18', 'genre_10765'])(
    '%s is one',
    (category) => expect(categorySchema.safeParse(category).success).toBe(true),
  );

  it.each(['', 'Popular', 'popular ', 'genre_', 'genre_x', 'genre_-1', 'genre_1.5', 'genre_12345678', 'top_rated'])(
    "'%s' is none, and the sentence says which are",
    (category) => {
      expect(refusalOf(categorySchema, category)).toBe(
        `unknown category '${category}': allowed are popular, trending, hidden_gems, award_winning, local_originals, genre_<TMDB genre id>, keyword_<TMDB keyword id> and custom_<name of an own feed>`,
      );
    },
  );

  it.each(['custom_a', 'custom_kids_cinema_de', 'custom_9', `custom_${'x'.repeat(40)}`])('%s is one', (category) => {
    expect(categorySchema.safeParse(category).success).toBe(true);
    expect(feedKindOf({ category })).toBe('custom');
  });

  it.each(['custom', 'custom_', 'custom_A', 'custom_a-b', 'custom_a b', `custom_${'x'.repeat(41)}`, 'xcustom_a'])(
    "'%s' is none",
    (category) => expect(categorySchema.safeParse(category).success).toBe(false),
  );

  it('of an own feed is of one medium, and of no region', () => {
    const feed = { category: 'custom_a', media: 'movie', region: 'global', ...english };
    expect(parseFeedId('custom_a/movie/global/en-US')).toEqual(feed);
    expect(refusalOf(feedSchema, { ...feed, media: 'all' })).toContain("not for 'custom_a' in 'global'");
    expect(refusalOf(feedSchema, { ...feed, region: 'DE' })).toContain("exists only in region 'global'");
  });

  it('tells a genre by its id', () => {
    expect(genreIdOf('genre_18')).toBe(18);
    expect(genreIdOf('genre_10765')).toBe(10_765);
    expect(genreIdOf('popular')).toBeUndefined();
    expect(genreIdOf('xgenre_18')).toBeUndefined();
  });

  it('has one name for one genre', () => {
    expect(categorySchema.safeParse('genre_0018').success).toBe(false);
  });
});

describe('media', () => {
  it.each(['', 'movies', 'TV', 'person'])("'%s' is none, and the sentence says which are", (media) => {
    expect(refusalOf(feedMediaSchema, media)).toBe(`unknown media '${media}': allowed are movie, tv, all`);
  });
});

describe('region', () => {
  it.each([
    ['de', 'DE'],
    ['Xk', 'XK'],
    ['GLOBAL', 'global'],
  ])('%s is stored as %s', (text, region) => {
    expect(askedRegionSchema.parse(text)).toBe(region);
  });

  it.each(['global', 'US', 'GB', 'DE', 'JP', 'IN', 'BR', 'TW', 'HK', 'AQ', 'XK'])('%s is one', (region) => {
    expect(regionSchema.safeParse(region).success).toBe(true);
  });

  it.each([
    ['', []],
    ['us', ['US']],
    ['USA', ['US', 'UA', 'SA']],
    ['UK', ['GB', 'UA']],
    ['Global', ['global']],
    ['D3', ['DE', 'DJ', 'DK']],
    ['276', ['DE']],
    ['DE ', ['DE']],
    ['Germany', ['DE']],
    ['nowhere', []],
  ])("'%s' is none, and the sentence says what may have been meant", (region, close) => {
    expect(refusalOf(regionSchema, region)).toBe(`unknown region '${region}': allowed are ${allowedRegions(close)}`);
  });

  it.each([
    ...['EU', 'UN', 'ZZ', 'XX', 'QO', 'EZ', 'AC', 'CP', 'CQ', 'DG', 'EA', 'IC', 'TA', 'XA', 'XB'],
    // ISO 3166-1 has these, TMDB has not; and the other way round.
    ...['AX', 'GG', 'JE', 'SX'],
    ...['SU', 'YU', 'CS'],
  ])('%s is none', (region) => {
    expect(regionSchema.safeParse(region).success).toBe(false);
  });
});

describe('language', () => {
  it.each([
    ['DE-de', 'de-DE'],
    ['EN-US', 'en-US'],
    ['ja', 'ja-JP'],
    ['PT', 'pt-BR'],
    ['zh', 'zh-CN'],
    ['hy', 'hy-AM'],
  ])('%s is stored as %s', (text, language) => {
    expect(askedLanguageSchema.parse(text)).toBe(language);
  });

  it.each(['en-US', 'de-DE', 'ja-JP', 'pt-BR', 'zh-TW', 'es-MX', 'hi-IN', 'tl-PH'])('%s is one', (language) => {
    expect(languageSchema.safeParse(language).success).toBe(true);
  });

  const english = ['en-US', 'en-AU', 'en-CA'];
  it.each([
    ['', []],
    ['en', english],
    ['english', english],
    ['en-XX', english],
    ['en_US', ['en-US']],
    ['en-us', ['en-US']],
    ['EN-US', ['en-US']],
    ['xx-US', ['en-US']],
    ['en-UK', ['en-GB']],
    ['de-DE-1996', ['de-DE']],
    ['zh-Hant-TW', ['zh-TW']],
    ['xx-XX', []],
    // Tags that are well formed, and that TMDB has no translations in.
    ['fil-PH', ['tl-PH']],
    ['en-JP', [...english, 'ja-JP']],
  ])("'%s' is none, and the sentence says what may have been meant", (language, close) => {
    expect(refusalOf(languageSchema, language)).toBe(
      `unknown language '${language}': allowed are ${allowedLanguages(close)}`,
    );
  });
});

describe('what a sentence echoes', () => {
  it('is bounded and has no control characters', () => {
    fc.assert(
      fc.property(arbitraryText(300), (text) => {
        for (const schema of [categorySchema, feedMediaSchema, regionSchema, languageSchema]) {
          const sentence = refusalOf(schema, text) ?? '';
          expect(sentence).not.toMatch(/\p{Cc}/u);
          expect(sentence.length).toBeLessThan(220);
        }
      }),
    );
  });
});
