import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callsSavedADay, chooseLists, forecastLists, type KeptTitles } from '../../src/planner/changes-choice.ts';
import { withCalls } from '../support/changes-world.ts';

const ample = withCalls(1_000_000);
const none = { movie: false, tv: false };
const both = { movie: true, tv: true };
const all = [none, { movie: true, tv: false }, { movie: false, tv: true }, both];

/** Kept titles of either media type, half of them each. */
function kept(titles: number, changedShare: number): Record<'movie' | 'tv', KeptTitles> {
  const of = (pagesADay: number) => ({ titles: titles / 2, changedShare, pagesADay });
  return { movie: of(60), tv: of(50) };
}

const arbitraryTitles = fc.record({
  titles: fc.nat(20_000),
  changedShare: fc.double({ min: 0.0005, max: 0.5, noNaN: true }),
  pagesADay: fc.integer({ min: 1, max: 200 }),
});
const arbitraryKept = fc.record({ movie: arbitraryTitles, tv: arbitraryTitles });
const arbitraryLists = fc.constantFrom(...all);
const arbitraryBudget = fc.integer({ min: 1, max: 5_000 });

describe('what a choice takes', () => {
  // Worked out by hand: an allowed share of 3.5 % is that of films, of which 0.5 % change a day, at fourteen days.
  it('is, by age alone, so many calls that 3.5 % of the titles are out of date', () => {
    expect(forecastLists(none, kept(1_000, 0.005), 1e6, ample).calls).toBeCloseTo(71.4, 1);
    expect(forecastLists(none, kept(1_000, 0.02), 1e6, ample).calls).toBeCloseTo(285.7, 1);
    expect(forecastLists(none, kept(1_000, 0.15), 1e6, ample).calls).toBeCloseTo(2_142.9, 1);
  });

  it('is, by lists, their pages, what changed, and all titles in a month', () => {
    expect(forecastLists(both, kept(1_000, 0.02), 1e6, ample).calls).toBeCloseTo(110 + 20 + 1_000 / 30, 6);
    expect(forecastLists(both, kept(10_000, 0.005), 1e6, ample).calls).toBeCloseTo(110 + 50 + 10_000 / 30, 6);
  });

  it('is never less than what the soft TTL asks for, however rarely titles change', () => {
    expect(forecastLists(none, kept(1_400, 0), 1e6, ample).calls).toBeCloseTo(100, 6);
  });

  it('is two readings within 24 hours at the most', () => {
    expect(forecastLists(both, kept(1_000, 0.02), 1e6, ample).mostCalls).toBeCloseTo(220 + 20 + 1_000 / 30, 6);
  });

  it('leaves 3.5 % of the titles out of date by age, and with a tenth of the calls many more', () => {
    const stale = (budget: number) => forecastLists(none, kept(1_000, 0.005), budget, ample).staleTitles;
    expect(stale(1e6)).toBeGreaterThan(33);
    expect(stale(1e6)).toBeLessThan(36);
    expect(stale(7)).toBeGreaterThan(250);
  });
});

describe('the lists that are read', () => {
  it.each([
    [1_000, 0.005, none],
    [1_000, 0.02, both],
    [1_000, 0.15, both],
    [10_000, 0.005, both],
    [10_000, 0.02, both],
    [300, 0.01, none],
  ])('are, of %i titles of which a share of %d changes a day, %j', (titles, changedShare, lists) => {
    expect(chooseLists(kept(titles, changedShare), none, ample)).toEqual(lists);
    expect(chooseLists(kept(titles, changedShare), both, ample)).toEqual(lists);
  });

  it('may be one of the two', () => {
    const films = { titles: 200, changedShare: 0.005, pagesADay: 60 };
    const series = { titles: 3_000, changedShare: 0.02, pagesADay: 50 };
    expect(chooseLists({ movie: films, tv: series }, none, ample)).toEqual({ movie: false, tv: true });
  });

  it('are none where nothing is kept', () => {
    expect(chooseLists(kept(0, 0.02), both, ample)).toEqual(none);
  });

  it('take at most 8 % more calls than any others, whatever is kept', () => {
    fc.assert(
      fc.property(arbitraryKept, arbitraryLists, (titles, present) => {
        const callsOf = (lists: typeof both) => forecastLists(lists, titles, 1e6, ample).calls;
        const chosen = callsOf(chooseLists(titles, present, ample));
        expect(0.92 * chosen).toBeLessThanOrEqual(Math.min(...all.map(callsOf)) + 1e-6);
      }),
    );
  });

  it('stay where nothing else is known the next day, and once they have changed, where figures have moved by 3 %', () => {
    const moved = fc.double({ min: 0.97, max: 1.03, noNaN: true });
    fc.assert(
      fc.property(arbitraryKept, arbitraryBudget, arbitraryLists, (titles, callsPerDay, present) => {
        const settings = withCalls(callsPerDay);
        const chosen = chooseLists(titles, present, settings);
        expect(chooseLists(titles, chosen, settings)).toEqual(chosen);
      }),
    );
    fc.assert(
      fc.property(arbitraryKept, arbitraryLists, moved, moved, (titles, present, share, pages) => {
        const chosen = chooseLists(titles, present, ample);
        fc.pre(JSON.stringify(chosen) !== JSON.stringify(present));
        const of = (one: KeptTitles) => ({
          ...one,
          changedShare: one.changedShare * share,
          pagesADay: one.pagesADay * pages,
        });
        expect(chooseLists({ movie: of(titles.movie), tv: of(titles.tv) }, chosen, ample)).toEqual(chosen);
      }),
    );
  });

  it('are not taken up for 3 % of the calls, and not given up either', () => {
    // 159 calls by age, 154 by both lists, 152 by that of series.
    expect(chooseLists(kept(1_000, 0.0111), none, ample)).toEqual(none);
    expect(chooseLists(kept(1_000, 0.0111), both, ample)).toEqual(both);
  });

  it('that pay for some titles pay for twice as many', () => {
    fc.assert(
      fc.property(arbitraryKept, (titles) => {
        const few = chooseLists(titles, none, ample);
        const twice = (one: KeptTitles) => ({ ...one, titles: 2 * one.titles });
        const many = chooseLists({ movie: twice(titles.movie), tv: twice(titles.tv) }, few, ample);
        expect([few.movie && !many.movie, few.tv && !many.tv]).toEqual([false, false]);
      }),
    );
  });

  it('fit into the budget where any do, twice a day', () => {
    fc.assert(
      fc.property(arbitraryKept, arbitraryBudget, (titles, callsPerDay) => {
        const settings = withCalls(callsPerDay);
        const mostOf = (lists: typeof both) => forecastLists(lists, titles, callsPerDay, settings).mostCalls;
        const fits = all.some((lists) => mostOf(lists) <= callsPerDay);
        const chosen = mostOf(chooseLists(titles, none, settings));
        expect(!fits || 0.92 * chosen <= callsPerDay).toBe(true);
      }),
    );
  });

  it('are, where none fit, those that leave fewer titles out of date', () => {
    // Of 403 calls that lists may take in a day, 380 leave 13 % of the titles out of date; by age it would be 18 %.
    expect(chooseLists(kept(1_000, 0.15), none, withCalls(380))).toEqual(both);
    // With 300 it would be 56 % and 21 %.
    expect(chooseLists(kept(1_000, 0.15), none, withCalls(300))).toEqual(none);
  });
});

describe('calls that lists save', () => {
  it('are those for titles by age less those for titles by lists', () => {
    expect(callsSavedADay(both, kept(1_000, 0.02), ample)).toBeCloseTo(285.7 - 20 - 33.3, 1);
    expect(callsSavedADay({ movie: false, tv: true }, kept(1_000, 0.02), ample)).toBeCloseTo((285.7 - 53.3) / 2, 1);
    expect(callsSavedADay(none, kept(1_000, 0.02), ample)).toBe(0);
  });
});
