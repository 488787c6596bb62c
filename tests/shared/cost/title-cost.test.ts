import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { titleLoad, usedByTitles, writeUnitsOfTitle } from '../../../src/shared/cost/title-cost.ts';
import { settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';

const settings = settingsFrom('{}');
const fiveRegions = settingsFrom(
  JSON.stringify({
    regions: [
      { region: 'US', language: 'en-US' },
      { region: 'GB', language: 'en-GB' },
      { region: 'DE', language: 'de-DE' },
      { region: 'JP', language: 'ja-JP' },
      { region: 'IN', language: 'hi-IN' },
    ],
  }),
);
const quantity = (lines: ReturnType<typeof usedByTitles>, item: string) =>
  lines.find(([name]) => name.startsWith(item))?.[2];

describe('the load of whole titles', () => {
  it('is what a thousand of them need: a few daily, the others every two weeks', () => {
    // 40 of them daily, 960 in 14 days.
    expect(titleLoad(settings, 1_000, 20)).toMatchObject({ kept: 1_000, callsPerDay: 109, changesCallsPerDay: 0 });
  });

  it('is by TMDB’s lists of changes where these take fewer calls', () => {
    const raised = { ...settings, details: { ...settings.details, callsPerDay: 5_000 } };
    // 400 of them daily, 110 pages, and of 9,600 one in a hundred and one in thirty.
    expect(titleLoad(raised, 10_000, 20)).toMatchObject({ kept: 10_000, callsPerDay: 926, changesCallsPerDay: 110 });
  });

  it('never exceeds the budget, grows with the titles, and is none where none are kept', () => {
    fc.assert(
      fc.property(fc.nat(50_000), fc.nat(5_000), fc.integer({ min: 1, max: 2_000 }), (kept, more, callsPerDay) => {
        const own = { ...settings, details: { ...settings.details, callsPerDay } };
        const [fewer, all] = [titleLoad(own, kept, 20), titleLoad(own, kept + more, 20)];
        expect(all.callsPerDay).toBeLessThanOrEqual(callsPerDay);
        expect(all.callsPerDay).toBeGreaterThanOrEqual(fewer.callsPerDay);
        expect(all.changesCallsPerDay).toBeLessThanOrEqual(all.callsPerDay);
      }),
    );
    const off = { ...settings, details: { ...settings.details, enabled: false } };
    for (const load of [titleLoad(off, 1_000, 20), titleLoad(settings, 0, 20)]) {
      expect(load).toEqual({ kept: 0, callsPerDay: 0, changesCallsPerDay: 0, readUnitsPerLook: 0 });
      expect(usedByTitles(load, settings)).toEqual([]);
    }
  });
});

describe('the lines of whole titles', () => {
  it('have a card for each language, two units for details, and ids once a week', () => {
    // A title is fetched every 9.2 days, its ids are written each time: one of a film, two of a series.
    expect(writeUnitsOfTitle(titleLoad(settings, 1_000, 20), settings)).toBe(2 + 1 + 1.5);
    expect(writeUnitsOfTitle(titleLoad(fiveRegions, 1_000, 45), fiveRegions)).toBe(2 + 5 + 1.5);
    const often = { ...settings, details: { ...settings.details, softTtlHours: 168 } };
    // 40 daily and 960 in a week are 178 calls a day: every 5.6 days.
    expect(writeUnitsOfTitle(titleLoad(often, 1_000, 20), often)).toBeCloseTo(2 + 1 + (1.5 * 1_000) / 178 / 7, 6);
  });

  it('are six requests and two invocations for each call, and reads of what is joined and chosen from', () => {
    const lines = usedByTitles(titleLoad(fiveRegions, 1_000, 45), fiveRegions);
    // And three calls for reference data, some four times.
    const jobs = 30 * 109 + 13;
    expect(quantity(lines, 'requests of whole titles')).toBe(6 * jobs);
    expect(quantity(lines, 'invocations')).toBe(2 * jobs);
    expect(quantity(lines, 'catalog read units of whole titles')).toBeCloseTo(30 * 109 * 3.75, 6);
    // Every four hours, where the daily run is one of them, and on Sundays at nine.
    expect(quantity(lines, 'catalog read units of planning')).toBe(184 * (500 + 45));
  });

  it('cost units by use only where the table is on demand', () => {
    const provisioned = settingsFrom(JSON.stringify({ capacity: { mode: 'provisioned' } }));
    const lines = usedByTitles(titleLoad(provisioned, 1_000, 20), provisioned);
    expect(lines.filter(([item, , used]) => item.startsWith('catalog') && used > 0)).toEqual([]);
  });
});
