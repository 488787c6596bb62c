import type { ItemPage, ListedTitle } from '../shared/messages/item-page.ts';
import type { CatalogRow } from '../shared/ports/catalog.ts';
import type { Settings } from '../shared/settings.ts';
import { placementRowFor } from '../shared/table/placement-row.ts';
import { rowKeyText } from '../shared/table/row.ts';
import { titleRowFor } from '../shared/table/title-row.ts';

/** The rows that one list row of one message asks for. */
export type Candidate = { messageId: string; placement: CatalogRow; title: CatalogRow };

/** What is to happen to a row, given the version the table holds. */
export type Decision = 'write' | 'unchanged' | 'superseded';

/** Every candidate of a page. */
export function candidatesOf(messageId: string, page: ItemPage, settings: Settings): Candidate[] {
  return page.titles.map((listed: ListedTitle) => ({
    messageId,
    placement: placementRowFor(page, listed, settings),
    title: titleRowFor(page, listed, settings),
  }));
}

/** The greatest version of each row over all candidates, by row key: pages of one batch meet here before the table. */
export function mergeRows(candidates: readonly Candidate[]): Map<string, CatalogRow> {
  const merged = new Map<string, CatalogRow>();
  for (const { placement, title } of candidates) {
    for (const row of [placement, title]) {
      const key = rowKeyText(row);
      const present = merged.get(key);
      if (present === undefined || present.version < row.version) {
        merged.set(key, row);
      }
    }
  }
  return merged;
}

/** Compares a row's version with the one the table holds; `undefined`: the table holds none. */
export function decideRow(version: string, presentVersion: string | undefined): Decision {
  if (presentVersion === undefined || presentVersion < version) {
    return 'write';
  }
  return presentVersion === version ? 'unchanged' : 'superseded';
}
