import type { CatalogueTitle } from './catalogue-title.ts';

/** One episode of a series: season and number count from 1; the day is whole days since 1970-01-01. */
export type Episode = { season: number; number: number; day: number };

const daysBetweenEpisodes = 7;
/** 52 weeks, so that every season of a series airs on the same day of the week. */
const daysBetweenSeasons = 364;

/** Every episode of a series in the order it airs; none for movies and for series without a first air date. */
export function episodesOf(title: CatalogueTitle): readonly Episode[] {
  const { releaseDay, seasons } = title;
  if (releaseDay === undefined || seasons === undefined) {
    return [];
  }
  const all = { length: seasons.count * seasons.episodesEach };
  return Array.from(all, (_, index) => {
    const season = Math.floor(index / seasons.episodesEach);
    const number = index % seasons.episodesEach;
    const day = releaseDay + season * daysBetweenSeasons + number * daysBetweenEpisodes;
    return { season: season + 1, number: number + 1, day };
  });
}

/** Whether an episode airs from day `from` to day `to`, both included; `undefined` leaves that end open. */
export function airsBetween(title: CatalogueTitle, from = -Infinity, to = Infinity): boolean {
  const { releaseDay, seasons } = title;
  if (releaseDay === undefined || seasons === undefined) {
    return false;
  }
  for (let season = 0; season < seasons.count; season += 1) {
    const first = releaseDay + season * daysBetweenSeasons;
    const last = first + (seasons.episodesEach - 1) * daysBetweenEpisodes;
    if (weeklyDayWithin(first, Math.max(first, from), Math.min(last, to))) {
      return true;
    }
  }
  return false;
}

/** Whether a day that lies whole weeks after `first` falls from `from` to `to`. */
function weeklyDayWithin(first: number, from: number, to: number): boolean {
  const weeks = Math.ceil((from - first) / daysBetweenEpisodes);
  return first + weeks * daysBetweenEpisodes <= to;
}
