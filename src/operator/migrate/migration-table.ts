import type { RowKey } from '../../shared/tables/row.ts';
import type { KeyAttribute } from '../../shared/tables/table-definitions.ts';
import type { TitleRow } from '../../shared/tables/title-row.ts';

/** What DynamoDB says of a table. */
export type TableFacts = {
  /** It takes changes to itself. */
  active: boolean;
  keys: readonly KeyAttribute[];
  /** `S`, `N` or `B` for each attribute that a key names. */
  attributeTypes: Readonly<Record<string, string>>;
  /** The index over category and content type. */
  index: IndexFacts | undefined;
  /** Provisioned write units of the table, of it and its index the lesser; `undefined` on demand. */
  writeUnits: number | undefined;
};

/** An index; `ready` when it is active and holds every row. */
export type IndexFacts = { keys: readonly KeyAttribute[]; projection: string; ready: boolean };

/** Time to live: DynamoDB changes it at most once an hour. */
export type TtlFacts = { state: 'on' | 'off' | 'turning-off'; attribute: string | undefined };

/** Provisioned units of an index. */
export type IndexUnits = { readUnits: number; writeUnits: number };

/** A row as it was read. `image` is what the adapter recognizes it by. */
export type StoredRow = { key: RowKey; attributes: Readonly<Record<string, unknown>>; image: unknown };

/**
 * The catalog table as the migration sees it. Every change of a row is one atomic step with its condition; the answer is whether it held.
 * @throws RetryableError when DynamoDB asks for patience.
 */
export type MigrationTable = {
  /** `undefined` when there is no such table. */
  describe(): Promise<TableFacts | undefined>;
  readTtl(): Promise<TtlFacts>;
  /** Starts to build the index, with these units unless the table is on demand. Whether this DynamoDB can. */
  addIndex(units: IndexUnits): Promise<boolean>;
  /** Turns TTL on. Whether this DynamoDB can. */
  enableTtl(): Promise<boolean>;
  /** At most `limit` rows behind the row `after`; `next` is where to go on, `undefined` at the end. */
  scan(after: RowKey | undefined, limit: number): Promise<{ rows: StoredRow[]; next: RowKey | undefined }>;
  /** One row as it stands, not as it stood a moment ago. */
  read(key: RowKey): Promise<StoredRow | undefined>;
  /** Puts `row` in place of `seen`, if that is what still stands there: no version, and the same fetch time. */
  replace(seen: StoredRow, row: TitleRow): Promise<boolean>;
  /** Puts `row` where there is none, or one of a lower version; never over a row without a version. */
  putIfNewer(row: TitleRow): Promise<boolean>;
  /** Removes `seen`, if that is what still stands there. */
  remove(seen: StoredRow): Promise<boolean>;
};
