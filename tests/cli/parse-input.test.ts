import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseCount,
  parseDurationMs,
  parseFeed,
  parseMediaType,
  parseOccurrenceMs,
  parseSchedule,
} from '../../src/cli/parse-input.ts';
import { UsageError } from '../../src/shared/core/errors.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { sampleOwnFeeds } from '../support/arbitrary-feed.ts';
import { caught } from '../support/caught.ts';

const sentence = (act: () => unknown) => {
  const error = caught(act);
  expect(error).toBeInstanceOf(UsageError);
  return (error as Error).message;
};

describe('a count on the command line', () => {
  it('is any whole number within its bounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 7_000 }), (n) => {
        expect(parseCount(String(n), '--limit', 3, 7_000)).toBe(n);
      }),
    );
  });

  it.each(['2', '7001', '-5', '5.0', '1e3', '0x10', '', ' 5', '٥', 'NaN', 'five'])('is not %j', (text) => {
    expect(sentence(() => parseCount(text, '--limit', 3, 7_000))).toBe(
      `--limit is '${text}': allowed are whole numbers from 3 to 7000`,
    );
  });
});

describe('a duration on the command line', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['999999s', 999_999_000],
  ])('%s', (text, ms) => {
    expect(parseDurationMs(text, '--timeout')).toBe(ms);
  });

  it.each(['0s', '0h', '90', 's', '-1s', '1.5h', '0d', '1w', '90 s', '1h30m', '1000000s', '90S'])(
    'is not %j',
    (text) => {
      expect(sentence(() => parseDurationMs(text, '--timeout'))).toBe(
        `--timeout is '${text}': allowed are durations such as 90s, 15m, 2h or 7d`,
      );
    },
  );
});

describe('an occurrence on the command line', () => {
  it.each([
    ['2026-11-23T08:00:00Z', Date.UTC(2026, 10, 23, 8)],
    ['2026-11-23T08:00Z', Date.UTC(2026, 10, 23, 8)],
    ['2026-11-23T08:00:07.999Z', Date.UTC(2026, 10, 23, 8, 0, 7)],
  ])('%s is that second', (text, ms) => {
    expect(parseOccurrenceMs(text)).toBe(ms);
  });

  it.each([
    'now',
    'tomorrow',
    '2026-11-23',
    '2026-11-23T08:00:00',
    '2026-11-23T08:00:00+01:00',
    '2026-13-01T00:00:00Z',
  ])('is not %j', (text) => {
    expect(sentence(() => parseOccurrenceMs(text))).toBe(
      `occurrence is '${text}': allowed are 'now' and UTC times such as 2026-11-23T08:00:00Z`,
    );
  });
});

describe('names on the command line', () => {
  it('are taken as they are written, and no other way', () => {
    expect(['daily', 'weekly', 'refresh'].map(parseSchedule)).toEqual(['daily', 'weekly', 'refresh']);
    expect(['movie', 'tv'].map(parseMediaType)).toEqual(['movie', 'tv']);
    for (const text of ['Daily', ' daily', '', 'toString']) {
      expect(sentence(() => parseSchedule(text))).toContain('allowed are daily, weekly, refresh');
    }
    for (const text of ['all', 'Movie', '']) {
      expect(sentence(() => parseMediaType(text))).toContain('allowed are movie, tv');
    }
  });

  it('are shown without control characters, and not at any length', () => {
    expect(sentence(() => parseSchedule('a\u001b[31m\nb'))).toBe(
      "unknown schedule 'a?[31m?b': allowed are daily, weekly, refresh",
    );
    expect(sentence(() => parseSchedule('x'.repeat(10_000))).length).toBeLessThan(200);
  });

  it('make a feed, world-wide and in the default language unless told otherwise', () => {
    expect(parseFeed('popular', 'movie', {}, defaultSettings)).toEqual({
      category: 'popular',
      media: 'movie',
      region: 'global',
      language: 'en-US',
    });
    expect(parseFeed('genre_18', 'tv', { language: 'de-DE' }, defaultSettings)).toMatchObject({ language: 'de-DE' });
    expect(parseFeed('trending', 'tv', { region: 'JP' }, defaultSettings)).toMatchObject({ region: 'JP' });
    const regions = [{ region: 'DE', language: 'de-AT' }];
    expect(parseFeed('popular', 'tv', { region: 'de' }, { ...defaultSettings, regions })).toMatchObject({
      region: 'DE',
      language: 'de-AT',
    });
    expect(parseFeed('popular', 'tv', { region: 'DE', language: 'ja' }, { ...defaultSettings, regions })).toMatchObject(
      {
        language: 'ja-JP',
      },
    );
    const custom = sampleOwnFeeds.map((one) => ({ ...one, language: 'fr-FR' }));
    const withOwn = { ...defaultSettings, feeds: { ...defaultSettings.feeds, custom } };
    expect(parseFeed('custom_films', 'movie', {}, withOwn)).toMatchObject({ language: 'fr-FR' });
    expect(parseFeed('custom_films', 'movie', { language: 'ja' }, withOwn)).toMatchObject({ language: 'ja-JP' });
    expect(sentence(() => parseFeed('custom_films', 'movie', { region: 'DE' }, withOwn))).toBe(
      "category 'custom_films' exists only in region 'global', not in 'DE'",
    );
    expect(sentence(() => parseFeed('local_originals', 'tv', {}, defaultSettings))).toBe(
      "category 'local_originals' needs a country as its region, for example DE",
    );
  });
});
