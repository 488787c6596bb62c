/** MovieLens's ratings as reads by hour. */
import { readMovieLens } from '../ranking/movielens.ts';

/** A set of hours, all known; how many hours apart a forecast is made. */
export type RealHours = { name: string; startHour: number; counts: readonly number[]; stepHours: number };

/** 22 years hold half a rating an hour. Laid over one another they make as many weeks, each with its hours of the week. */
const foldedWeeks = [8, 26];

/** The years laid over one another in weeks, and the years as they were; `undefined` where the data are not there. */
export function movielensHours(): RealHours[] | undefined {
  const ratings = readMovieLens()?.ratings;
  if (ratings === undefined) {
    return undefined;
  }
  const hours = ratings.map(({ atMs }) => Math.floor(atMs / 3_600_000));
  const first = hours[0] ?? 0;
  const last = hours[hours.length - 1] ?? 0;
  return [
    ...foldedWeeks.map((weeks) => ({
      name: `MovieLens in ${weeks} weeks`,
      startHour: first,
      counts: counted(hours, first, weeks * 168),
      stepHours: 11,
    })),
    { name: 'MovieLens as it came', startHour: first, counts: counted(hours, first, last - first + 1), stepHours: 181 },
  ];
}

function counted(hours: readonly number[], startHour: number, length: number): number[] {
  const counts = new Array<number>(length).fill(0);
  for (const hour of hours) {
    const at = (hour - startHour) % length;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}
