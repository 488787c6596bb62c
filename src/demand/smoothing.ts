/**
 * Seasonal exponential smoothing, multiplicative: reads = level x day season x week season. Each part is a ratio of two sums that
 * fade with age: reads seen over reads that the other parts explain. A week season corrects the day season hour by hour.
 *
 *   level   reads an hour; the pace says how fast it follows
 *   season  drawn towards 1 by as many reads as noise needs, so a sparse feed does not learn chance
 *   gap     no update
 */
import { type CleanSeries, dayHours, hourOfWeek, type Origin, weekHours } from './hour-series.ts';

/** Chosen on the tuning seeds of `bench/forecast`, November 2026, where half or twice of the half-lives made no difference of 2 %. */
const rules = {
  dayHalfLifeDays: 28,
  weekHalfLifeWeeks: 4,
  /** Hours of noise that a season must outweigh. */
  noiseReads: 6,
};

type Faded = { reads: number; base: number };

type State = {
  level: Faded;
  day: Faded[];
  week: Faded[];
  /** Squared error over expected reads: 1 for Poisson counts. */
  noise: Faded;
};

/**
 * Forecasts from each origin, ascending, in one pass. An origin sees only what lies before it, from the second week on. The level
 * follows so fast that after `levelHalfLifeHours` an hour counts half.
 */
export function smooth(series: CleanSeries, origins: readonly Origin[], levelHalfLifeHours: number): Float64Array[] {
  const state = firstState(series);
  const forecasts: Float64Array[] = [];
  let index = Math.min(weekHours, series.counts.length);
  for (const { end, hours } of origins) {
    for (; index < end; index++) {
      const count = series.counts[index] ?? Number.NaN;
      if (!Number.isNaN(count)) {
        learn(state, hourOfWeek(series.startHour + index), count, levelHalfLifeHours);
      }
    }
    forecasts.push(ahead(state, series.startHour + end, hours));
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
    level,
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

function learn(state: State, at: number, count: number, levelHalfLifeHours: number): void {
  const { dayHalfLifeDays, weekHalfLifeWeeks } = rules;
  const drawn = noiseReads(state);
  const day = state.day[at % dayHours];
  const week = state.week[at];
  const daySeason = ratio(day, drawn, 1);
  const weekSeason = ratio(week, drawn, 1);
  const expected = ratio(state.level, 0, 0) * daySeason * weekSeason;
  fade(state.noise, keep(weekHours), (count - expected) ** 2, expected);
  fade(state.level, keep(levelHalfLifeHours), count, daySeason * weekSeason);
  const level = ratio(state.level, 0, 0);
  fade(day, keep(dayHalfLifeDays), count, level * weekSeason);
  fade(week, keep(weekHalfLifeWeeks), count, level * daySeason);
}

function ahead(state: State, startHour: number, hours: number): Float64Array {
  const drawn = noiseReads(state);
  const level = ratio(state.level, 0, 0);
  return new Float64Array(hours).map((_, index) => {
    const at = hourOfWeek(startHour + index);
    return level * ratio(state.day[at % dayHours], drawn, 1) * ratio(state.week[at], drawn, 1);
  });
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
