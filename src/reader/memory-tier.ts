/**
 * The first tier: what this process has read lately, bounded in bytes, with one load at a time for each key. Where a load
 * fails, what was there before is given once more, and said to be that.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../shared/core/clock.ts';

/** What a load brings, and for how long it answers without another load. */
export type Kept<V> = { value: V; keepMs: number };

/** `memory`: it was there; `loaded`: this load, or one that was under way, brought it; `failed`: it is older than it should be, and why. */
export type Got<V> = { value: V; how: 'memory' | 'loaded' } | { value: V; how: 'failed'; error: unknown };

/** Entries are told apart by key alone: who uses two kinds of values gives them two kinds of keys. */
export type MemoryTier = {
  /** @throws what `load` throws, when there is nothing older. */
  get<V>(key: string, load: () => Promise<Kept<V>>): Promise<Got<V>>;
  /** Puts what was got in another way. */
  put<V>(key: string, kept: Kept<V>): void;
  size(): { entries: number; bytes: number };
};

type Entry = { value: unknown; serial: number };
type Load = () => Promise<Kept<unknown>>;

/** An entry's own bookkeeping, roughly. */
const entryBytes = 200;

/** `maxBytes` bounds the sum of what the values take as JSON; one that is larger by itself is not kept. */
export function memoryTier(maxBytes: number, clock: Clock): MemoryTier {
  let serial = 0;
  const toEntry = ({ value }: Kept<unknown>): Entry => {
    serial += 1;
    return { value, serial };
  };
  const cache = new LRUCache<string, Entry, Load>({
    maxSize: maxBytes,
    sizeCalculation: ({ value }, key) => entryBytes + key.length + (JSON.stringify(value)?.length ?? 0),
    // A start at 0 would mean "no time to live".
    perf: { now: () => clock.monotonicMs() + 1 },
    ttlResolution: 0,
    // Who waits for a load gets what it brings, also where the entry was replaced or crowded out meanwhile.
    ignoreFetchAbort: true,
    noDeleteOnFetchRejection: true,
    noDeleteOnStaleGet: true,
    fetchMethod: async (_key, _stale, { options, context }) => {
      const kept = await context();
      options.ttl = kept.keepMs;
      return toEntry(kept);
    },
  });
  return {
    get: async <V>(key: string, load: () => Promise<Kept<V>>) => {
      const before = serial;
      try {
        const entry = await cache.forceFetch(key, { context: load });
        return { value: entry.value as V, how: entry.serial > before ? 'loaded' : 'memory' };
      } catch (error) {
        const older = cache.get(key, { allowStale: true });
        if (older === undefined) {
          throw error;
        }
        const value = older.value as V;
        return older.serial > before ? { value, how: 'memory' } : { value, how: 'failed', error };
      }
    },
    put: (key, kept) => {
      cache.set(key, toEntry(kept), { ttl: kept.keepMs });
    },
    size: () => ({ entries: cache.size, bytes: cache.calculatedSize }),
  };
}
