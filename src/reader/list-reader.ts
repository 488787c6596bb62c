/**
 * One feed through the tiers:
 *
 *   memory → table (one query of the index) → TMDB, where both have nothing and the caller wants it
 *
 * Stale rows are answered at once, and a refresh is requested. A list that TMDB serves empty is stored as a row that says so, and is an
 * answer like any other. Nothing past its hard TTL is answered, from any tier.
 */
import { type Feed, feedId } from '../shared/core/feed.ts';
import {
  decodeList,
  type EmptyList,
  emptyListOf,
  type ListRow,
  lifeAsListed,
  listRowsOf,
  liveRows,
} from '../shared/tables/read-list.ts';
import type { OnDamaged } from '../shared/tables/row.ts';
import type { NormalizedPage } from '../shared/tmdb/normalize-page.ts';
import type { Kept, MemoryTier } from './memory-tier.ts';
import { pageMessage, readerRun } from './pipeline-requests.ts';
import { type Aged, jointLife } from './provenance.ts';
import type { TableGuard } from './table-guard.ts';
import {
  keptLoss,
  type LiveCalls,
  type LiveOutcome,
  liveKeptMs,
  notCached,
  nothing,
  originOf,
  problemOf,
  readOfLive,
  type TierDependencies,
  type TierRead,
  toProblem,
} from './tiers.ts';

/** Numbers of rows in which lists are read and kept: memory holds a few entries per feed, whatever limits are asked for. */
const sizes = [20, 60, 200, 1_000, 10_000];

/** A list as memory keeps it. */
type KeptList = { rows: ListRow[]; empty?: EmptyList | undefined; isDamaged?: boolean; isPartial?: boolean };

/** Which rows of a list are shown. */
export type AskedRows = { limit: number; includeAdult: boolean };

/** Reads feeds. Never rejects. */
export type ListReader = {
  /**
   * All rows that `asked` is shown from, including adult ones, which the caller leaves out with `shownOf`.
   * @param live - whether TMDB may be asked.
   */
  read(feed: Feed, asked: AskedRows, live: boolean): Promise<TierRead<ListRow>>;
};

/** Reads the rows that `asked` is shown from in the first two tiers. Never rejects. */
type ListTable = (feed: Feed, asked: AskedRows) => Promise<TierRead<ListRow>>;

/** Reads a feed from TMDB, with one call for all who ask at the same time. */
type ListLive = (feed: Feed) => Promise<LiveOutcome<ListRow>>;

/** The list reader of one process. */
export function listReader(deps: TierDependencies, memory: MemoryTier, table: TableGuard): ListReader {
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

/** Whether a list, which may be an empty one, is past its soft TTL at `nowMs`; `undefined` where none was found. */
function isStaleList({ found, empty }: TierRead<ListRow>, nowMs: number): boolean | undefined {
  const life = listLife(found) ?? empty;
  return life && nowMs >= life.freshUntilMs;
}

/** Memory, then one query of the index. */
function listTable(deps: TierDependencies, memory: MemoryTier, table: TableGuard): ListTable {
  const { clock } = deps;
  const read = async (feed: Feed, size: number, act: () => Promise<Kept<KeptList>>) => {
    const got = await memory.get(tableKey(feed, size), act);
    return { got, ...aliveOf(got.value, size, clock.nowMs()) };
  };
  const readEnough = async (feed: Feed, asked: AskedRows, size: number): Promise<TierRead<ListRow>> => {
    const { got, found, empty } = await read(feed, size, () => loadList(feed, size, deps, table));
    const longer = sizes.find((known) => known > size);
    const isEnough = found.length < size || shownOf(found, asked).length >= asked.limit;
    // Where adult titles were left out, a longer part of the list is read, until there are enough others.
    return longer === undefined || isEnough
      ? {
          ...nothing(problemOf(got)),
          found,
          empty,
          isDamaged: got.value.isDamaged,
          isPartial: got.value.isPartial,
          from: found.length === 0 && empty === undefined ? 'none' : originOf(got),
        }
      : readEnough(feed, asked, longer);
  };
  return async (feed, asked) => {
    const size = sizes.find((known) => known >= asked.limit) ?? asked.limit;
    try {
      return await readEnough(feed, asked, size);
    } catch (error) {
      return inAnotherSize(error, size, (other) => read(feed, other, () => Promise.reject(error)));
    }
  };
}

/** Loads the first `size` rows of a list from the table. */
async function loadList(feed: Feed, size: number, deps: TierDependencies, table: TableGuard): Promise<Kept<KeptList>> {
  const { clock, settings } = deps;
  const { listSeconds, staleSeconds } = settings.reader.memory;
  let isDamaged = false;
  const onDamaged: OnDamaged = (key, why) => {
    isDamaged = true;
    deps.onDamaged?.(key, why);
  };
  const pages = await table.read(() => deps.catalog.listPages(feed, size, onDamaged));
  const value: KeptList = { rows: decodeList(pages, onDamaged), empty: emptyListOf(pages), isDamaged };
  const { found, empty } = aliveOf(value, size, clock.nowMs());
  const life = listLife(found) ?? empty;
  const isFresh = life !== undefined && clock.nowMs() < life.freshUntilMs;
  return { value, keepMs: 1_000 * (isFresh ? listSeconds : staleSeconds) };
}

/** What memory has of a list that the table cannot give now: a longer part first, then a shorter one. */
async function inAnotherSize(
  error: unknown,
  size: number,
  read: (size: number) => Promise<{ found: ListRow[]; empty?: EmptyList | undefined }>,
): Promise<TierRead<ListRow>> {
  for (const other of [...sizes.filter((known) => known > size), ...sizes.filter((known) => known < size).reverse()]) {
    const { found, empty } = await read(other).catch(() => ({ found: [], empty: undefined }));
    if (found.length > 0 || empty !== undefined) {
      return { ...nothing(toProblem(error)), found, empty, from: 'memory' };
    }
  }
  return nothing(toProblem(error));
}

/** What of a list has not expired at `nowMs`. `empty` only where no row is left. */
function aliveOf(
  { rows, empty }: KeptList,
  limit: number,
  nowMs: number,
): { found: ListRow[]; empty?: EmptyList | undefined } {
  const found = liveRows(rows, limit, nowMs);
  return { found, empty: found.length === 0 && empty !== undefined && nowMs < empty.expiresAtMs ? empty : undefined };
}

/** The first page from TMDB. It is sent to the pipeline, and put into memory as if it had been read from the table. */
function listLive(deps: TierDependencies, calls: LiveCalls, memory: MemoryTier): ListLive {
  const { clock, settings } = deps;
  const { listSeconds, staleSeconds } = settings.reader.memory;
  const keep = (feed: Feed, kept: KeptList, seconds: number): void => {
    for (const size of sizes) {
      memory.put(tableKey(feed, size), { value: kept, keepMs: seconds * 1_000 });
    }
  };
  const took = (feed: Feed, fetched: NormalizedPage): LiveOutcome<ListRow> => {
    const page = pageMessage(feed, fetched, clock.nowMs(), settings);
    deps.pipeline?.sendPage(page);
    const rows = listRowsOf(page, settings);
    const empty = rows.length === 0 ? lifeAsListed(page, settings) : undefined;
    // The table may still hold expired rows in place of the one that says "empty"; until they are replaced, memory saves the calls.
    const isPartial = page.pages > 1 && empty === undefined;
    keep(feed, { rows, empty, isPartial }, empty === undefined ? staleSeconds : listSeconds);
    return { kind: 'ok', found: rows, empty, isPartial };
  };
  const load = (feed: Feed) => async (): Promise<Kept<LiveOutcome<ListRow>>> => {
    const answer = await calls.firstPage(feed, readerRun(feed, clock.nowMs()).snapshot);
    if (answer.kind === 'ok') {
      return { value: took(feed, answer.value), keepMs: liveKeptMs };
    }
    return keptLoss(answer, settings);
  };
  return async (feed) => {
    const { value } = await memory.get(`live#${feedId(feed)}`, load(feed));
    return value.kind === 'ok'
      ? { ...value, ...aliveOf({ rows: value.found, empty: value.empty }, value.found.length, clock.nowMs()) }
      : value;
  };
}

/** The rows of a list that are shown to the one who asked. */
export function shownOf(rows: readonly ListRow[], { limit, includeAdult }: AskedRows): ListRow[] {
  return rows.filter(({ adult }) => includeAdult || !adult).slice(0, limit);
}

/** A list is as fresh as the snapshot of its first row; rows of other snapshots may follow. It expires with the first of all rows. */
export function listLife(rows: readonly ListRow[]): Aged | undefined {
  const first = rows[0]?.snapshot;
  const life = jointLife(rows.filter(({ snapshot }) => snapshot === first));
  const all = jointLife(rows);
  return life && all && { ...life, expiresAtMs: all.expiresAtMs };
}

function tableKey(feed: Feed, size: number): string {
  return `list#${feedId(feed)}#${size}`;
}
