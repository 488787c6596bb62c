/**
 * What the tables must hold after a set of pages, found from the invariant in prose, without the versions of the code under test:
 *   page       of the messages that brought a page of a feed with a title on it, or an empty one, which counts as a longest life
 *              older than it is: those of the newest snapshot; of these the earliest fetched
 *   title      of the sightings of a title in a language that show it translated (in English and in the original language all
 *              do): those of the newest half day; of these the most votes, counted in steps of a tenth
 *   head       the newest snapshot of a feed with titles, or the emptiness that outweighs it, which of its pages came, when the first
 *              of them was fetched; and what came of the newest snapshot of all, where that is more
 * Where several sightings are left, any of them will do here: that it is the same one every time is another assertion.
 */

import { hourMs } from '../../src/shared/core/clock.ts';
import type { DescribedTitle, Item, ItemPage } from '../../src/shared/queues/item-page.ts';

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
  emptyAs?: string;
  newest?: object;
};

export function referenceTable(items: readonly Item[]): ReferenceTable {
  const rows = items.flatMap((item) =>
    item.kind === 'item-page' && ['titles', 'empty'].includes(broughtBy(item)) ? [item] : [],
  );
  const pages = Map.groupBy(rows, (item) => `${pathOf(item)}\npage#${String(item.page).padStart(4, '0')}`);
  const titles = Map.groupBy(items.flatMap(seenIn), ({ language, title }) => {
    const suffix = language === 'en-US' ? '' : `@${language}`;
    return `${title.id}\n${title.mediaType}${suffix}`;
  });
  return {
    pages: mapped(pages, (group) => {
      const heaviest = best(group, weightOf);
      return best(heaviest, ({ fetchedAt }) => fetchedAt, 'least');
    }),
    titles: mapped(titles, (group) => {
      const newest = best(group, ({ fetchedAt }) => halfDayOf(fetchedAt));
      return best(newest, ({ title }) => inSteps(title.voteCount));
    }),
  };
}

function seenIn(item: Item): Seen[] {
  const { fetchedAt } = item;
  switch (item.kind) {
    case 'item-title':
      return [{ item, language: item.language, fetchedAt, title: item.title }];
    case 'item-details':
      return item.cards.map(({ language, ...card }) => {
        const title = { mediaType: item.mediaType, id: item.id, ...card };
        return { item, language, fetchedAt, title };
      });
    case 'item-reference':
      return [];
    default:
      return item.titles
        .filter((title) => isTold(item.feed.language, title))
        .map((title) => ({ item, language: item.feed.language, fetchedAt, title }));
  }
}

/** Whether a list shows a title translated. */
function isTold(feedLanguage: string, { title, originalTitle, originalLanguage, overview }: DescribedTitle): boolean {
  const [language] = feedLanguage.split('-');
  return language === 'en' || language === originalLanguage || overview !== '' || title !== originalTitle;
}

export function referenceHeads(pages: readonly ItemPage[]): ReferenceHead[] {
  return [...Map.groupBy(pages, pathOf).entries()]
    .map(([feed, group]) => referenceHead(feed, group))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function referenceHead(feed: string, group: readonly ItemPage[]): ReferenceHead {
  const newest = best(group, ({ snapshot }) => snapshot);
  const standing = best(
    group.filter((one) => broughtBy(one) === 'titles' || (broughtBy(one) === 'empty' && one.page === 1)),
    weightOf,
  );
  const told = standing.length > 0 ? standing : newest;
  const titled = pagesOf(standing.filter((one) => broughtBy(one) === 'titles'));
  const isEmpty = standing.length > 0 && titled.length === 0;
  const snapshot = told[0]?.snapshot ?? '';
  const wanted = told[0]?.pages ?? 0;
  const fetchedAt = earliestOf(told);
  const isNewest = snapshot === newest[0]?.snapshot;
  const outcomes = outcomesOf(newest);
  const isPlain = isNewest && Object.keys(outcomes).length === 0 && fetchedAt === earliestOf(newest);
  return {
    id: `feed#${feed}`,
    feed,
    snapshot,
    pagesApplied: titled,
    pages: wanted,
    fetchedAt,
    lastOutcome: lastOutcomeOf(isNewest ? titled : [], outcomes, wanted),
    ...(isEmpty && { emptyAs: weightOf(standing[0] as ItemPage) }),
    ...(!isPlain && { newest: newestOf(newest, outcomes) }),
  };
}

function newestOf(pages: readonly ItemPage[], outcomes: Record<string, string>): object {
  return {
    snapshot: pages[0]?.snapshot ?? '',
    pages: pages[0]?.pages ?? 0,
    fetchedAt: earliestOf(pages),
    outcomes,
    ...(Object.values(outcomes).includes('not-found') && { absences: absencesOf(pages, outcomes) }),
  };
}

/** TMDB's words on the pages that were not found. */
function absencesOf(pages: readonly ItemPage[], outcomes: Record<string, string>): object {
  const unknown = pages.filter(({ page, absence }) => outcomes[page] === 'not-found' && absence !== undefined);
  return Object.fromEntries(unknown.map(({ page, absence }) => [page, absence]));
}

/** Of the pages that brought no titles what they brought, the best where one came twice. */
function outcomesOf(pages: readonly ItemPage[]): Record<string, string> {
  const byPage = Map.groupBy(pages, ({ page }) => page);
  const outcomes = [...byPage].map(([page, came]) => {
    const brought = came.map(broughtBy);
    return [
      String(page),
      ['titles', 'empty', 'rejected', 'not-found'].find((one) => brought.includes(one)) ?? '',
    ] as const;
  });
  return Object.fromEntries(outcomes.filter(([, outcome]) => outcome !== 'titles'));
}

/** A list is whole when it has a beginning, no gap, and nothing but empty pages behind its end. */
function lastOutcomeOf(titled: readonly number[], outcomes: Record<string, string>, wanted: number): string {
  if (titled.length === 0) {
    return outcomes[1] ?? 'partial';
  }
  const isWhole = titled.every((page, n) => page === n + 1);
  const behind = Array.from({ length: wanted - titled.length }, (_, n) => outcomes[titled.length + 1 + n]);
  return isWhole && behind.every((outcome) => outcome === 'empty') ? 'complete' : 'partial';
}

function pagesOf(pages: readonly ItemPage[]): number[] {
  return [...new Set(pages.map(({ page }) => page))].sort((a, b) => a - b);
}

function earliestOf(pages: readonly ItemPage[]): string {
  return best(pages, ({ fetchedAt }) => fetchedAt, 'least')[0]?.fetchedAt ?? '';
}

/** What a message says that its page is. */
function broughtBy({ titles, rejected, absence }: ItemPage): string {
  if (titles.length > 0) {
    return 'titles';
  }
  return absence !== undefined ? 'not-found' : rejected > 0 ? 'rejected' : 'empty';
}

const softHours: Record<string, number> = { popular: 24, trending: 4, genre: 72, hidden_gems: 72, award_winning: 168 };

/**
 * An empty page weighs as much as a page with titles that was planned before the longest hard TTL, the longest wait of a job and
 * the longest time after which an occurrence is caught up on.
 */
function weightOf(page: ItemPage): string {
  if (broughtBy(page) !== 'empty') {
    return page.snapshot;
  }
  const { category } = page.feed;
  const isWeekly = /^(genre_|hidden_gems|award_winning)/.test(category);
  const latenessMs = (isWeekly ? 7 : 1) * 24 * hourMs;
  const lifeMs =
    3.1 * (softHours[category.split('_')[0] ?? ''] ?? softHours[category] ?? 24) * hourMs + 6 * hourMs + latenessMs;
  const atMs = Date.parse(page.snapshot.slice(0, 20)) - Math.round(lifeMs);
  return `${new Date(atMs).toISOString().slice(0, 19)}Z${page.snapshot.slice(20)}`;
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
