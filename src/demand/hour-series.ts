/** Reads by hour: as they were counted, and the same without spikes. */

/**
 * Reads by hour. `counts[i]` belongs to the hour `startHour + i` (hours since the epoch, UTC); `undefined` where nothing is known
 * (a gap), 0 where nothing was read.
 */
export type HourSeries = { startHour: number; counts: readonly (number | undefined)[] };

/** Hours of a day. */
export const dayHours = 24;

/** Hours of a week. */
export const weekHours = 168;

/** The place of an hour in its day, 0 to 23, UTC. `hour` is in hours since the epoch. */
export function hourOfDay(hour: number): number {
  return ((hour % dayHours) + dayHours) % dayHours;
}

/** The epoch, 1970-01-01 00:00 UTC, was a Thursday: three days after a Monday. */
const epochHourOfWeek = 72;

/** The place of an hour in its week, 0 to 167, from Monday 00:00 UTC. `hour` is in hours since the epoch. */
export function hourOfWeek(hour: number): number {
  return (((hour + epochHourOfWeek) % weekHours) + weekHours) % weekHours;
}

/** A series without spikes; NaN where nothing is known. */
export type CleanSeries = { startHour: number; counts: Float64Array; knownHours: number };

/** Where a forecast starts: behind the first `end` hours of the series, for `hours` hours. */
export type Origin = { end: number; hours: number };

/**
 * Bound = factor x what is usual + reads. Three times the usual is rare in seasonal traffic; five reads more let sparse feeds through
 * (a Poisson count of mean 1 exceeds 8 once in 900,000 hours). Chosen on the tuning seeds of `bench/forecast`, November 2026.
 */
const bound = { factor: 3, reads: 5 };
/** The usual count of an hour of the day follows the last days, that of any hour the last day. */
const hourMemoryDays = 4;
/** No hour has more reads than this; larger sums would lose their precision. */
const mostReads = 1e12;

type Usual = { ofAnyHour: number; ofHour: Float64Array };

/**
 * The series with its spikes cut; what is not a finite, non-negative number counts as a gap. A count is believed up to a bound that
 * follows from the hours before it, so a burst of any size moves a forecast no more than a count at the bound would. What was cut
 * still raises the bound, by a twelfth in an hour and sevenfold in a day: a short burst ends before the bound has risen, a lasting rise is accepted.
 */
export function cleanSeries({ startHour, counts }: HourSeries): CleanSeries {
  const cleaned = Float64Array.from(counts, asCount);
  const usual = usualAtFirst(startHour, cleaned);
  let knownHours = 0;
  for (let index = 0; index < cleaned.length; index++) {
    const count = cleaned[index] ?? Number.NaN;
    if (Number.isNaN(count)) {
      continue;
    }
    const hour = hourOfDay(startHour + index);
    const believed = Math.min(count, boundOf(usual, hour));
    cleaned[index] = believed;
    learn(usual, hour, believed);
    knownHours++;
  }
  return { startHour, counts: cleaned, knownHours };
}

function asCount(count: number | undefined): number {
  return count !== undefined && count >= 0 ? Math.min(count, mostReads) : Number.NaN;
}

function boundOf({ ofAnyHour, ofHour }: Usual, hour: number): number {
  return bound.factor * Math.max(ofAnyHour, ofHour[hour] ?? 0) + bound.reads;
}

function learn(usual: Usual, hour: number, count: number): void {
  const ofHour = usual.ofHour[hour] ?? 0;
  usual.ofAnyHour += (count - usual.ofAnyHour) / dayHours;
  usual.ofHour[hour] = ofHour + (count - ofHour) / hourMemoryDays;
}

/** There is no earlier data for the first week, so its own medians are used: of each hour of the day, and of all hours. */
function usualAtFirst(startHour: number, counts: Float64Array): Usual {
  const firstWeek = counts.subarray(0, weekHours);
  const ofHour = Float64Array.from({ length: dayHours }, (_, hour) =>
    median(firstWeek.filter((_count, index) => hourOfDay(startHour + index) === hour)),
  );
  return { ofAnyHour: median(firstWeek), ofHour };
}

/** Of what is known; 0 where nothing is. */
function median(counts: Float64Array): number {
  const sorted = counts.filter((count) => !Number.isNaN(count)).sort();
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** From every twelfth hour of the last two weeks a day ahead. One week would choose worse on the tuning seeds of the bench. */
const stepHours = 12;
const spanHours = 2 * weekHours;

/** Where the forecasts start: each leaves a day to compare with and has a week before it. Ascending. */
export function backTestOrigins(lengthHours: number): Origin[] {
  const first = Math.max(weekHours, lengthHours - dayHours - spanHours);
  const origins: Origin[] = [];
  for (let end = lengthHours - dayHours; end >= first; end -= stepHours) {
    origins.unshift({ end, hours: dayHours });
  }
  return origins;
}

/**
 * The score of forecasts, 0 for exact: the absolute error of the hours plus that of the days plus that of the whole,
 * over the reads. Hours alone would favour 0 for a sparse feed, since most of its hours are empty.
 */
export function backTest(
  { counts }: CleanSeries,
  origins: readonly Origin[],
  forecasts: readonly Float64Array[],
): number {
  const sums = { hours: 0, days: 0, whole: 0, reads: 0 };
  origins.forEach(({ end, hours }, origin) => {
    let day = 0;
    for (let index = 0; index < hours; index++) {
      const actual = counts[end + index] ?? Number.NaN;
      if (!Number.isNaN(actual)) {
        const forecast = forecasts[origin]?.[index] ?? 0;
        sums.hours += Math.abs(actual - forecast);
        sums.reads += actual;
        day += actual - forecast;
      }
    }
    sums.days += Math.abs(day);
    sums.whole += day;
  });
  const error = sums.hours + sums.days + Math.abs(sums.whole);
  return sums.reads > 0 ? error / sums.reads : error;
}
