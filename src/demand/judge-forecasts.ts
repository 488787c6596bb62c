import { counted, knownUntilHour, type PlanHour, type PlanRecord } from './plan-record.ts';
import type { PlanRules } from './plan-rules.ts';
import { shareOf } from './share-of.ts';

/** How far off the expected reads were, over all forecasts whose time lies within the period. */
export type ForecastFigures = {
  /** Forecasts that were compared: one a refresh. */
  compared: number;
  expectedReads: number;
  countedReads: number;
  /** Weighted absolute percentage error: |expected - read| of each feed, summed, over the reads. `null` where nothing was read. */
  wape: number | null;
  /** (expected - read) / read of the sums: above 0 when too much was expected. */
  bias: number | null;
};

type Compared = { expected: ReadonlyMap<string, number>; read: ReadonlyMap<string, number> };

/** Nobody plans further ahead than a day. */
const longestHours = 24;

/**
 * Compares each hour's expected reads with what was read from that hour up to the next forecast, or to where this one's own time
 * ends. A feed that was read without being expected was expected to be read 0 times.
 */
export function judgeForecasts(record: PlanRecord, rules: PlanRules): ForecastFigures {
  const compared = comparedForecasts(record, rules);
  const pairs = compared.flatMap(({ expected, read }) =>
    [...new Set([...expected.keys(), ...read.keys()])].map((feed) => [expected.get(feed) ?? 0, read.get(feed) ?? 0]),
  ) as [expected: number, read: number][];
  const expectedReads = sumOf(pairs.map(([expected]) => expected));
  const countedReads = sumOf(pairs.map(([, read]) => read));
  return {
    compared: compared.length,
    expectedReads: Math.round(expectedReads * 100) / 100,
    countedReads,
    wape: shareOf(sumOf(pairs.map(([expected, read]) => Math.abs(expected - read))), countedReads),
    bias: shareOf(expectedReads - countedReads, countedReads),
  };
}

function comparedForecasts(record: PlanRecord, rules: PlanRules): Compared[] {
  const untilHour = knownUntilHour(record);
  const hours = record.hours.toSorted((a, b) => a.hour - b.hour);
  const expectedOf = ({ plan }: PlanHour) => sumByFeed([plan], (counts) => counts.expected, rules);
  const forecasts = hours
    .map((at) => ({ hour: at.hour, expected: expectedOf(at) }))
    .filter(({ expected }) => expected.size > 0);
  return forecasts.flatMap(({ hour, expected }, n) => {
    const nextHour = forecasts[n + 1]?.hour ?? Infinity;
    const endHour = Math.min(nextHour, hour + longestHours, rules.forecastEndHour(hour));
    const within = hours.filter((at) => at.hour >= hour && at.hour < endHour);
    const reads = within.map((at) => at.reads);
    return endHour <= untilHour ? [{ expected, read: sumByFeed(reads, (count) => count, rules) }] : [];
  });
}

/** What was counted, by feed; none is zero. */
function sumByFeed<T>(
  parts: readonly ReadonlyMap<string, T>[],
  countOf: (one: T) => number | undefined,
  { hardTtlHours }: PlanRules,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const part of parts) {
    for (const [feed, one] of part) {
      const count = counted(countOf(one));
      if (count > 0 && hardTtlHours(feed) !== undefined) {
        sums.set(feed, (sums.get(feed) ?? 0) + count);
      }
    }
  }
  return sums;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
