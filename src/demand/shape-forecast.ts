/**
 * The cold start: level x shape of all feeds x what the feed's own hours of the day have shown so far, drawn to the shape by as
 * many reads as noise needs.
 */
import type { CleanSeries } from './clean-series.ts';
import { type DemandShape, hourOfWeek } from './demand-shape.ts';
import { dayHours, hourOfDay } from './hour-series.ts';
import { assumedSpread, errorShare, type Spread } from './interval.ts';

/** Chosen on the tuning seeds of `bench/forecast`, November 2026. */
const rules = {
  /** The level is that of the last known hours. */
  levelHours: 96,
  /** Hours of noise that an hour of the day must outweigh. */
  noiseReads: 4,
  /** The errors are those of hours the forecast was fitted to; new ones are larger, by this share of the mean. */
  unseenShare: 0.15,
};

type Fitted = { count: number; expected: number; hour: number };

/** Expected reads of the `hours` hours that follow, and how they spread; zeros where nothing is known. */
export function shapeForecast(
  series: CleanSeries,
  hours: number,
  shape: DemandShape,
): { means: Float64Array; spread: Spread } {
  const fitted = besideShape(series, shape);
  const level = levelOf(fitted);
  const seasons = ownSeasons(fitted, level);
  const expectedAt = (hour: number) => level * weightAt(shape, hour) * (seasons[hourOfDay(hour)] ?? 1);
  const next = series.startHour + series.counts.length;
  const share = errorShare(
    fitted.map(({ hour }) => expectedAt(hour)),
    fitted.map(({ count }) => count),
  );
  return {
    means: new Float64Array(hours).map((_, index) => expectedAt(next + index)),
    spread: assumedSpread(Math.hypot(share, rules.unseenShare)),
  };
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
