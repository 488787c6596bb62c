import { describe, expect, it } from 'vitest';
import type { UsageStore } from '../../src/shared/tables/usage-store.ts';

const feeds = 'usage#2026-11-23T08#feeds';
const titles = 'usage#2026-11-23T08#titles#05';
const expiresAtMs = Date.UTC(2027, 0, 4, 8);

/** Two hundred counters, with names as long as they come. */
export function manyCounters(count = 200): Record<string, number> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`r:local_originals/movie/DE/genre_9999999/${n}`, n + 1]),
  );
}

/** What every store of usage keeps to; `open` gives an empty one, as often as it is called on the same place. */
export function usageStoreContract(open: () => Promise<() => UsageStore>): void {
  describe('a store of usage', () => {
    it('has nothing at first, and no item where nothing was counted', async () => {
      const store = (await open())();
      expect(await store.read([feeds, titles])).toEqual(new Map());
      expect(await store.read([])).toEqual(new Map());
    });

    it('adds up, counter by counter, also what is new', async () => {
      const store = (await open())();
      await store.add(feeds, { 'r:popular/movie/global/en-US': 3, 'm:popular/movie/global/en-US': 1 }, expiresAtMs);
      await store.add(feeds, { 'r:popular/movie/global/en-US': 4, 's:trending/all/global/en-US': 2 }, expiresAtMs);
      const counters = {
        'r:popular/movie/global/en-US': 7,
        'm:popular/movie/global/en-US': 1,
        's:trending/all/global/en-US': 2,
      };
      expect(await store.read([feeds])).toEqual(new Map([[feeds, counters]]));
    });

    it('counts changes and plans too, of which some are no whole numbers', async () => {
      const store = (await open())();
      const counters = { 'k:a': 20, 'c:a': 3, 'a:a': 81.5, 'f:a': 2, 'w:a': 1, 'x:a': 0.25, 'p:calls': 2, 'd:a': 1 };
      await store.add(feeds, counters, expiresAtMs);
      expect(await store.read([feeds])).toEqual(new Map([[feeds, counters]]));
    });

    it('counts reads that asked for details, and notes how titles ended', async () => {
      const store = (await open())();
      const counters = { 'q:~other': 3, 'e:~other': 2, 'g:~other': 1, 'v:~other': 1, 'r:movie/550': 3 };
      const ends = { 'y:movie/550': 1, 'u:tv/1396': 1 };
      await store.add(titles, counters, expiresAtMs);
      await store.add('title-ends#0badcafe', ends, expiresAtMs);
      expect(await store.read([titles, 'title-ends#0badcafe'])).toEqual(
        new Map<string, object>([
          [titles, counters],
          ['title-ends#0badcafe', ends],
        ]),
      );
    });

    it('keeps items apart', async () => {
      const store = (await open())();
      await store.add(feeds, { 'r:popular/movie/global/en-US': 1 }, expiresAtMs);
      await store.add(titles, { 'r:movie/550': 2, 'r:~other': 3 }, expiresAtMs);
      expect(await store.read([titles, 'usage#2026-11-23T09#feeds', feeds])).toEqual(
        new Map([
          [titles, { 'r:movie/550': 2, 'r:~other': 3 }],
          [feeds, { 'r:popular/movie/global/en-US': 1 }],
        ]),
      );
    });

    it('loses nothing when many containers add at the same time', async () => {
      const container = await open();
      const adds = Array.from({ length: 20 }, (_, n) =>
        container().add(feeds, { 'r:a': 1, [`r:${n}`]: n + 1 }, expiresAtMs),
      );
      await Promise.all(adds);
      const counters = (await container().read([feeds])).get(feeds);
      expect(counters).toMatchObject({ 'r:a': 20, 'r:0': 1, 'r:7': 8, 'r:19': 20 });
      expect(Object.keys(counters ?? {})).toHaveLength(21);
    });

    it('takes two hundred counters in one update, again and again', async () => {
      const store = (await open())();
      await store.add(titles, manyCounters(), expiresAtMs);
      await store.add(titles, manyCounters(), expiresAtMs);
      const counters = (await store.read([titles])).get(titles) ?? {};
      expect(Object.keys(counters)).toHaveLength(200);
      expect(Object.values(counters).reduce((sum, count) => sum + count, 0)).toBe(2 * 20_100);
    });

    it('reads the items of a whole day, more than one call takes', async () => {
      const store = (await open())();
      const ids = Array.from({ length: 312 }, (_, n) => `usage#item-${n}`);
      await Promise.all(ids.filter((_, n) => n % 3 === 0).map((id, n) => store.add(id, { 'r:a': n + 1 }, expiresAtMs)));
      const read = await store.read(ids);
      expect(read.size).toBe(104);
      expect(read.get('usage#item-309')).toEqual({ 'r:a': 104 });
    });
  });
}
