import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CatalogRow } from '../../src/shared/tables/catalog.ts';
import { type RowKey, rowKeyText } from '../../src/shared/tables/row.ts';
import { rememberTitles } from '../../src/writer/remember-titles.ts';
import { writeRows } from '../../src/writer/write-rows.ts';
import { catalogContract } from '../support/catalog-contract.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';
import { draftOf, sampleListPage, sampleTitleRow } from '../support/sample-rows.ts';
import { unpaced } from '../support/unpaced.ts';

/** A table that tells which keys were read, behind the memory. */
function remembering() {
  const table = memoryCatalog();
  const read: string[] = [];
  const time = { nowMs: Date.UTC(2026, 10, 23, 8) };
  const store = rememberTitles(
    {
      ...table,
      readPresent: (keys: readonly RowKey[]) => {
        read.push(...keys.map(rowKeyText));
        return table.readPresent(keys);
      },
    },
    { nowMs: () => time.nowMs },
  );
  const write = async (...rows: CatalogRow[]) => {
    read.length = 0;
    const drafts = new Map(rows.map((row) => [rowKeyText(row), draftOf(row)] as const));
    return { ...(await writeRows(drafts, store, 4, unpaced)), read: [...read] };
  };
  return { table, time, write };
}

const known = sampleTitleRow({ mediaId: '1', version: 'm' });

describe('a title that was seen', () => {
  it('is not read again, whether it was written or found', async () => {
    const { table, write } = remembering();
    await table.putIfNewer(known);
    const written = sampleTitleRow({ mediaId: '2' });
    expect((await write(known, written)).read).toEqual(['1\nmovie', '2\nmovie']);
    const again = await write(known, written);
    expect(again).toMatchObject({ read: [], readUnits: 0, writeUnits: 0 });
    expect([...again.outcomes.values()]).toEqual(['unchanged', 'unchanged']);
  });

  it('is read and written in a greater version, and superseded in a smaller one', async () => {
    const { table, write } = remembering();
    await write(known);
    const newer = sampleTitleRow({ mediaId: '1', version: 'n' });
    expect((await write(newer)).read).toEqual(['1\nmovie']);
    expect(table.rows()).toEqual([newer]);
    const older = await write(known);
    expect(older.read).toEqual([]);
    expect(older.outcomes.get('1\nmovie')).toBe('superseded');
  });

  it('is read after ten minutes, and when the clock was set back', async () => {
    const { time, write } = remembering();
    await write(known);
    time.nowMs += 599_999;
    expect((await write(known)).read).toEqual([]);
    time.nowMs += 1;
    expect((await write(known)).read).toEqual(['1\nmovie']);
    time.nowMs -= 1;
    expect((await write(known)).read).toEqual(['1\nmovie']);
  });

  it('is forgotten with 10,000 others', async () => {
    const { write } = remembering();
    const many = Array.from({ length: 9_999 }, (_, n) => sampleTitleRow({ mediaId: `${n + 2}` }));
    await write(...many);
    expect((await write(...many)).read).toEqual([]);
    await write(known);
    expect((await write(known)).read).toEqual(['1\nmovie']);
  });
});

it('a page is read each time, since its places are compared', async () => {
  const { table, write } = remembering();
  const page = sampleListPage();
  await write(page);
  const { read, before } = await write(page);
  expect(read).toEqual([rowKeyText(page)]);
  expect(before.get(rowKeyText(page))?.places).toEqual(page.places);
  expect(table.rows()).toEqual([page]);
});

it('rows that come in any order, from two writers, leave the greatest version of each', async () => {
  const arbitraryRow = fc.record({
    mediaId: fc.constantFrom('1', '2', '3'),
    version: fc.constantFrom('a', 'b', 'c'),
    own: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryRow, { maxLength: 12 }), async (sightings) => {
      const { table, write } = remembering();
      for (const { own, ...key } of sightings) {
        const row = sampleTitleRow(key);
        await (own ? write(row) : table.putIfNewer(row));
      }
      const greatest = new Map(
        sightings.toSorted((a, b) => (a.version < b.version ? -1 : 1)).map((s) => [s.mediaId, s]),
      );
      expect(new Map(table.rows().map(({ mediaId, version }) => [mediaId, version]))).toEqual(
        new Map([...greatest].map(([mediaId, { version }]) => [mediaId, version])),
      );
    }),
  );
});

catalogContract(async () => {
  const reader = memoryCatalog();
  return { store: rememberTitles(reader, { nowMs: () => 0 }), reader };
});
