import type { Random } from '../../shared/core/clock.ts';
import { nearlyNormal, pickAt } from '../seeded-random.ts';

/** The figures that move: popularity (3 decimals), average vote (0 to 10) and number of votes. */
export type Figures = { popularity: number; voteAverage: number; voteCount: number };

/** How many votes a medium draws: the exponents of ten of the median and of one deviation. */
export type VoteScale = { median: number; deviation: number };

/** How many decimals averages carry: mostly three, as in the recorded rows. */
const averageDecimals = [1, 2, 3, 3, 3];
const mostVotes = 38_500;
/** Below this many votes an average says little and is often a round number. */
const fewVotes = 8;

/**
 * Draws figures with heavy tails: most titles are hardly known, a few have thousands of votes, one in seven has none.
 * `ageDays` is negative for what is yet to come out.
 */
export function drawFigures(random: Random, ageDays: number, scale: VoteScale): Figures {
  const fame = nearlyNormal(random);
  const popularity = 10 ** (0.55 + 0.75 * fame) * newness(ageDays);
  const voteCount = drawVoteCount(random, fame, ageDays, scale);
  return { popularity: round(popularity, 3), voteAverage: drawVoteAverage(random, voteCount), voteCount };
}

/** Rounds to `decimals`, the way the figures are stored. */
export function round(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}

function newness(ageDays: number): number {
  if (ageDays < 0) {
    return 1.5;
  }
  return ageDays < 90 ? 4 : 1;
}

function drawVoteCount(random: Random, fame: number, ageDays: number, scale: VoteScale): number {
  const spread = 0.6 * fame + 0.8 * nearlyNormal(random);
  const hasNone = random.next() < (ageDays < 0 ? 0.8 : 0.14);
  const ripeness = Math.min(1, 0.05 + Math.max(0, ageDays) / 400);
  const votes = Math.min(mostVotes, 10 ** (scale.median + scale.deviation * spread));
  return hasNone ? 0 : Math.floor(votes * ripeness);
}

function drawVoteAverage(random: Random, voteCount: number): number {
  const spread = nearlyNormal(random);
  const decimals = pickAt(averageDecimals, random.next());
  if (voteCount === 0) {
    return 0;
  }
  if (voteCount < fewVotes) {
    return Math.max(1, Math.min(10, Math.round(7 + 2.5 * spread)));
  }
  const average = 6 + 0.3 * Math.log10(voteCount) + 0.8 * spread;
  return round(Math.max(1.5, Math.min(9.3, average)), decimals);
}
