import type { Act } from './history-plan.ts';
import type { Draws } from './random-stream.ts';
import { films, series } from './tmdb-content.ts';

/** Requests for whole titles in a history whose other acts are given: of few titles, so that their parts meet. */
export function drawWholeTitles(draws: Draws, acts: readonly Act[]): Act[] {
  const spanMs = (acts.at(-1)?.atMs ?? 0) + 10_000;
  const count = draws.chance(0.5) ? draws.whole(1, 6) : 0;
  return Array.from({ length: count }, (): Act => {
    const mediaType = draws.pick(['movie', 'movie', 'tv'] as const);
    const id = draws.pick(mediaType === 'movie' ? [...films.slice(0, 2), 999] : series.slice(0, 2));
    return { act: 'whole-title', atMs: Math.round(draws.next() * spanMs), mediaType, id };
  });
}
