import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlanQuality, planQuality } from '../../src/demand/plan-quality.ts';
import { arbitraryPlanRecord, damagedPlanRecord, fourHourRules, planRecord } from '../support/plan-world.ts';

const figuresOf = ({ fetches, warming, forecast }: PlanQuality) =>
  [fetches, warming, forecast].flatMap((part) => Object.values(part) as (number | null)[]);

describe('the quality of plans', () => {
  it('counts pages, not fetches, and calls saved by fetch, by hand', () => {
    const happened = {
      100: { plan: { short: { planned: 4 }, long: { planned: 3, warmed: 2 } } },
      102: { reads: { long: 12 } },
      // The feed above again, and unread until the end of the period.
      103: { plan: { short: { planned: 1, warmed: 1 }, long: { planned: 2, warmed: 2 } } },
      // Read twice, saved once.
      105: { plan: { '~other': { planned: 9 } }, reads: { short: 1, '~other': 9 } },
    };
    const { fetches, warming } = planQuality(planRecord(happened, 100, 110), fourHourRules);
    expect(fetches).toEqual({
      ...{ fetchedPages: 10, usedPages: 4, wastedPages: 4, openPages: 2 },
      wastedShare: 0.5,
    });
    expect(warming).toEqual({ warmedPages: 5, callsSaved: 2, savedPerCall: 0.4 });
  });

  it('of a period in which nothing was planned is zeros, and no shares', () => {
    expect(planQuality({ hours: [], nowMs: 0 }, fourHourRules)).toEqual({
      fetches: { fetchedPages: 0, usedPages: 0, wastedPages: 0, openPages: 0, wastedShare: null },
      warming: { warmedPages: 0, callsSaved: 0, savedPerCall: null },
      forecast: { compared: 0, expectedReads: 0, countedReads: 0, wape: null, bias: null },
    });
  });

  it('accounts for every page, in shares from 0 to 1', () => {
    fc.assert(
      fc.property(arbitraryPlanRecord, (record) => {
        const { fetches, warming } = planQuality(record, fourHourRules);
        const planned = record.hours.flatMap(({ plan }) =>
          [...plan].map(([feed, counts]) => (feed === '~other' ? 0 : (counts.planned ?? 0))),
        );
        expect(fetches.fetchedPages).toBe(planned.reduce((sum, pages) => sum + pages, 0));
        expect(fetches.usedPages + fetches.wastedPages + fetches.openPages).toBe(fetches.fetchedPages);
        expect(warming.warmedPages).toBeLessThanOrEqual(fetches.fetchedPages);
        expect(warming.callsSaved).toBeLessThanOrEqual(Math.min(warming.warmedPages, fetches.usedPages));
        for (const share of [fetches.wastedShare ?? 0, warming.savedPerCall ?? 0]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        expect(fetches.wastedShare === null).toBe(fetches.fetchedPages === fetches.openPages);
      }),
    );
  });

  it('is in numbers that JSON holds, whatever was counted', () => {
    fc.assert(
      fc.property(damagedPlanRecord, (record) => {
        const quality = planQuality(record, fourHourRules);
        expect(JSON.parse(JSON.stringify(quality))).toEqual(quality);
        for (const figure of figuresOf(quality)) {
          expect(figure === null || Number.isFinite(figure)).toBe(true);
        }
      }),
    );
  });
});
