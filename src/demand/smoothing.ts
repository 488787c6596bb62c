/**
 * Seasonal exponential smoothing, multiplicative: reads = level x day season x week season. Each part is a ratio of two sums that
 * fade with age: reads seen over reads that the other parts explain. A week season corrects the day season hour by hour.
 *
 *   level   reads an hour, by two memories; their distance is the trend, which fades over the horizon
 *   season  drawn towards 1 by as many reads as noise needs, so a sparse feed does not learn chance
 *   gap     no update
 */
import type { CleanSeries, Origin } from './clean-series.ts';
import { hourOfWeek } from './demand-shape.ts';
import { dayHours, weekHours } from './hour-series.ts';

/** How fast the level follows, in hours until an hour counts half, and how much of the trend is believed (0 to 1). */
export type Pace = { levelHalfLifeHours: number; trendShare: number };

/** Chosen on the tuning seeds of `bench/forecast`, November 2026, where half or twice of the half-lives made no difference of 2 %. */
const rules = {
  /** The slow level's half-life, in those of the fast one. */
  slowerBy: 4,
  dayHalfLifeDays: 28,
  weekHalfLifeWeeks: 4,
  /** Hours of noise that a season must outweigh. */
  noiseReads: 6,
  /** Of the trend this much is left after each hour. */
  trendDamping: 0.97,
  /** The trend changes the level by no more than this factor. */
  mostTrend: 1.5,
};

type Faded = { reads: number; base: number };

type State = {
  fast: Faded;
  slow: Faded;
  day: Faded[];
  week: Faded[];
  /** Squared error over expected reads: 1 for Poisson counts. */
  noise: Faded;
};

/** Forecasts from each origin, ascending, in one pass. An origin sees only what lies before it, from the second week on. */
export function smooth(series: CleanSeries, origins: readonly Origin[], pace: Pace): Float64Array[] {
  const state = firstState(series);
  const forecasts: Float64Array[] = [];
  let index = Math.min(weekHours, series.counts.length);
  for (const { end, hours } of origins) {
    for (; index < end; index++) {
      const count = series.counts[index] ?? Number.NaN;
      if (!Number.isNaN(count)) {
        learn(state, hourOfWeek(series.startHour + index), count, pace);
      }
    }
    forecasts.push(ahead(state, series.startHour + end, hours, pace));
  }
  return forecasts;
}

/** The first week as a whole: its mean, the day season around it, the week season around both. */
function firstState({ startHour, counts }: CleanSeries): State {
  const week = counts.subarray(0, weekHours);
  const known = Array.from(week, (count, index) => ({ count, at: hourOfWeek(startHour + index) })).filter(
    ({ count }) => !Number.isNaN(count),
  );
  const reads = known.reduce((sum, { count }) => sum + count, 0);
  const level = { reads, base: known.length };
  const state: State = {
    fast: { ...level },
    slow: { ...level },
    day: Array.from({ length: dayHours }, () => ({ reads: 0, base: 0 })),
    week: Array.from({ length: weekHours }, () => ({ reads: 0, base: 0 })),
    noise: { reads: 0, base: 0 },
  };
  const mean = ratio(level, 0, 0);
  for (const { count, at } of known) {
    fade(state.day[at % dayHours], 1, count, mean);
  }
  for (const { count, at } of known) {
    const expected = mean * ratio(state.day[at % dayHours], 0, 1);
    fade(state.week[at], 1, count, expected);
    fade(state.noise, 1, (count - expected) ** 2, expected);
  }
  return state;
}

function learn(state: State, at: number, count: number, pace: Pace): void {
  const { slowerBy, dayHalfLifeDays, weekHalfLifeWeeks } = rules;
  const drawn = noiseReads(state);
  const day = state.day[at % dayHours];
  const week = state.week[at];
  const daySeason = ratio(day, drawn, 1);
  const weekSeason = ratio(week, drawn, 1);
  const expected = ratio(state.fast, 0, 0) * daySeason * weekSeason;
  fade(state.noise, keep(weekHours), (count - expected) ** 2, expected);
  fade(state.fast, keep(pace.levelHalfLifeHours), count, daySeason * weekSeason);
  fade(state.slow, keep(pace.levelHalfLifeHours * slowerBy), count, daySeason * weekSeason);
  const level = ratio(state.fast, 0, 0);
  fade(day, keep(dayHalfLifeDays), count, level * weekSeason);
  fade(week, keep(weekHalfLifeWeeks), count, level * daySeason);
}

function ahead(state: State, startHour: number, hours: number, pace: Pace): Float64Array {
  const drawn = noiseReads(state);
  const level = ratio(state.fast, 0, 0);
  const trend = trendOf(state, pace) * pace.trendShare;
  const forecast = new Float64Array(hours);
  let moved = trend * lagHours(pace);
  let damping = 1;
  for (let index = 0; index < hours; index++) {
    const at = hourOfWeek(startHour + index);
    damping *= rules.trendDamping;
    moved += trend * damping;
    const trended = Math.min(level * rules.mostTrend, Math.max(level / rules.mostTrend, level + moved));
    forecast[index] = trended * ratio(state.day[at % dayHours], drawn, 1) * ratio(state.week[at], drawn, 1);
  }
  return forecast;
}

/** Reads an hour, each hour: both levels lag behind a trend by their memory. */
function trendOf({ fast, slow }: State, pace: Pace): number {
  return (ratio(fast, 0, 0) - ratio(slow, 0, 0)) / (lagHours(pace) * (rules.slowerBy - 1));
}

/** The mean age of what the fast level remembers. */
function lagHours({ levelHalfLifeHours }: Pace): number {
  return levelHalfLifeHours / Math.LN2;
}

function noiseReads({ noise }: State): number {
  return rules.noiseReads * ratio(noise, 0, 0);
}

function keep(halfLife: number): number {
  return 0.5 ** (1 / halfLife);
}

function fade(part: Faded | undefined, kept: number, reads: number, base: number): void {
  if (part !== undefined) {
    part.reads = part.reads * kept + reads;
    part.base = part.base * kept + base;
  }
}

function ratio(part: Faded | undefined, drawn: number, otherwise: number): number {
  const base = (part?.base ?? 0) + drawn;
  return base > 0 ? ((part?.reads ?? 0) + drawn) / base : otherwise;
}
