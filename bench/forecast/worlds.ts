/** Synthetic traffic whose truth is known: a feed's rate by hour, the reads drawn from it, and what the counters saw of them. */

import type { Random } from '../../src/shared/core/clock.ts';
import { nearlyNormal, seededRandom, wholeBetween } from '../../src/tmdb-simulator/seeded-random.ts';

/** One feed. `rates` and `reads` are the truth; `seen` has bots in it and gaps. */
export type Feed = {
  startHour: number;
  rates: readonly number[];
  reads: readonly number[];
  seen: readonly (number | undefined)[];
};

/** A kind of traffic. `historyHours` is how much of the past a forecast is given. */
export type World = { name: string; historyHours: number; feed: (seed: number) => Feed };

/** Four weeks of history and two to forecast. */
export const feedHours = 1_008;

type Traits = {
  /** Reads an hour. */
  least: number;
  most: number;
  /** 0 is flat, 1 is what people do. */
  season: number;
};

/** November 2026, a Monday; each feed starts at an hour of its own. */
const firstHour = 498_480;

const people: Traits = { least: 3, most: 300, season: 1 };

export const worlds: readonly World[] = [
  world('seasonal', (random) => drawn(random, people)),
  world('trend', (random) => drawn(random, people, trended(random))),
  world('level shift', (random) => drawn(random, people, shifted(random))),
  world('sparse', (random) => drawn(random, { least: 0.03, most: 0.8, season: 1 })),
  world('spikes and bots', (random) => withBots(drawn(random, people), random)),
  world('gaps', (random) => withGaps(drawn(random, people), random)),
  world('noise without season', (random) => drawn(random, { least: 0.5, most: 100, season: 0 })),
  world('new feed', (random) => drawn(random, people), 72),
  world('young feed', (random) => drawn(random, people), 240),
];

function world(name: string, feed: (random: Random) => Feed, historyHours = 672): World {
  return { name, historyHours, feed: (seed) => feed(seededRandom(seed * 7_919 + name.length)) };
}

function drawn(random: Random, { least, most, season }: Traits, factor: (hour: number) => number = () => 1): Feed {
  const level = least * (most / least) ** random.next();
  const startHour = firstHour + wholeBetween(random, 0, 167);
  const shape = season > 0 ? weekShape(random) : () => 1;
  let drift = 0;
  const rates = Array.from({ length: feedHours }, (_, index) => {
    // A day's memory and a deviation of 12 %: news, weather.
    drift = season * (0.96 * drift + 0.035 * nearlyNormal(random));
    return level * shape(startHour + index) * Math.exp(drift) * factor(index);
  });
  const reads = rates.map((rate) => poisson(rate, random));
  return { startHour, rates, reads, seen: [...reads] };
}

/** Two waves a day, a weekend of its own, and what each hour of the week has for itself. */
function weekShape(random: Random): (hour: number) => number {
  const phase = 19 + 2 * nearlyNormal(random);
  const [first, second, weekend] = [0.5 + 0.4 * random.next(), 0.3 * random.next(), 0.9 + 0.8 * random.next()];
  const own = Array.from({ length: 168 }, () => Math.exp(0.1 * nearlyNormal(random)));
  return (hour) => {
    const turn = ((hour % 24) - phase) * ((2 * Math.PI) / 24);
    const weekday = Math.floor((hour % 168) / 24);
    // 2 and 3 days after a Thursday.
    const days = weekday === 2 || weekday === 3 ? weekend : 1;
    return Math.exp(first * Math.cos(turn) + second * Math.cos(2 * turn)) * days * (own[hour % 168] ?? 1);
  };
}

function trended(random: Random): (hour: number) => number {
  const perDay = 0.06 * (random.next() - 0.4);
  return (hour) => Math.exp((perDay * hour) / 24);
}

function shifted(random: Random): (hour: number) => number {
  const at = wholeBetween(random, 480, 840);
  const by = random.next() < 0.5 ? 0.25 + 0.35 * random.next() : 1.8 + 3 * random.next();
  return (hour) => (hour < at ? 1 : by);
}

/** About three bots in two weeks: one hour to five, at 5 to 50 times the feed's mean. */
function withBots(feed: Feed, random: Random): Feed {
  const mean = feed.rates.reduce((sum, rate) => sum + rate, 0) / feedHours;
  const seen = [...feed.reads];
  for (let bot = 0; bot < 9; bot++) {
    const from = wholeBetween(random, 0, feedHours - 6);
    const hours = wholeBetween(random, 1, 5);
    const reads = mean * 5 * 10 ** random.next();
    for (let hour = from; hour < from + hours; hour++) {
      seen[hour] = (seen[hour] ?? 0) + poisson(reads, random);
    }
  }
  return { ...feed, seen };
}

/** One hour of twenty is missing, and three spells of 4 to 40 hours. */
function withGaps(feed: Feed, random: Random): Feed {
  const seen: (number | undefined)[] = feed.reads.map((reads) => (random.next() < 0.05 ? undefined : reads));
  for (let gap = 0; gap < 3; gap++) {
    const from = wholeBetween(random, 0, feedHours - 40);
    seen.fill(undefined, from, from + wholeBetween(random, 4, 40));
  }
  return { ...feed, seen };
}

/** Knuth's product for small means, a normal draw for large ones. */
export function poisson(mean: number, random: Random): number {
  if (mean > 60) {
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * nearlyNormal(random)));
  }
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) {
    count++;
  }
  return count;
}
