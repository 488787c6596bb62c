import { isOriginalLanguage } from '../shared/core/places/known-places.ts';
import type { DescribedTitle, Item } from '../shared/queues/item-page.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { CatalogDraft, CatalogJoinedRow } from '../shared/tables/catalog.ts';
import { detailsDraft } from '../shared/tables/details-row.ts';
import { externalIdDrafts, foundIdDrafts } from '../shared/tables/external-id-row.ts';
import type { JoinedDraft } from '../shared/tables/joined-row.ts';
import { listPageDraft } from '../shared/tables/list-page-row.ts';
import { referenceDraft } from '../shared/tables/reference-row.ts';
import { type RowKey, rowKeyText } from '../shared/tables/row.ts';
import { standInDraft, titleDraft } from '../shared/tables/title-row.ts';

/**
 * Whether a list's row holds anything about a title in `language` that the row in the default language does not. TMDB has no fallback: its
 * list shows an untranslated title with the original title and without overview. This depends on the row alone, so that the same rows are
 * written in any order of arrival (docs/adr/0014).
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
 * The rows of one message: a list's page, and a row for each of its titles. A title that was fetched on its own has no page; a title that a
 * list shows untranslated has no row in the list's language. Whatever shows a title leaves a row under its key in the default language.
 */
export type Candidate = {
  messageId: string;
  page: CatalogDraft | undefined;
  titles: readonly (CatalogDraft | undefined)[];
  /** Of a list or a title in another language than the default one: what stands in for rows in that one, where there are none. */
  standIns?: readonly CatalogDraft[];
  /** What a title that was fetched as a whole or found by an id elsewhere, or reference data, brings for rows that are joined of parts. */
  joined?: readonly JoinedDraft<CatalogJoinedRow>[];
};

/** What happens to a row, given the version in the table. */
export type Decision = 'write' | 'unchanged' | 'superseded';

/** The rows of a message. */
export function candidateOf(messageId: string, item: Item, settings: Settings): Candidate {
  if (item.kind === 'item-title') {
    // Somebody asked for this language. The row is written even without a translation, or it would be requested again.
    return {
      messageId,
      page: undefined,
      titles: [titleDraft(item, item.title, settings)],
      ...standInsFor(item, [item.title], settings),
      ...(item.foundBy !== undefined && { joined: foundIdDrafts(item, settings) }),
    };
  }
  if (item.kind === 'item-details') {
    const { mediaType, id, cards, parts } = item;
    return {
      messageId,
      page: undefined,
      // An untranslated card is written too: it says that TMDB has no translation, and nobody asks for one again.
      titles: cards.map(({ language, ...card }) =>
        titleDraft({ language, fetchedAt: item.fetchedAt }, { mediaType, id, ...card }, settings),
      ),
      // An answer without any part says nothing of the details: a row without parts would count as damaged.
      joined:
        Object.keys(parts).length === 0
          ? []
          : [detailsDraft(item, parts, settings), ...externalIdDrafts(item, parts, settings)],
    };
  }
  if (item.kind === 'item-reference') {
    return { messageId, page: undefined, titles: [], joined: [referenceDraft(item, settings)] };
  }
  const fetched = { language: item.feed.language, fetchedAt: item.fetchedAt };
  return {
    messageId,
    page: listPageDraft(item, settings),
    titles: item.titles.map((listed) =>
      hasTranslation(fetched.language, listed, settings) ? titleDraft(fetched, listed, settings) : undefined,
    ),
    ...standInsFor(fetched, item.titles, settings),
  };
}

function standInsFor(
  fetched: { language: string; fetchedAt: string },
  titles: readonly DescribedTitle[],
  settings: Settings,
): Pick<Candidate, 'standIns'> {
  return fetched.language === settings.defaultLanguage
    ? {}
    : { standIns: titles.map((title) => standInDraft(fetched, title, settings)) };
}

/** The keys of all rows of a candidate. */
export function keysOf(candidate: Candidate): RowKey[] {
  return [...rowsOf(candidate), ...(candidate.joined ?? [])];
}

/** The rows of a candidate that are written as they are. */
export function rowsOf({ page, titles, standIns = [] }: Candidate): CatalogDraft[] {
  return [page, ...titles, ...standIns].filter((row) => row !== undefined);
}

/** The newest version of each row over all candidates, by row key: pages of one batch may hold the same title. */
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

/** Compares a row's version with the one in the table (`undefined`: it has none). */
export function decideRow(version: string, presentVersion: string | undefined): Decision {
  if (presentVersion === undefined || presentVersion < version) {
    return 'write';
  }
  return presentVersion === version ? 'unchanged' : 'superseded';
}
