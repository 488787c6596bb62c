/**
 * The first tier: what this process has read recently, bounded in bytes, with one load at a time for each key. Where a load fails, the
 * older value is answered again, marked as such.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../shared/core/clock.ts';

/** The value of a load, and for how long it is answered without another load (milliseconds). */
export type Kept<V> = { value: V; keepMs: number };

/** `memory`: it was there; `loaded`: this load, or one in flight, brought it; `failed`: the load failed with `error`, and the value is older. */
export type Got<V> = { value: V; how: 'memory' | 'loaded' } | { value: V; how: 'failed'; error: unknown };

/** Entries are told apart by key alone: values of different kinds need keys of different kinds. */
export type MemoryTier = {
  /** The value under `key`, loaded where it is missing or older than `keepMs`. @throws what `load` throws, when there is no older value. */
  get<V>(key: string, load: () => Promise<Kept<V>>): Promise<Got<V>>;
  /** The value under `key` if it is there and not older than its `keepMs`, at once: hundreds are looked up for one answer. */
  peek<V>(key: string): V | undefined;
  /** The same, however old the value is. */
  latest<V>(key: string): V | undefined;
  /** Puts a value that was obtained in another way. */
  put<V>(key: string, kept: Kept<V>): void;
  size(): { entries: number; bytes: number };
};

type Entry = { value: unknown; serial: number };
type Load = () => Promise<Kept<unknown>>;

/** What an entry takes besides key and value, roughly. */
const entryBytes = 200;

/** An empty memory. `maxBytes` bounds the sum of the values' sizes as JSON; a value that is larger by itself is not kept. */
export function memoryTier(maxBytes: number, clock: Clock): MemoryTier {
  let serial = 0;
  const toEntry = ({ value }: Kept<unknown>): Entry => {
    serial += 1;
    return { value, serial };
  };
  const cache = loadingCache(maxBytes, clock, toEntry);
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
    peek: <V>(key: string) => cache.get(key)?.value as V | undefined,
    latest: <V>(key: string) => cache.get(key, { allowStale: true })?.value as V | undefined,
    put: (key, kept) => {
      cache.set(key, toEntry(kept), { ttl: kept.keepMs });
    },
    size: () => ({ entries: cache.size, bytes: cache.calculatedSize }),
  };
}

function loadingCache(maxBytes: number, clock: Clock, toEntry: (kept: Kept<unknown>) => Entry) {
  return new LRUCache<string, Entry, Load>({
    maxSize: maxBytes,
    sizeCalculation: ({ value }, key) => entryBytes + key.length + (JSON.stringify(value)?.length ?? 0),
    // The library takes a start at 0 for "no time to live".
    perf: { now: () => clock.monotonicMs() + 1 },
    ttlResolution: 0,
    // Whoever waits for a load gets its value, even if the entry was replaced or evicted in the meantime.
    ignoreFetchAbort: true,
    noDeleteOnFetchRejection: true,
    noDeleteOnStaleGet: true,
    fetchMethod: async (_key, _stale, { options, context }) => {
      const kept = await context();
      options.ttl = kept.keepMs;
      return toEntry(kept);
    },
  });
}
