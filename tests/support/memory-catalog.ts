import type { CatalogReader, CatalogRow, CatalogStore } from '../../src/shared/ports/catalog.ts';
import type { PlacementRow } from '../../src/shared/table/placement-row.ts';
import { type RowKey, rowKeyText } from '../../src/shared/table/row.ts';
import type { TitleRow } from '../../src/shared/table/title-row.ts';
import { type CallHook, noHook } from './call-hook.ts';

/** The catalog table as one map, with both its sides. Units: one a put, two with the index; half a one for a row read. */
export type MemoryCatalog = CatalogStore &
  CatalogReader & {
    /** All rows, by key. */
    rows(): CatalogRow[];
    /** Every row that was put, in order; refused puts are not among them. */
    readonly puts: readonly CatalogRow[];
  };

export function memoryCatalog(hook: CallHook = noHook): MemoryCatalog {
  const table = new Map<string, CatalogRow>();
  const puts: CatalogRow[] = [];

  function put(row: CatalogRow): { written: boolean; writeUnits: number } {
    const present = table.get(rowKeyText(row));
    if (present !== undefined && present.version >= row.version) {
      return { written: false, writeUnits: 1 };
    }
    table.set(rowKeyText(row), structuredClone(row));
    puts.push(structuredClone(row));
    return { written: true, writeUnits: isPlacement(row) ? 2 : 1 };
  }

  return {
    puts,
    rows: () => [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => structuredClone(row)),
    readVersions: (keys) => hook({ name: 'readVersions', key: '' }, () => versionsIn(table, keys)),
    putIfNewer: (row) => hook({ name: 'putIfNewer', key: rowKeyText(row) }, () => put(row)),
    listPlacements: (feed, maxRows) =>
      hook({ name: 'listPlacements', key: '' }, () => {
        const category = `${feed.category}/${feed.region}/${feed.language}`;
        return [...table.values()]
          .filter(isPlacement)
          .filter((row) => row.category === category && row.contentType.startsWith(`${feed.media}#`))
          .sort((a, b) => (a.contentType > b.contentType ? -1 : 1))
          .slice(0, maxRows)
          .map((row) => structuredClone(row));
      }),
    readTitles: (keys) =>
      hook({ name: 'readTitles', key: '' }, () => {
        const texts = keys.map(rowKeyText);
        assertDistinct(texts);
        return new Map(
          texts.flatMap((text) => (table.has(text) ? [[text, structuredClone(table.get(text)) as TitleRow]] : [])),
        );
      }),
  };
}

function versionsIn(table: ReadonlyMap<string, CatalogRow>, keys: readonly RowKey[]) {
  const texts = keys.map(rowKeyText);
  assertDistinct(texts);
  const versions = new Map<string, string>();
  for (const text of texts) {
    const present = table.get(text);
    if (present !== undefined) {
      versions.set(text, present.version);
    }
  }
  return { versions, readUnits: texts.length / 2 };
}

function isPlacement(row: CatalogRow): row is PlacementRow {
  return 'category' in row;
}

/** As DynamoDB's BatchGetItem refuses it. */
export function assertDistinct(keys: readonly string[]): void {
  if (new Set(keys).size < keys.length) {
    throw new Error('ValidationException: Provided list of item keys contains duplicates');
  }
}
