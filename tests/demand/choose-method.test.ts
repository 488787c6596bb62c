import { describe, expect, it } from 'vitest';
import { chooseMethod } from '../../src/demand/forecast.ts';
import { cleanSeries } from '../../src/demand/hour-series.ts';
import { mondayHour, noisy, repeated, weekPattern } from '../support/hourly-traffic.ts';

const chosen = (counts: (number | undefined)[]) => chooseMethod(cleanSeries({ startHour: mondayHour, counts }), 24);

describe('the choice', () => {
  it.each([
    ['mean', 'noise without season', noisy(new Array(672).fill(30), 1)],
    ['mean', 'nothing read', new Array(672).fill(0)],
    ['smoothing', 'a noisy week', noisy(repeated(weekPattern(30), 672), 2)],
  ])('is %s for %s', (method, _name, counts) => {
    expect(chosen(counts).method).toBe(method);
  });

  it('keeps the simpler one where they are alike', () => {
    const flat = new Array(672).fill(5);
    expect(chosen(flat).method).toBe('mean');
  });

  it('gives the hours that were asked for', () => {
    expect(chooseMethod(cleanSeries({ startHour: 0, counts: new Array(400).fill(2) }), 50).means).toEqual(
      new Float64Array(50).fill(2),
    );
  });
});
