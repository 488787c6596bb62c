/** People's ratings as reads of genre lists: each rating reads the list of one of its film's genres. */

import { dayMs } from '../../src/shared/core/clock.ts';
import { feedId, globalRegion } from '../../src/shared/core/feed.ts';
import { pickAt, seededRandom } from '../../src/tmdb-simulator/seeded-random.ts';
import { readMovieLens } from '../ranking/movielens.ts';
import type { Traffic } from './traffic.ts';

const days = 56;

/** The eight weeks with the most ratings, from a Monday on; `undefined` where the data are not there. */
export function movieLensTraffic(): (Traffic & { genres: readonly number[] }) | undefined {
  const data = readMovieLens();
  if (data === undefined) {
    return undefined;
  }
  const random = seededRandom(1);
  const events = data.ratings.flatMap(({ tmdbId, atMs }) => {
    const genres = data.films.get(tmdbId)?.genres ?? [];
    return genres.length === 0 ? [] : [{ atMs, genre: pickAt(genres, random.next()) }];
  });
  const startMs = busiestStart(events.map(({ atMs }) => atMs));
  const within = events.filter(({ atMs }) => atMs >= startMs && atMs < startMs + days * dayMs);
  const byGenre = Map.groupBy(within, ({ genre }) => genre);
  const reads = new Map(
    [...byGenre].map(([genre, ofGenre]) => [
      feedId({ category: `genre_${genre}`, media: 'movie', region: globalRegion, language: 'en-US' }),
      Float64Array.from(ofGenre, ({ atMs }) => (atMs - startMs) / 60_000),
    ]),
  );
  const genres = [...Map.groupBy(events, ({ genre }) => genre)].sort(([, a], [, b]) => b.length - a.length);
  return { startMs, days, reads, genres: genres.map(([genre]) => genre) };
}

/** The Monday from which on the most events lie within the days; `timesMs` ascend. */
function busiestStart(timesMs: readonly number[]): number {
  const firstMondayMs = 4 * dayMs;
  const mondays = new Set(
    timesMs.map((atMs) => Math.floor((atMs - firstMondayMs) / (7 * dayMs)) * 7 * dayMs + firstMondayMs),
  );
  const counted = [...mondays].map((startMs) => ({
    startMs,
    count: timesMs.filter((atMs) => atMs >= startMs && atMs < startMs + days * dayMs).length,
  }));
  return counted.reduce((best, one) => (one.count > best.count ? one : best), { startMs: 0, count: -1 }).startMs;
}
