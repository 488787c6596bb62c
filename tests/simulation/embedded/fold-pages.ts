import type { ItemPage } from '../../../src/shared/messages/item-page.ts';
import type { DescribedTitle } from '../../../src/shared/messages/item-title.ts';
import { referenceTable } from '../../support/reference-table.ts';

/**
 * The same pages without the rows that no reference table needs any more: what a hundred rounds have fetched stays as small as the
 * table. Of a feed's newest snapshot every page is kept, since the heads are made from them.
 */
export function foldPages(pages: readonly ItemPage[]): ItemPage[] {
  const needed = new Map<ItemPage, Set<string>>();
  for (const [key, sightings] of sightingsByRow(pages)) {
    const seen = new Set<string>();
    for (const { page, listed } of sightings) {
      // Two sightings that say the same allow the same row.
      const says = JSON.stringify([page.snapshot, page.fetchedAt, listed]);
      const rows = needed.get(page) ?? new Set();
      if (!seen.has(says)) {
        rows.add(rowKey(key.split('\n')[0] ?? '', listed.mediaType));
        seen.add(says);
      }
      needed.set(page, rows);
    }
  }
  const newest = newestSnapshots(pages);
  return pages.flatMap((page) => {
    const rows = needed.get(page);
    const titlesLeft = page.titles.filter(({ id, mediaType }) => rows?.has(rowKey(String(id), mediaType)) === true);
    const isHead = newest.get(feedOf(page)) === page.snapshot;
    return isHead || titlesLeft.length > 0 ? [{ ...page, titles: titlesLeft }] : [];
  });
}

/** What may stand in each row: the page that brought it, and its title there. */
export function sightingsByRow(pages: readonly ItemPage[]): [string, { page: ItemPage; listed: DescribedTitle }[]][] {
  const { placements, titles } = referenceTable(pages);
  const told = [...titles].map(([key, seen]) => {
    const sightings = seen.flatMap(({ item, title }) =>
      item.kind === 'item-page' ? [{ page: item, listed: title }] : [],
    );
    return [key, sightings] as [string, typeof sightings];
  });
  return [...placements, ...told];
}

function newestSnapshots(pages: readonly ItemPage[]): Map<string, string> {
  const newest = new Map<string, string>();
  for (const page of pages) {
    if (page.snapshot > (newest.get(feedOf(page)) ?? '')) {
      newest.set(feedOf(page), page.snapshot);
    }
  }
  return newest;
}

function feedOf({ feed }: ItemPage): string {
  return [feed.category, feed.media, feed.region, feed.language].join('/');
}

function rowKey(id: string, mediaType: string): string {
  return `${mediaType} ${id}`;
}
