import { hash32 } from '../seeded-random.ts';

/**
 * How long TMDB's own caches keep a kind of answer, in seconds: up to 395 s was reported for trending, hours for details.
 * The lists that stand still for a day are between the two.
 */
export const cachePeriods = { trending: 395, list: 3600, details: 28_800, fixed: 86_400 } as const;

/** The kinds of answers by how long they are cached. */
export type CacheKind = keyof typeof cachePeriods;

/**
 * `max-age` in seconds: what is left of the period of TMDB's cache, at least 1. Each `path` started its period at another
 * moment, so two lists rarely expire together.
 */
export function maxAgeSeconds(kind: CacheKind, path: string, nowMs: number): number {
  const period = cachePeriods[kind];
  const phase = hash32(0, path) % period;
  return period - ((Math.floor(nowMs / 1000) + phase) % period);
}
