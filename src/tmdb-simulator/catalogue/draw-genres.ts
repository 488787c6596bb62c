import type { Random } from '../../shared/core/clock.ts';
import { genreWeights } from '../genres/genre-weights.ts';
import type { MediaType } from '../media-type.ts';
import { pickWeighted, wholeBetween } from '../seeded-random.ts';

/** Recorded: 110 of 1,396 list rows carry no genre; fewer here, so that genre lists stay full. */
const withoutGenre = 0.04;

/** One to four different official genre ids, or none for a few titles. */
export function drawGenreIds(random: Random, mediaType: MediaType): readonly number[] {
  if (random.next() < withoutGenre) {
    return [];
  }
  const ids = new Set<number>();
  const draws = wholeBetween(random, 1, 4);
  for (let draw = 0; draw < draws; draw += 1) {
    ids.add(pickWeighted(genreWeights[mediaType], random.next()).id);
  }
  return [...ids];
}
