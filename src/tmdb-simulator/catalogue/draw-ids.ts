import type { Random } from '../../shared/core/clock.ts';
import { wholeBetween } from '../seeded-random.ts';

const movieIdStep = 230;
const seriesIdStep = 85;
/** Every third series takes the id of a movie: 605 is a film and a series on TMDB too. */
const collisionStep = 3;

/** Different movie ids, spread as TMDB's are: from small numbers to above a million. */
export function drawMovieIds(random: Random, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => 2 + index * movieIdStep + wholeBetween(random, 0, 200));
}

/** Different series ids, of which every third is also the id of a movie. */
export function drawSeriesIds(random: Random, count: number, movieIds: readonly number[]): readonly number[] {
  const taken = new Set<number>();
  for (let index = 0; index < count; index += 1) {
    const collides = index % collisionStep === 0;
    let id = (collides ? movieIds[index] : undefined) ?? 3 + index * seriesIdStep + wholeBetween(random, 0, 80);
    while (taken.has(id)) {
      id += 1;
    }
    taken.add(id);
  }
  return [...taken];
}
