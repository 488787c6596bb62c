import { describe, expect, it } from 'vitest';
import { nothingKnown, pendingOf } from '../../src/planner/changes-record.ts';
import { changesSource } from '../../src/planner/read-changes.ts';
import { titleChangesId } from '../../src/shared/tables/feed-counters.ts';
import {
  type ChangesWorld,
  changesWorld,
  dayMs,
  manySeries,
  scriptedLists,
  tuesdayMs,
  withCalls,
} from '../support/changes-world.ts';
import { memoryChangesStore } from '../support/memory-changes-store.ts';

const hourMs = dayMs / 24;
const ample = 5_000;

/** What is in the record. */
function pending({ store }: ChangesWorld): [string, number][] {
  return [...pendingOf(store.now() ?? nothingKnown)];
}

describe('where lists pay', () => {
  it('the list of the last whole day is read, and names the kept titles that changed', async () => {
    const world = changesWorld({ lists: scriptedLists({ 'tv 2026-11-23': [7, 3_001, 20, 99_999] }) });
    const read = await world.read(manySeries(), ample, tuesdayMs);
    expect(world.lists.asked).toEqual(['tv 2026-11-23']);
    expect(read).toMatchObject({ by: 'changes', calls: 10, notes: [] });
    expect([...read.changed]).toEqual([
      ['tv/7', tuesdayMs],
      ['tv/20', tuesdayMs],
    ]);
    expect([...(read.followed ?? [])]).toEqual([['tv', tuesdayMs - dayMs]]);
    // 3,000 series, of which 2 % change: 857 calls by age, 160 for titles by the list.
    expect(read.callsSaved).toBe(697);
    expect(world.telemetry.eventsOf('changes-read')).toEqual([
      { event: 'changes-read', calls: 10, callsSaved: 697, kept: 3_000, changed: 2 },
    ]);
  });

  it('it is read once a day, and what was not sent is told again', async () => {
    const world = changesWorld({ lists: scriptedLists({ 'tv 2026-11-23': [7, 20], 'tv 2026-11-24': [8] }) });
    const first = await world.read(manySeries(), ample, tuesdayMs);
    await first.commit(new Set(['tv/20']));
    const later = await world.read(manySeries(), ample, tuesdayMs + 4 * hourMs);
    expect([[...later.changed.keys()], later.calls]).toEqual([['tv/7'], 0]);
    const next = await world.read(manySeries(), ample, tuesdayMs + dayMs);
    expect([...next.changed]).toEqual([
      ['tv/7', tuesdayMs],
      ['tv/8', tuesdayMs + dayMs],
    ]);
    expect(world.lists.asked).toEqual(['tv 2026-11-23', 'tv 2026-11-24']);
  });

  it('a title that was fetched since it changed is not told, and is taken off', async () => {
    const world = changesWorld({ lists: scriptedLists({ 'tv 2026-11-23': [7, 20] }) });
    await world.read(manySeries(), ample, tuesdayMs);
    const fetched = manySeries().map((title) => ({
      ...title,
      fetchedAtMs: tuesdayMs + (title.subject === 'tv/7' ? 0 : -1),
    }));
    const read = await world.read(fetched, ample, tuesdayMs + 12 * hourMs);
    expect([...read.changed.keys()]).toEqual(['tv/20']);
    await read.commit(new Set());
    expect(pending(world)).toEqual([['tv/20', tuesdayMs]]);
  });

  it('a title that is not kept just now keeps its change, for a month', async () => {
    const world = changesWorld({ lists: scriptedLists({ 'tv 2026-11-23': [7] }) });
    await (await world.read(manySeries(), ample, tuesdayMs)).commit(new Set());
    const without = manySeries().slice(10);
    const read = await world.read(without, ample, tuesdayMs + dayMs);
    expect([...read.changed]).toEqual([]);
    await read.commit(new Set());
    expect(pending(world)).toEqual([['tv/7', tuesdayMs]]);
    await (await world.read(without, ample, tuesdayMs + 31 * dayMs)).commit(new Set());
    expect(pending(world)).toEqual([]);
  });
});

describe('where age is cheaper', () => {
  it('no list is read, and nothing is followed', async () => {
    const world = changesWorld();
    const read = await world.read(manySeries(100), ample, tuesdayMs);
    expect(read).toMatchObject({ by: 'age', calls: 0, callsSaved: 0, reserved: 0, notes: [] });
    expect([...read.changed, ...(read.followed ?? [])]).toEqual([]);
    expect(world.lists.asked).toEqual([]);
  });

  it('and where nothing is kept, nothing is read or stored', async () => {
    const world = changesWorld();
    expect(await world.read([], ample, tuesdayMs)).toMatchObject({ by: 'age', calls: 0 });
    expect(world.store.now()).toBeUndefined();
  });

  it('until the writer has counted that titles change more often', async () => {
    const world = changesWorld();
    const kept = manySeries(200);
    expect((await world.read(kept, ample, tuesdayMs)).rates).toEqual({ movie: 0.005, tv: 0.02 });
    expect(world.lists.asked).toEqual([]);
    // Of 400 that were fetched again after seven days, 70 % had changed: 17 % a day.
    await world.usage.add(titleChangesId(tuesdayMs), { 'k:tv': 400, 'c:tv': 280, 'a:tv': 400 * 168 }, 0);
    const read = await world.read(kept, ample, tuesdayMs + 2 * dayMs);
    expect(read.rates?.tv).toBeGreaterThan(0.12);
    expect(read.rates?.tv).toBeLessThan(0.17);
    expect(world.lists.asked).toEqual(['tv 2026-11-25']);
  });

  it('and a list that is given up is taken up anew, without the days between', async () => {
    const world = changesWorld();
    await world.read(manySeries(), ample, tuesdayMs);
    await world.read(manySeries(50), ample, tuesdayMs + dayMs);
    expect(world.store.now()?.tv.isRead).toBe(false);
    const read = await world.read(manySeries(), ample, tuesdayMs + 6 * dayMs);
    expect(world.lists.asked).toEqual(['tv 2026-11-23', 'tv 2026-11-29']);
    expect([...(read.followed ?? [])]).toEqual([['tv', tuesdayMs + 5 * dayMs]]);
    expect(read.notes).toEqual([]);
  });
});

describe('a list that cannot be read', () => {
  const down = { kind: 'broken', calls: 4, code: 'tmdb_9', detail: 'HTTP 503' } as const;

  it('is said, costs its calls, and is tried again at the next occurrence', async () => {
    const world = changesWorld();
    world.lists.failure = down;
    const read = await world.read(manySeries(), ample, tuesdayMs);
    expect(read).toMatchObject({ by: 'age', calls: 4, callsSaved: 0 });
    expect(read.notes).toEqual([
      "TMDB's list of tv changes of 2026-11-23 was not read and is tried again at the next occurrence; until then age decides: HTTP 503 (tmdb_9)",
    ]);
    await read.commit(new Set());
    world.lists.failure = undefined;
    world.lists.days = { 'tv 2026-11-23': [7] };
    const again = await world.read(manySeries(), ample, tuesdayMs + 4 * hourMs);
    expect(world.lists.asked.slice(1)).toEqual(['tv 2026-11-23', 'tv 2026-11-24']);
    expect([[...again.changed.keys()], again.calls]).toEqual([['tv/7'], 20]);
  });

  it('for fourteen days is caught up with, day by day, as far as calls are left', async () => {
    const world = changesWorld();
    await (await world.read(manySeries(), ample, tuesdayMs)).commit(new Set());
    world.lists.failure = down;
    for (let day = 1; day < 13; day += 1) {
      await (await world.read(manySeries(), ample, tuesdayMs + day * dayMs)).commit(new Set());
    }
    world.lists.failure = undefined;
    world.lists.asked.length = 0;
    const read = await world.read(manySeries(), 75, tuesdayMs + 14 * dayMs);
    expect(world.lists.asked).toHaveLength(7);
    expect(world.lists.asked[0]).toBe('tv 2026-11-24');
    expect([read.calls, read.by]).toEqual([70, 'age']);
    expect(read.notes).toEqual([
      expect.stringMatching(/list of tv changes of 2026-12-01 was not read.*about 10 pages, and 5 calls are left/),
    ]);
    await read.commit(new Set());
    const rest = await world.read(manySeries(), 75, tuesdayMs + 14 * dayMs + hourMs);
    expect([rest.calls, rest.by, rest.notes]).toEqual([70, 'changes', []]);
  });

  it('for longer begins anew, and says since when changes are left to age', async () => {
    const world = changesWorld();
    await (await world.read(manySeries(), ample, tuesdayMs)).commit(new Set());
    const read = await world.read(manySeries(), ample, tuesdayMs + 15 * dayMs);
    expect(world.lists.asked).toEqual(['tv 2026-11-23', 'tv 2026-12-08']);
    expect(read.notes).toEqual([
      'TMDB tells tv changes of the last 14 days only, and they were last read on 2026-11-24: what changed before is left to age',
    ]);
    expect([...(read.followed ?? [])]).toEqual([['tv', tuesdayMs + 14 * dayMs]]);
  });

  it('for two days leaves the titles to age', async () => {
    const world = changesWorld();
    await (await world.read(manySeries(), ample, tuesdayMs)).commit(new Set());
    world.lists.failure = down;
    const at = async (hours: number) => (await world.read(manySeries(), ample, tuesdayMs + hours * hourMs)).by;
    expect([await at(24), await at(48), await at(49)]).toEqual(['changes', 'changes', 'age']);
  });
});

describe('the calls of a day', () => {
  it('are not spent on a part of a list', async () => {
    const world = changesWorld();
    const read = await world.read(manySeries(), 49, tuesdayMs);
    expect([world.lists.asked, read.calls]).toEqual([[], 0]);
    expect(read.notes).toEqual([
      expect.stringContaining("it has about 50 pages, and 49 calls are left of the day's (out_of_calls)"),
    ]);
    expect(read.reserved).toBe(55);
    expect((await world.read(manySeries(), 50, tuesdayMs + hourMs)).calls).toBe(10);
    expect(world.lists.limits[0]?.calls).toBe(50);
  });

  it('and the time of an invocation bound a reading', async () => {
    const world = changesWorld();
    await world.read(manySeries(), ample, tuesdayMs);
    const { planner, tmdb } = world.settings;
    const remainingMs = world.lists.limits[0]?.remainingMs() ?? 0;
    expect(remainingMs).toBe(0.3 * planner.timeoutSeconds * 1_000 - tmdb.requestTimeoutMs);
    await world.clock.advance(10_000);
    expect(world.lists.limits[0]?.remainingMs()).toBe(remainingMs - 10_000);
  });

  it('count also where a run broke off before it could count them', async () => {
    const world = changesWorld();
    await world.read(manySeries(), ample, tuesdayMs);
    const again = await world.read(manySeries(), ample, tuesdayMs + hourMs);
    expect([world.lists.asked.length, again.calls]).toEqual([1, 10]);
    await again.commit(new Set());
    expect((await world.read(manySeries(), ample, tuesdayMs + 2 * hourMs)).calls).toBe(0);
  });
});

describe('two planners at once', () => {
  it('read each list once, and both know what it says in the end', async () => {
    const store = memoryChangesStore();
    const lists = scriptedLists({ 'tv 2026-11-23': [7, 20] });
    const [one, other] = [changesWorld({ store, lists }), changesWorld({ store, lists })];
    const reads = await Promise.all([one, other].map((world) => world.read(manySeries(), ample, tuesdayMs)));
    expect(lists.asked).toEqual(['tv 2026-11-23']);
    expect(reads.flatMap(({ notes }) => notes)).toEqual(['another planner reads the lists of changes now']);
    await Promise.all(reads.map(({ commit }) => commit(new Set(['tv/7']))));
    expect(pending(one)).toEqual([['tv/20', tuesdayMs]]);
  });

  it('wait for no planner that has died: after a minute another one reads', async () => {
    const store = memoryChangesStore();
    const dying = changesWorld({
      store,
      lists: { ...scriptedLists(), read: () => Promise.reject(new Error('killed')) },
    });
    await expect(dying.read(manySeries(), ample, tuesdayMs)).rejects.toThrow('killed');
    const world = changesWorld({ store });
    expect((await world.read(manySeries(), ample, tuesdayMs)).calls).toBe(0);
    await world.clock.advance(60_000);
    expect((await world.read(manySeries(), ample, tuesdayMs)).calls).toBe(10);
  });

  it('wait for no lease of a clock that was wrong', async () => {
    const store = memoryChangesStore();
    await store.replace({ ...nothingKnown, readingUntilMs: tuesdayMs + 9 * hourMs, revision: 1 }, 0);
    expect((await changesWorld({ store }).read(manySeries(), ample, tuesdayMs)).calls).toBe(10);
  });
});

describe('a control table that fails', () => {
  it('while it is read fails the reading, which the plan says', async () => {
    const store = memoryChangesStore(async (_call, act) => {
      act();
      throw new Error('throttled');
    });
    await expect(changesWorld({ store }).read(manySeries(), ample, tuesdayMs)).rejects.toThrow('throttled');
  });

  it('when what was read is stored costs the storing only: the changes are told, and the list is read again', async () => {
    let replaced = 0;
    const store = memoryChangesStore(async (call, act) => {
      replaced += call === 'replaceChanges' ? 1 : 0;
      if (call === 'replaceChanges' && replaced === 3) {
        throw new Error('throttled');
      }
      return act();
    });
    const world = changesWorld({ store, lists: scriptedLists({ 'tv 2026-11-23': [7] }) });
    const read = await world.read(manySeries(), ample, tuesdayMs);
    expect([...read.changed.keys()]).toEqual(['tv/7']);
    expect(read.notes).toEqual(['what lists of changes say was not stored: throttled']);
    expect(world.store.now()?.tv.knownUntilMs).toBe(0);
  });

  it('when sent titles are taken off is a warning', async () => {
    const world = changesWorld({ lists: scriptedLists({ 'tv 2026-11-23': [7] }) });
    const broken = { ...world.store, replace: () => Promise.reject(new Error('throttled')) };
    await (await world.read(manySeries(), ample, tuesdayMs)).commit(new Set());
    const read = await changesSource({ ...world.deps, store: broken })(manySeries(), ample, tuesdayMs + hourMs);
    await read.commit(new Set(['tv/7']));
    expect(world.telemetry.warnings).toEqual([
      { message: 'changed titles that were sent could not be taken off the record', facts: { detail: 'throttled' } },
    ]);
  });
});

describe('more changed titles than are kept', () => {
  it('are the least read ones, which are left to age, and that is said', async () => {
    const kept = manySeries(6_000).map((title, index) => ({ ...title, reads: index }));
    const ids = kept.map((_, index) => index + 1);
    const world = changesWorld({ lists: scriptedLists({ 'tv 2026-11-23': ids }), settings: withCalls(50_000) });
    const read = await world.read(kept, 50_000, tuesdayMs);
    expect(read.notes).toEqual([
      '2000 changed titles, those that are read least, are left to age: 4000 are kept until they are sent',
    ]);
    expect(read.changed.size).toBe(6_000);
    const later = await world.read(kept, 50_000, tuesdayMs + hourMs);
    expect(later.changed.size).toBe(4_000);
    expect(later.changed.has('tv/2000')).toBe(false);
    expect(later.changed.has('tv/2001')).toBe(true);
  });
});
