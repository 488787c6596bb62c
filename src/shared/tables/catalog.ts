import type { Feed } from '../core/feed.ts';
import type { DetailsRow } from './details-row.ts';
import type { ExternalIdRow } from './external-id-row.ts';
import type { StoredRow } from './joined-row.ts';
import type { ListPageRow } from './list-page-row.ts';
import type { ReferenceRow, ReferenceRows } from './reference-row.ts';
import type { OnDamaged, RowDraft, RowKey } from './row.ts';
import type { TitleRow } from './title-row.ts';

/** A row of the catalog table of which the greater version wins as it is. */
export type CatalogRow = TitleRow | ListPageRow;

/** A row of the catalog table that is joined of parts (joined-row.ts). */
export type CatalogJoinedRow = DetailsRow | ExternalIdRow | ReferenceRow;

/** A row that the writer has not built yet (row.ts). */
export type CatalogDraft = RowDraft<CatalogRow>;

/** What the writer needs of an existing row: its version and, for a list page, its places (list-page-row.ts). */
export type PresentRow = { version: string; snapshot?: string | undefined; places?: readonly string[] | undefined };

/** The writer's side of the catalog table. */
export type CatalogStore = {
  /**
   * The rows that exist under `keys`, by `rowKeyText`, and the consumed read units. `version` is the one to be written: a row that is known to
   * have at least that need not be read.
   */
  readPresent(
    keys: readonly (RowKey & { version?: string })[],
  ): Promise<{ present: Map<string, PresentRow>; readUnits: number }>;
  /**
   * Puts `row` unless the table holds the same or a greater version of it, atomically. `writeUnits` includes the index;
   * a refused put also consumes units.
   */
  putIfNewer(row: CatalogRow): Promise<{ written: boolean; writeUnits: number }>;
  /** Whole rows that exist under `keys` (distinct), by `rowKeyText`, unchecked. `consistent`: as of now, for twice the units. */
  readStored(
    keys: readonly RowKey[],
    consistent: boolean,
  ): Promise<{ rows: Map<string, StoredRow>; readUnits: number }>;
  /**
   * Puts a joined row if the table still holds what it was joined with: a row of version `seen`, or none with a version that is a text (`undefined`).
   * A refused put also consumes units.
   */
  replace(row: CatalogJoinedRow, seen: string | undefined): Promise<{ replaced: boolean; writeUnits: number }>;
};

/** The reading side of the catalog table. */
export type CatalogReader = {
  /** Pages of a feed from the first on, until they hold at least `titles` different titles. They may be past their hard TTL. */
  listPages(feed: Feed, titles: number, onDamaged?: OnDamaged): Promise<ListPageRow[]>;
  /** The title rows that exist under `keys` (distinct) and can be read, by `rowKeyText`. They may be past their hard TTL. */
  readTitles(keys: readonly RowKey[], onDamaged?: OnDamaged): Promise<Map<string, TitleRow>>;
  /** The same with keys of cards and of details, in one go. */
  readCardsAndDetails(keys: readonly RowKey[], onDamaged?: OnDamaged): Promise<Map<string, TitleRow | DetailsRow>>;
  /** The rows of details that exist under `keys` (distinct) and can be read, by `rowKeyText`. They may be past their hard TTL. */
  readDetails(keys: readonly RowKey[], onDamaged?: OnDamaged): Promise<Map<string, DetailsRow>>;
  /** The row of an id elsewhere (`imdb:tt0137523`), if there is one that can be read. It may be past its hard TTL. */
  readExternalId(text: string, onDamaged?: OnDamaged): Promise<ExternalIdRow | undefined>;
  /** The rows of reference data that exist and can be read. They may be past their hard TTL. */
  readReference(onDamaged?: OnDamaged): Promise<ReferenceRows>;
};
