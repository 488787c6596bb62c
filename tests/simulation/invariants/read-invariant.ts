/** What must hold of every answer of a reader while the pipeline works. */
import type { ListAnswer, Provenance, TitleAnswer } from '../../../src/reader/reader-api.ts';
import { type Feed, feedId } from '../../../src/shared/core/feed.ts';
import type { Item } from '../../../src/shared/queues/item-page.ts';
import type { SeenRead } from '../world/sim-reader.ts';
import type { SimWorld } from '../world/sim-world.ts';
import { liveStatesOf, memoryMs, readMs, type Shown, statesOf } from './list-states.ts';
import { softMsOf, type TableLog, titleSoftMs } from './table-invariant.ts';

const hardFactor = 3.1;

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
  const id = feedId(feed);
  const states = [...statesOf(id, read, log, answer.problem !== undefined), ...liveStatesOf(id, live)];
  const isKnown = states.some((rows) => mayTell(rows, told, limit, read));
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
export function checkEnd<A>({ process, startedMs, endedMs, ended }: SeenRead<A>, world: SimWorld): A | undefined {
  const { violations } = world;
  if (ended.kind === 'failed') {
    violations.add('reader-time', `${process.name} threw ${String(ended.error)}`);
  } else if (ended.kind === 'timed-out' || endedMs - startedMs > readMs) {
    violations.add('reader-time', `${process.name} took ${endedMs - startedMs} ms`);
  }
  return ended.kind === 'done' ? ended.value : undefined;
}

export function checkTimes<A>(
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
      titles.set(row.title, titles.get(row.title) ?? row);
    }
    const shown = [...titles.values()].slice(0, limit).filter(({ expiresAtMs }) => expiresAtMs > endedWallMs);
    return shown.map(({ key }) => key).join() === told.join();
  });
}
