import { describe, expect, it } from 'vitest';
import { monthPlan } from '../../../src/operator/cost/month-plan.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';

const { planner } = defaultSettings;
const germany = { ...defaultSettings, regions: [{ region: 'DE', language: 'de-DE' }] };

describe('the month of the base plan', () => {
  it('has an occurrence for each tick of the schedules: a day’s 6 + 1, and one a week', () => {
    expect(monthPlan(defaultSettings, 'base').occurrences).toBe(Math.round((28 * 7 + 4) * (30 / 28)));
  });

  it('has every daily and weekly job in it, and what refreshes add', () => {
    const { jobs } = monthPlan(defaultSettings, 'base');
    expect(jobs).toBeGreaterThan(30 * 7 + (30 / 7) * 14);
    // Three trends at each of six refreshes a day, and never more than everything.
    expect(jobs).toBeLessThan(30 * 6 * (7 + 14));
  });

  it('grows with each region by its six feeds a day at least, and has its lists', () => {
    const [without, withRegion] = [monthPlan(defaultSettings, 'base'), monthPlan(germany, 'base')];
    expect(withRegion.jobs - without.jobs).toBeGreaterThanOrEqual(30 * 6);
    expect(withRegion.lists - without.lists).toBe(6);
    expect(withRegion.largestRun).toBeGreaterThan(without.largestRun);
    expect(withRegion.jobsByRegion['DE:de-DE']).toBe(withRegion.jobs - without.jobs);
  });
});

describe('the month of the plan that follows demand', () => {
  const budget = (pagesPerDay: number) => ({
    ...defaultSettings,
    planner: { ...planner, adaptive: { ...planner.adaptive, pagesPerDay } },
  });

  it('is its whole budget, or what it never cuts', () => {
    expect(monthPlan(budget(50), 'demand').jobs).toBe(30 * 50);
    expect(monthPlan(budget(100), 'demand').jobsByRegion).toMatchObject({
      global: expect.any(Number),
      'by demand': expect.any(Number),
    });
    // Seven jobs a day and fourteen a week are never cut.
    expect(monthPlan(budget(1), 'demand').jobs).toBe(30 * 7 + (30 / 7) * 14);
  });

  it('is the same budget for any regions', () => {
    expect(monthPlan(germany, 'demand').jobs).toBe(monthPlan(defaultSettings, 'demand').jobs);
  });
});
