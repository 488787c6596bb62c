import { describe, expect, it } from 'vitest';
import { type AlarmRule, type AlarmState, metricKey, type Sample, stateAfter, statesOf } from './alarm-rules.ts';

const minuteMs = 60_000;
const metric = metricKey('N', 'M', { b: '2', a: '1' });

const ruleOf = (over: Partial<AlarmRule> = {}): AlarmRule => ({
  name: 'A',
  metric,
  statistic: 'Sum',
  periodMs: 5 * minuteMs,
  evaluated: 3,
  breaching: 3,
  threshold: 0,
  comparison: 'GreaterThanThreshold',
  missing: 'notBreaching',
  ...over,
});

/** `0`: within the threshold, `X`: breaching, `-`: missing; the newest last, as CloudWatch's user guide prints them. */
const rangeOf = (points: string) =>
  [...points.replaceAll(' ', '')].map((point) => (point === '-' ? undefined : point === 'X' ? 1 : 0)).reverse();

describe('the rule of an alarm', () => {
  // The user guide's table for three of three data points; the columns are breaching, notBreaching and ignore.
  it.each<[string, AlarmState, AlarmState, AlarmState]>([
    ['0 - X - X', 'OK', 'OK', 'OK'],
    ['- - - - 0', 'OK', 'OK', 'OK'],
    ['- - - - -', 'ALARM', 'OK', 'INSUFFICIENT_DATA'],
    ['0 X X - X', 'ALARM', 'ALARM', 'ALARM'],
    ['- - X - -', 'ALARM', 'OK', 'INSUFFICIENT_DATA'],
  ])('is that of the user guide for %s', (points, breaching, notBreaching, ignore) => {
    for (const [missing, state] of Object.entries({ breaching, notBreaching, ignore })) {
      const rule = ruleOf({ missing: missing as AlarmRule['missing'] });
      expect(stateAfter(rule, rangeOf(points), 'INSUFFICIENT_DATA'), missing).toBe(state);
    }
  });

  it.each<[string, AlarmState, AlarmState]>([
    ['0 - X - X', 'ALARM', 'ALARM'],
    ['0 0 X 0 X', 'ALARM', 'ALARM'],
    ['- - - - 0', 'ALARM', 'OK'],
    ['- - - X -', 'ALARM', 'OK'],
  ])('is that of the user guide for two of three data points in %s', (points, breaching, notBreaching) => {
    for (const [missing, state] of Object.entries({ breaching, notBreaching })) {
      const rule = ruleOf({ breaching: 2, missing: missing as AlarmRule['missing'] });
      expect(stateAfter(rule, rangeOf(points), 'OK'), missing).toBe(state);
    }
  });

  it.each<[AlarmRule['statistic'], number, AlarmState]>([
    ['Sum', 2.9, 'ALARM'],
    ['Sum', 3, 'OK'],
    ['Average', 0.9, 'ALARM'],
    ['Average', 1, 'OK'],
    ['Maximum', 1.9, 'ALARM'],
    ['Maximum', 2, 'OK'],
  ])('makes one data point of a period by %s, against %d', (statistic, threshold, state) => {
    const rule = ruleOf({ statistic, threshold, evaluated: 1, breaching: 1 });
    const samples: Sample[] = [0, 1, 2].map((value) => ({ metric, atMs: value * minuteMs, value }));
    const others = [{ metric: 'other', atMs: 0, value: 100 }];
    const states = statesOf(rule, [...samples, ...others], { fromMs: 0, toMs: 5 * minuteMs });
    expect(states).toEqual([{ atMs: 5 * minuteMs, state }]);
  });

  it('compares downwards too', () => {
    const rule = ruleOf({ comparison: 'LessThanThreshold', threshold: 1, evaluated: 1, breaching: 1 });
    expect([0, 1].map((point) => stateAfter(rule, [point], 'OK'))).toEqual(['ALARM', 'OK']);
  });
});
