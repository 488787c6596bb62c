import { describe, expect, it } from 'vitest';
import type { DemandDay, DemandDays } from '../../src/shared/tables/demand-days.ts';

const expiresAtMs = Date.UTC(2027, 0, 4);

/** A day on which each of `feeds` was read in its eighth hour. */
export function sampleDay(...feeds: string[]): DemandDay {
  const reads = Array.from({ length: 24 }, (_, hour) => (hour === 8 ? 3 : 0));
  return { feeds: Object.fromEntries(feeds.map((feed) => [feed, { reads, deep: 1 }])) };
}

/** What every store of days keeps to; `open` gives an empty one. */
export function demandDaysContract(open: () => Promise<DemandDays>): void {
  describe('a store of days', () => {
    it('has nothing at first', async () => {
      const days = await open();
      expect(await days.read(['demand#2026-11-23'])).toEqual(new Map());
      expect(await days.read([])).toEqual(new Map());
    });

    it('gives back what was put, also a day without reads, and nothing else', async () => {
      const days = await open();
      await days.put(
        'demand#2026-11-22',
        sampleDay('popular/movie/global/en-US', 'trending/all/global/en-US'),
        expiresAtMs,
      );
      await days.put('demand#2026-11-23', sampleDay(), expiresAtMs);
      const ids = ['demand#2026-11-21', 'demand#2026-11-22', 'demand#2026-11-23'];
      expect(await days.read(ids)).toEqual(
        new Map([
          ['demand#2026-11-22', sampleDay('popular/movie/global/en-US', 'trending/all/global/en-US')],
          ['demand#2026-11-23', sampleDay()],
        ]),
      );
    });

    it('takes the same day again', async () => {
      const days = await open();
      await days.put('demand#2026-11-22', sampleDay('a'), expiresAtMs);
      await days.put('demand#2026-11-22', sampleDay('a'), expiresAtMs);
      expect((await days.read(['demand#2026-11-22'])).get('demand#2026-11-22')).toEqual(sampleDay('a'));
    });

    it('takes a day of two hundred feeds', async () => {
      const days = await open();
      const many = sampleDay(...Array.from({ length: 200 }, (_, n) => `genre_${n + 1}/movie/global/en-US`));
      await days.put('demand#2026-11-22', many, expiresAtMs);
      expect(await days.read(['demand#2026-11-22'])).toEqual(new Map([['demand#2026-11-22', many]]));
    });
  });
}
