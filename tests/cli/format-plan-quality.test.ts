import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { planTables } from '../../src/cli/format-overviews.ts';
import type { PlanFigures } from '../../src/operator/report/build-report.ts';

const figures: PlanFigures = {
  ...{ freshReads: 9_000, freshShare: 0.9 },
  fetches: { fetchedPages: 1_200, usedPages: 900, wastedPages: 100, openPages: 200, wastedShare: 0.1 },
  warming: { warmedPages: 50, callsSaved: 20, savedPerCall: 0.4 },
  forecast: { compared: 42, expectedReads: 110, countedReads: 100, wape: 0.314, bias: 0.1 },
};
const linesOf = (plan: PlanFigures) =>
  planTables(plan)
    .flatMap((table) => stripVTControlCharacters(table).split('\n'))
    .map((line) => line.trim().split(/ {2,}/));

describe('plan quality at a terminal', () => {
  it('is two tables of one line', () => {
    expect(linesOf(figures)).toEqual([
      ['served fresh', 'pages fetched', 'wasted', 'open', 'wasted share'],
      ['90.0%', '1,200', '100', '200', '10.0%'],
      ['pages warmed', 'calls saved', 'saved per call', 'forecasts', 'forecast error', 'bias'],
      ['50', '20', '0.40', '42', '31.4%', '+10.0%'],
    ]);
  });

  it.each([
    [-0.25, '-25.0%'],
    [0, '0.0%'],
    [0.5, '+50.0%'],
  ])('has a bias of %d as %s', (bias, text) => {
    const [, , , line] = linesOf({ ...figures, forecast: { ...figures.forecast, bias } });
    expect(line?.at(-1)).toBe(text);
  });

  it('leaves empty what there is nothing to say of', () => {
    const [, served, , warmed] = linesOf({
      ...{ freshReads: 0, freshShare: null },
      fetches: { fetchedPages: 0, usedPages: 0, wastedPages: 0, openPages: 0, wastedShare: null },
      warming: { warmedPages: 0, callsSaved: 0, savedPerCall: null },
      forecast: { compared: 0, expectedReads: 0, countedReads: 0, wape: null, bias: null },
    });
    expect([served, warmed]).toEqual([
      ['0', '0', '0'],
      ['0', '0', '0'],
    ]);
  });
});
