import { cleanSeries } from './clean-series.ts';
import { dayHours, type HourSeries, weekHours } from './hour-series.ts';

/** Weights of the 168 hours of a week, mean 1. Index 0 is Monday 00:00 UTC. */
export type DemandShape = readonly number[];

/** The epoch, 1970-01-01 00:00 UTC, was a Thursday: three days after a Monday. */
const epochHourOfWeek = 72;

/** The place of an hour in its week, 0 to 167, from Monday 00:00 UTC. `hour` is in hours since the epoch. */
export function hourOfWeek(hour: number): number {
  return (((hour + epochHourOfWeek) % weekHours) + weekHours) % weekHours;
}

/** Every hour weighs the same. */
export function flatShape(): DemandShape {
  return Array.from({ length: weekHours }, () => 1);
}

/**
 * The shape that all feeds share; flat where nothing was read. Spikes are cut first, and a feed counts with the root of its reads: a
 * large one is surer of its shape, yet does not decide alone. An hour of the week of which no feed knows anything takes the weight
 * of its hour of the day.
 */
export function globalShape(series: readonly HourSeries[]): DemandShape {
  const week = emptySums(weekHours);
  const day = emptySums(dayHours);
  for (const feed of series) {
    addFeed(feed, week, day);
  }
  return ofMeanOne(week.weights.map((weight, at) => (weight > 0 ? shareOf(week, at) : shareOf(day, at % dayHours))));
}

type Sums = { shares: number[]; weights: number[] };

function emptySums(length: number): Sums {
  return { shares: new Array(length).fill(0), weights: new Array(length).fill(0) };
}

function addFeed(feed: HourSeries, week: Sums, day: Sums): void {
  const { startHour, counts, knownHours } = cleanSeries(feed);
  const reads = counts.reduce((sum, count) => sum + (Number.isNaN(count) ? 0 : count), 0);
  if (reads === 0) {
    return;
  }
  const mean = reads / knownHours;
  const weight = Math.sqrt(reads) / knownHours;
  counts.forEach((count, index) => {
    if (!Number.isNaN(count)) {
      const at = hourOfWeek(startHour + index);
      add(week, at, (weight * count) / mean, weight);
      add(day, at % dayHours, (weight * count) / mean, weight);
    }
  });
}

function add({ shares, weights }: Sums, at: number, share: number, weight: number): void {
  shares[at] = (shares[at] ?? 0) + share;
  weights[at] = (weights[at] ?? 0) + weight;
}

function shareOf({ shares, weights }: Sums, at: number): number {
  const weight = weights[at] ?? 0;
  return weight > 0 ? (shares[at] ?? 0) / weight : 1;
}

function ofMeanOne(shape: readonly number[]): DemandShape {
  const sum = shape.reduce((total, weight) => total + weight, 0);
  return sum > 0 ? shape.map((weight) => (weight * weekHours) / sum) : flatShape();
}
