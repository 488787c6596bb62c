/** Four weeks of readers: who reads what in which hour. The same seed gives the same readers. */
import type { Random } from '../../src/shared/core/clock.ts';
import { type Feed, feedId, globalRegion } from '../../src/shared/core/feed.ts';
import { seededRandom } from '../../src/tmdb-simulator/seeded-random.ts';

/** A region with its languages, of which the first is read most. `fromDay`: since when it exists. */
export type Place = {
  region: string;
  languages: readonly string[];
  share: number;
  utcOffsetHours: number;
  fromDay: number;
};

/** Reads as minutes since the start, by feed id, ascending. `days` is the length. */
export type Traffic = { startMs: number; days: number; reads: ReadonlyMap<string, Float64Array> };

/** A Monday. */
export const trafficStartMs = Date.UTC(2026, 10, 2);
export const trafficDays = 28;
const readsPerDay = 6_000;
/** A film everybody talks about: trends are read five times as much for a day and a half. */
const shock = { fromHour: 12 * 24 + 18, hours: 36, factor: 5 };
/** A holiday: like a Sunday, and half as much again. */
const holiday = { day: 24, factor: 1.5 };

/** Five regions with three languages each; India is added with week three. */
export const places: readonly Place[] = [
  { region: 'US', languages: ['en-US', 'es-MX', 'fr-FR'], share: 0.38, utcOffsetHours: -6, fromDay: 0 },
  { region: 'GB', languages: ['en-GB', 'en-US', 'pl-PL'], share: 0.2, utcOffsetHours: 0, fromDay: 0 },
  { region: 'DE', languages: ['de-DE', 'en-US', 'tr-TR'], share: 0.15, utcOffsetHours: 1, fromDay: 0 },
  { region: 'JP', languages: ['ja-JP', 'en-US', 'ko-KR'], share: 0.12, utcOffsetHours: 9, fromDay: 0 },
  { region: 'IN', languages: ['hi-IN', 'en-US', 'ta-IN'], share: 0.15, utcOffsetHours: 5.5, fromDay: 14 },
];
const languageShares = [0.85, 0.13, 0.02];
const globalShare = 0.3;

const regional = [
  ['popular', 'movie', 0.3],
  ['popular', 'tv', 0.2],
  ['trending', 'movie', 0.22],
  ['trending', 'tv', 0.15],
  ['local_originals', 'movie', 0.09],
  ['local_originals', 'tv', 0.04],
] as const;
const worldWide = [
  ['popular', 'movie', 0.25],
  ['popular', 'tv', 0.15],
  ['trending', 'movie', 0.15],
  ['trending', 'tv', 0.1],
  ['trending', 'all', 0.15],
  ['hidden_gems', 'movie', 0.05],
  ['award_winning', 'movie', 0.05],
  ['genre_18', 'movie', 0.06],
  ['genre_35', 'tv', 0.04],
] as const;

/** Share of a day's reads in each hour of local time: little at night, most in the evening. */
const dayShape = [2, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 5, 6, 5, 5, 5, 6, 7, 9, 11, 12, 10, 7, 4];
/** Monday to Sunday. */
const weekShape = [0.85, 0.85, 0.9, 0.95, 1.1, 1.25, 1.1];
const shapeSum = dayShape.reduce((a, b) => a + b, 0);

/** The readers of `seed`. */
export function simulatedTraffic(seed: number): Traffic {
  const random = seededRandom(seed);
  const reads = new Map<string, Float64Array>();
  for (const { feed, share, utcOffsetHours, fromDay } of sources()) {
    const minutes: number[] = [];
    for (let hour = fromDay * 24; hour < trafficDays * 24; hour += 1) {
      const count = poisson(random, share * readsPerDay * intensity(feed, hour, utcOffsetHours));
      const inHour = Array.from({ length: count }, () => hour * 60 + random.next() * 60);
      minutes.push(...inHour.sort((a, b) => a - b));
    }
    reads.set(feedId(feed), Float64Array.from(minutes));
  }
  return { startMs: trafficStartMs, days: trafficDays, reads };
}

function sources() {
  const ofRegions = places.flatMap(({ region, languages, share, utcOffsetHours, fromDay }) =>
    languages.flatMap((language, index) =>
      regional.map(([category, media, part]) => ({
        feed: { category, media, region, language } satisfies Feed,
        share: (1 - globalShare) * share * (languageShares[index] ?? 0) * part,
        utcOffsetHours,
        fromDay,
      })),
    ),
  );
  const global = worldWide.map(([category, media, part]) => ({
    feed: { category, media, region: globalRegion, language: 'en-US' } satisfies Feed,
    share: globalShare * part,
    utcOffsetHours: -3,
    fromDay: 0,
  }));
  return [...ofRegions, ...global];
}

/** Share of a day's reads that fall into the hour, counted from the start. */
function intensity(feed: Feed, hour: number, utcOffsetHours: number): number {
  const local = hour + utcOffsetHours;
  const day = Math.floor(local / 24);
  const isHoliday = day === holiday.day;
  const weekday = isHoliday ? 6 : ((day % 7) + 7) % 7;
  const isShock = feed.category === 'trending' && hour >= shock.fromHour && hour < shock.fromHour + shock.hours;
  const ofDay = (dayShape[Math.floor(((local % 24) + 24) % 24)] ?? 0) / shapeSum;
  return ofDay * (weekShape[weekday] ?? 1) * (isHoliday ? holiday.factor : 1) * (isShock ? shock.factor : 1);
}

/** Knuth's method in parts, so that no exponential underflows. Source: D. Knuth, TAOCP 2, 3.4.1. */
function poisson(random: Random, mean: number): number {
  const part = 30;
  let count = 0;
  for (let left = mean; left > 0; left -= part) {
    const limit = Math.exp(-Math.min(left, part));
    for (let product = random.next(); product > limit; product *= random.next()) {
      count += 1;
    }
  }
  return count;
}
