import { seededRandom } from '../../src/tmdb-simulator/seeded-random.ts';

/** 2026-11-02 00:00 UTC, a Monday, in hours since the epoch. */
export const mondayHour = Date.UTC(2026, 10, 2) / 3_600_000;

/** Reads of a weekday's hour: a wave with its top at 18 o'clock, and half as much again on Saturday and Sunday. From Monday 00:00. */
export function weekPattern(mean: number): number[] {
  return Array.from({ length: 168 }, (_, at) => {
    const wave = 1 + 0.6 * Math.cos(((at % 24) - 18) * (Math.PI / 12));
    return mean * wave * (at >= 120 ? 1.5 : 1);
  });
}

/** The pattern over and over. */
export function repeated(pattern: readonly number[], hours: number): number[] {
  return Array.from({ length: hours }, (_, index) => pattern[index % pattern.length] ?? 0);
}

/** Poisson counts around rates, the same for a seed: arrivals with exponential distances. */
export function noisy(rates: readonly number[], seed: number): number[] {
  const random = seededRandom(seed);
  return rates.map((rate) => {
    const distance = () => -Math.log(1 - random.next());
    let count = 0;
    for (let passed = distance(); passed < rate; passed += distance()) {
      count++;
    }
    return count;
  });
}

/** The sum of a list. */
export function total(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) {
    sum += value;
  }
  return sum;
}
