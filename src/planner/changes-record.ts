/**
 * What the planner keeps of TMDB's lists of changes, as one item of the control table: until when each list is known, the titles that
 * changed and were not sent yet, and what is learnt. Two planners may work at once, and a run may be delivered twice; so what a
 * planner has read is joined into the item as it then is, and nothing that another one has put is lost.
 */

import * as z from 'zod';
import { dayMs, hourMs } from '../shared/core/clock.ts';
import { type MediaType, mediaTypes } from '../shared/core/feed.ts';
import { groupBy } from '../shared/core/group-by.ts';
import { pack, unpackText } from '../shared/tables/card.ts';
import { titleSubject } from '../shared/tables/usage-store.ts';
import type { RevisionedItem } from '../shared/throttle/dynamo-revisioned-item.ts';
import {
  afterDays,
  dayStartMs,
  daysToRead,
  expectedPages,
  type KnownList,
  knownListSchema,
  pagesOfReading,
  type ReadDay,
  unknownList,
} from './known-lists.ts';

const time = z.number().min(0);

export const changesRecordSchema = z.object({
  movie: knownListSchema,
  tv: knownListSchema,
  /** The day for which it was decided which lists to read, `YYYY-MM-DD`; empty at first. */
  decidedOn: z.string(),
  /** Until then a planner reads lists, and no other one does: TMDB's connections are counted. */
  readingUntilMs: time,
  /** The calls of the last readings, the latest last. */
  readings: z.array(z.object({ atMs: time, calls: z.int().min(0) })),
  /** Calls of readings after which the run broke off before it could count them. */
  uncountedCalls: z.int().min(0),
  /** The changed titles that were not sent yet: JSON as one Brotli stream. */
  pending: z.instanceof(Uint8Array).refine((packed) => unpacked(packed) !== undefined),
  /** Epoch seconds. */
  expiration: z.number(),
  revision: z.int().min(1),
});

export type ChangesRecord = z.infer<typeof changesRecordSchema>;

/** Id of the item in the control table. */
export const changesId = 'changes';

export type ChangesStore = RevisionedItem<ChangesRecord>;

/** Changed titles by subject (`movie/550`): the time before which a fetch does not hold the change. */
export type Changed = ReadonlyMap<string, number>;

/** The item expires when no planner has changed it for so long. */
const recordDays = 60;

/** The record before anything is known. */
export const nothingKnown: ChangesRecord = {
  movie: unknownList('movie'),
  tv: unknownList('tv'),
  decidedOn: '',
  readingUntilMs: 0,
  readings: [],
  uncountedCalls: 0,
  pending: packChanged(new Map()),
  expiration: 0,
  revision: 1,
};

/** A list may be longer tomorrow: by as much as a tenth. */
const growth = 1 / 10;

/** The calls of so many hours are counted for a budget of 24: the counters are by the hour. */
const budgetMs = 25 * hourMs;

/**
 * The calls that must be left for the next reading: of what is due and was not read, or of the day that comes. Calls of an earlier reading that
 * count now, and will not count any more by then, make room for it.
 */
export function nextReadingCalls(record: ChangesRecord, nowMs: number): number {
  const nextMs = dayStartMs(nowMs) + dayMs;
  const read = mediaTypes.filter((media) => record[media].isRead);
  const due = read.flatMap((media) =>
    daysToRead(record[media], nowMs).map((startMs) => expectedPages(media, record[media], startMs, nowMs)),
  );
  const next = read.map((media) => pagesOfReading(media, record[media], nextMs));
  const pages = Math.max(sumOf(due), sumOf(next));
  const leaving = record.readings.filter(
    ({ atMs }) => due.length === 0 && atMs > nowMs - budgetMs && atMs <= nextMs - budgetMs,
  );
  return Math.max(0, pages + Math.ceil(growth * pages) - sumOf(leaving.map(({ calls }) => calls)));
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * The record with what was read at `nowMs`: `days` of lists, in the order of time, and the kept titles on them, of which `mostPending` leaves
 * so many as are kept. Where the record knows a day already, because another planner has read it too, nothing is learnt from it twice.
 */
export function withReading(
  record: ChangesRecord,
  days: readonly ReadDay[],
  changed: Changed,
  nowMs: number,
  mostPending: (changed: Changed) => Changed,
): ChangesRecord {
  const lists = mediaTypes.map((mediaType) => {
    const read = days.filter((day) => day.mediaType === mediaType);
    return [mediaType, read.length === 0 ? record[mediaType] : afterDays(record[mediaType], read, nowMs)] as const;
  });
  const pending = packChanged(mostPending(joinChanged(pendingOf(record), changed)));
  return { ...record, ...(Object.fromEntries(lists) as Record<MediaType, KnownList>), pending };
}

/**
 * The record without changes that are done with: those of titles that were sent or fetched (`done` says which change that was, and a later
 * one of the same title stays), and those before `oldestMs`. The same record if there are none.
 */
export function withoutChanges(record: ChangesRecord, done: Changed, oldestMs: number): ChangesRecord {
  const pending = pendingOf(record);
  const left = [...pending].filter(
    ([subject, beforeMs]) => beforeMs > (done.get(subject) ?? 0) && beforeMs >= oldestMs,
  );
  return left.length === pending.size ? record : { ...record, pending: packChanged(new Map(left)) };
}

/** The changed titles that were not sent. */
export function pendingOf({ pending }: ChangesRecord): Map<string, number> {
  return unpacked(pending) ?? new Map();
}

/** Ids ascending, each as its distance to the one before, by media type and time. */
const pendingSchema = z.array(z.tuple([z.enum(mediaTypes), time, z.array(z.int().min(0))]));

/** `undefined` for what is damaged. */
function unpacked(packed: Uint8Array): Map<string, number> | undefined {
  try {
    const groups = pendingSchema.parse(JSON.parse(unpackText(packed)));
    return new Map(
      groups.flatMap(([mediaType, beforeMs, steps]) => {
        let id = 0;
        return steps.map((step) => {
          id += step;
          return [titleSubject(mediaType, id), beforeMs] as const;
        });
      }),
    );
  } catch {
    return undefined;
  }
}

function packChanged(changed: Changed): ChangesRecord['pending'] {
  const titles = [...changed].map(([subject, beforeMs]) => {
    const [mediaType, id] = subject.split('/');
    return { mediaType, beforeMs, id: Number(id) };
  });
  const groups = groupBy(titles, ({ mediaType, beforeMs }) => `${mediaType} ${beforeMs}`);
  const packed = [...groups.values()].map((group) => {
    const ids = group.map(({ id }) => id).sort((a, b) => a - b);
    return [group[0]?.mediaType, group[0]?.beforeMs, ids.map((id, index) => id - (ids[index - 1] ?? 0))];
  });
  return pack(JSON.stringify(packed), 500);
}

/** Each title with the later of its times. */
export function joinChanged(a: Changed, b: Changed): Map<string, number> {
  const joined = new Map(a);
  for (const [subject, beforeMs] of b) {
    joined.set(subject, Math.max(beforeMs, joined.get(subject) ?? 0));
  }
  return joined;
}

/** The record with the calls of a reading, which ends its lease. */
export function withCalls(record: ChangesRecord, calls: number, nowMs: number): ChangesRecord {
  const known = record.readings.filter(({ atMs }) => Math.abs(nowMs - atMs) <= budgetMs);
  const readings = [...known, { atMs: nowMs, calls }].slice(-mostReadings);
  return { ...record, readings, readingUntilMs: 0, uncountedCalls: record.uncountedCalls + calls };
}

/** As many as there are occurrences in a day, and some more. */
const mostReadings = 12;

/** Most lost races in a row: each means that another planner has stored something. */
const mostAttempts = 10;

/**
 * Stores `change` of the record as it is then, unless that is the record itself; returns what is stored, or `undefined` after many lost
 * races.
 */
export async function changeRecord(
  store: ChangesStore,
  change: (record: ChangesRecord) => ChangesRecord,
  nowMs: number,
): Promise<ChangesRecord | undefined> {
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const stored = await store.read();
    const seen = stored?.revision ?? 0;
    const expiration = Math.floor((nowMs + recordDays * dayMs) / 1_000);
    const record = stored ?? nothingKnown;
    const changed = change(record);
    if (changed === record) {
      return record;
    }
    const next = { ...changed, expiration, revision: seen + 1 };
    if (await store.replace(next, seen)) {
      return next;
    }
  }
  return undefined;
}
