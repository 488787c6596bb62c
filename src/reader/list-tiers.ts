import { type Feed, feedId } from '../shared/feed.ts';
import { decodeList, type ListRow, listRowsOf, liveRows } from '../shared/table/read-list.ts';
import type { LiveCalls } from './live-calls.ts';
import type { Kept, MemoryTier } from './memory-tier.ts';
import { pageMessage, readerRun } from './pipeline-requests.ts';
import { type Aged, jointLife } from './provenance.ts';
import type { ReaderDependencies } from './reader-dependencies.ts';
import type { ListOptions } from './reader-input.ts';
import type { TableGuard } from './table-guard.ts';
import { type LiveOutcome, nothing, originOf, problemOf, type TierRead, toProblem } from './tier-answers.ts';

/** What the first two tiers hold of a feed: the rows that `asked` is shown from. Never rejects. */
export type ListTable = (feed: Feed, asked: ListOptions) => Promise<TierRead<ListRow>>;

/** What TMDB says of a feed, asked once for all who ask at the same time. */
export type ListLive = (feed: Feed) => Promise<LiveOutcome<ListRow>>;

/** Lists are read, and kept, in these sizes: a few entries a feed, whatever limits are asked for. */
const sizes = [20, 60, 200, 1_000, 10_000];
/** What a live call has brought is in the first tier by then. */
const liveKeptMs = 1_000;

/** Memory, then one query of the index. */
export function listTable(deps: ReaderDependencies, memory: MemoryTier, table: TableGuard): ListTable {
  const { clock, settings } = deps;
  const { listSeconds, staleSeconds } = settings.reader.memory;
  const load = (feed: Feed, size: number) => async () => {
    const rows = decodeList(await table.read(() => deps.catalog.listPages(feed, size)));
    const life = listLife(liveRows(rows, size, clock.nowMs()));
    const fresh = life !== undefined && clock.nowMs() < life.freshUntilMs;
    return { value: rows, keepMs: 1_000 * (fresh ? listSeconds : staleSeconds) };
  };
  const read = async (feed: Feed, size: number, act: () => Promise<Kept<ListRow[]>>) => {
    const got = await memory.get(tableKey(feed, size), act);
    const found = liveRows(got.value, size, clock.nowMs());
    return { got, found };
  };
  const readEnough = async (feed: Feed, asked: ListOptions, size: number): Promise<TierRead<ListRow>> => {
    const { got, found } = await read(feed, size, load(feed, size));
    const longer = sizes.find((known) => known > size);
    const isEnough = found.length < size || shownOf(found, asked).length >= asked.limit;
    // What is left out makes room for as many behind it.
    return longer === undefined || isEnough
      ? { ...nothing(problemOf(got)), found, from: found.length === 0 ? 'nowhere' : originOf(got) }
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

/** What memory has of a list that cannot be read: a longer one first, then a shorter one. */
async function inAnotherSize(
  error: unknown,
  size: number,
  read: (size: number) => Promise<{ found: ListRow[] }>,
): Promise<TierRead<ListRow>> {
  for (const other of [...sizes.filter((known) => known > size), ...sizes.filter((known) => known < size).reverse()]) {
    const { found } = await read(other).catch(() => ({ found: [] }));
    if (found.length > 0) {
      return { ...nothing(toProblem(error)), found, from: 'memory' };
    }
  }
  return nothing(toProblem(error));
}

/** The first page from TMDB; it goes to the pipeline, and into memory as if it had been read from the table. */
export function listLive(deps: ReaderDependencies, calls: LiveCalls, memory: MemoryTier): ListLive {
  const { clock, settings } = deps;
  const { staleSeconds, absentSeconds } = settings.reader.memory;
  const load = (feed: Feed) => async (): Promise<{ value: LiveOutcome<ListRow>; keepMs: number }> => {
    const answer = await calls.firstPage(feed, readerRun(feed, clock.nowMs()).snapshot);
    if (answer.kind !== 'ok') {
      const seconds = answer.kind === 'absent' ? absentSeconds : settings.reader.live.failureSeconds;
      return { value: answer, keepMs: seconds * 1_000 };
    }
    const page = pageMessage(feed, answer.value, clock.nowMs(), settings);
    deps.pipeline?.sendPage(page);
    const rows = listRowsOf(page, settings);
    for (const size of sizes) {
      memory.put(tableKey(feed, size), { value: rows, keepMs: staleSeconds * 1_000 });
    }
    return { value: { kind: 'ok', found: rows }, keepMs: liveKeptMs };
  };
  return async (feed) => {
    const { value } = await memory.get(`live#${feedId(feed)}`, load(feed));
    return value.kind === 'ok' ? { ...value, found: liveRows(value.found, value.found.length, clock.nowMs()) } : value;
  };
}

/** The rows of a list that are shown to whoever asked. */
export function shownOf(rows: readonly ListRow[], { limit, includeAdult }: ListOptions): ListRow[] {
  return rows.filter(({ adult }) => includeAdult || !adult).slice(0, limit);
}

/** A list is as fresh as the snapshot of its first rows, whatever fills up behind them. It lives as long as all that is shown. */
export function listLife(rows: readonly ListRow[]): Aged | undefined {
  const first = rows[0]?.snapshot;
  const life = jointLife(rows.filter(({ snapshot }) => snapshot === first));
  const all = jointLife(rows);
  return life && all && { ...life, expiresAtMs: all.expiresAtMs };
}

function tableKey(feed: Feed, size: number): string {
  return `list#${feedId(feed)}#${size}`;
}
