import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hourMs } from '../../../src/shared/core/clock.ts';
import type { CustomFeed } from '../../../src/shared/core/feed-rules.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { listPageLife, longestListLifeMs, titleLife, titlePeriodStartMs } from '../../../src/shared/tables/row-life.ts';
import { arbitraryFeed } from '../../support/arbitrary-feed.ts';
import { arbitraryEpochMs, arbitrarySnapshot } from '../../support/arbitrary-page.ts';
import { arbitraryTtlSettings } from '../../support/arbitrary-settings.ts';
import { sampleFeed } from '../../support/sample-messages.ts';

const halfYearMs = 180 * 24 * hourMs;
const snapshot = '2026-11-23T08:00:00Z.0badcafe';
const atMs = Date.UTC(2026, 10, 23, 8, 0, 7, 250);

/** Soft times of the design's table, in hours. */
const softHours: Record<string, number> = {
  popular: 24,
  trending: 4,
  hidden_gems: 72,
  award_winning: 168,
  local_originals: 24,
  custom_films: 24,
  custom_series: 24,
};

describe('placements with the default settings', () => {
  it('are fresh for their category’s soft time, within ten per cent', () => {
    fc.assert(
      fc.property(arbitraryFeed, arbitrarySnapshot, arbitraryEpochMs, (feed, run, fetchedAtMs) => {
        const hours = softHours[feed.category] ?? 72;
        const freshMs = listPageLife(feed, run, fetchedAtMs, defaultSettings).freshUntilMs - fetchedAtMs;
        expect(freshMs).toBeGreaterThanOrEqual(Math.floor(0.9 * hours * hourMs));
        expect(freshMs).toBeLessThanOrEqual(Math.ceil(1.1 * hours * hourMs));
      }),
    );
  });

  it('expire at three soft times, or up to a tenth of one later', () => {
    fc.assert(
      fc.property(arbitraryFeed, arbitrarySnapshot, (feed, run) => {
        const hours = softHours[feed.category] ?? 72;
        const hardMs = listPageLife(feed, run, atMs, defaultSettings).expiresAtMs - atMs;
        expect(hardMs).toBeGreaterThanOrEqual(3 * hours * hourMs);
        expect(hardMs).toBeLessThanOrEqual(Math.ceil(3.1 * hours * hourMs));
      }),
    );
  });

  it('spread over the whole band, both ways', () => {
    const shares = Array.from({ length: 400 }, (_, n) => {
      const life = listPageLife(sampleFeed({ category: `genre_${n + 1}` }), snapshot, atMs, defaultSettings);
      return (life.freshUntilMs - atMs) / (72 * hourMs);
    });
    expect(Math.min(...shares)).toBeLessThan(0.91);
    expect(Math.max(...shares)).toBeGreaterThan(1.09);
  });
});

describe('titles with the default settings', () => {
  it('are fresh for a week, within ten per cent, and exist for three', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), (id) => {
        const life = titleLife(`${id}\nmovie`, atMs, defaultSettings);
        expect(Math.abs(life.freshUntilMs - atMs - 168 * hourMs)).toBeLessThanOrEqual(16.8 * hourMs);
        expect(life.expiresAtMs - atMs).toBeGreaterThanOrEqual(504 * hourMs);
        expect(life.expiresAtMs - atMs).toBeLessThanOrEqual(520.8 * hourMs);
      }),
    );
  });
});

describe('with any settings', () => {
  it('nothing exists for longer than 180 days', () => {
    fc.assert(
      fc.property(arbitraryFeed, arbitrarySnapshot, arbitraryTtlSettings, (feed, run, settings) => {
        expect(listPageLife(feed, run, atMs, settings).expiresAtMs - atMs).toBeLessThanOrEqual(halfYearMs);
        expect(titleLife(run, atMs, settings).expiresAtMs - atMs).toBeLessThanOrEqual(halfYearMs);
      }),
    );
  });

  it('the hard time is after the soft one where the cap leaves room for it', () => {
    fc.assert(
      fc.property(arbitraryFeed, arbitrarySnapshot, arbitraryTtlSettings, (feed, run, any) => {
        const ttl = { ...any.ttl, hardFactor: Math.max(1.01, any.ttl.hardFactor), maxHardDays: 180 };
        const capHours = (180 * 24) / (1 + ttl.jitterShare) - 1;
        const popular = { ...any.feeds.popular, softTtlHours: Math.min(any.feeds.popular.softTtlHours, capHours) };
        const settings = { ...any, ttl, feeds: { ...any.feeds, popular } };
        const life = listPageLife({ ...feed, category: 'popular' }, run, atMs, settings);
        expect(life.expiresAtMs).toBeGreaterThan(life.freshUntilMs);
        expect(life.freshUntilMs).toBeGreaterThanOrEqual(atMs);
      }),
    );
  });

  it('the hard time is after the soft one', () => {
    const popular = { pages: 2, softTtlHours: 6_000 };
    const settings = { ...defaultSettings, feeds: { ...defaultSettings.feeds, popular } };
    const life = listPageLife(sampleFeed(), snapshot, atMs, settings);
    expect(life.expiresAtMs).toBeGreaterThan(life.freshUntilMs);
  });
});

describe('a life depends on what is stored and on nothing else', () => {
  it('is the same for the same inputs', () => {
    fc.assert(
      fc.property(arbitraryFeed, arbitrarySnapshot, arbitraryEpochMs, (feed, run, fetchedAtMs) => {
        const again = { ...feed };
        expect(listPageLife(feed, run, fetchedAtMs, defaultSettings)).toEqual(
          listPageLife(again, `${run}`, fetchedAtMs, structuredClone(defaultSettings)),
        );
      }),
    );
  });

  it('is the same length for all pages of a snapshot, another for another snapshot or feed', () => {
    const lengthMs = (feed = sampleFeed(), run = snapshot, fetchedAtMs = atMs) =>
      listPageLife(feed, run, fetchedAtMs, defaultSettings).freshUntilMs - fetchedAtMs;
    expect(lengthMs(sampleFeed(), snapshot, atMs + 90_000)).toBe(lengthMs());
    expect(lengthMs(sampleFeed(), '2026-11-24T08:00:00Z.0badcafe')).not.toBe(lengthMs());
    expect(lengthMs(sampleFeed({ media: 'tv' }))).not.toBe(lengthMs());
  });

  it('differs from title to title', () => {
    const lengths = Array.from(
      { length: 50 },
      (_, id) => titleLife(`${id}\nmovie`, atMs, defaultSettings).freshUntilMs,
    );
    expect(new Set(lengths).size).toBe(50);
  });
});

describe('the period of a title', () => {
  it.each([
    ['2026-11-23T08:00:07.250Z', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23T11:59:59.999Z', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23T12:00:00.000Z', '2026-11-23T12:00:00.000Z'],
    ['2027-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ])('of %s starts at %s', (fetchedAt, start) => {
    expect(new Date(titlePeriodStartMs(Date.parse(fetchedAt), defaultSettings)).toISOString()).toBe(start);
  });

  it('holds the fetch, is as long as configured, and starts within itself', () => {
    fc.assert(
      fc.property(arbitraryEpochMs, fc.integer({ min: 1, max: 400 }), (fetchedAtMs, titlePeriodHours) => {
        const settings = { ...defaultSettings, ttl: { ...defaultSettings.ttl, titlePeriodHours } };
        const startMs = titlePeriodStartMs(fetchedAtMs, settings);
        expect(startMs).toBeLessThanOrEqual(fetchedAtMs);
        expect(startMs).toBeGreaterThan(fetchedAtMs - titlePeriodHours * hourMs);
        expect(titlePeriodStartMs(startMs, settings)).toBe(startMs);
      }),
    );
  });
});

describe('pages of own feeds', () => {
  const weekMs = 7 * 24 * hourMs;
  const custom: CustomFeed[] = [
    { name: 'a', media: 'movie', query: {}, pages: 1, softTtlHours: 10, schedule: 'daily' },
    { name: 'b', media: 'movie', query: {}, pages: 1, softTtlHours: 10, schedule: 'weekly' },
  ];
  const settings = { ...defaultSettings, feeds: { ...defaultSettings.feeds, custom } };
  const feedOf = (name: string) => sampleFeed({ category: `custom_${name}` });

  it('are fresh for the time that the settings say, and for a day once the settings have lost the feed', () => {
    const hoursOf = (name: string) =>
      (listPageLife(feedOf(name), snapshot, atMs, settings).freshUntilMs - atMs) / hourMs;
    expect(Math.abs(hoursOf('a') - 10)).toBeLessThanOrEqual(1);
    expect(Math.abs(hoursOf('gone') - 24)).toBeLessThanOrEqual(2.4);
  });

  it('can be served a week after the occurrence of a weekly one, a day after that of a daily one', () => {
    const [daily, weekly] = ['a', 'b'].map((name) => longestListLifeMs(feedOf(name), settings));
    expect((weekly ?? 0) - (daily ?? 0)).toBe(weekMs - 24 * hourMs);
  });
});
