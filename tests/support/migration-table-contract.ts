import { describe, expect, it } from 'vitest';
import type { MigrationTable, StoredRow } from '../../src/operator/migrate/migration-table.ts';
import type { RowKey } from '../../src/shared/tables/row.ts';
import type { Item } from './memory-migration.ts';
import { sampleTitleRow } from './sample-rows.ts';

type Opened = { table: MigrationTable; put(item: Item): Promise<void>; items(): Promise<Item[]> };

const key: RowKey = { mediaId: '550', mediaType: 'movie' };
const legacy = { ...key, title: 'Old Club', fetchedAt: 1_700_000_000_000, cacheKey: 'movie_550' };
const row = sampleTitleRow();

/** What every catalog table keeps to while it is migrated; `open` gives an empty one. */
export function migrationTableContract(open: () => Promise<Opened>): void {
  describe('a table that is migrated', () => {
    it('gives what lies under a key, or nothing', async () => {
      const { table, put } = await open();
      await put(legacy);
      expect(await table.read(key)).toEqual(legacy);
      expect(await table.read({ ...key, mediaType: 'tv' })).toBeUndefined();
    });

    it('is scanned page by page, each row once, also behind a row that is gone', async () => {
      const { table, put } = await open();
      const ids = Array.from({ length: 7 }, (_, n) => String(n + 1));
      for (const mediaId of ids) {
        await put({ ...legacy, mediaId });
      }
      const seen: string[] = [];
      let next: RowKey | undefined;
      do {
        const page = await table.scan(next, 2);
        expect(page.rows.length).toBeLessThanOrEqual(2);
        seen.push(...page.rows.map(({ mediaId }) => mediaId));
        for (const seen of page.rows) {
          expect(await table.remove(seen)).toBe(true);
        }
        next = page.next;
      } while (next !== undefined);
      expect(seen.sort()).toEqual(ids);
      expect(await table.scan(undefined, 2)).toEqual({ rows: [], next: undefined });
    });

    it('replaces a row that stands as it was seen, as a whole', async () => {
      const { table, put, items } = await open();
      await put(legacy);
      expect(await table.replace(await seenIn(table), row)).toBe(true);
      expect(await items()).toEqual([row]);
    });

    it.each([
      ['another fetch time', { ...legacy, fetchedAt: 1_700_000_000_001 }],
      ['a fetch time of another type', { ...legacy, fetchedAt: '1700000000000' }],
      ['no fetch time', { ...key, title: 'Old Club' }],
      ['a version', { ...legacy, version: 'a' }],
    ])('neither replaces nor removes a row that has %s by now', async (_what, changed) => {
      const { table, put, items } = await open();
      await put(legacy);
      const seen = await seenIn(table);
      await put(changed);
      expect(await table.replace(seen, row)).toBe(false);
      expect(await table.remove(seen)).toBe(false);
      expect(await items()).toEqual([changed]);
    });

    it('neither replaces nor removes a row that is gone', async () => {
      const { table, put, items } = await open();
      await put(legacy);
      const seen = await seenIn(table);
      expect(await table.remove(seen)).toBe(true);
      expect(await table.remove(seen)).toBe(false);
      expect(await table.replace(seen, row)).toBe(false);
      expect(await items()).toEqual([]);
    });

    it('puts where nothing is, or a row of this schema that is no newer', async () => {
      const { table, items } = await open();
      expect(await table.putUnlessNewer(row)).toBe(true);
      expect(await table.putUnlessNewer(row)).toBe(true);
      expect(await table.putUnlessNewer({ ...row, version: 'l' })).toBe(false);
      const newer = { ...row, version: 'n', title: 'newer' };
      expect(await table.putUnlessNewer(newer)).toBe(true);
      expect(await items()).toEqual([newer]);
    });

    it.each([
      ['without a version', legacy],
      ['with a version of somebody else', { ...legacy, version: 'a' }],
      ['with a number for a version', { ...legacy, schemaVersion: 1, version: 1 }],
    ])('puts over no row %s', async (_what, present) => {
      const { table, put, items } = await open();
      await put(present);
      expect(await table.putUnlessNewer(row)).toBe(false);
      expect(await items()).toEqual([present]);
    });
  });
}

async function seenIn(table: MigrationTable): Promise<StoredRow> {
  const seen = await table.read(key);
  if (seen === undefined) {
    throw new Error('the row is not there');
  }
  return seen;
}
