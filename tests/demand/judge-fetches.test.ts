import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeFetches, planQuality } from '../../src/demand/plan-quality.ts';
import { arbitraryPlanRecord, fourHourRules, type Happened, partOf, planRecord } from '../support/plan-world.ts';

/** Of what happened in ten hours, the fates of the fetches, earliest first. */
const fates = (happened: Record<number, Happened>, to = 110, nowHour = to) =>
  judgeFetches(planRecord(happened, 100, to, nowHour), fourHourRules)
    .map(({ fate }) => fate)
    .toReversed();
const fetched = (planned = 1): Happened => ({ plan: { short: { planned } } });
const read = (count = 1, feed = 'short'): Happened => ({ reads: { [feed]: count } });

describe('a fetch', () => {
  it.each<[string, string[], Record<number, Happened>]>([
    ['read in its own hour', ['used'], { 101: { ...fetched(), ...read() } }],
    ['read in the last hour of its life', ['used'], { 101: fetched(), 103: read() }],
    ['read in the hour in which its life is over', ['wasted'], { 101: fetched(), 104: read() }],
    ['read before it', ['wasted'], { 100: read(), 101: fetched() }],
    ['of another feed than is read', ['wasted'], { 101: fetched(), 102: read(5, 'long') }],
    ['read after the next fetch only', ['wasted', 'used'], { 101: fetched(), 102: fetched(), 103: read() }],
    ['read in the hour of the next fetch', ['wasted', 'used'], { 101: fetched(), 102: { ...fetched(), ...read() } }],
    ['with a life that ends with the period', ['wasted'], { 107: fetched() }],
    ['with a life that ends after the period', ['open'], { 108: fetched() }],
    ['read while there is still time', ['used'], { 108: fetched(), 109: read() }],
    ['of no pages', [], { 101: fetched(0) }],
    ['of what is no feed', [], { 101: { plan: { '~other': { planned: 2 } } } }],
  ])('%s: %j', (_name, told, happened) => {
    expect(fates(happened)).toEqual(told);
  });

  it('is open until now where the period’s last hour is not over', () => {
    expect(fates({ 107: fetched() }, 110, 109.9)).toEqual(['open']);
    expect(fates({ 106: fetched() }, 110, 109.9)).toEqual(['wasted']);
  });

  it('is judged alike in whatever order the hours come', () => {
    fc.assert(
      fc.property(arbitraryPlanRecord, (record) => {
        const turned = { ...record, hours: record.hours.toReversed() };
        expect(planQuality(turned, fourHourRules)).toEqual(planQuality(record, fourHourRules));
      }),
    );
  });
});

describe('a period in two parts', () => {
  it('has as many pages as the whole, and knows less of what became of them', () => {
    fc.assert(
      fc.property(arbitraryPlanRecord, fc.nat(72), (record, at) => {
        const cut = Math.min(at, record.hours.length);
        const whole = planQuality(record, fourHourRules);
        const parts = [partOf(record, 0, cut), partOf(record, cut, record.hours.length)].map((part) =>
          planQuality(part, fourHourRules),
        );
        const sum = (pages: 'fetchedPages' | 'usedPages' | 'wastedPages' | 'openPages') =>
          parts.reduce((total, { fetches }) => total + fetches[pages], 0);
        expect(sum('fetchedPages')).toBe(whole.fetches.fetchedPages);
        expect(sum('usedPages')).toBeLessThanOrEqual(whole.fetches.usedPages);
        expect(sum('wastedPages')).toBeLessThanOrEqual(whole.fetches.wastedPages);
        expect(sum('openPages')).toBeGreaterThanOrEqual(whole.fetches.openPages);
        const warmed = parts.reduce((total, { warming }) => total + warming.warmedPages, 0);
        expect(warmed).toBe(whole.warming.warmedPages);
      }),
    );
  });
});

describe('one more read', () => {
  it('never makes more waste, and never saves fewer calls', () => {
    fc.assert(
      fc.property(arbitraryPlanRecord, fc.nat(71), fc.constantFrom('short', 'long'), (record, at, feed) => {
        const hours = record.hours.map((one) =>
          one.hour === at ? { ...one, reads: new Map(one.reads).set(feed, 1) } : one,
        );
        const [before, after] = [record, { ...record, hours }].map((one) => planQuality(one, fourHourRules));
        expect(after?.fetches.wastedPages).toBeLessThanOrEqual(before?.fetches.wastedPages ?? 0);
        expect(after?.warming.callsSaved).toBeGreaterThanOrEqual(before?.warming.callsSaved ?? 0);
      }),
    );
  });
});
