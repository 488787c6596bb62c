import type { Feed } from '../core/feed.ts';
import type { ListPageRow } from './list-page-row.ts';
import type { OnDamaged, RowDraft, RowKey } from './row.ts';
import type { TitleRow } from './title-row.ts';

/** A row of the catalog table. */
export type CatalogRow = TitleRow | ListPageRow;

/** One that the writer has not built yet. */
export type CatalogDraft = RowDraft<CatalogRow>;

/** What the writer has to know of a row that exists: its version and, of a list's page, what stood where (list-page-row.ts). */
export type PresentRow = { version: string; snapshot?: string | undefined; places?: readonly string[] | undefined };

/** The writer's side of the catalog table. */
export type CatalogStore = {
  /** The rows that exist under `keys`, by `rowKeyText`, and the read units this took. */
  readPresent(keys: readonly RowKey[]): Promise<{ present: Map<string, PresentRow>; readUnits: number }>;
  /**
   * Puts `row` unless the table holds the same or a greater version of it, as one atomic step. `writeUnits` counts the
   * index too; a refused put costs units as well.
   */
  putIfNewer(row: CatalogRow): Promise<{ written: boolean; writeUnits: number }>;
};

/** The reading side of the catalog table. */
export type CatalogReader = {
  /** Pages of a feed from the first on, at least as many as it takes for `titles` different titles. They may be past their hard TTL. */
  listPages(feed: Feed, titles: number, onDamaged?: OnDamaged): Promise<ListPageRow[]>;
  /** The title rows under `keys` (distinct) that are there and can be read, by `rowKeyText`. They may be past their hard TTL. */
  readTitles(keys: readonly RowKey[], onDamaged?: OnDamaged): Promise<Map<string, TitleRow>>;
};
