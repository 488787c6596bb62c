/** The week's shape that feeds share, and the forecast for a feed of which little else is known. */
import {
  type CleanSeries,
  cleanSeries,
  dayHours,
  type HourSeries,
  hourOfDay,
  hourOfWeek,
  weekHours,
} from './hour-series.ts';

/** Weights of the 168 hours of a week, mean 1. Index 0 is Monday 00:00 UTC. */
export type DemandShape = readonly number[];

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

/** Chosen on the tuning seeds of `bench/forecast`, November 2026. */
const rules = {
  /** The level is that of the last known hours. */
  levelHours: 96,
  /** Hours of noise that an hour of the day must outweigh. */
  noiseReads: 4,
};

type Fitted = { count: number; expected: number; hour: number };

/**
 * The cold start: expected reads of the `hours` hours that follow; zeros where nothing is known. Level x shape of all feeds
 * x what the feed's own hours of the day have shown so far, weighted towards the shared shape while the feed has few reads.
 */
export function shapeForecast(series: CleanSeries, hours: number, shape: DemandShape): Float64Array {
  const fitted = besideShape(series, shape);
  const level = levelOf(fitted);
  const seasons = ownSeasons(fitted, level);
  const next = series.startHour + series.counts.length;
  return new Float64Array(hours).map((_, index) => {
    const hour = next + index;
    return level * weightAt(shape, hour) * (seasons[hourOfDay(hour)] ?? 1);
  });
}

/** The known hours beside the shape's weights. */
function besideShape({ startHour, counts }: CleanSeries, shape: DemandShape): Fitted[] {
  return Array.from(counts, (count, index) => {
    const hour = startHour + index;
    return { count, expected: weightAt(shape, hour), hour };
  }).filter(({ count }) => !Number.isNaN(count));
}

/** Reads an hour, where the shape's weight is 1. */
function levelOf(fitted: readonly Fitted[]): number {
  const last = fitted.slice(-rules.levelHours);
  const weights = last.reduce((sum, { expected }) => sum + expected, 0);
  return weights > 0 ? last.reduce((sum, { count }) => sum + count, 0) / weights : 0;
}

function ownSeasons(fitted: readonly Fitted[], level: number): number[] {
  const reads = new Float64Array(dayHours);
  const base = new Float64Array(dayHours);
  let squares = 0;
  let sum = 0;
  for (const { count, expected, hour } of fitted) {
    const at = hourOfDay(hour);
    reads[at] = (reads[at] ?? 0) + count;
    base[at] = (base[at] ?? 0) + level * expected;
    squares += (count - level * expected) ** 2;
    sum += level * expected;
  }
  const drawn = sum > 0 ? (rules.noiseReads * squares) / sum : 0;
  return Array.from(base, (of, at) => (of + drawn > 0 ? ((reads[at] ?? 0) + drawn) / (of + drawn) : 1));
}

/** A shape of another length or with other than finite weights from 0 up is flat where it is so. */
function weightAt(shape: DemandShape, hour: number): number {
  const weight = shape[hourOfWeek(hour)] ?? 1;
  return weight >= 0 && weight < Number.POSITIVE_INFINITY ? weight : 1;
}
