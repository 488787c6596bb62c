import type { ItemPage } from '../../../src/shared/queues/item-page.ts';
import { referenceTable } from '../../support/reference-table.ts';

/**
 * The same pages without what no reference table needs any more: what a hundred rounds have fetched stays as small as the table. A page
 * that stands in the table is kept whole, of another one those titles whose rows it has written. Of a feed's newest snapshot every page
 * is kept, since the heads are made from them.
 */
export function foldPages(pages: readonly ItemPage[]): ItemPage[] {
  const { pages: listed, titles } = referenceTable(pages);
  const whole = new Set([...listed.values()].flatMap((allowed) => distinct(allowed, (page) => page)));
  const needed = new Map<ItemPage, Set<string>>();
  for (const [key, seen] of titles) {
    // Two sightings that say the same allow the same row.
    for (const { item, title } of distinct(seen, ({ fetchedAt, title: told }) => [fetchedAt, told])) {
      if (item.kind === 'item-page') {
        needed.set(item, (needed.get(item) ?? new Set()).add(rowKey(key.split('\n')[0] ?? '', title.mediaType)));
      }
    }
  }
  const newest = newestSnapshots(pages);
  return pages.flatMap((page) => {
    if (whole.has(page)) {
      return [page];
    }
    const titlesLeft = page.titles.filter(({ id, mediaType }) => needed.get(page)?.has(rowKey(String(id), mediaType)));
    const isHead = newest.get(feedOf(page)) === page.snapshot;
    return isHead || titlesLeft.length > 0 ? [{ ...page, titles: titlesLeft }] : [];
  });
}

/** The first of those that say the same. */
function distinct<T>(all: readonly T[], says: (one: T) => unknown): T[] {
  return [...Map.groupBy(all, (one) => JSON.stringify(says(one))).values()].flatMap(([first]) => first ?? []);
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
