import { describe, expect, it } from 'vitest';
import { type Migration, type MigrationLog, noCounts } from '../../src/operator/migrate/migration-log.ts';

/** What every migration log keeps to; `open` gives a function that opens one and the same empty log again and again. */
export function migrationLogContract(open: () => Promise<() => MigrationLog>): void {
  describe('migration log', () => {
    it('knows nothing at first', async () => {
      const log = (await open())();
      expect(await log.load()).toBeUndefined();
    });

    it('gives back what was saved last, to another process too', async () => {
      const opened = await open();
      const log = opened();
      await log.save(migrationOf(0));
      expect(await opened().load()).toEqual(migrationOf(0));
      const later = { ...migrationOf(3), state: { ...migrationOf(3).state, last: { mediaId: '7', mediaType: 'tv' } } };
      await log.save(later);
      expect(await opened().load()).toEqual(later);
    });

    it('keeps any number of rows that are not understood, in their order', async () => {
      const opened = await open();
      let log = opened();
      for (const rows of [3, 25, 26, 49, 50, 50, 51, 180]) {
        await log.save(migrationOf(rows));
        expect(await opened().load()).toEqual(migrationOf(rows));
        log = opened();
        await log.load();
      }
    });

    it('keeps nothing of an earlier migration', async () => {
      const opened = await open();
      const log = opened();
      await log.save(migrationOf(60));
      await log.load();
      const anew = migrationOf(30, '2026-11-26T08:00:00.000Z', 'another reason');
      await log.save(anew);
      expect(await opened().load()).toEqual(anew);
    });
  });
}

function migrationOf(rows: number, startedAt = '2026-11-25T08:00:00.000Z', reason = 'there is no title'): Migration {
  return {
    state: { startedAt, counts: { ...noCounts, scanned: 100 + rows, notUnderstood: rows }, finished: rows % 2 === 1 },
    notUnderstood: Array.from({ length: rows }, (_, n) => ({ mediaId: String(n), mediaType: 'movie', reason })),
  };
}
