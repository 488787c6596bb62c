import type { MediaType } from '../media-type.ts';

/** A genre and how often titles carry it, in shares of no unit. */
export type GenreWeight = { id: number; weight: number };

/**
 * TMDB's official genres in the order of its own lists (examples of TMDB's OpenAPI document); movie and tv ids
 * differ. The weights are rough shares of TMDB's catalogue, never so small that a genre has no page of its own.
 */
export const genreWeights: Readonly<Record<MediaType, readonly GenreWeight[]>> = {
  movie: [
    { id: 28, weight: 10 },
    { id: 12, weight: 6 },
    { id: 16, weight: 6 },
    { id: 35, weight: 15 },
    { id: 80, weight: 7 },
    { id: 99, weight: 6 },
    { id: 18, weight: 20 },
    { id: 10751, weight: 6 },
    { id: 14, weight: 5 },
    { id: 36, weight: 3 },
    { id: 27, weight: 8 },
    { id: 10402, weight: 3 },
    { id: 9648, weight: 4 },
    { id: 10749, weight: 8 },
    { id: 878, weight: 5 },
    { id: 10770, weight: 3 },
    { id: 53, weight: 9 },
    { id: 10752, weight: 2 },
    { id: 37, weight: 2 },
  ],
  tv: [
    { id: 10759, weight: 8 },
    { id: 16, weight: 10 },
    { id: 35, weight: 13 },
    { id: 80, weight: 8 },
    { id: 99, weight: 7 },
    { id: 18, weight: 22 },
    { id: 10751, weight: 5 },
    { id: 10762, weight: 4 },
    { id: 9648, weight: 5 },
    { id: 10763, weight: 2 },
    { id: 10764, weight: 6 },
    { id: 10765, weight: 8 },
    { id: 10766, weight: 4 },
    { id: 10767, weight: 3 },
    { id: 10768, weight: 3 },
    { id: 37, weight: 2 },
  ],
};
