import type { CatalogJoinedRow, CatalogRow } from '../../../src/shared/tables/catalog.ts';

/** A row as one text; bytes as base64. */
export function rowText(row: CatalogRow | CatalogJoinedRow): string {
  return JSON.stringify(row, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
}
