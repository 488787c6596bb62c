import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latestOccurrenceMs, nextOccurrenceMs, scheduleNames } from '../../../src/shared/settings/schedule.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { arbitraryEpochMs } from '../../support/arbitrary-page.ts';

const defaults = defaultSettings.schedules;
const anySchedule = fc.constantFrom(...scheduleNames);
const anyRhythm = fc.record({
  daily: fc.record({ hourUtc: fc.integer({ min: 0, max: 23 }) }),
  weekly: fc.record({ weekday: fc.integer({ min: 0, max: 6 }), hourUtc: fc.integer({ min: 0, max: 23 }) }),
  refresh: fc.record({ everyHours: fc.constantFrom(1, 2, 3, 4, 6, 8, 12) }),
});

const latest = (schedule: (typeof scheduleNames)[number], at: string) =>
  new Date(latestOccurrenceMs(schedule, Date.parse(at), defaults)).toISOString();
const next = (schedule: (typeof scheduleNames)[number], at: string) =>
  new Date(nextOccurrenceMs(schedule, Date.parse(at), defaults)).toISOString();

describe('any schedule at any time', () => {
  it('has its latest occurrence at or before, and its next after, with none between', () => {
    fc.assert(
      fc.property(anySchedule, arbitraryEpochMs, anyRhythm, (schedule, atMs, rhythm) => {
        const before = latestOccurrenceMs(schedule, atMs, rhythm);
        const after = nextOccurrenceMs(schedule, atMs, rhythm);
        expect(before).toBeLessThanOrEqual(atMs);
        expect(after).toBeGreaterThan(atMs);
        expect(latestOccurrenceMs(schedule, after - 1, rhythm)).toBe(before);
        expect(latestOccurrenceMs(schedule, after, rhythm)).toBe(after);
      }),
    );
  });

  it('occurs at the configured UTC hour, on the hour', () => {
    fc.assert(
      fc.property(arbitraryEpochMs, anyRhythm, (atMs, rhythm) => {
        const daily = new Date(nextOccurrenceMs('daily', atMs, rhythm));
        const weekly = new Date(nextOccurrenceMs('weekly', atMs, rhythm));
        const refresh = new Date(nextOccurrenceMs('refresh', atMs, rhythm));
        expect(daily.toISOString()).toMatch(/:00:00\.000Z$/);
        expect(daily.getUTCHours()).toBe(rhythm.daily.hourUtc);
        expect(weekly.toISOString()).toMatch(/:00:00\.000Z$/);
        expect(weekly.getUTCHours()).toBe(rhythm.weekly.hourUtc);
        expect(weekly.getUTCDay()).toBe(rhythm.weekly.weekday);
        expect(refresh.toISOString()).toMatch(/:00:00\.000Z$/);
        expect(refresh.getUTCHours() % rhythm.refresh.everyHours).toBe(0);
      }),
    );
  });

  it('by default is daily 08:00, weekly on Sunday 09:00 and every four hours', () => {
    fc.assert(
      fc.property(arbitraryEpochMs, (atMs) => {
        const daily = new Date(latestOccurrenceMs('daily', atMs, defaults));
        const weekly = new Date(latestOccurrenceMs('weekly', atMs, defaults));
        const refresh = new Date(latestOccurrenceMs('refresh', atMs, defaults));
        expect(daily.toUTCString()).toMatch(/ 08:00:00 GMT$/);
        expect(weekly.toUTCString()).toMatch(/^Sun, .* 09:00:00 GMT$/);
        expect(refresh.toUTCString()).toMatch(/ (00|04|08|12|16|20):00:00 GMT$/);
      }),
    );
  });
});

describe('explicit dates', () => {
  it.each([
    ['daily', '2026-11-23T08:00:00.000Z', '2026-11-23T08:00:00.000Z', '2026-11-24T08:00:00.000Z'],
    ['daily', '2026-11-23T07:59:59.999Z', '2026-11-22T08:00:00.000Z', '2026-11-23T08:00:00.000Z'],
    ['daily', '2027-01-01T00:00:00.000Z', '2026-12-31T08:00:00.000Z', '2027-01-01T08:00:00.000Z'],
    ['daily', '2028-02-29T07:00:00.000Z', '2028-02-28T08:00:00.000Z', '2028-02-29T08:00:00.000Z'],
    ['daily', '2028-02-29T09:00:00.000Z', '2028-02-29T08:00:00.000Z', '2028-03-01T08:00:00.000Z'],
    ['daily', '2027-02-28T09:00:00.000Z', '2027-02-28T08:00:00.000Z', '2027-03-01T08:00:00.000Z'],
    ['weekly', '2026-11-23T08:00:00.000Z', '2026-11-22T09:00:00.000Z', '2026-11-29T09:00:00.000Z'],
    ['weekly', '2026-11-22T08:59:59.999Z', '2026-11-15T09:00:00.000Z', '2026-11-22T09:00:00.000Z'],
    ['weekly', '2026-11-22T09:00:00.000Z', '2026-11-22T09:00:00.000Z', '2026-11-29T09:00:00.000Z'],
    ['weekly', '2027-01-01T12:00:00.000Z', '2026-12-27T09:00:00.000Z', '2027-01-03T09:00:00.000Z'],
    ['weekly', '2028-03-01T00:00:00.000Z', '2028-02-27T09:00:00.000Z', '2028-03-05T09:00:00.000Z'],
    ['refresh', '2026-12-31T23:59:59.999Z', '2026-12-31T20:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['refresh', '2028-02-29T00:00:00.000Z', '2028-02-29T00:00:00.000Z', '2028-02-29T04:00:00.000Z'],
    // Europe's and America's clocks change on these days; UTC's does not.
    ['daily', '2026-03-29T08:30:00.000Z', '2026-03-29T08:00:00.000Z', '2026-03-30T08:00:00.000Z'],
    ['refresh', '2026-11-01T06:30:00.000Z', '2026-11-01T04:00:00.000Z', '2026-11-01T08:00:00.000Z'],
  ] as const)('%s at %s: latest %s, next %s', (schedule, at, before, after) => {
    expect([latest(schedule, at), next(schedule, at)]).toEqual([before, after]);
  });
});
