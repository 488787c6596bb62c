import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Changed,
  type ChangesRecord,
  changeRecord,
  changesRecordSchema,
  nextReadingCalls,
  nothingKnown,
  pendingOf,
  withoutChanges,
  withReading,
} from '../../src/planner/changes-record.ts';
import { daysToRead, knownUntil, type ReadDay } from '../../src/planner/known-lists.ts';
import { dayMs, tuesdayMs } from '../support/changes-world.ts';
import { memoryChangesStore } from '../support/memory-changes-store.ts';

const hourMs = dayMs / 24;
const all = (changed: Changed) => changed;
const readFrom = (record: ChangesRecord): ChangesRecord => ({
  ...record,
  movie: { ...record.movie, isRead: true },
  tv: { ...record.tv, isRead: true },
});
const begun = readFrom(nothingKnown);

/** The list of films read at `nowMs` up to `untilMs`. */
function filmsUntil(
  record: ChangesRecord,
  untilMs: number,
  nowMs: number,
  changed: Changed = new Map(),
): ChangesRecord {
  const day: ReadDay = { mediaType: 'movie', untilMs, whole: { pages: 60, kept: 100, changed: 2 } };
  return withReading(record, [day], changed, nowMs, all);
}

function filmsAndSeries(record: ChangesRecord): ChangesRecord {
  const day: ReadDay = { mediaType: 'tv', untilMs: tuesdayMs, whole: { pages: 50, kept: 100, changed: 2 } };
  return withReading(filmsUntil(record, tuesdayMs, tuesdayMs), [day], new Map(), tuesdayMs, all);
}

const subject = fc
  .tuple(fc.constantFrom('movie', 'tv'), fc.integer({ min: 1, max: 2_000_000 }))
  .map(([media, id]) => `${media}/${id}`);
const arbitraryChanged = fc.array(fc.tuple(subject, fc.integer({ min: 0, max: 20 })), { maxLength: 60 });
const changedOf = (entries: [string, number][]): Changed =>
  new Map(entries.map(([one, day]) => [one, tuesdayMs - day * dayMs]));

describe('the changed titles that were not sent', () => {
  it('are kept whole, whatever they are', () => {
    fc.assert(
      fc.property(arbitraryChanged, (entries) => {
        const changed = changedOf(entries);
        const record = withReading(begun, [], changed, tuesdayMs, all);
        expect(pendingOf(record)).toEqual(changed);
        expect(changesRecordSchema.safeParse(record).success).toBe(true);
      }),
    );
  });

  it('are the same in whichever order two planners store what they have read, and however often', () => {
    fc.assert(
      fc.property(arbitraryChanged, arbitraryChanged, (one, other) => {
        const [a, b] = [changedOf(one), changedOf(other)];
        const read = (record: ChangesRecord, changed: Changed) => filmsUntil(record, tuesdayMs, tuesdayMs, changed);
        const together = read(read(begun, a), b);
        expect(pendingOf(read(read(begun, b), a))).toEqual(pendingOf(together));
        expect(pendingOf(read(together, a))).toEqual(pendingOf(together));
        for (const subjectOf of [...a.keys(), ...b.keys()]) {
          expect(pendingOf(together).get(subjectOf)).toBe(Math.max(a.get(subjectOf) ?? 0, b.get(subjectOf) ?? 0));
        }
      }),
    );
  });

  it('lose those that were sent, but not a later change of the same title', () => {
    const changed = new Map([
      ['movie/1', tuesdayMs],
      ['movie/2', tuesdayMs],
      ['tv/1', tuesdayMs - 40 * dayMs],
    ]);
    const record = withReading(begun, [], changed, tuesdayMs, all);
    const sent = new Map([
      ['movie/1', tuesdayMs],
      ['movie/2', tuesdayMs - dayMs],
    ]);
    const left = withoutChanges(record, sent, tuesdayMs - 30 * dayMs);
    expect([...pendingOf(left)]).toEqual([['movie/2', tuesdayMs]]);
    expect(withoutChanges(left, new Map(), tuesdayMs - 30 * dayMs)).toBe(left);
  });

  it('take 15 KB at the most, as many as are kept', () => {
    const changed = new Map(Array.from({ length: 4_000 }, (_, n) => [`tv/${n * 71 + (n % 13)}`, tuesdayMs]));
    expect(withReading(begun, [], changed, tuesdayMs, all).pending.byteLength).toBeLessThan(15_000);
  });

  it('that are damaged make the record one that is not there, so that reading begins anew and says so', () => {
    const damaged = { ...begun, pending: new Uint8Array([1, 2, 3]) };
    expect(changesRecordSchema.safeParse(damaged).success).toBe(false);
  });
});

describe('the days that are read', () => {
  const days = (record: ChangesRecord, nowMs: number) =>
    daysToRead(record.movie, nowMs).map((startMs) => new Date(startMs).toISOString().slice(0, 10));

  it('are none of a list that is not read', () => {
    expect(daysToRead(nothingKnown.movie, tuesdayMs)).toEqual([]);
  });

  it('begin with the last whole day, and go on from where the list is known', () => {
    expect(days(begun, tuesdayMs)).toEqual(['2026-11-23']);
    const known = filmsUntil(begun, tuesdayMs, tuesdayMs + 5_000);
    expect(days(known, tuesdayMs + 5_000)).toEqual([]);
    expect(days(known, tuesdayMs + 23 * hourMs)).toEqual([]);
    expect(days(known, tuesdayMs + dayMs)).toEqual(['2026-11-24']);
  });

  it('have the day that has begun with them, where some hours of it are over', () => {
    const known = filmsUntil(begun, tuesdayMs, tuesdayMs);
    expect(days(known, tuesdayMs + dayMs + hourMs)).toEqual(['2026-11-24']);
    expect(days(known, tuesdayMs + dayMs + 8 * hourMs)).toEqual(['2026-11-24', '2026-11-25']);
    // Known until eight o'clock: that day is read again when it is whole.
    const partly = filmsUntil(known, tuesdayMs + dayMs + 8 * hourMs, tuesdayMs + dayMs + 8 * hourMs);
    expect(days(partly, tuesdayMs + dayMs + 12 * hourMs)).toEqual([]);
    expect(days(partly, tuesdayMs + 2 * dayMs)).toEqual(['2026-11-25']);
  });

  it('survive a gap of fourteen days, and begin anew after a longer one', () => {
    const known = filmsUntil(begun, tuesdayMs, tuesdayMs);
    expect(days(known, tuesdayMs + 14 * dayMs)).toHaveLength(14);
    expect(knownUntil(known.movie, tuesdayMs + 14 * dayMs)).toBe(tuesdayMs);
    expect(days(known, tuesdayMs + 15 * dayMs)).toEqual(['2026-12-08']);
    expect(knownUntil(known.movie, tuesdayMs + 15 * dayMs)).toBeUndefined();
  });

  it('leave out no moment: what is known and what is read next meet, at any times of day', () => {
    const delays = fc.array(fc.integer({ min: 1, max: 14 * 24 * 60 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(delays, (minutes) => {
        let [record, nowMs] = [filmsUntil(begun, tuesdayMs, tuesdayMs), tuesdayMs];
        for (const later of minutes) {
          nowMs += later * 60_000;
          const untilMs = knownUntil(record.movie, nowMs) ?? 0;
          const starts = daysToRead(record.movie, nowMs);
          if (starts.length > 0) {
            expect(starts[0]).toBeLessThanOrEqual(untilMs);
            expect(starts).toEqual(starts.map((_, index) => (starts[0] ?? 0) + index * dayMs));
            const end = Math.min((starts.at(-1) ?? 0) + dayMs, nowMs);
            expect(nowMs - end).toBeLessThan(2 * hourMs);
            record = filmsUntil(record, end, nowMs);
          }
          // Never known for longer than a day and the two hours that are not worth a page.
          expect(nowMs - (knownUntil(record.movie, nowMs) ?? 0)).toBeLessThan(dayMs + 2 * hourMs);
        }
      }),
    );
  });
});

describe('a clock that was wrong', () => {
  it('costs what it read, not what it did not: the days since the reading before it are read again', () => {
    const known = filmsUntil(begun, tuesdayMs, tuesdayMs);
    const aheadMs = tuesdayMs + 9 * dayMs;
    const ahead = filmsUntil(known, aheadMs, aheadMs);
    const nowMs = tuesdayMs + dayMs;
    expect(knownUntil(ahead.movie, nowMs)).toBe(tuesdayMs);
    expect(daysToRead(ahead.movie, nowMs)).toEqual([tuesdayMs]);
    const again = filmsUntil(ahead, nowMs, nowMs);
    expect(again.movie).toMatchObject({
      knownUntilMs: nowMs,
      knownBeforeMs: tuesdayMs,
      knownFromMs: known.movie.knownFromMs,
    });
  });

  it('that was ahead by more than fourteen days, too', () => {
    const known = filmsUntil(begun, tuesdayMs, tuesdayMs);
    const aheadMs = tuesdayMs + 400 * dayMs;
    expect(knownUntil(filmsUntil(known, aheadMs, aheadMs).movie, tuesdayMs + dayMs)).toBe(tuesdayMs);
  });

  it('and that is behind reads nothing and forgets nothing', () => {
    const known = filmsUntil(begun, tuesdayMs, tuesdayMs);
    expect(daysToRead(known.movie, tuesdayMs - dayMs)).toHaveLength(1);
    expect(filmsUntil(known, tuesdayMs - dayMs, tuesdayMs - dayMs).movie.knownBeforeMs).toBeLessThanOrEqual(tuesdayMs);
  });
});

describe('what is learnt', () => {
  it('is learnt once of each day, however many planners read it', () => {
    const once = filmsUntil(begun, tuesdayMs, tuesdayMs);
    expect(filmsUntil(once, tuesdayMs, tuesdayMs + hourMs).movie).toMatchObject({
      titleDays: 100,
      changed: 2,
      pagesADay: 60,
    });
    expect(filmsUntil(once, tuesdayMs + dayMs, tuesdayMs + dayMs).movie).toMatchObject({
      titleDays: 195,
      changed: 3.9,
    });
  });

  it('says how many calls to leave for the next reading: a tenth more than the last one took', () => {
    expect(nextReadingCalls(nothingKnown, tuesdayMs)).toBe(0);
    expect(nextReadingCalls(begun, tuesdayMs)).toBe(66 + 55);
    expect(nextReadingCalls(filmsUntil(begun, tuesdayMs, tuesdayMs), tuesdayMs)).toBe(66 + 55);
    // A reading of yesterday counts until an hour after this one, and no more by the next.
    const known24 = {
      ...begun,
      readings: [
        { atMs: tuesdayMs - dayMs, calls: 100 },
        { atMs: tuesdayMs, calls: 110 },
      ],
    };
    expect(nextReadingCalls(filmsAndSeries(known24), tuesdayMs)).toBe(121 - 100);
    expect(nextReadingCalls(filmsAndSeries(known24), tuesdayMs + 4 * hourMs)).toBe(121);
    // Two days and eight hours are due.
    const known = { ...begun, tv: { ...begun.tv, isRead: false } };
    expect(nextReadingCalls(filmsUntil(known, tuesdayMs, tuesdayMs), tuesdayMs + 56 * hourMs)).toBe(154);
  });
});

describe('changing the record', () => {
  it('loses nothing of many planners that change it at once', async () => {
    const store = memoryChangesStore();
    const planners = Array.from({ length: 6 }, (_, n) =>
      changeRecord(
        store,
        (record) => withReading(record, [], new Map([[`tv/${n + 1}`, tuesdayMs]]), tuesdayMs, all),
        tuesdayMs,
      ),
    );
    expect((await Promise.all(planners)).every((record) => record !== undefined)).toBe(true);
    expect(pendingOf(store.now() ?? nothingKnown).size).toBe(6);
    expect(store.now()?.revision).toBe(6);
  });

  it('writes nothing where nothing changes, and gives up after many lost races', async () => {
    const store = memoryChangesStore();
    expect(await changeRecord(store, (record) => record, tuesdayMs)).toBe(nothingKnown);
    expect(store.writes()).toBe(0);
    const contended = { ...store, replace: async () => false };
    expect(await changeRecord(contended, (record) => ({ ...record, decidedOn: 'x' }), tuesdayMs)).toBeUndefined();
  });

  it('keeps the item for sixty days', async () => {
    const store = memoryChangesStore();
    await changeRecord(store, (record) => ({ ...record, decidedOn: '2026-11-24' }), tuesdayMs);
    expect(store.now()?.expiration).toBe((tuesdayMs + 60 * dayMs) / 1_000);
  });
});
