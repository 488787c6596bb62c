import { describe, expect, it } from 'vitest';
import type { UnknownIds } from '../../src/reader/dynamo-unknown-ids.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);
const sixHoursMs = 6 * 3_600_000;

/** What all memories of unknown ids keep to; `open` gives an empty one, as often as it is opened on the same place. */
export function unknownIdsContract(open: () => Promise<() => UnknownIds>): void {
  describe('an id that TMDB does not know', () => {
    it('is not remembered before it was noted, and no other id is after', async () => {
      const ids = (await open())();
      expect(await ids.has('imdb:tt0000001', nowMs)).toBe(false);
      await ids.add('imdb:tt0000001', nowMs);
      expect(await ids.has('imdb:tt0000001', nowMs)).toBe(true);
      expect(await ids.has('imdb:tt0000002', nowMs)).toBe(false);
      expect(await ids.has('tvdb:1', nowMs)).toBe(false);
    });

    it('is remembered for six hours, to the millisecond, and anew when it is noted again', async () => {
      const ids = (await open())();
      await ids.add('tvdb:1', nowMs);
      expect(await ids.has('tvdb:1', nowMs + sixHoursMs - 1)).toBe(true);
      expect(await ids.has('tvdb:1', nowMs + sixHoursMs)).toBe(false);
      await ids.add('tvdb:1', nowMs + sixHoursMs);
      expect(await ids.has('tvdb:1', nowMs + sixHoursMs + 1)).toBe(true);
    });

    it('is one in all containers', async () => {
      const container = await open();
      await container().add('tvdb:1', nowMs);
      expect(await container().has('tvdb:1', nowMs)).toBe(true);
    });

    it('is remembered where clocks are a little apart, and not where one is far ahead', async () => {
      const ids = (await open())();
      await ids.add('tvdb:1', nowMs + 5_000);
      expect(await ids.has('tvdb:1', nowMs)).toBe(true);
      await ids.add('tvdb:2', nowMs + 365 * sixHoursMs);
      expect(await ids.has('tvdb:2', nowMs)).toBe(false);
    });
  });
}
