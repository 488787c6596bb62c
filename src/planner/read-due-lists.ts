/** The lists of changes that are due, read day by day under a lease. A day that is not whole is read again at the next occurrence. */
import { type Clock, callSkewMs, clockSkewMs, dayMs } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { type MediaType, mediaTypes } from '../shared/core/feed.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { titleSubject } from '../shared/tables/usage-store.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import type { ChangeLists, DayList } from './changes-lists.ts';
import {
  type Changed,
  type ChangesRecord,
  type ChangesStore,
  changeRecord,
  withCalls,
  withReading,
} from './changes-record.ts';
import type { KeptTitle } from './collect.ts';
import { keptOf, savedADay } from './decide-lists.ts';
import { dayOf, daysToRead, expectedPages, knownUntil, mostGapDays, type ReadDay } from './known-lists.ts';

/** What reading needs. */
export type ListReader = {
  store: ChangesStore;
  lists: ChangeLists;
  telemetry: Telemetry;
  clock: Clock;
  settings: Settings;
};

/** When lists are read, for which titles, and with how many calls at most. */
type Occasion = { kept: readonly KeptTitle[]; calls: number; nowMs: number };

/** What a reading brought. `found`: the kept titles on the lists, whether or not they could be stored. */
type Reading = { record: ChangesRecord; found: Changed; calls: number; callsSaved: number; notes: string[] };

/** What was read before it is stored. */
type ReadDays = { days: ReadDay[]; found: Map<string, number>; calls: number; notes: string[] };

/** The share of an invocation in which lists are read: the tables are read before, and the jobs are sent after it. */
const readingShare = 0.3;

/** The most changed titles that are kept until they are sent: some 15 KB. */
const mostPending = 4_000;

/** Reads the lists that are due at `nowMs`, and stores what they say. */
export async function readDueLists(record: ChangesRecord, occasion: Occasion, deps: ListReader): Promise<Reading> {
  const nothing = { record, found: new Map<string, number>(), calls: 0, callsSaved: 0, notes: [] };
  if (dueDays(record, occasion.nowMs).length === 0) {
    return nothing;
  }
  const { planner, tmdb } = deps.settings;
  const startedMs = deps.clock.monotonicMs();
  const budgetMs = readingShare * planner.timeoutSeconds * 1_000;
  const leased = await takeLease(budgetMs, deps);
  if (leased === undefined) {
    return { ...nothing, notes: ['another planner reads the lists of changes now'] };
  }
  const read = await readDays(
    leased,
    occasion,
    () => budgetMs - tmdb.requestTimeoutMs - (deps.clock.monotonicMs() - startedMs),
    deps,
  );
  const stored = await storeReading(leased, read, occasion, deps);
  const { found, calls } = read;
  const whole = read.days.filter((day) => day.whole !== undefined);
  const saved = whole.reduce((sum, day) => sum + savedADay(day.mediaType, stored.record, occasion, deps.settings), 0);
  const notes = [...begunAnew(leased, occasion.nowMs), ...read.notes, ...stored.notes];
  return { record: stored.record, found, calls, callsSaved: Math.round(saved), notes };
}

type DueDay = { mediaType: MediaType; startMs: number };

/** The oldest day first: it is the first that TMDB will not tell any more. */
function dueDays(record: ChangesRecord, nowMs: number): DueDay[] {
  const days = mediaTypes.flatMap((mediaType) =>
    daysToRead(record[mediaType], nowMs).map((startMs) => ({ mediaType, startMs })),
  );
  return days.sort((a, b) => a.startMs - b.startMs);
}

/**
 * Only one planner reads at a time, or TMDB would be met by more connections than it allows. A lease that ends later than any can is that of
 * a clock that was wrong. `undefined`: another planner holds it.
 */
async function takeLease(budgetMs: number, { store, clock }: ListReader): Promise<ChangesRecord | undefined> {
  const nowMs = clock.nowMs();
  const longestMs = budgetMs + callSkewMs;
  let isTaken = false;
  const leased = await changeRecord(
    store,
    (record) => {
      isTaken = record.readingUntilMs <= nowMs || record.readingUntilMs > nowMs + longestMs + clockSkewMs;
      return isTaken ? { ...record, readingUntilMs: nowMs + longestMs } : record;
    },
    nowMs,
  );
  return isTaken ? leased : undefined;
}

/** Reads one day after the other, until a list breaks off or the calls are spent. */
async function readDays(
  record: ChangesRecord,
  { kept, calls, nowMs }: Occasion,
  remainingMs: () => number,
  { lists }: ListReader,
): Promise<ReadDays> {
  const fetchedAt = new Map(kept.map(({ subject, fetchedAtMs }) => [subject, fetchedAtMs]));
  const read: ReadDays = { days: [], found: new Map(), calls: 0, notes: [] };
  for (const { mediaType, startMs } of dueDays(record, nowMs)) {
    const expected = expectedPages(mediaType, record[mediaType], startMs, nowMs);
    const left = calls - read.calls;
    const list =
      expected > left
        ? notEnough(expected, left)
        : await lists.read(mediaType, dayOf(startMs), { calls: left, remainingMs });
    read.calls += list.calls;
    if (list.kind === 'broken') {
      read.notes.push(unread(mediaType, startMs, list));
      return read;
    }
    const subjects = list.ids.map((id) => titleSubject(mediaType, id)).filter((subject) => fetchedAt.has(subject));
    const untilMs = Math.min(startMs + dayMs, nowMs);
    const whole = { pages: list.pages, kept: keptOf(mediaType, kept), changed: subjects.length };
    read.days.push({ mediaType, untilMs, whole: untilMs === startMs + dayMs ? whole : undefined });
    for (const subject of subjects.filter((one) => (fetchedAt.get(one) ?? 0) < untilMs)) {
      read.found.set(subject, untilMs);
    }
  }
  return read;
}

function notEnough(expected: number, left: number): DayList {
  const detail = `it has about ${expected} pages, and ${Math.max(0, left)} calls are left of the day's`;
  return { kind: 'broken', calls: 0, code: 'out_of_calls', detail };
}

function unread(mediaType: MediaType, startMs: number, { code, detail }: Extract<DayList, { kind: 'broken' }>): string {
  const list = `TMDB's list of ${mediaType} changes of ${dayOf(startMs)}`;
  return `${list} was not read and is tried again at the next occurrence; until then age decides: ${detail} (${code})`;
}

/** Says of lists that were read before that a part of them is not known any more. */
function begunAnew(record: ChangesRecord, nowMs: number): string[] {
  return mediaTypes
    .filter((media) => record[media].isRead && knownUntil(record[media], nowMs) === undefined)
    .filter((media) => record[media].knownUntilMs > 0)
    .map((media) => {
      const since = dayOf(record[media].knownUntilMs);
      return `TMDB tells ${media} changes of the last ${mostGapDays} days only, and they were last read on ${since}: what changed before is left to age`;
    });
}

/** Stores what was read, and gives the lease back. If it fails, the same days are read again. */
async function storeReading(
  leased: ChangesRecord,
  { days, found, calls }: ReadDays,
  { kept, nowMs }: Occasion,
  { store }: ListReader,
): Promise<{ record: ChangesRecord; notes: string[] }> {
  const reads = new Map(kept.map((title) => [title.subject, title.reads]));
  let dropped = 0;
  const mostRead = (all: Changed): Changed => {
    dropped = Math.max(0, all.size - mostPending);
    const readsOf = (subject: string) => reads.get(subject) ?? -1;
    return dropped === 0 ? all : new Map([...all].sort(([a], [b]) => readsOf(b) - readsOf(a)).slice(0, mostPending));
  };
  try {
    const record = await changeRecord(
      store,
      (latest) => withCalls(withReading(latest, days, found, nowMs, mostRead), calls, nowMs),
      nowMs,
    );
    const note = `${dropped} changed titles, those that are read least, are left to age: ${mostPending} are kept until they are sent`;
    return record === undefined
      ? {
          record: leased,
          notes: ['what lists of changes say was not stored: other planners changed the record meanwhile'],
        }
      : { record, notes: dropped > 0 ? [note] : [] };
  } catch (error) {
    return { record: leased, notes: [`what lists of changes say was not stored: ${messageOf(error)}`] };
  }
}
