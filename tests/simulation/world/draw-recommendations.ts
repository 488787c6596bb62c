import type { TitleRef } from '../../../src/reader/reader-api.ts';
import type { Act, RecommendAct } from './history-plan.ts';
import type { Draws } from './random-stream.ts';
import { films, series } from './tmdb-content.ts';

const titles: readonly TitleRef[] = [
  ...films.map((id) => ({ mediaType: 'movie' as const, id })),
  ...series.map((id) => ({ mediaType: 'tv' as const, id })),
  { mediaType: 'movie', id: 999 },
];

/** Viewers of a history whose other acts are given: some alone, some together with others. */
export function drawRecommendations(draws: Draws, acts: readonly Act[]): RecommendAct[] {
  const spanMs = (acts.at(-1)?.atMs ?? 0) + 10_000;
  return Array.from({ length: draws.whole(0, 3) }, () => Math.round(draws.next() ** 2 * spanMs)).flatMap((atMs) =>
    Array.from({ length: draws.chance(0.3) ? draws.whole(2, 3) : 1 }, () =>
      drawViewer(draws, atMs + draws.whole(0, 3_000)),
    ),
  );
}

function drawViewer(draws: Draws, atMs: number): RecommendAct {
  return {
    act: 'recommend',
    atMs,
    media: draws.pick(['all', 'all', 'movie', 'tv']),
    limit: draws.pick([1, 3, 20, 100]),
    seen: drawTitles(draws, 6),
    liked: drawTitles(draws, 3),
    reader: draws.whole(0, 1),
  };
}

/** May name a title twice. */
function drawTitles(draws: Draws, most: number): TitleRef[] {
  return Array.from({ length: draws.whole(0, most) }, () => draws.pick(titles));
}
