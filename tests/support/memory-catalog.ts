import type { Feed } from '../../src/shared/core/feed.ts';
import type {
  CatalogJoinedRow,
  CatalogReader,
  CatalogRow,
  CatalogStore,
  PresentRow,
} from '../../src/shared/tables/catalog.ts';
import type { DetailsRow } from '../../src/shared/tables/details-row.ts';
import type { ListPageRow } from '../../src/shared/tables/list-page-row.ts';
import { type RowKey, rowKeyText } from '../../src/shared/tables/row.ts';
import type { TitleRow } from '../../src/shared/tables/title-row.ts';
import { type CallHook, noHook } from './call-hook.ts';
import { memoryJoinedRows } from './memory-joined-rows.ts';

/** The catalog table as one map, with both its sides. Units: one a put, two with the index; half a one for a row read. */
export type MemoryCatalog = CatalogStore &
  CatalogReader & {
    /** All rows, by key. */
    rows(): CatalogRow[];
    /** The rows that are joined of parts, by key; `rows` has the others. */
    joinedRows(): CatalogJoinedRow[];
    /** Every joined row that was put, in order. */
    readonly joinedPuts: readonly CatalogJoinedRow[];
    /** Every row that was put, in order; refused puts are not among them. */
    readonly puts: readonly CatalogRow[];
    /** What time to live does in the end: removes the rows that are past their hard TTL at `nowMs`, and says which. */
    removeExpired(nowMs: number): string[];
  };

/** How many of the latest changes an eventually consistent read does not see; none by default. */
export type Lag = () => number;

export function memoryCatalog(hook: CallHook = noHook, lag: Lag = () => 0): MemoryCatalog {
  const table = new Map<string, CatalogRow>();
  const puts: CatalogRow[] = [];
  const replaced: (CatalogRow | undefined)[] = [];

  /** The table as a lagging replica has it. */
  function seen(): ReadonlyMap<string, CatalogRow> {
    const unseen = Math.min(lag(), puts.length);
    if (unseen === 0) {
      return table;
    }
    const older = new Map(table);
    for (let index = puts.length - 1; index >= puts.length - unseen; index -= 1) {
      const before = replaced[index];
      const key = rowKeyText(puts[index] as CatalogRow);
      older.delete(key);
      if (before !== undefined) {
        older.set(key, before);
      }
    }
    return older;
  }

  function put(row: CatalogRow): { written: boolean; writeUnits: number } {
    const present = table.get(rowKeyText(row));
    if (present !== undefined && present.version >= row.version) {
      return { written: false, writeUnits: 1 };
    }
    table.set(rowKeyText(row), { ...row });
    puts.push({ ...row });
    replaced.push(present);
    return { written: true, writeUnits: isPage(row) ? 2 : 1 };
  }

  function titlesUnder(texts: readonly string[]): Map<string, TitleRow> {
    assertDistinct(texts);
    const rows = seen();
    return new Map(texts.flatMap((text) => (rows.has(text) ? [[text, { ...rows.get(text) } as TitleRow]] : [])));
  }

  const joined = memoryJoinedRows(hook, lag);
  return {
    puts,
    joinedRows: joined.rows,
    joinedPuts: joined.puts,
    rows: () => [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => ({ ...row })),
    removeExpired: (nowMs) => {
      const gone = [...table].filter(([, row]) => row.expiresAt * 1_000 <= nowMs).map(([key]) => key);
      for (const key of gone) {
        table.delete(key);
      }
      return gone;
    },
    readPresent: (keys) => hook({ name: 'readPresent', key: '' }, () => presentIn(seen(), keys)),
    putIfNewer: (row) => hook({ name: 'putIfNewer', key: rowKeyText(row) }, () => put(row)),
    ...joined.store,
    listPages: (feed, titles) => hook({ name: 'listPages', key: '' }, () => pagesIn(seen(), feed, titles)),
    readTitles: (keys) => hook({ name: 'readTitles', key: '' }, () => titlesUnder(keys.map(rowKeyText))),
    readCardsAndDetails: (keys) =>
      hook({ name: 'readTitles', key: '' }, () => {
        const texts = keys.map(rowKeyText);
        return new Map<string, TitleRow | DetailsRow>([...titlesUnder(texts), ...joined.detailsUnder(texts)]);
      }),
  };
}

function presentIn(table: ReadonlyMap<string, CatalogRow>, keys: readonly RowKey[]) {
  const texts = keys.map(rowKeyText);
  assertDistinct(texts);
  const present = new Map<string, PresentRow>();
  for (const text of texts) {
    const row = table.get(text);
    if (row !== undefined) {
      const { version } = row;
      present.set(text, isPage(row) ? { version, snapshot: row.snapshot, places: row.places } : { version });
    }
  }
  return { present, readUnits: texts.length / 2 };
}

/** The pages of `feed` from the first on, until they hold `titles` different ones. */
function pagesIn(table: ReadonlyMap<string, CatalogRow>, feed: Feed, titles: number): ListPageRow[] {
  const category = `${feed.category}/${feed.region}/${feed.language}`;
  const pages = [...table.values()]
    .filter(isPage)
    .filter((row) => row.category === category && row.contentType.startsWith(`${feed.media}#`))
    .sort((a, b) => (a.contentType > b.contentType ? -1 : 1));
  const read: ListPageRow[] = [];
  const known = new Set<string>();
  for (const page of pages) {
    if (known.size < titles) {
      read.push({ ...page });
      for (const place of page.places) {
        known.add(place.split(' ')[1] ?? '');
      }
    }
  }
  return read;
}

function isPage(row: CatalogRow): row is ListPageRow {
  return 'category' in row;
}

/** As DynamoDB's BatchGetItem refuses it. */
export function assertDistinct(keys: readonly string[]): void {
  if (new Set(keys).size < keys.length) {
    throw new Error('ValidationException: Provided list of item keys contains duplicates');
  }
}
