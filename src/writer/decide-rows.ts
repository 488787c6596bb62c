import { isOriginalLanguage } from '../shared/core/places/known-places.ts';
import type { DescribedTitle, Item } from '../shared/queues/item-page.ts';
import type { Settings } from '../shared/settings/settings.ts';
import type { CatalogDraft } from '../shared/tables/catalog.ts';
import { listPageDraft } from '../shared/tables/list-page-row.ts';
import { rowKeyText } from '../shared/tables/row.ts';
import { titleDraft } from '../shared/tables/title-row.ts';

/**
 * Whether a list's row says anything of a title in `language` that its row in the default language does not. TMDB has no fallback of its
 * own: where nobody has translated a title, its list shows the original title and no overview. The row alone decides, so that the same
 * rows are written in whatever order they arrive (docs/adr/0014).
 */
export function hasTranslation(
  language: string,
  { title, originalTitle, originalLanguage, overview }: Omit<DescribedTitle, 'id'>,
  { defaultLanguage }: Pick<Settings, 'defaultLanguage'>,
): boolean {
  return (
    language === defaultLanguage ||
    isOriginalLanguage(language, originalLanguage) ||
    title !== originalTitle ||
    overview !== ''
  );
}

/**
 * The rows that one message asks for: a list's page, and the row of each of its titles. A title that came on its own has no page; one
 * that a list shows without a translation has no row in that list's language.
 */
export type Candidate = {
  messageId: string;
  page: CatalogDraft | undefined;
  titles: readonly (CatalogDraft | undefined)[];
};

/** What is to happen to a row, given the version the table holds. */
export type Decision = 'write' | 'unchanged' | 'superseded';

/** What a message asks for. */
export function candidateOf(messageId: string, item: Item, settings: Settings): Candidate {
  if (item.kind === 'item-title') {
    // Somebody asked for it: that there is no translation is the answer, and keeps it from being asked for again.
    return { messageId, page: undefined, titles: [titleDraft(item, item.title, settings)] };
  }
  const fetched = { language: item.feed.language, fetchedAt: item.fetchedAt };
  return {
    messageId,
    page: listPageDraft(item, settings),
    titles: item.titles.map((listed) =>
      hasTranslation(fetched.language, listed, settings) ? titleDraft(fetched, listed, settings) : undefined,
    ),
  };
}

/** The rows of a candidate. */
export function rowsOf({ page, titles }: Candidate): CatalogDraft[] {
  return [page, ...titles].filter((row) => row !== undefined);
}

/** The greatest version of each row over all candidates, by row key: pages of one batch meet here before the table. */
export function mergeRows(candidates: readonly Candidate[]): Map<string, CatalogDraft> {
  const merged = new Map<string, CatalogDraft>();
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
