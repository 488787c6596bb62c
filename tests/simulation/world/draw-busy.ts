import { drawFaults, type Faults, noFaults } from './faults.ts';
import type { Act, HistoryPlan } from './history-plan.ts';
import { type Draws, randomStream } from './random-stream.ts';

/** One history in so many. */
const oneIn = 15;
/** The most noise that is not an outage: refusals, and failures of TMDB. */
const mostNoise = 0.05;
/** Jobs on the queue: two batches are under way, and more are always visible. */
const waiting = 100;
/** For how long the rate may adapt, and for how long it is judged then (rate-invariant.ts). */
const adaptMs = 60_000;
const judgedMs = 60_000;
/** The same in noise: a single ceiling that the noise has shown costs much of one minute, and little of several. */
const judgedInNoiseMs = 240_000;

/** The history of a seed whose fetch queue is full for some minutes; `undefined` for most seeds. */
export function planBusy(seed: number): HistoryPlan | undefined {
  const draws = randomStream(seed, 'busy');
  if (!draws.chance(1 / oneIn)) {
    return undefined;
  }
  const requestsPerSecond = draws.pick([10, 20, 30]);
  const world = { requestsPerSecond, rowsPerPage: 1, german: false, live: draws.chance(0.5), own: false };
  const faults = draws.chance(0.3) ? drawFaults(draws, draws) : noise(draws, randomStream(seed, 'busy tables'));
  const limit = drawLimit(draws, requestsPerSecond);
  const isNoisy = faults.throttled > 0 && faults.throttled <= mostNoise;
  const forMs =
    adaptMs +
    (isNoisy ? judgedInNoiseMs : judgedMs) +
    (limit?.act === 'limit' && limit.atMs > 0 ? limit.atMs + limit.forMs : 0);
  const fill: Act = { act: 'fill', atMs: 0, waiting, forMs };
  const throughout = limit && limit.atMs === 0 ? { ...limit, forMs } : limit;
  return { seed, world, faults, acts: [...(throughout ? [throughout] : []), fill, ...drawTitles(draws, forMs)] };
}

/** Noise of TMDB, cold starts and messages in any order; sometimes also a slow control table, or pauses that TMDB asks for. */
function noise(draws: Draws, ofTables: Draws): Faults {
  const strength = (probability: number, most: number) => (draws.chance(probability) ? draws.next() * most : 0);
  return {
    ...noFaults,
    throttled: strength(0.7, mostNoise),
    serverError: strength(0.7, mostNoise),
    coldStart: strength(0.3, 0.2),
    reorder: strength(0.5, 1),
    slowAnswer: draws.pick([0, 0, 0, 0, 0.3, 1]),
    slowCall: ofTables.pick([0, 0, 0, 0, 0.05]),
    retryAfter: ofTables.pick([0, 0, 0, 0, 0.3]),
  };
}

/** A limit above or below the rate: all the time, or for a while. */
function drawLimit(draws: Draws, requestsPerSecond: number): Extract<Act, { act: 'limit' }> | undefined {
  const perSecond = Math.max(5, Math.round(requestsPerSecond * draws.between(0.3, 1.1)));
  const kind = draws.pick(['none', 'throughout', 'throughout', 'falls'] as const);
  if (kind === 'none') {
    return undefined;
  }
  return kind === 'throughout'
    ? { act: 'limit', atMs: 0, perSecond, forMs: 0 }
    : { act: 'limit', atMs: draws.whole(10_000, 30_000), perSecond, forMs: draws.whole(20_000, 40_000) };
}

/** Readers ask for titles meanwhile, of which they fetch some themselves. */
function drawTitles(draws: Draws, forMs: number): Act[] {
  return Array.from({ length: draws.whole(0, 10) }, () => Math.round(draws.next() * forMs))
    .sort((a, b) => a - b)
    .map((atMs) => ({ act: 'title', atMs, id: draws.whole(1, 9), language: 'en-US', reader: draws.whole(0, 1) }));
}
