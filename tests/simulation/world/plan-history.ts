import { drawActs } from './draw-acts.ts';
import { planBusy } from './draw-busy.ts';
import { drawRecommendations } from './draw-recommendations.ts';
import { drawWholeTitles } from './draw-whole-titles.ts';
import { drawFaults, forking } from './faults.ts';
import type { HistoryPlan } from './history-plan.ts';
import { randomStream } from './random-stream.ts';

/** The history of a seed. */
export function planHistory(seed: number): HistoryPlan {
  return planBusy(seed) ?? planUsual(seed);
}

function planUsual(seed: number): HistoryPlan {
  const draws = randomStream(seed, 'plan');
  const world = {
    requestsPerSecond: draws.pick([1, 2, 4, 10, 30]),
    rowsPerPage: draws.whole(1, 4),
    german: draws.chance(0.2),
    live: draws.chance(0.7),
    // By the seed itself: a draw would change the history of every seed.
    own: seed % 10 === 2,
  };
  const faults = drawFaults(draws, randomStream(seed, 'later faults'));
  const first = drawActs(draws, world, forking(faults));
  const acts = [
    ...first,
    ...drawRecommendations(randomStream(seed, 'recommendations'), first),
    ...drawWholeTitles(randomStream(seed, 'whole titles'), first),
  ];
  return { seed, world, faults, acts: acts.sort((a, b) => a.atMs - b.atMs) };
}
