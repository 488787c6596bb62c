import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { themes, themesInSeason } from '../../src/planner/warm-feeds.ts';
import { parseFeedId } from '../../src/shared/core/feed.ts';

const names = (country: string, day: string) => themesInSeason(country, Date.parse(day)).map(({ name }) => name);

describe('the themes in season', () => {
  it.each([
    ['US', '2026-10-09T23:59:59Z', []],
    ['US', '2026-10-10', ['Halloween']],
    ['DE', '2026-11-01T23:59:59Z', ['Halloween']],
    ['DE', '2026-11-02', []],
    ['DE', '2026-12-31T23:00:00Z', ['Christmas']],
    ['DE', '2027-07-15', ['summer']],
    ['AU', '2027-07-15', []],
    ['AU', '2027-01-15', ['summer']],
    ['AU', '2026-12-20', ['Christmas', 'summer']],
    ['IN', '2026-11-01', ['Halloween', 'Diwali']],
    ['IN', '2026-11-13T23:59:59Z', ['Diwali']],
    ['IN', '2026-11-14', []],
    ['GB', '2026-11-10', []],
    ['US', '2026-11-26', ['Christmas', 'Thanksgiving']],
    ['KR', '2027-02-06', ["Valentine's Day", 'Lunar New Year']],
  ])('in %s at %s are %j', (country, day, expected) => {
    expect(names(country, day)).toEqual(expected);
  });

  it('have feeds of both media', () => {
    for (const { categories } of themes) {
      for (const media of ['movie', 'tv'] as const) {
        const feeds = categories[media].map((category) => parseFeedId(`${category}/${media}/global/en-US`));
        expect(feeds.length).toBeGreaterThan(0);
        expect(feeds).not.toContain(undefined);
      }
    }
  });

  it('come every year, or on days that exist', () => {
    for (const { season } of themes) {
      for (const day of 'days' in season ? season.days : [`2028-${season.from}`, `2028-${season.to}`]) {
        expect(new Date(day).toISOString().slice(0, 10)).toBe(day);
      }
    }
  });

  it('never begin and end on the same day in both halves of the earth for summer', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2026-01-01'), max: new Date('2031-01-01'), noInvalidDate: true }),
        (date) => {
          const summers = ['DE', 'AU'].filter((country) =>
            themesInSeason(country, date.getTime()).some(({ name }) => name === 'summer'),
          );
          expect(summers.length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
