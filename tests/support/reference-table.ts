/**
 * What the tables must hold after a set of pages, found from the law in prose, without the versions of the code under test:
 *   page       of the messages that brought a page of a feed, and a title on it: those of the newest snapshot; of these the
 *              earliest fetched
 *   title      of the sightings of a title in a language that show it translated (in English and in the original language all
 *              do): those of the newest half day; of these the most votes, counted in steps of a tenth
 *   head       the newest snapshot of a feed, which of its pages came, and when the first of them was fetched
 * Where several sightings are left, any of them will do here: that it is the same one every time is another assertion.
 */
import type { ItemPage } from '../../src/shared/messages/item-page.ts';
import type { DescribedTitle, Item } from '../../src/shared/messages/item-title.ts';

/** A title in a page, or on its own, with the message that brought it. */
type Seen = { item: Item; language: string; fetchedAt: string; title: DescribedTitle };

/** Messages and sightings that may stand in a row, by the row's key. */
export type ReferenceTable = { pages: Map<string, ItemPage[]>; titles: Map<string, Seen[]> };

/** What must be known of a feed. */
export type ReferenceHead = {
  id: string;
  feed: string;
  snapshot: string;
  pagesApplied: number[];
  pages: number;
  fetchedAt: string;
  lastOutcome: string;
};

export function referenceTable(items: readonly Item[]): ReferenceTable {
  const filled = items.flatMap((item) => (item.kind === 'item-page' && item.titles.length > 0 ? [item] : []));
  const pages = Map.groupBy(filled, (item) => `${pathOf(item)}\npage#${String(item.page).padStart(4, '0')}`);
  const titles = Map.groupBy(items.flatMap(seenIn), ({ language, title }) => {
    const suffix = language === 'en-US' ? '' : `@${language}`;
    return `${title.id}\n${title.mediaType}${suffix}`;
  });
  return {
    pages: mapped(pages, (group) => {
      const newest = best(group, ({ snapshot }) => snapshot);
      return best(newest, ({ fetchedAt }) => fetchedAt, 'least');
    }),
    titles: mapped(titles, (group) => {
      const newest = best(group, ({ fetchedAt }) => halfDayOf(fetchedAt));
      return best(newest, ({ title }) => inSteps(title.voteCount));
    }),
  };
}

function seenIn(item: Item): Seen[] {
  const { fetchedAt } = item;
  return item.kind === 'item-title'
    ? [{ item, language: item.language, fetchedAt, title: item.title }]
    : item.titles
        .filter((title) => isTold(item.feed.language, title))
        .map((title) => ({ item, language: item.feed.language, fetchedAt, title }));
}

/** Whether a list shows a title translated. */
function isTold(feedLanguage: string, { title, originalTitle, originalLanguage, overview }: DescribedTitle): boolean {
  const [language] = feedLanguage.split('-');
  return language === 'en' || language === originalLanguage || overview !== '' || title !== originalTitle;
}

export function referenceHeads(pages: readonly ItemPage[]): ReferenceHead[] {
  const byFeed = Map.groupBy(pages, pathOf);
  return [...byFeed.entries()]
    .map(([feed, group]) => {
      const newest = best(group, ({ snapshot }) => snapshot);
      const pagesApplied = [1, 2, 3].filter((page) => newest.some((one) => one.page === page));
      const wanted = newest[0]?.pages ?? 0;
      return {
        id: `feed#${feed}`,
        feed,
        snapshot: newest[0]?.snapshot ?? '',
        pagesApplied,
        pages: wanted,
        fetchedAt: best(newest, ({ fetchedAt }) => fetchedAt, 'least')[0]?.fetchedAt ?? '',
        lastOutcome: pagesApplied.length === wanted ? 'complete' : 'partial',
      };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** `2026-11-23T00` or `2026-11-23T12`. */
export function halfDayOf(iso: string): string {
  return `${iso.slice(0, 11)}${Number(iso.slice(11, 13)) < 12 ? '00' : '12'}`;
}

/** The nearest power of 1.1 on a logarithmic scale, as a whole number of three digits and zeros; 0 stays 0. */
export function inSteps(votes: number): number {
  if (votes === 0) {
    return 0;
  }
  let step = 1;
  // Half-way between two steps of a geometric series lies their geometric mean.
  while (step * Math.sqrt(1.1) < votes) {
    step *= 1.1;
  }
  const zeros = 10 ** Math.max(0, String(Math.floor(step)).length - 3);
  return Math.round(step / zeros) * zeros;
}

function pathOf({ feed }: ItemPage): string {
  return [feed.category, feed.media, feed.region, feed.language].join('/');
}

function best<T, V extends string | number>(group: readonly T[], by: (one: T) => V, which = 'greatest'): T[] {
  const values = group.map(by).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const wanted = which === 'greatest' ? values.at(-1) : values[0];
  return group.filter((one) => by(one) === wanted);
}

function mapped<K, A, B>(map: ReadonlyMap<K, A>, change: (value: A) => B): Map<K, B> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
