import { isDeepStrictEqual } from 'node:util';
import type { MigrationTable, StoredRow, TableFacts } from '../../src/operator/migrate/migration-table.ts';
import { type RowKey, rowKeyText } from '../../src/shared/tables/row.ts';
import { catalogTable } from '../../src/shared/tables/table-definitions.ts';

/** An item as it lies in a table. */
export type Item = Record<string, unknown>;

/** Stands around every call of the fake; `act` is the call's one atomic step. */
export type MigrationHook = <T>(call: string, act: () => T) => Promise<T>;

/** Nothing happens around a call. */
export const noMigrationHook: MigrationHook = async (_call, act) => act();

/** A catalog table without index and TTL, as one map, and everybody else who writes it. */
export type MemoryMigrationTable = MigrationTable & {
  /** Every item, in the order in which a scan gives them. */
  items(): Item[];
  get(key: RowKey): Item | undefined;
  /** Puts without any condition, as the predecessor does. */
  put(item: Item): void;
  delete(key: RowKey): void;
  readonly hasIndex: boolean;
  readonly hasTtl: boolean;
};

/** How often an index that is being built is looked at before it is ready. */
const looksUntilReady = 2;

export function memoryMigrationTable(
  initial: readonly Item[] = [],
  hook: MigrationHook = noMigrationHook,
  over: Partial<TableFacts> = {},
): MemoryMigrationTable {
  const rows = new Map<string, Item>();
  const put = (item: Item) => rows.set(rowKeyText(keyOf(item)), structuredClone(item));
  initial.forEach(put);
  let looksLeft = Number.POSITIVE_INFINITY;
  let ttl = false;
  const stands = (seen: StoredRow) => {
    const present = rows.get(rowKeyText(seen));
    return present !== undefined && !('version' in present) && isDeepStrictEqual(present.fetchedAt, seen.fetchedAt);
  };
  const doneIf = (holds: boolean, act: () => void) => {
    if (holds) {
      act();
    }
    return holds;
  };
  return {
    items: () => sorted(rows).map(([, item]) => structuredClone(item)),
    get: (key) => structuredClone(rows.get(rowKeyText(key))),
    put,
    delete: (key) => rows.delete(rowKeyText(key)),
    get hasIndex() {
      return looksLeft <= 0;
    },
    get hasTtl() {
      return ttl;
    },
    describe: () =>
      hook('describe', () => {
        looksLeft -= 1;
        const facts = sampleFacts(Number.isFinite(looksLeft) ? looksLeft <= 0 : undefined);
        return { ...facts, ...(ttl && { ttl: { state: 'on', attribute: 'expiresAt' } }), ...over };
      }),
    addIndex: () =>
      hook('addIndex', () => {
        looksLeft = looksUntilReady;
        return true;
      }),
    enableTtl: () =>
      hook('enableTtl', () => {
        ttl = true;
        return true;
      }),
    scan: (after, limit) =>
      hook('scan', () => {
        const behind = sorted(rows).filter(([key]) => after === undefined || key > rowKeyText(after));
        const page = behind.slice(0, limit).map(([, item]) => storedRow(item));
        // As DynamoDB: a page that is full names its last row, even when nothing lies behind it.
        return { rows: page, next: page.length < limit ? undefined : page.at(-1) };
      }),
    read: (key) =>
      hook('read', () => {
        const item = rows.get(rowKeyText(key));
        return item && storedRow(item);
      }),
    replace: (seen, row) => hook(`replace ${rowKeyText(row)}`, () => doneIf(stands(seen), () => put(row))),
    putUnlessNewer: (row) =>
      hook(`putUnlessNewer ${rowKeyText(row)}`, () => {
        const present = rows.get(rowKeyText(row));
        const { schemaVersion, version } = present ?? {};
        const isNoNewer = schemaVersion === 1 && typeof version === 'string' && version <= row.version;
        return doneIf(present === undefined || isNoNewer, () => put(row));
      }),
    remove: (seen) =>
      hook(`remove ${rowKeyText(seen)}`, () => doneIf(stands(seen), () => rows.delete(rowKeyText(seen)))),
  };
}

/** A table of the right keys; `ready` says whether its index is, `undefined` that there is none. */
function sampleFacts(ready?: boolean): TableFacts {
  const [index] = catalogTable.indexes;
  return {
    active: true,
    keys: catalogTable.keys,
    attributeTypes: { mediaId: 'S', mediaType: 'S' },
    index: index && ready !== undefined ? { ...index, ready } : undefined,
    ttl: { state: 'off', attribute: undefined },
    writeUnits: undefined,
  };
}

function storedRow(item: Item): StoredRow {
  return { ...structuredClone(item), ...keyOf(item) };
}

function keyOf(item: Item): RowKey {
  return { mediaId: String(item.mediaId), mediaType: String(item.mediaType) };
}

function sorted(rows: ReadonlyMap<string, Item>): [string, Item][] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}
