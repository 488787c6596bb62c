/**
 * One feed through the tiers:
 *
 *   memory → table (one query of the index) → TMDB, where both have nothing and the caller wants it
 *
 * Stale rows are given at once, and asked for. A list that TMDB serves empty is a row that says so, and an answer like any other. What has passed its hard TTL is not given, from whichever tier.
 */
import type { Feed } from '../shared/core/feed.ts';
import type { ListRow } from '../shared/tables/read-list.ts';
import { isStaleList, type ListLive, type ListTable, listLive, listTable } from './list-tiers.ts';
import type { MemoryTier } from './memory-tier.ts';
import type { ReaderDependencies } from './reader-dependencies.ts';
import type { ListOptions } from './reader-input.ts';
import type { TableGuard } from './table-guard.ts';
import { notCached, nothing, readOfLive, type TierRead } from './tier-answers.ts';

/** Reads feeds. Never rejects. */
export type ListReader = {
  /**
   * All rows that `asked` is shown from, adult ones among them: what is left out of a list is not missing in it.
   * @param live - whether TMDB may be asked.
   */
  read(feed: Feed, asked: ListOptions, live: boolean): Promise<TierRead<ListRow>>;
};

/** Reads lists of one process. */
export function listReader(deps: ReaderDependencies, memory: MemoryTier, table: TableGuard): ListReader {
  const { clock } = deps;
  const fromTable: ListTable = listTable(deps, memory, table);
  const fromTmdb: ListLive | undefined = deps.live && listLive(deps, deps.live, memory);
  return {
    read: async (feed, asked, live) => {
      const read = await fromTable(feed, asked);
      const stale = isStaleList(read, clock.nowMs());
      if (stale) {
        deps.pipeline?.refreshFeed(feed, read.found[0]?.snapshot ?? read.empty?.snapshot ?? '');
      }
      if (stale !== undefined) {
        return read;
      }
      if (!live || fromTmdb === undefined) {
        return nothing(read.problem ?? notCached('list', read));
      }
      return readOfLive(await fromTmdb(feed), read.problem);
    },
  };
}
