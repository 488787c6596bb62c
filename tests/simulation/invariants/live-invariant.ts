/** When readers may fetch a list themselves. */
import type { Provenance } from '../../../src/reader/reader-api.ts';
import { feedId } from '../../../src/shared/core/feed.ts';
import type { Item } from '../../../src/shared/queues/item-page.ts';
import type { RunEvent } from '../../../src/shared/telemetry/run-event.ts';
import type { ListAct, RecommendAct } from '../world/history-plan.ts';
import type { SeenRead } from '../world/sim-reader.ts';
import type { SimWorld } from '../world/sim-world.ts';
import { isSurelyEmpty } from './list-states.ts';
import { surelyIn, worldFeeds } from './recommend-invariant.ts';
import type { TableLog } from './table-invariant.ts';

/** A read that may lead to a call, as it went. */
export type LiveRead = { act: ListAct | RecommendAct; read: SeenRead<Provenance> };

type Fetch = { process: string; subject: string; beganMs: number; endedMs: number; outcome: LiveFetched['outcome'] };
type LiveFetched = Extract<RunEvent, { event: 'live-fetched' }>;

/** For how long the container that made a call makes no other one for the same list (docs/reader.md). */
const restMs: Record<LiveFetched['outcome'], number> = { ok: 1_000, absent: 600_000, unavailable: 2_000 };
/** Latencies are told in whole milliseconds. */
const roundMs = 1;

/** One call for a list in a container and its rest, and only for a read that has found none. */
export function checkLiveCalls(
  reads: readonly LiveRead[],
  log: TableLog,
  live: readonly Item[],
  world: SimWorld,
): void {
  const last = new Map<string, Fetch>();
  for (const fetch of fetchesOf(world)) {
    const { process, subject, beganMs } = fetch;
    const before = last.get(`${process} ${subject}`);
    if (before !== undefined && beganMs < before.endedMs + restMs[before.outcome] - roundMs) {
      world.violations.add(
        'live-calls',
        `${process} fetched ${subject} at ${before.endedMs} (${before.outcome}) and ${beganMs}`,
      );
    }
    last.set(`${process} ${subject}`, fetch);
    if (!reads.some((one) => mayHaveLedTo(one, fetch, log, live))) {
      world.violations.add('live-calls', `${process} fetched ${subject} at ${beganMs}, which no read had to`);
    }
  }
}

/** Calls for lists; titles have three parts. */
function fetchesOf({ events }: SimWorld): Fetch[] {
  return events.flatMap(({ process, atMs, event }) =>
    event.event === 'live-fetched' && event.subject.split('/').length === 4
      ? [{ process, subject: event.subject, beganMs: atMs - event.latencyMs, endedMs: atMs, outcome: event.outcome }]
      : [],
  );
}

function mayHaveLedTo({ act, read }: LiveRead, fetch: Fetch, log: TableLog, live: readonly Item[]): boolean {
  const { process, startedMs, endedMs, ended } = read;
  const isAtTheTime = startedMs <= fetch.beganMs + roundMs && endedMs >= fetch.endedMs - roundMs;
  if (process.name !== fetch.process || !isAtTheTime) {
    return false;
  }
  const asked = act.act === 'list' ? feedId(act.feed) : `popular/${act.media === 'tv' ? 'tv' : 'movie'}/global/en-US`;
  const needed = act.act === 'list' ? [asked] : worldFeeds(act.media);
  const hadProblem = ended.kind !== 'done' || ended.value.problem !== undefined;
  return asked === fetch.subject && (hadProblem || mayMiss(asked, needed, read, log, live));
}

/** What a reader asks for is in none of the lists that it reads, and not known to be empty. */
function mayMiss(
  asked: string,
  needed: readonly string[],
  read: LiveRead['read'],
  log: TableLog,
  live: readonly Item[],
): boolean {
  return needed.every((id) => surelyIn(id, read, log, live).size === 0) && !isSurelyEmpty(asked, read, log);
}
