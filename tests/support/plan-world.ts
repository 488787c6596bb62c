import fc from 'fast-check';
import type { PlanCounts, PlanHour, PlanRecord, PlanRules } from '../../src/demand/plan-record.ts';

/** Feeds that live so many hours; anything else is no feed. */
export const lifeHours: Readonly<Record<string, number>> = { short: 3, long: 30 };

/** Forecasts are made for four hours from each hour that four divides. */
export const fourHourRules: PlanRules = {
  hardTtlHours: (feed) => (Object.hasOwn(lifeHours, feed) ? lifeHours[feed] : undefined),
  forecastEndHour: (hour) => (Math.floor(hour / 4) + 1) * 4,
};

/** What happened in an hour: reads and plan by feed. */
export type Happened = { reads?: Record<string, number>; plan?: Record<string, PlanCounts> };

/** A record of the hours `from` up to below `to`, in which this happened, as known at the end of it or at `nowHour`. */
export function planRecord(happened: Record<number, Happened>, from: number, to: number, nowHour = to): PlanRecord {
  const hours = Array.from({ length: to - from }, (_, n): PlanHour => {
    const { reads = {}, plan = {} } = happened[from + n] ?? {};
    return { hour: from + n, reads: new Map(Object.entries(reads)), plan: new Map(Object.entries(plan)) };
  });
  return { hours, nowMs: nowHour * 3_600_000 };
}

/** A part of a record, as if nothing else had been asked for. */
export function partOf({ hours, nowMs }: PlanRecord, from: number, to: number): PlanRecord {
  return { hours: hours.filter(({ hour }) => from <= hour && hour < to), nowMs };
}

const feed = fc.constantFrom('short', 'long', '~other');
const count = fc.nat(40);
const counts = fc.record(
  { planned: fc.nat(5), warmed: fc.nat(5), expected: fc.double({ min: 0, max: 40, noNaN: true }) },
  { requiredKeys: [] },
);

function recordsOf(
  reads: fc.Arbitrary<number>,
  plan: fc.Arbitrary<PlanCounts>,
  length: fc.Arbitrary<number>,
): fc.Arbitrary<PlanRecord> {
  const hour = fc.record({
    reads: fc.dictionary(feed, reads, { maxKeys: 3 }),
    plan: fc.dictionary(feed, plan, { maxKeys: 3 }),
  });
  return length.chain((hours) =>
    fc
      .tuple(fc.array(hour, { minLength: hours, maxLength: hours }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([happened, share]) => planRecord({ ...happened }, 0, hours, hours * (0.5 + share))),
  );
}

/** Records of up to three days, known from their middle on or later. */
export const arbitraryPlanRecord = recordsOf(count, counts, fc.nat(72));

const anything = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -3, Number.MAX_VALUE));

/** Records with counters that no counting leaves behind. */
export const damagedPlanRecord = recordsOf(
  anything,
  fc.record({ planned: anything, warmed: anything, expected: anything }, { requiredKeys: [] }),
  fc.nat(24),
);
