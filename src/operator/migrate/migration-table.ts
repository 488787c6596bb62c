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
  /** The index over category and content type; `ready` when it is active and holds every row. */
  index: { keys: readonly KeyAttribute[]; projection: string; ready: boolean } | undefined;
  /** Time to live, which DynamoDB changes at most once an hour. */
  ttl: { state: 'on' | 'off' | 'turning-off'; attribute: string | undefined };
  /** Provisioned write units a second of the table, or of its index where that has fewer; `undefined` on demand. */
  writeUnits: number | undefined;
};

/** A row as it was read, with all its attributes. A number that JavaScript cannot hold exactly is an object that prints its digits. */
export type StoredRow = RowKey & Readonly<Record<string, unknown>>;

/** The catalog table as the migration sees it. Each change of a row is one conditional write; the answer is whether its condition held. */
export type MigrationTable = {
  /** `undefined` when there is no such table. */
  describe(): Promise<TableFacts | undefined>;
  /** Starts to build the index, with these provisioned units, or without any on demand. `false` when this DynamoDB cannot. */
  addIndex(units: { readUnits: number; writeUnits: number } | undefined): Promise<boolean>;
  /** Turns TTL on. `false` when this DynamoDB cannot. */
  enableTtl(): Promise<boolean>;
  /** At most `limit` rows after the row `after`; `next` is where to go on, `undefined` at the end. Eventually consistent. */
  scan(after: RowKey | undefined, limit: number): Promise<{ rows: StoredRow[]; next: RowKey | undefined }>;
  /** A strongly consistent read. */
  read(key: RowKey): Promise<StoredRow | undefined>;
  /** Puts `row` in place of `seen`, if that still stands there: no version, and the same fetch time. */
  replace(seen: StoredRow, row: TitleRow): Promise<boolean>;
  /** Puts `row` where there is none, or one of this schema that is no newer. */
  putUnlessNewer(row: TitleRow): Promise<boolean>;
  /** Removes `seen`, on the same condition as `replace`. */
  remove(seen: StoredRow): Promise<boolean>;
};
