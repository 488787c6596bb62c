import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFetchedAtMs } from '../../../src/operator/migrate/parse-fetched-at.ts';

const nowMs = Date.UTC(2026, 10, 25, 8);
const elevenMs = Date.UTC(2024, 4, 1, 11);

describe('fetch time of the predecessor', () => {
  it.each<[string, unknown, number]>([
    ['milliseconds', 1_714_561_200_000, elevenMs],
    ['milliseconds as digits', '1714561200000', elevenMs],
    ['seconds', 1_714_561_200, elevenMs],
    ['seconds as digits', '1714561200', elevenMs],
    ['milliseconds with a fraction', 1_714_561_200_000.75, elevenMs],
    ['ISO 8601', '2024-05-01T11:00:00.000Z', elevenMs],
    ['ISO 8601 in another zone', '2024-05-01T13:00:00+02:00', elevenMs],
    ['ISO 8601 without a zone, which is UTC', '2024-05-01T11:00:00', elevenMs],
    ['ISO 8601 with a blank', ' 2024-05-01 11:00 ', elevenMs],
    ['a day', '2024-05-01', Date.UTC(2024, 4, 1)],
    ['the first moment', Date.UTC(2010, 0, 1), Date.UTC(2010, 0, 1)],
    ['tomorrow', nowMs + 86_400_000, nowMs + 86_400_000],
  ])('%s', (_what, value, expected) => {
    expect(parseFetchedAtMs(value, nowMs)).toBe(expected);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a word', 'yesterday'],
    ['an empty text', ''],
    ['true', true],
    ['a list', [elevenMs]],
    ['a negative number', -elevenMs],
    ['zero', 0],
    ['no number', Number.NaN],
    ['a time before 2010', Date.UTC(2009, 11, 31, 23)],
    ['a time after tomorrow', nowMs + 86_400_001],
    ['microseconds', elevenMs * 1_000],
    ['a month that does not exist', '2024-13-01T00:00:00Z'],
    ['a time before 2010 as ISO 8601', '1999-10-15T00:00:00Z'],
    ['more digits than any time has', '9'.repeat(30)],
    ['another notation', '1.7e12'],
  ])('is not understood: %s', (_what, value) => {
    expect(parseFetchedAtMs(value, nowMs)).toBeUndefined();
  });

  it('is the same moment in each notation', () => {
    const seconds = fc.integer({ min: Date.UTC(2010, 0, 1) / 1_000, max: nowMs / 1_000 });
    fc.assert(
      fc.property(seconds, (second) => {
        const ms = second * 1_000;
        const iso = new Date(ms).toISOString();
        const notations = [ms, String(ms), second, String(second), iso, iso.slice(0, 19), iso.replace('T', ' ')];
        expect(notations.map((notation) => parseFetchedAtMs(notation, nowMs))).toEqual(notations.map(() => ms));
      }),
    );
  });

  it('is between 2010 and tomorrow or nothing, whatever is there', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.double(), fc.string()), (value) => {
        const ms = parseFetchedAtMs(value, nowMs) ?? nowMs;
        expect(Number.isInteger(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(Date.UTC(2010, 0, 1));
        expect(ms).toBeLessThanOrEqual(nowMs + 86_400_000);
      }),
    );
  });
});
