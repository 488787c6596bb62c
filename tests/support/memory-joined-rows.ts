import type { CatalogJoinedRow, CatalogReader, CatalogStore } from '../../src/shared/tables/catalog.ts';
import type { DetailsRow } from '../../src/shared/tables/details-row.ts';
import { externalIdRowSchema } from '../../src/shared/tables/external-id-row.ts';
import type { ReferenceRows } from '../../src/shared/tables/reference-row.ts';
import { rowKeyText } from '../../src/shared/tables/row.ts';
import type { CallHook } from './call-hook.ts';

/** The joined rows of a catalog table in memory. `lag`: how many of the latest puts an eventually consistent read does not see. */
export function memoryJoinedRows(hook: CallHook, lag: () => number) {
  const table = new Map<string, CatalogJoinedRow>();
  const puts: CatalogJoinedRow[] = [];

  function seen(consistent: boolean): ReadonlyMap<string, CatalogJoinedRow> {
    const known = puts.slice(0, puts.length - (consistent ? 0 : Math.min(lag(), puts.length)));
    return new Map(known.map((row) => [rowKeyText(row), row]));
  }

  function detailsUnder(texts: readonly string[]): Map<string, DetailsRow> {
    const rows = seen(false);
    return new Map(texts.flatMap((text) => (rows.has(text) ? [[text, { ...rows.get(text) } as DetailsRow]] : [])));
  }

  const store: Pick<CatalogStore, 'readStored' | 'replace'> &
    Pick<CatalogReader, 'readDetails' | 'readExternalId' | 'readReference'> = {
    readStored: (keys, consistent) =>
      hook({ name: 'readStored', key: '' }, () => {
        const texts = keys.map(rowKeyText);
        if (new Set(texts).size < texts.length) {
          throw new Error('DynamoDB refuses a key that is asked for twice');
        }
        const rows = seen(consistent);
        return {
          rows: new Map(texts.flatMap((text) => (rows.has(text) ? [[text, { ...rows.get(text) }]] : []))),
          readUnits: texts.length / 2,
        };
      }),
    readDetails: (keys) => hook({ name: 'readDetails', key: '' }, () => detailsUnder(keys.map(rowKeyText))),
    readExternalId: (text, onDamaged) =>
      hook({ name: 'readExternalId', key: text }, () => {
        const row = seen(false).get(rowKeyText({ mediaId: text, mediaType: 'id' }));
        const parsed = externalIdRowSchema.safeParse(row);
        if (row !== undefined && !parsed.success) {
          onDamaged?.(row, 'it does not parse');
        }
        return parsed.data;
      }),
    readReference: () =>
      hook({ name: 'readReference', key: '' }, () => {
        const rows = [...seen(false).values()].filter((row) => row.mediaId === 'reference');
        return Object.fromEntries(rows.map((row) => [row.mediaType, { ...row }])) as ReferenceRows;
      }),
    replace: (row, version) =>
      hook({ name: 'replace', key: rowKeyText(row) }, () => {
        const stored: unknown = table.get(rowKeyText(row))?.version;
        const replaced = (typeof stored === 'string' ? stored : undefined) === version;
        if (replaced) {
          table.set(rowKeyText(row), { ...row });
          puts.push({ ...row });
        }
        return { replaced, writeUnits: 1 };
      }),
  };
  return {
    store,
    detailsUnder,
    puts: puts as readonly CatalogJoinedRow[],
    rows: () => [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => ({ ...row })),
  };
}
