/** Forecasts that are easy to come by, as baselines. */
import { type CleanSeries, dayHours, type Origin, weekHours } from '../../src/demand/hour-series.ts';

/** The last known count, for every hour; 0 where nothing is known. */
export function lastValue({ counts }: CleanSeries, { end, hours }: Origin): Float64Array {
  let index = end - 1;
  while (index >= 0 && Number.isNaN(counts[index])) {
    index--;
  }
  return new Float64Array(hours).fill(counts[index] ?? 0);
}

/** The last known count of the same hour of the week; failing that of the same hour of the day, failing that the last known one. */
export function seasonalNaive(series: CleanSeries, origin: Origin): Float64Array {
  const last = lastValue(series, origin)[0] ?? 0;
  return new Float64Array(origin.hours).map((_, index) => {
    const at = origin.end + index;
    return lastAt(series, at, origin.end, weekHours) ?? lastAt(series, at, origin.end, dayHours) ?? last;
  });
}

function lastAt({ counts }: CleanSeries, at: number, end: number, periodHours: number): number | undefined {
  let index = at - periodHours * Math.ceil((at - end + 1) / periodHours);
  while (index >= 0 && Number.isNaN(counts[index])) {
    index -= periodHours;
  }
  return counts[index];
}
