import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeForecasts } from '../../src/demand/plan-quality.ts';
import { arbitraryPlanRecord, fourHourRules, type Happened, planRecord } from '../support/plan-world.ts';

const expecting = (short: number, long = 0): NonNullable<Happened['plan']> => ({
  short: { expected: short },
  long: { expected: long },
});
const judged = (happened: Record<number, Happened>, to = 112, rules = fourHourRules) =>
  judgeForecasts(planRecord(happened, 100, to), rules);

describe('forecasts', () => {
  it('are compared with the reads of their time, feed by feed, by hand', () => {
    const told = judged({
      99: { reads: { short: 1_000 } },
      // |10 - 8| and, not expected, |0 - 3|: of 11 reads.
      100: { plan: expecting(10), reads: { short: 5, '~other': 70 } },
      103: { reads: { short: 3, long: 3 } },
      // |4 - 9| and |2 - 0|: of 9 reads.
      104: { plan: expecting(4, 2) },
      107: { reads: { short: 9 } },
      // In nobody's time.
      111: { reads: { short: 500 } },
    });
    expect(told).toEqual({ compared: 2, expectedReads: 16, countedReads: 20, wape: 0.6, bias: -0.2 });
  });

  it('end where the next begins', () => {
    const twice = { 100: { plan: expecting(1) }, 102: { plan: expecting(7) }, 103: { reads: { short: 7 } } };
    expect(judged(twice)).toMatchObject({ compared: 2, expectedReads: 8, countedReads: 7, wape: 0.1429 });
  });

  it('end after their own time where the next is missing, and after a day at the latest', () => {
    const late = { 100: { plan: expecting(1) }, 103: { reads: { short: 1 } }, 104: { reads: { short: 50 } } };
    expect(judged(late)).toMatchObject({ compared: 1, countedReads: 1, wape: 0 });
    const never = { ...fourHourRules, forecastEndHour: () => Infinity };
    const day = { 100: { plan: expecting(1) }, 123: { reads: { short: 2 } }, 124: { reads: { short: 4 } } };
    expect(judged(day, 124, never)).toMatchObject({ compared: 1, countedReads: 2 });
    expect(judged(day, 123, never)).toMatchObject({ compared: 0 });
  });

  it('whose time is not over are not compared', () => {
    expect(judged({ 108: { plan: expecting(3), reads: { short: 3 } } }, 112).compared).toBe(1);
    expect(judged({ 108: { plan: expecting(3), reads: { short: 3 } } }, 111).compared).toBe(0);
    const record = planRecord({ 108: { plan: expecting(3) } }, 100, 112, 111.99);
    expect(judgeForecasts(record, fourHourRules).compared).toBe(0);
  });

  it('of what nobody read have no error in per cent', () => {
    const told = judged({ 100: { plan: expecting(2.004) } });
    expect(told).toEqual({ compared: 1, expectedReads: 2, countedReads: 0, wape: null, bias: null });
  });

  it('that come true have no error', () => {
    const reads = fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { minLength: 4, maxLength: 40 });
    fc.assert(
      fc.property(reads, (byHour) => {
        const happened: Record<number, Happened> = {};
        for (const [n, [short, long]] of byHour.entries()) {
          const block = byHour.slice(n - (n % 4), n - (n % 4) + 4);
          const plan = expecting(
            block.reduce((sum, [one]) => sum + one, 0),
            block.reduce((sum, [, other]) => sum + other, 0),
          );
          happened[n] = { reads: { short, long }, ...(n % 4 === 0 && { plan }) };
        }
        const { wape, bias } = judgeForecasts(planRecord(happened, 0, byHour.length), fourHourRules);
        expect([wape ?? 0, bias ?? 0]).toEqual([0, 0]);
      }),
    );
  });

  it('are off by as much as they are too high or too low, or more', () => {
    fc.assert(
      fc.property(arbitraryPlanRecord, (record) => {
        const { wape, bias, compared } = judgeForecasts(record, fourHourRules);
        expect((wape ?? 0) + 1e-4).toBeGreaterThanOrEqual(Math.abs(bias ?? 0));
        expect(bias ?? 0).toBeGreaterThanOrEqual(-1);
        expect(wape === null).toBe(bias === null);
        expect(compared).toBeLessThanOrEqual(record.hours.length);
      }),
    );
  });
});
