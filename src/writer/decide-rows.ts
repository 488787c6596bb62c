import type { Item } from '../shared/messages/item-title.ts';
import type { CatalogRow } from '../shared/ports/catalog.ts';
import type { Settings } from '../shared/settings.ts';
import { placementRowFor } from '../shared/table/placement-row.ts';
import { rowKeyText } from '../shared/table/row.ts';
import { titleRowFor } from '../shared/table/title-row.ts';
import { hasTranslation } from './has-translation.ts';

/**
 * The rows that one title of one message asks for. One that came on its own has no place in a list; one that a list shows without a
 * translation has no row in that list's language.
 */
export type Candidate = { messageId: string; placement: CatalogRow | undefined; title: CatalogRow | undefined };

/** What is to happen to a row, given the version the table holds. */
export type Decision = 'write' | 'unchanged' | 'superseded';

/** Every candidate of a message. */
export function candidatesOf(messageId: string, item: Item, settings: Settings): Candidate[] {
  if (item.kind === 'item-title') {
    // Somebody asked for it: that there is no translation is the answer, and keeps it from being asked for again.
    return [{ messageId, placement: undefined, title: titleRowFor(item, item.title, settings) }];
  }
  const fetched = { language: item.feed.language, fetchedAt: item.fetchedAt };
  return item.titles.map((listed) => ({
    messageId,
    placement: placementRowFor(item, listed, settings),
    title: hasTranslation(fetched.language, listed, settings) ? titleRowFor(fetched, listed, settings) : undefined,
  }));
}

/** The rows of a candidate. */
export function rowsOf({ placement, title }: Candidate): CatalogRow[] {
  return [placement, title].filter((row) => row !== undefined);
}

/** The greatest version of each row over all candidates, by row key: pages of one batch meet here before the table. */
export function mergeRows(candidates: readonly Candidate[]): Map<string, CatalogRow> {
  const merged = new Map<string, CatalogRow>();
  for (const candidate of candidates) {
    for (const row of rowsOf(candidate)) {
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
