import type { CatalogRow } from '../../src/shared/tables/catalog.ts';
import type { TmdbAnswer } from '../../src/shared/tmdb/tmdb-port.ts';
import type { ReaderAct, RowLife, TableState } from './arbitrary-reads.ts';
import { type CallHook, noHook } from './call-hook.ts';
import { healthyTmdb } from './film-pages.ts';
import { readerWorld } from './memory-reader.ts';
import { placed, titled } from './placed-rows.ts';
import { tmdbError } from './scripted-tmdb.ts';
import type { VirtualClock } from './virtual-clock.ts';

const down: TmdbAnswer = tmdbError(503, 9);
const snapshots = ['08', '09', '10', '11'].map((hour) => `2026-11-23T${hour}:00:00Z.0badcafe`);

/** A world in which acts are played, one after the other. Every row that came in is known by the number in its texts. */
export function readerHistory({ live }: { live: boolean }) {
  let tmdbUp = true;
  const world = readerWorld({ answer: (request) => (tmdbUp ? healthyTmdb(request) : down) });
  const reader = world.open({ live });
  const rows: CatalogRow[] = [];
  let state: TableState = { kind: 'up' };
  let answers = 0;
  world.faults.use(async (call, act) => {
    const answer = await hookOf(call.name === 'putIfNewer' ? { kind: 'up' } : state, world.clock)(call, act);
    answers += call.name === 'putIfNewer' ? 0 : 1;
    return answer;
  });
  const put = async (act: Extract<ReaderAct, { act: 'place' | 'describe' }>) => {
    const row = rowOf(act, rows.length, world.clock.nowMs());
    rows.push(row);
    await world.putRows(row);
  };
  return {
    world,
    reader,
    rows,
    state: () => state,
    /** Answers that the table gave so far, and calls that TMDB got. */
    counts: () => ({ answers, calls: world.tmdb.requests.length }),
    /** Does what is no read. */
    play: async (act: ReaderAct): Promise<void> => {
      switch (act.act) {
        case 'place':
        case 'describe':
          return put(act);
        case 'wait':
          return world.clock.advance(act.seconds * 1_000);
        case 'jump':
          return world.clock.jumpWallClock(act.seconds * 1_000);
        case 'table':
          state = act.state;
          return;
        case 'tmdb':
          tmdbUp = act.up;
      }
    },
  };
}

export type ReaderHistory = ReturnType<typeof readerHistory>;

function rowOf(act: Extract<ReaderAct, { act: 'place' | 'describe' }>, serial: number, nowMs: number): CatalogRow {
  const life = lifeAt(act.life, nowMs);
  const text = `r${serial}`;
  const version = `v${String(serial).padStart(6, '0')}`;
  const told = { title: text, posterPath: `/${text}` };
  if (act.act === 'describe') {
    const overview = act.whole ? text : (undefined as never);
    return titled(act.id, life, { language: act.language, version, ...told, overview });
  }
  const { feed, id } = act;
  const row = { version, snapshot: snapshots[act.snapshot] ?? '' };
  return placed(feed, 5 * id + act.rank, life, { id, ...told, overview: act.whole ? text : '', row });
}

function lifeAt({ fetchedInSeconds, staleInSeconds, goneInSeconds }: RowLife, nowMs: number) {
  return {
    fetchedAt: new Date(nowMs + fetchedInSeconds * 1_000).toISOString(),
    freshUntil: new Date(nowMs + staleInSeconds * 1_000).toISOString(),
    expiresAt: Math.floor(nowMs / 1_000) + goneInSeconds,
  };
}

function hookOf(state: TableState, clock: VirtualClock): CallHook {
  switch (state.kind) {
    case 'up':
      return noHook;
    case 'down':
      return async () => Promise.reject(new Error('ECONNREFUSED'));
    case 'slow':
      return async (_call, act) => {
        const answer = act();
        await clock.sleep(state.ms);
        clock.jumpWallClock(state.jumpSeconds * 1_000);
        return answer;
      };
  }
}
