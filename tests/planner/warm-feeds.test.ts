import { describe, expect, it } from 'vitest';
import { warmFeeds } from '../../src/planner/warm-feeds.ts';
import { hourMs } from '../../src/shared/core/clock.ts';
import { feedId, parseFeedId } from '../../src/shared/core/feed.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { sampleOwnFeeds } from '../support/arbitrary-feed.ts';
import { scriptedDemand } from '../support/scripted-demand.ts';

/** Outside of every season in the US. */
const plainDayMs = Date.UTC(2026, 8, 15, 8);
const halloweenMs = Date.UTC(2026, 9, 28, 20);

function proposals(
  hourly: Record<string, number>,
  atMs: number,
  kept: string[] = [],
  settings: Settings = defaultSettings,
) {
  const feeds = kept.flatMap((id) => ({ feed: parseFeedId(id) ?? expect.fail(id) }));
  return warmFeeds(feeds, scriptedDemand(hourly), atMs, atMs + 4 * hourMs, settings);
}

const ids = (proposed: ReturnType<typeof proposals>) => proposed.map(({ feed }) => feedId(feed));

describe('what warming proposes', () => {
  it('is what was read, the most read first, without what a schedule keeps or nobody will read', () => {
    const read = { 'genre_80/tv/global/en-US': 1, 'genre_99/tv/global/en-US': 3, 'popular/movie/DE/de-DE': 9 };
    const proposed = proposals({ ...read, 'genre_37/movie/global/en-US': 0.01 }, plainDayMs, [
      'popular/movie/DE/de-DE',
    ]);
    expect(ids(proposed)).toEqual(['genre_99/tv/global/en-US', 'genre_80/tv/global/en-US']);
    expect(proposed.every(({ trial }) => !trial)).toBe(true);
  });

  it('is no own feed that the settings do not have any more', () => {
    const read = { 'custom_films/movie/global/fr-FR': 5, 'custom_gone/movie/global/en-US': 9 };
    const feeds = { ...defaultSettings.feeds, custom: sampleOwnFeeds };
    expect(ids(proposals(read, plainDayMs, [], { ...defaultSettings, feeds }))).toEqual([
      'custom_films/movie/global/fr-FR',
    ]);
  });

  it('is nothing that names no feed', () => {
    expect(proposals({ 'popular/movie': 5, '~other': 5, 'genre_80/tv/global/en-US/x': 5 }, plainDayMs)).toEqual([]);
  });

  it('is in a season its themes, read or not, in each language', () => {
    const regions = [
      { region: 'DE', language: 'de-DE' },
      { region: 'AU', language: 'en-AU' },
    ];
    const proposed = proposals({}, halloweenMs, [], { ...defaultSettings, regions });
    expect(ids(proposed)).toEqual([
      'genre_27/movie/global/en-US',
      'genre_9648/tv/global/en-US',
      'genre_27/movie/global/de-DE',
      'genre_9648/tv/global/de-DE',
      'genre_27/movie/global/en-AU',
      'genre_9648/tv/global/en-AU',
    ]);
    expect(proposed[2]).toMatchObject({ why: 'Halloween is in season in DE', trial: true });
  });

  it.each([
    ['hi-IN', Date.UTC(2026, 10, 6), ['Diwali is in season in IN']],
    ['en-US', Date.UTC(2026, 10, 6), []],
    ['en-AU', Date.UTC(2027, 0, 20), ['summer is in season in AU']],
    ['de-DE', Date.UTC(2026, 6, 20), ['summer is in season in DE']],
  ])('is with %s as the default language what is in season in its country', (defaultLanguage, atMs, whys) => {
    const proposed = proposals({}, atMs, [], { ...defaultSettings, defaultLanguage });
    expect([...new Set(proposed.map(({ why }) => why))]).toEqual(whys);
    expect(proposed.every(({ feed }) => feed.language === defaultLanguage)).toBe(true);
  });

  it('says of what was read that it was, also in its season', () => {
    const [first] = proposals({ 'genre_27/movie/global/en-US': 2 }, halloweenMs);
    expect(first).toMatchObject({ why: 'read, though no schedule keeps it', trial: true });
  });

  it('is at most forty feeds', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`genre_${n + 1}/movie/global/en-US`, n + 1]));
    const proposed = proposals(many, plainDayMs);
    expect([proposed.length, ids(proposed)[0]]).toEqual([40, 'genre_60/movie/global/en-US']);
  });
});
