import { describe, expect, it } from 'vitest';
import { chooseMethod, type LearnedMethod, learnedMethods } from '../../src/demand/choose-method.ts';
import { cleanSeries } from '../../src/demand/clean-series.ts';
import { mondayHour, noisy, repeated, weekPattern } from '../support/hourly-traffic.ts';

const chosen = (counts: (number | undefined)[], methods: readonly LearnedMethod[] = learnedMethods) =>
  chooseMethod(cleanSeries({ startHour: mondayHour, counts }), 24, methods);
/** A level for each stretch of hours. */
const stepped = (levels: readonly number[], hours: number) =>
  levels.flatMap((level) => new Array<number>(hours).fill(level));

describe('the choice', () => {
  it.each([
    ['mean', 'noise without season', noisy(new Array(672).fill(30), 1)],
    ['mean', 'nothing read', new Array(672).fill(0)],
    ['smoothing', 'a noisy week', noisy(repeated(weekPattern(30), 672), 2)],
    ['seasonal-naive', 'a week of arbitrary hours that repeats', repeated(noisy(new Array(168).fill(3), 9), 672)],
    ['last-value', 'steps without noise', stepped([30, 60, 40, 90, 50, 80, 120, 70], 84)],
  ])('is %s for %s', (method, _name, counts) => {
    expect(chosen(counts).method).toBe(method);
  });

  it('keeps the simpler one where they are alike', () => {
    const flat = new Array(672).fill(5);
    expect(chosen(flat).method).toBe('mean');
    expect(chosen(flat, ['last-value', 'smoothing']).method).toBe('last-value');
  });

  it('gives the hours that were asked for', () => {
    expect(chooseMethod(cleanSeries({ startHour: 0, counts: new Array(400).fill(2) }), 50, ['mean']).means).toEqual(
      new Float64Array(50).fill(2),
    );
  });
});
