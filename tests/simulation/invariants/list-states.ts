/** What a list may have been when a reader read it. */
import { feedId } from '../../../src/shared/core/feed.ts';
import type { Item, ItemPage } from '../../../src/shared/queues/item-page.ts';
import type { ListPageRow } from '../../../src/shared/tables/list-page-row.ts';
import type { SeenRead } from '../world/sim-reader.ts';
import { mostLagMs } from '../world/sim-world.ts';
import { softMsOf, type TableLog } from './table-invariant.ts';

/** Memory answers for as long as settings.reader.memory says, and a read takes its time. */
export const memoryMs = { list: 300_000, title: 900_000 };
export const readMs = 10_000;

/** One row of a list as far as an answer tells it. `title`: `movie/550`. */
export type Shown = {
  title: string;
  key: string;
  rank: number;
  expiresAtMs: number;
  /** `undefined` where only about known. */
  freshUntilMs: number | undefined;
};

/** Every state of the feed `id` in the table that an answer may have been made from; `hadProblem`: an older one too. */
export function statesOf(
  id: string,
  read: Pick<SeenRead<unknown>, 'startedMs' | 'endedMs'>,
  { changes }: TableLog,
  hadProblem: boolean,
): Shown[][] {
  const ofFeed = changes.filter(({ key, atMs }) => key.startsWith(`${id}\n`) && atMs <= read.endedMs);
  const sinceMs = hadProblem ? -1 : read.startedMs - memoryMs.list - readMs - mostLagMs;
  const firstState = ofFeed.filter(({ atMs }) => atMs <= sinceMs).length;
  const pages = new Map<string, Shown[]>();
  const states: Shown[][] = [[]].slice(firstState === 0 ? 0 : 1);
  for (const [index, { key, row }] of ofFeed.entries()) {
    if (row === undefined || !('snapshot' in row)) {
      pages.delete(key);
    } else {
      pages.set(key, shownOf(row));
    }
    if (index + 1 >= firstState) {
      states.push([...pages.values()].flat());
    }
  }
  return states;
}

/** Whether all that a reader may have known says that the feed `id` is empty: then there is nothing to ask TMDB for. */
export function isSurelyEmpty(
  id: string,
  read: Pick<SeenRead<unknown>, 'startedMs' | 'endedMs' | 'startedWallMs' | 'endedWallMs'>,
  { changes }: TableLog,
): boolean {
  const sinceMs = read.startedMs - memoryMs.list - readMs - mostLagMs;
  const aliveMs = Math.max(read.startedWallMs, read.endedWallMs) + 600_000;
  const ofPage = changes.filter(({ key, atMs }) => key === `${id}\npage#0001` && atMs <= read.endedMs);
  const known = ofPage.filter((one, index) => one.atMs > sinceMs || (ofPage[index + 1]?.atMs ?? Infinity) > sinceMs);
  return (
    (known[0]?.atMs ?? Infinity) <= sinceMs &&
    known.every(
      ({ row }) => row !== undefined && 'places' in row && row.places.length === 0 && row.expiresAt * 1_000 > aliveMs,
    )
  );
}

/** The states of the feed `id` that readers have fetched themselves. */
export function liveStatesOf(id: string, live: readonly Item[]): Shown[][] {
  return live.flatMap((item) => (item.kind === 'item-page' && feedId(item.feed) === id ? [pageRows(item)] : []));
}

function shownOf({ snapshot, places, expiresAt, freshUntil }: ListPageRow): Shown[] {
  return places.map((place) => {
    const [rank = '', title = ''] = place.split(' ');
    return {
      title,
      key: `${title}@${snapshot}#${rank}`,
      rank: Number(rank),
      expiresAtMs: expiresAt * 1_000,
      freshUntilMs: Date.parse(freshUntil),
    };
  });
}

function pageRows({ feed, fetchedAt, snapshot, titles }: ItemPage): Shown[] {
  const expiresAtMs = Date.parse(fetchedAt) + 3 * softMsOf(feed.category);
  return titles.map(({ mediaType, id, rank }) => ({
    title: `${mediaType}/${id}`,
    key: `${mediaType}/${id}@${snapshot}#${rank}`,
    rank,
    expiresAtMs,
    freshUntilMs: undefined,
  }));
}
