import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportPeriod, stepFor, stepStartMs } from '../../../src/operator/report/hour-usage.ts';
import { hourMs } from '../../../src/shared/core/clock.ts';

const at = (text: string) => Date.parse(`2026-11-${text}Z`);
const iso = (ms: number | undefined) => new Date(ms ?? Number.NaN).toISOString();

describe('a period', () => {
  it.each([
    // until, how long, now: first hour, last hour, hours, to
    ['25T12:30', 24, '25T12:30', '24T12:00', '25T12:00', 25, '25T12:30'],
    ['25T12:00', 24, '25T12:00', '24T12:00', '25T11:00', 24, '25T12:00'],
    ['25T12:15', 0.5, '25T12:15', '25T11:00', '25T12:00', 2, '25T12:15'],
    ['20T08:20', 1, '25T12:00', '20T07:00', '20T08:00', 2, '20T09:00'],
    ['25T12:00:01', 1 / 3600, '25T12:00:01', '25T12:00', '25T12:00', 1, '25T12:00:01'],
  ])('until %s of %d hours, seen at %s', (until, hours, now, first, last, count, to) => {
    const period = reportPeriod(at(until), hours * hourMs, at(now));
    expect(period.hoursMs).toHaveLength(count);
    expect([period.from, iso(period.hoursMs[0]), iso(period.hoursMs.at(-1)), period.to]).toEqual(
      [first, first, last, to].map((text) => iso(at(text))),
    );
  });

  it('touches the hour of its beginning and that of its last moment, and none beyond', () => {
    const moments = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
    const durations = fc.integer({ min: 1_000, max: 400 * 24 * hourMs });
    fc.assert(
      fc.property(moments, durations, (untilMs, sinceMs) => {
        const { hoursMs } = reportPeriod(untilMs, sinceMs, untilMs);
        const [first = Number.NaN, last = Number.NaN] = [hoursMs[0], hoursMs.at(-1)];
        expect(first <= untilMs - sinceMs && untilMs - sinceMs < first + hourMs).toBe(true);
        expect(last < untilMs && untilMs <= last + hourMs).toBe(true);
        expect(hoursMs.every((hour, n) => hour === first + n * hourMs)).toBe(true);
      }),
    );
  });
});

describe('a step', () => {
  it.each([
    [1, 'hour'],
    [49, 'hour'],
    [50, 'day'],
    [169, 'day'],
    [93 * 24, 'day'],
    [93 * 24 + 1, 'week'],
  ])('of a period of %d hours is a %s', (hours, step) => {
    expect(stepFor({ hoursMs: Array.from({ length: hours }, () => 0) })).toBe(step);
  });

  it('begins with the hour, the day in UTC, and the Monday', () => {
    // 25 November 2026 is a Wednesday.
    const moment = at('25T02:30:07');
    expect((['hour', 'day', 'week'] as const).map((step) => iso(stepStartMs(moment, step)))).toEqual([
      '2026-11-25T02:00:00.000Z',
      '2026-11-25T00:00:00.000Z',
      '2026-11-23T00:00:00.000Z',
    ]);
    expect(iso(stepStartMs(at('23T00:00'), 'week'))).toBe('2026-11-23T00:00:00.000Z');
    expect(iso(stepStartMs(at('22T23:59'), 'week'))).toBe('2026-11-16T00:00:00.000Z');
  });
});
