import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dailyPlan, dueFeeds, type PlannedFeed, weeklyPlan } from '../../src/planner/base-plan.ts';
import { adHocPlan } from '../../src/planner/plan-run.ts';
import { type CustomFeed, notConfigured } from '../../src/shared/core/feed-rules.ts';
import type { ItemPage } from '../../src/shared/queues/item-page.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { feedHeadFor } from '../../src/writer/join-feed-heads.ts';
import { sampleOwnFeeds } from '../support/arbitrary-feed.ts';
import { samplePage } from '../support/sample-messages.ts';
import { sampleFetchRequest } from '../support/sample-requests.ts';

/** `popular/movie/global/en-US ×2` for each feed, in order. */
const listed = (plan: readonly PlannedFeed[]) =>
  plan.map(
    ({ feed, pages }) =>
      `${feed.category}/${feed.media}/${feed.region}/${feed.language}${pages > 1 ? ` ×${pages}` : ''}`,
  );
const jobs = (plan: readonly PlannedFeed[]) => plan.reduce((sum, { pages }) => sum + pages, 0);
const withRegions = (...regions: Settings['regions']): Settings => ({ ...defaultSettings, regions });

describe('the daily plan', () => {
  it('is seven jobs: two pages of popular films and series, and three trends', () => {
    expect(listed(dailyPlan(defaultSettings))).toEqual([
      'popular/movie/global/en-US ×2',
      'popular/tv/global/en-US ×2',
      'trending/movie/global/en-US',
      'trending/tv/global/en-US',
      'trending/all/global/en-US',
    ]);
    expect(jobs(dailyPlan(defaultSettings))).toBe(7);
  });

  it('adds popular, trending and local originals of each configured region in its language', () => {
    const settings = withRegions({ region: 'DE', language: 'de-DE' }, { region: 'JP', language: 'ja-JP' });
    const added = listed(dailyPlan(settings)).slice(5);
    expect(added).toEqual([
      'popular/movie/DE/de-DE ×2',
      'popular/tv/DE/de-DE ×2',
      'trending/movie/DE/de-DE',
      'trending/tv/DE/de-DE',
      'local_originals/movie/DE/de-DE',
      'local_originals/tv/DE/de-DE',
      'popular/movie/JP/ja-JP ×2',
      'popular/tv/JP/ja-JP ×2',
      'trending/movie/JP/ja-JP',
      'trending/tv/JP/ja-JP',
      'local_originals/movie/JP/ja-JP',
      'local_originals/tv/JP/ja-JP',
    ]);
    expect(jobs(dailyPlan(settings))).toBe(7 + 2 * 8);
  });

  it('follows the settings’ pages and language', () => {
    const feeds = { ...defaultSettings.feeds, trending: { pages: 3, softTtlHours: 4 } };
    const plan = dailyPlan({ ...defaultSettings, feeds, defaultLanguage: 'ja-JP' });
    expect(listed(plan)).toContain('trending/all/global/ja-JP ×3');
    expect(jobs(plan)).toBe(2 + 2 + 9);
  });

  it('says why: for the schedule, or for the region', () => {
    const plan = dailyPlan(withRegions({ region: 'DE', language: 'de-DE' }));
    expect(plan[0]?.why).toBe('part of every daily run');
    expect(plan.at(-1)?.why).toBe('daily for the configured region DE');
  });
});

describe('the weekly plan', () => {
  const genres = { movie: [28, 18, 35, 53, 878], tv: [18, 80, 10765, 35, 9648] };

  it('is fourteen jobs: five genres, hidden gems and award winners of films and of series', () => {
    const plan = weeklyPlan(genres, defaultSettings);
    expect(listed(plan)).toEqual([
      ...[28, 18, 35, 53, 878].map((id) => `genre_${id}/movie/global/en-US`),
      ...[18, 80, 10765, 35, 9648].map((id) => `genre_${id}/tv/global/en-US`),
      'hidden_gems/movie/global/en-US',
      'hidden_gems/tv/global/en-US',
      'award_winning/movie/global/en-US',
      'award_winning/tv/global/en-US',
    ]);
    expect(jobs(plan)).toBe(14);
  });

  it('is the other four where the table names no genres yet', () => {
    const plan = weeklyPlan({ movie: [], tv: [] }, defaultSettings);
    expect(listed(plan).map((text) => text.split('/')[0])).toEqual([
      'hidden_gems',
      'hidden_gems',
      'award_winning',
      'award_winning',
    ]);
  });

  it('says which place a genre has', () => {
    const plan = weeklyPlan(genres, defaultSettings);
    expect(plan[2]?.why).toContain('genre 3');
    expect(plan[5]?.why).toContain('genre 1');
    expect(plan.at(-1)?.why).toBe('part of every weekly run');
  });
});

describe('own feeds', () => {
  const [films, series] = sampleOwnFeeds as [CustomFeed, CustomFeed];
  const custom = [{ ...films, pages: 3, language: 'de-DE' }, series];
  const settings = { ...defaultSettings, feeds: { ...defaultSettings.feeds, custom } };
  const genres = { movie: [28], tv: [] };

  it('are planned in the run that they name, each in its language', () => {
    expect(listed(dailyPlan(settings)).slice(5)).toEqual(['custom_films/movie/global/de-DE ×3']);
    expect(listed(weeklyPlan(genres, settings)).slice(5)).toEqual(['custom_series/tv/global/en-US']);
    expect(dailyPlan(settings).at(-1)?.why).toBe('own feed of every daily run');
  });

  it('are refreshed when they are stale, and when the worker did not know them yet', () => {
    const atMs = Date.parse('2026-11-23T12:00:00Z');
    const occurrence = { schedule: 'refresh', occurrenceMs: atMs, nowMs: atMs } as const;
    const base = { daily: dailyPlan(settings), weekly: weeklyPlan(genres, settings) };
    const due = (page: Partial<ItemPage>) => {
      const head = feedHeadFor(
        samplePage({
          ...page,
          feed: { category: 'custom_films', media: 'movie', region: 'global', language: 'de-DE' },
        }),
        settings,
      );
      return dueFeeds(occurrence, base, new Map([[head.id, head]]), settings).find(
        ({ feed }) => feed.category === 'custom_films',
      )?.why;
    };
    const fetched = { snapshot: '2026-11-22T08:00:00Z.0badcafe', fetchedAt: '2026-11-22T08:00:00.000Z' };
    expect(due(fetched)).toMatch(/^stale since 2026-11-23T/);
    const absence = { code: notConfigured, detail: 'the settings have no own feed' };
    expect(due({ ...fetched, titles: [], absence })).toMatch(/^the worker's settings did not have it at 2026-11-22/);
  });

  it('are asked for ad hoc in their language, and only those that the settings have', () => {
    const ask = (category: string, media: ('movie' | 'tv')[], languages?: string[]) =>
      listed(adHocPlan({ version: 1, category, media, regions: ['global'], languages, pages: 2 }, settings));
    expect(ask('custom_films', ['movie'])).toEqual(['custom_films/movie/global/de-DE ×2']);
    expect(ask('custom_films', ['movie'], ['fr-FR'])).toEqual(['custom_films/movie/global/fr-FR ×2']);
    expect(() => ask('custom_none', ['movie'])).toThrow(
      "no own feed 'custom_none': allowed are custom_films, custom_series",
    );
    expect(() => ask('custom_films', ['movie', 'tv'])).toThrow("allowed is media 'movie', not 'tv'");
  });
});

describe('an ad-hoc plan', () => {
  it('is every combination once, with the pages asked for', () => {
    const plan = adHocPlan(
      sampleFetchRequest({
        media: ['movie', 'tv', 'movie'],
        regions: ['DE', 'JP', 'DE'],
        languages: ['de-DE', 'en-US'],
        pages: 3,
      }),
      defaultSettings,
    );
    expect(listed(plan)).toEqual([
      'popular/movie/DE/de-DE ×3',
      'popular/movie/DE/en-US ×3',
      'popular/movie/JP/de-DE ×3',
      'popular/movie/JP/en-US ×3',
      'popular/tv/DE/de-DE ×3',
      'popular/tv/DE/en-US ×3',
      'popular/tv/JP/de-DE ×3',
      'popular/tv/JP/en-US ×3',
    ]);
    expect(new Set(plan.map(({ why }) => why))).toEqual(new Set(['asked for ad hoc']));
  });

  it('without languages has each region in the first that the settings have for it, else in the default one', () => {
    const regions = [
      { region: 'DE', language: 'de-DE' },
      { region: 'CH', language: 'fr-CH' },
      { region: 'CH', language: 'de-CH' },
    ];
    const { languages: _none, ...request } = sampleFetchRequest({ regions: ['global', 'DE', 'CH', 'BR'] });
    expect(listed(adHocPlan(request, { ...defaultSettings, regions, defaultLanguage: 'ko-KR' }))).toEqual([
      'popular/movie/global/ko-KR',
      'popular/movie/DE/de-DE',
      'popular/movie/CH/fr-CH',
      'popular/movie/BR/ko-KR',
    ]);
  });

  it('has as many feeds as the product of what differs', () => {
    const some = <T>(...values: T[]) => fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        some('movie' as const, 'tv' as const),
        some('US', 'GB', 'DE', 'IN'),
        some('en-US', 'de-DE', 'hi-IN'),
        fc.integer({ min: 1, max: 500 }),
        (media, regions, languages, pages) => {
          const plan = adHocPlan(sampleFetchRequest({ media, regions, languages, pages }), defaultSettings);
          const sizes = [media, regions, languages].map((values) => new Set<string>(values).size);
          expect(plan).toHaveLength(sizes.reduce((product, size) => product * size, 1));
          expect(new Set(listed(plan)).size).toBe(plan.length);
        },
      ),
    );
  });
});
