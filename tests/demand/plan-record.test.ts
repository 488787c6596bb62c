import { describe, expect, it } from 'vitest';
import { planHour, planHourIds, planRules } from '../../src/demand/plan-record.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';

const atMs = Date.UTC(2026, 10, 25, 8);

describe('an hour of a record', () => {
  it('is made from the items of its hour', () => {
    const items = new Map([
      ['usage#2026-11-25T08#feeds', { 'r:a': 3, 'm:a': 2, 's:b': 1, 'd:a': 9, 'r:~other': 4 }],
      ['usage#2026-11-25T08#plan', { 'f:a': 2, 'w:a': 1, 'x:b': 0.25, 'k:a': 20 }],
      ['usage#2026-11-25T09#plan', { 'f:a': 100 }],
    ]);
    const hour = planHour(atMs, items);
    expect(hour.hour).toBe(atMs / 3_600_000);
    expect(hour.reads).toEqual(new Map(Object.entries({ a: 3, '~other': 4 })));
    expect(hour.plan.get('a')).toMatchObject({ planned: 2, warmed: 1 });
    expect(hour.plan.get('b')).toEqual({ expected: 0.25 });
    expect(planHourIds(atMs)).toEqual([...items.keys()].slice(0, 2));
  });

  it('is empty without items', () => {
    expect(planHour(atMs, new Map())).toEqual({ hour: atMs / 3_600_000, reads: new Map(), plan: new Map() });
  });
});

describe('the rules of the settings', () => {
  it.each([
    ['popular/movie/DE/de-DE', 72],
    ['trending/all/global/en-US', 12],
    ['genre_27/tv/global/en-US', 216],
    ['award_winning/movie/global/en-US', 504],
    ['popular/movie/global', undefined],
    ['popular/movie/global/en-US/2', undefined],
    ['toString/movie/global/en-US', undefined],
    ['~other', undefined],
    ['', undefined],
  ])('give %j %s hours to live', (feed, hours) => {
    expect(planRules(defaultSettings).hardTtlHours(feed)).toBe(hours);
  });

  it('let nothing live longer than it may', () => {
    const settings = settingsFrom(JSON.stringify({ ttl: { maxHardDays: 10 } }));
    expect(planRules(settings).hardTtlHours('award_winning/tv/global/en-US')).toBe(240);
  });

  it.each([
    [4, 8, 12],
    [4, 9, 12],
    [4, 11, 12],
    [12, 8, 12],
    [1, 8, 9],
  ])('with a refresh every %i hours end a forecast of %i o’clock at %i', (everyHours, from, to) => {
    const settings = settingsFrom(JSON.stringify({ schedules: { refresh: { everyHours } } }));
    const midnight = Date.UTC(2026, 10, 25) / 3_600_000;
    expect(planRules(settings).forecastEndHour(midnight + from)).toBe(midnight + to);
  });
});
