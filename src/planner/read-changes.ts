/**
 * Which kept titles have changed, by TMDB's lists of changes: which lists are worth reading is decided once a day, and these are read once a
 * day, from where they are known. What was read is stored before anything is planned by it; what was sent is taken off afterwards. So a
 * run that breaks off at any point, or is delivered again, loses no change and reads no list twice.
 */
import { dayMs } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { type MediaType, mediaTypes } from '../shared/core/feed.ts';
import type { UsageStore } from '../shared/tables/usage-store.ts';
import { rereadDays } from './changes-choice.ts';
import {
  type Changed,
  type ChangesRecord,
  changeRecord,
  joinChanged,
  nextReadingCalls,
  nothingKnown,
  pendingOf,
  withoutChanges,
} from './changes-record.ts';
import type { ChangesRead, KeptTitle, ReadChanges } from './collect.ts';
import { decideLists, sharesOf } from './decide-lists.ts';
import { knownUntil } from './known-lists.ts';
import { type ListReader, readDueLists } from './read-due-lists.ts';

/** What it needs. Without `usage` nothing is learnt of how often titles change while they are re-read by age. */
export type ChangesDependencies = ListReader & { usage?: Pick<UsageStore, 'read'> | undefined };

/** A list that was not read for longer does not replace age. */
const followedMs = 2 * dayMs;

/** The source of changes of a planner. */
export function changesSource(deps: ChangesDependencies): ReadChanges {
  return async (kept, mostCalls, nowMs) => {
    if (kept.length === 0) {
      return nothingKept;
    }
    const stored = (await deps.store.read()) ?? nothingKnown;
    const decided = await decideLists(stored, kept, nowMs, deps);
    const reading = await readDueLists(decided, { kept, calls: mostCalls - decided.uncountedCalls, nowMs }, deps);
    const { record, notes, callsSaved } = reading;
    const known = joinChanged(pendingOf(record), reading.found);
    const { changed, held } = sorted(known, kept);
    const followed = followedOf(record, nowMs);
    // With those of a run that broke off before it could count them.
    const calls = decided.uncountedCalls + reading.calls;
    if (reading.calls > 0) {
      const facts = { calls: reading.calls, callsSaved, kept: kept.length, changed: changed.size };
      deps.telemetry.event({ event: 'changes-read', ...facts });
    }
    return {
      ...{ changed, calls, callsSaved, followed, notes },
      reserved: nextReadingCalls(record, nowMs),
      by: followed.size > 0 ? 'changes' : 'age',
      rates: sharesOf(record),
      commit: (sent) => {
        const done = new Map([...held, ...[...changed].filter(([subject]) => sent.has(subject))]);
        return takeOff(done, calls, nowMs, deps);
      },
    };
  };
}

const nothingKept: ChangesRead = {
  changed: new Map(),
  calls: 0,
  callsSaved: 0,
  reserved: 0,
  by: 'age',
  followed: new Map(),
  notes: [],
  commit: async () => undefined,
};

/** Of the known changes: those that the table does not hold yet, and those that it does. */
function sorted(
  known: Changed,
  kept: readonly KeptTitle[],
): { changed: Map<string, number>; held: Map<string, number> } {
  const [changed, held] = [new Map<string, number>(), new Map<string, number>()];
  for (const { subject, fetchedAtMs } of kept) {
    const beforeMs = known.get(subject);
    if (beforeMs !== undefined) {
      (fetchedAtMs < beforeMs ? changed : held).set(subject, beforeMs);
    }
  }
  return { changed, held };
}

function followedOf(record: ChangesRecord, nowMs: number): Map<MediaType, number> {
  const followed = mediaTypes.filter((media) => {
    const untilMs = knownUntil(record[media], nowMs);
    return record[media].isRead && untilMs !== undefined && nowMs - untilMs <= followedMs;
  });
  return new Map(followed.map((media) => [media, record[media].knownFromMs]));
}

/** Takes sent titles, and calls that the run counts, off the record. If it fails, these count once more unless they are fetched until then. */
async function takeOff(done: Changed, calls: number, nowMs: number, { store, telemetry }: ListReader): Promise<void> {
  const oldestMs = nowMs - rereadDays * dayMs;
  try {
    const isStored = await changeRecord(
      store,
      (record) => withoutChanges(counted(record, calls), done, oldestMs),
      nowMs,
    );
    if (isStored === undefined) {
      throw new Error('other planners changed it meanwhile');
    }
  } catch (error) {
    telemetry.warn('changed titles that were sent could not be taken off the record', { detail: messageOf(error) });
  }
}

function counted(record: ChangesRecord, calls: number): ChangesRecord {
  return calls === 0 ? record : { ...record, uncountedCalls: Math.max(0, record.uncountedCalls - calls) };
}
