import type { CatalogRow } from '../../../src/shared/tables/catalog.ts';
import type { FeedHead } from '../../../src/shared/tables/feed-head.ts';

/** The tables between two rounds. */
export type TableState = { rows: readonly CatalogRow[]; heads: readonly FeedHead[] };

/** Heads that lack a page when everything has drained. */
export function incomplete(heads: readonly FeedHead[]): string[] {
  return heads
    .filter(({ lastOutcome }) => lastOutcome !== 'complete')
    .map(({ id, pagesApplied, pages }) => `${id} has only pages ${pagesApplied.join(', ')} of ${pages}`);
}

/** Rows and heads that disappeared or are older than they were. */
export function wentBack(before: TableState, after: TableState): string[] {
  const keyOf = ({ mediaId, mediaType }: CatalogRow) => `${mediaId} ${mediaType}`;
  const now = new Map(after.rows.map((row) => [keyOf(row), row.version]));
  const rows = before.rows.filter((row) => (now.get(keyOf(row)) ?? '') < row.version);
  const headNow = new Map(after.heads.map(({ id, snapshot }) => [id, snapshot]));
  const heads = before.heads.filter(({ id, snapshot }) => (headNow.get(id) ?? '') < snapshot);
  return [
    ...rows.map((row) => `row ${keyOf(row)} went back from ${row.version} to ${now.get(keyOf(row)) ?? 'nothing'}`),
    ...heads.map(({ id, snapshot }) => `head ${id} went back from ${snapshot} to ${headNow.get(id) ?? 'nothing'}`),
  ];
}
