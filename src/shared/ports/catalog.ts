import type { Feed } from '../feed.ts';
import type { PlacementRow } from '../table/placement-row.ts';
import type { RowKey } from '../table/row.ts';
import type { TitleRow } from '../table/title-row.ts';

/** A row of the catalog table. */
export type CatalogRow = TitleRow | PlacementRow;

/** The writer's side of the catalog table. */
export type CatalogStore = {
  /** Versions of the rows that exist under `keys`, by `rowKeyText`, and the read units this took. */
  readVersions(keys: readonly RowKey[]): Promise<{ versions: Map<string, string>; readUnits: number }>;
  /**
   * Puts `row` unless the table holds the same or a greater version of it, as one atomic step. `writeUnits` counts the
   * index too; a refused put costs units as well.
   */
  putIfNewer(row: CatalogRow): Promise<{ written: boolean; writeUnits: number }>;
};

/** The reading side of the catalog table. */
export type CatalogReader = {
  /** At most `maxRows` placements of a feed in the index's order: newest snapshot first, in it by rank. */
  listPlacements(feed: Feed, maxRows: number): Promise<PlacementRow[]>;
  /** The title rows under `keys` (distinct) that are there and can be read, by `rowKeyText`. They may be past their hard TTL. */
  readTitles(keys: readonly RowKey[]): Promise<Map<string, TitleRow>>;
};
