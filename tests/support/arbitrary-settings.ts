import fc from 'fast-check';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { sampleOwnFeeds } from './arbitrary-feed.ts';

const softHours = fc.double({ min: 1, max: 24 * 365, noNaN: true });

/** Settings with any times to live that are allowed: soft times of an hour to a year, a hard factor of 1 or more. */
export const arbitraryTtlSettings: fc.Arbitrary<Settings> = fc
  .record({
    softTtlHours: softHours,
    titleSoftHours: softHours,
    titlePeriodHours: fc.double({ min: 0.25, max: 24 * 14, noNaN: true }),
    hardFactor: fc.double({ min: 1, max: 20, noNaN: true }),
    jitterShare: fc.double({ min: 0, max: 1, noNaN: true }),
    maxHardDays: fc.double({ min: 0.5, max: 180, noNaN: true }),
  })
  .map(({ softTtlHours, ...ttl }) => ({
    ...defaultSettings,
    ttl,
    feeds: {
      popular: { ...defaultSettings.feeds.popular, softTtlHours },
      trending: { ...defaultSettings.feeds.trending, softTtlHours },
      genre: { ...defaultSettings.feeds.genre, softTtlHours },
      keyword: { ...defaultSettings.feeds.keyword, softTtlHours },
      hidden_gems: { ...defaultSettings.feeds.hidden_gems, softTtlHours },
      award_winning: { ...defaultSettings.feeds.award_winning, softTtlHours },
      local_originals: { ...defaultSettings.feeds.local_originals, softTtlHours },
      custom: sampleOwnFeeds.map((one) => ({ ...one, query: { ...one.query }, softTtlHours })),
    },
  }));
