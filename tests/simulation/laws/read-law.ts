/** What must hold of every answer of a reader while the pipeline works. */
import type { ListAnswer, Provenance, TitleAnswer } from '../../../src/reader/reader-api.ts';
import { type Feed, feedId } from '../../../src/shared/feed.ts';
import type { ItemPage } from '../../../src/shared/messages/item-page.ts';
import type { Item } from '../../../src/shared/messages/item-title.ts';
import type { ListPageRow } from '../../../src/shared/table/list-page-row.ts';
import type { SeenRead } from '../world/sim-reader.ts';
import { mostLagMs, type SimWorld } from '../world/sim-world.ts';
import { softMsOf, type TableLog, titleSoftMs } from './table-law.ts';

/** Memory answers for as long as settings.reader.memory says, and a read takes its time. */
const memoryMs = { list: 300_000, title: 900_000 };
const readMs = 10_000;
const hardFactor = 3.1;

/** One row of a list as far as an answer tells it. */
type Shown = { key: string; rank: number; expiresAtMs: number };

/** Checks the answer to `list(feed, limit)`; `live` are the pages that readers have fetched themselves. */
export function checkList(
  { feed, limit }: { feed: Feed; limit: number },
  read: SeenRead<ListAnswer>,
  log: TableLog,
  live: readonly Item[],
  world: SimWorld,
): void {
  const answer = checkEnd(read, world);
  if (answer === undefined) {
    return;
  }
  checkTimes(answer, softMsOf(feed.category), read, `the list ${feedId(feed)}`, world);
  for (const { fetchedAt, stale } of answer.titles) {
    checkAge(Date.parse(fetchedAt), stale, softMsOf(feed.category), read, `a title of ${feedId(feed)}`, world);
  }
  const told = answer.titles.map(({ mediaType, id, snapshot, rank }) => `${mediaType}/${id}@${snapshot}#${rank}`);
  const pages = live.flatMap((item) => (item.kind === 'item-page' ? [pageRows(item, feed)] : []));
  const isKnown = [...statesOf(feed, read, log, answer), ...pages].some((rows) => mayTell(rows, told, limit, read));
  if (!isKnown && !(told.length === 0 && answer.problem?.code === 'table_unavailable')) {
    const said = JSON.stringify({ ...answer, titles: told.join() });
    world.violations.add('reader-state', `${read.process.name} at ${read.endedMs}: no table was ever as in ${said}`);
  }
}

/** Checks the answer to `title(id)` in English. */
export function checkTitle(
  { id }: { id: number },
  read: SeenRead<TitleAnswer>,
  log: TableLog,
  live: readonly Item[],
  world: SimWorld,
): void {
  const answer = checkEnd(read, world);
  if (answer === undefined) {
    return;
  }
  checkTimes(answer, titleSoftMs, read, `the title ${id}`, world);
  const rows = log.changes.filter(({ row }) => row?.mediaId === String(id) && row.mediaType === 'movie');
  const wasThere = rows.some(({ row }) => row?.fetchedAt === answer.fetchedAt);
  const wasLive = live.some((item) => item.kind === 'item-title' && item.title.id === id);
  if (answer.title !== null && !wasThere && !wasLive) {
    world.violations.add('reader-state', `the title ${id} was never in the table as of ${answer.fetchedAt}`);
  }
  const first = rows.find(({ atMs }) => atMs < read.startedMs - memoryMs.title - readMs)?.row;
  const isAlive = first !== undefined && first.expiresAt * 1_000 > Math.max(read.startedWallMs, read.endedWallMs);
  if (
    answer.title === null &&
    isAlive &&
    !log.removed.has(`${id}\nmovie`) &&
    answer.problem?.code !== 'table_unavailable'
  ) {
    world.violations.add('reader-state', `the title ${id} is in the table, but ${JSON.stringify(answer)}`);
  }
}

/** A read ends in time, with an answer; `undefined` when its container died. */
function checkEnd<A>({ process, startedMs, endedMs, ended }: SeenRead<A>, world: SimWorld): A | undefined {
  const { violations } = world;
  if (ended.kind === 'failed') {
    violations.add('reader-time', `${process.name} threw ${String(ended.error)}`);
  } else if (ended.kind === 'timed-out' || endedMs - startedMs > readMs) {
    violations.add('reader-time', `${process.name} took ${endedMs - startedMs} ms`);
  }
  return ended.kind === 'done' ? ended.value : undefined;
}

function checkTimes<A>(
  { fetchedAt, expiresAt, stale, freshUntil }: Provenance,
  softMs: number,
  read: SeenRead<A>,
  what: string,
  { violations }: SimWorld,
): void {
  if (fetchedAt === null || expiresAt === null || freshUntil === null) {
    return;
  }
  if (
    Date.parse(expiresAt) <= read.endedWallMs ||
    read.endedWallMs - Date.parse(fetchedAt) > hardFactor * softMs + 1_000
  ) {
    violations.add('hard-ttl', `${what} of ${fetchedAt} was served at ${new Date(read.endedWallMs).toISOString()}`);
  }
  if (stale !== Date.parse(freshUntil) <= read.endedWallMs) {
    violations.add('stale-flag', `${what} is fresh until ${freshUntil}, and stale is ${stale} at ${read.endedWallMs}`);
  }
}

function checkAge<A>(
  fetchedMs: number,
  stale: boolean,
  softMs: number,
  { endedWallMs }: SeenRead<A>,
  what: string,
  { violations }: SimWorld,
): void {
  const age = (endedWallMs - fetchedMs) / softMs;
  if (age > hardFactor + 1_000 / softMs) {
    violations.add('hard-ttl', `${what} was served after ${age} soft TTLs`);
  }
  if ((age > 1.1 && !stale) || (age < 0.9 && stale)) {
    violations.add('stale-flag', `${what} is ${age} soft TTLs old, and stale is ${stale}`);
  }
}

/** Every state of a feed that the answer may have been made from. */
function statesOf(feed: Feed, read: SeenRead<ListAnswer>, { changes }: TableLog, { problem }: ListAnswer): Shown[][] {
  const ofFeed = changes.filter(({ key, atMs }) => key.startsWith(`${feedId(feed)}\n`) && atMs <= read.endedMs);
  const sinceMs = problem === undefined ? read.startedMs - memoryMs.list - readMs - mostLagMs : -1;
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

function shownOf({ snapshot, places, expiresAt }: ListPageRow): Shown[] {
  return places.map((place) => {
    const [rank = '', title = ''] = place.split(' ');
    return { key: `${title}@${snapshot}#${rank}`, rank: Number(rank), expiresAtMs: expiresAt * 1_000 };
  });
}

function pageRows(page: ItemPage, feed: Feed): Shown[] {
  if (feedId(page.feed) !== feedId(feed)) {
    return [];
  }
  const expiresAtMs = Date.parse(page.fetchedAt) + 3 * softMsOf(feed.category);
  return page.titles.map(({ mediaType, id, rank }) => ({
    key: `${mediaType}/${id}@${page.snapshot}#${rank}`,
    rank,
    expiresAtMs,
  }));
}

/** Whether rows may be told like this: by rank, each title once; what was alive when they were read may be gone when they are shown. */
function mayTell(
  rows: readonly Shown[],
  told: readonly string[],
  limit: number,
  { startedWallMs, endedWallMs }: SeenRead<unknown>,
): boolean {
  const sorted = [...rows].sort((a, b) => a.rank - b.rank);
  return [startedWallMs, endedWallMs].some((readAtMs) => {
    const titles = new Map<string, Shown>();
    for (const row of sorted.filter(({ expiresAtMs }) => expiresAtMs > readAtMs)) {
      const title = row.key.split('@')[0] ?? '';
      titles.set(title, titles.get(title) ?? row);
    }
    const shown = [...titles.values()].slice(0, limit).filter(({ expiresAtMs }) => expiresAtMs > endedWallMs);
    return shown.map(({ key }) => key).join() === told.join();
  });
}
