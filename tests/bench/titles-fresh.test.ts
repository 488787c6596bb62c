import { describe, expect, it } from 'vitest';
import { freshLedger } from '../../bench/titles-fresh/fresh-ledger.ts';
import { asPlanned, byAge, byChanges } from '../../bench/titles-fresh/planners.ts';
import {
  dayMs,
  type KeptAtTmdb,
  learningDays,
  titleWorld,
  worldStartMs,
} from '../../bench/titles-fresh/title-world.ts';
import { daysFor, targetsOf } from '../../bench/titles-fresh.ts';

const hourMs = dayMs / 24;
const measuredMs = worldStartMs + learningDays * dayMs;

function title(over: Partial<KeptAtTmdb>): KeptAtTmdb {
  return { subject: 'tv/1', mediaType: 'tv', id: 1, readsADay: 1, changesMs: [], unlistedMs: new Set(), ...over };
}

const worldOf = (all: KeptAtTmdb[]) => ({ ...titleWorld({ titles: 0, changedShare: 0.02, callsPerDay: 9 }), all });

describe('the ledger of the bench', () => {
  it('counts the time from a change until the fetch after it, and changes meanwhile once', () => {
    const changesMs = [measuredMs + hourMs, measuredMs + 3 * hourMs];
    const ledger = freshLedger(worldOf([title({ changesMs })]), [worldStartMs]);
    ledger.fetched(0, measuredMs + 10 * hourMs);
    const { staleShare, ageP50Hours, callsADay, pagesADay } = ledger.figures();
    expect(staleShare).toBeCloseTo(9 / (30 * 24), 9);
    expect(ageP50Hours).toBe(8);
    expect([callsADay, pagesADay]).toEqual([1 / 30, 0]);
  });

  it('counts the calls of any 24 hours, pages of lists with them', () => {
    const ledger = freshLedger(worldOf([title({})]), [worldStartMs]);
    ledger.pages(worldStartMs, 100);
    ledger.pages(worldStartMs + dayMs - 1, 20);
    ledger.fetched(0, worldStartMs + dayMs);
    expect(ledger.figures().mostCallsOfDay).toBe(120);
    ledger.pages(worldStartMs + dayMs + hourMs, 150);
    expect(ledger.figures().mostCallsOfDay).toBe(171);
  });
});

describe('the ways that are compared', () => {
  const world = titleWorld({ titles: 600, changedShare: 0.05, callsPerDay: 2_000 });

  it('are as fresh by age as the age says', () => {
    // Worked out by hand: 1 - (1 - e^-0.1) / 0.1 is 4.84 %.
    expect(daysFor(0.048_374, 0.05)).toBeCloseTo(2, 2);
    const byTwoDays = byAge(world, 2);
    expect(byTwoDays.callsADay).toBeGreaterThan(280);
    expect(byTwoDays.callsADay).toBeLessThan(330);
    expect(byTwoDays.staleShareOfAll).toBeGreaterThan(0.04);
    expect(byTwoDays.staleShareOfAll).toBeLessThan(0.06);
  });

  it('are at most a day late by lists, except for what these leave out', () => {
    const byLists = byChanges(world, 28);
    expect(byLists.pagesADay).toBe(110);
    expect(byLists.ageP95Hours).toBeLessThan(26);
    expect(byLists.callsADay).toBeLessThan(110 + 600 * (0.05 + 1 / 28) + 10);
  });

  it('keep the planner within its budget, and a miss is a miss', async () => {
    const planner = await asPlanned(world);
    expect(planner.mostCallsOfDay).toBeLessThanOrEqual(2_000);
    expect(planner.daysByChanges).toBeGreaterThan(30);
    const figures = {
      world,
      planner,
      changes: byChanges(world, 28),
      age: byAge(world, daysFor(planner.staleShare, 0.05)),
    };
    const met = (over: Partial<typeof planner>) =>
      targetsOf({ ...figures, planner: { ...planner, ...over } }).map((target) => target.met);
    expect(met({})).toEqual([true, true, true]);
    expect(met({ mostCallsOfDay: 2_001 })).toEqual([false, true, true]);
    expect(met({ callsADay: 2 * planner.callsADay })).toEqual([true, false, true]);
    expect(met({ ageP95Hours: 26.1 })).toEqual([true, true, false]);
  });
});
