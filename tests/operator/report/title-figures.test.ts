import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { titleCounts, titleFigures } from '../../../src/operator/report/title-figures.ts';

describe('whole titles in a report', () => {
  it('are shares of the reads that asked for details, and calls by what they were for', () => {
    const hour = titleCounts(
      [
        { 'q:~other': 6, 'e:~other': 5, 'g:~other': 4, 'r:movie/550': 9 },
        { 'q:~other': 4, 'e:~other': 4, 'v:~other': 2 },
      ],
      { 't:movie/550': 1, 't:tv/1396': 2, 't:~other': 30, 'n:changesCalls': 110, 'n:changesSaved': 64, 'n:daily': 1 },
    );
    expect(hour).toEqual({
      ...{ asked: 10, details: 9, certification: 4, services: 2 },
      ...{ planned: 33, changesCalls: 110, changesSaved: 64 },
    });
    expect(titleFigures([hour, hour])).toEqual({
      ...{ asked: 20, details: 18, certification: 8, services: 4 },
      ...{ planned: 66, changesCalls: 220, changesSaved: 128 },
      ...{ detailsShare: 0.9, certificationShare: 0.4, servicesShare: 0.2 },
    });
  });

  it('have no share where nobody asked', () => {
    expect(titleFigures([titleCounts([], {})])).toMatchObject({
      ...{ asked: 0, planned: 0, detailsShare: null, certificationShare: null, servicesShare: null },
    });
  });

  it('are numbers whatever damaged counters say, and no share exceeds one', () => {
    const names = ['q:~other', 'e:~other', 'g:~other', 'v:~other', 't:movie/1', 'n:changesCalls', 'n:changesSaved'];
    const damaged = fc.oneof(
      fc.integer({ min: -9, max: 9 }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 'x'),
    );
    const item = fc.dictionary(fc.constantFrom(...names), damaged) as fc.Arbitrary<Record<string, number>>;
    fc.assert(
      fc.property(fc.array(item), item, (reads, plan) => {
        const figures = titleFigures([titleCounts(reads, plan)]);
        for (const [name, figure] of Object.entries(figures)) {
          expect(figure === null || (Number.isFinite(figure) && figure >= 0), name).toBe(true);
          expect(!name.endsWith('Share') || figure === null || figure <= 1, name).toBe(true);
        }
      }),
    );
  });
});
