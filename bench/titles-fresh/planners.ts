/** Three ways to keep titles fresh: by age alone, by lists of changes alone, and as the planner chooses with its own code. */
import { readTitleRecord } from '../../src/demand/title-demand.ts';
import { titleBudgetOf } from '../../src/planner/budget.ts';
import type { ChangeLists } from '../../src/planner/changes-lists.ts';
import type { ChangesRecord, ChangesStore } from '../../src/planner/changes-record.ts';
import type { TitleState } from '../../src/planner/collect-titles.ts';
import { chooseOf } from '../../src/planner/plan-titles.ts';
import { changesSource } from '../../src/planner/read-changes.ts';
import { type MediaType, mediaTypes } from '../../src/shared/core/feed.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import {
  feedCounterName,
  planTotalName,
  planUsageId,
  titleChangesId,
  titlePlanCounters,
} from '../../src/shared/tables/feed-counters.ts';
import { titleSubject, type UsageCounters } from '../../src/shared/tables/usage-store.ts';
import { type FreshFigures, type FreshLedger, freshLedger } from './fresh-ledger.ts';
import { dayMs, listedByDay, pagesADay, type TitleWorld, worldDays } from './title-world.ts';

const hourMs = 3_600_000;
/** From a plan to the row in the table. */
const fetchMs = 2 * 60_000;
const dailyHour = defaultSettings.schedules.daily.hourUtc;
const everyHours = defaultSettings.schedules.refresh.everyHours;

/** The occurrences at which titles are planned. A refresh in the minute of a daily run leaves them to that. */
function occurrences({ startMs }: TitleWorld): { schedule: 'daily' | 'refresh'; atMs: number }[] {
  return Array.from({ length: (worldDays * 24) / everyHours }, (_, index) => {
    const atMs = startMs + index * everyHours * hourMs;
    return { schedule: (index * everyHours) % 24 === dailyHour ? 'daily' : 'refresh', atMs };
  });
}

/** Every title has been fetched once within the last `days` days. */
function ledgerOf(world: TitleWorld, days: number): FreshLedger {
  const firstMs = world.all.map((_, index) => world.startMs - Math.floor(((index * 0.618_034) % 1) * days * dayMs));
  return freshLedger(world, firstMs);
}

/** Re-reads every title at the age of `days`. */
export function byAge(world: TitleWorld, days: number): FreshFigures {
  const ledger = ledgerOf(world, days);
  // Due titles wait for the next occurrence: half of the time between two of them on average.
  const dueMs = days * dayMs - (everyHours * hourMs) / 2;
  for (const { atMs } of occurrences(world)) {
    for (const index of world.all.keys()) {
      if (atMs - ledger.fetchedAtMs(index) >= dueMs) {
        ledger.fetched(index, atMs + fetchMs);
      }
    }
  }
  return ledger.figures();
}

/** Reads both lists after the end of each day, fetches what they name, and re-reads every title at the age of `days`. */
export function byChanges(world: TitleWorld, days: number): FreshFigures {
  const ledger = ledgerOf(world, days);
  const lists = mediaTypes.map((mediaType) => ({ mediaType, byDay: listedByDay(world, mediaType) }));
  for (const { atMs } of occurrences(world)) {
    const isNewDay = atMs % dayMs === 0;
    const listed = new Set(isNewDay ? lists.flatMap((list) => subjectsOf(list, atMs - dayMs)) : []);
    ledger.pages(atMs, isNewDay ? pagesADay.movie + pagesADay.tv : 0);
    const isOld = (index: number) => atMs - ledger.fetchedAtMs(index) >= days * dayMs;
    const due = [...world.all.keys()].filter((index) => isOld(index) || listed.has(world.all[index]?.subject ?? ''));
    for (const index of due) {
      ledger.fetched(index, atMs + fetchMs);
    }
  }
  return ledger.figures();
}

function subjectsOf(list: { mediaType: MediaType; byDay: ReadonlyMap<number, number[]> }, startMs: number): string[] {
  return (list.byDay.get(startMs) ?? []).map((id) => titleSubject(list.mediaType, id));
}

/** How a planner decided, beside its figures. */
export type PlannedFigures = FreshFigures & { callsSavedADay: number; daysByChanges: number };

/** The planner's own policy, decision and record, with lists, counters and table in memory. */
export async function asPlanned(world: TitleWorld): Promise<PlannedFigures> {
  const settings = settingsOf(world);
  const ledger = ledgerOf(world, settings.details.softTtlHours / 24);
  const usage = memoryCounters();
  const clock = { nowMs: () => 0, monotonicMs: () => 0, sleep: async () => undefined };
  let nowMs = world.startMs;
  const source = changesSource({
    store: memoryStore(),
    lists: listsOf(world, () => nowMs),
    usage,
    telemetry: { event: () => undefined, metric: () => undefined, warn: () => undefined },
    clock: { ...clock, nowMs: () => nowMs },
    settings,
  });
  const byId = new Map(world.all.map(({ subject }, index) => [subject, index]));
  let [saved, changeDays] = [0, 0];
  for (const { schedule, atMs } of occurrences(world)) {
    nowMs = atMs;
    const record = await readTitleRecord(usage, atMs);
    const budget = titleBudgetOf(schedule, record.calls, settings);
    if (budget.calls <= 0) {
      continue;
    }
    const titles = statesOf(world, ledger, record.plannedAtMs, settings);
    const { changes, chosen } = await chooseOf(titles, budget, atMs, { changes: source, settings });
    const subjects = chosen.map(({ title }) => title.subject);
    const { calls = 0, callsSaved = 0, by = 'age' } = changes ?? {};
    ledger.pages(atMs, calls);
    count(usage, planUsageId(atMs), [...titlePlanCounters(subjects, 2_000), [planTotalName('changesCalls'), calls]]);
    await changes?.commit(new Set(subjects));
    for (const subject of subjects) {
      fetchTitle(world, byId.get(subject) ?? -1, atMs + fetchMs, ledger, usage, settings);
    }
    saved += callsSaved;
    changeDays += by === 'changes' ? everyHours / 24 : 0;
  }
  return { ...ledger.figures(), callsSavedADay: saved / worldDays, daysByChanges: changeDays };
}

/** Where to watch a title is left out of account: no list tells its changes, whichever way is chosen. */
function settingsOf({ callsPerDay }: TitleWorld): Settings {
  const details = { ...defaultSettings.details, callsPerDay };
  return { ...defaultSettings, details: { ...details, watchSoftTtlHours: 24 * 365 } };
}

function statesOf(
  world: TitleWorld,
  ledger: FreshLedger,
  plannedAtMs: ReadonlyMap<string, number>,
  settings: Settings,
): TitleState[] {
  return world.all.map(({ subject, mediaType, id, readsADay }, index): TitleState => {
    const fetchedMs = storedMs(ledger.fetchedAtMs(index), settings);
    const dates = { status: null, lastAirDate: null, nextAirDate: null };
    return {
      subject,
      mediaType,
      id,
      reads: readsADay,
      isRead: readsADay >= 1,
      place: undefined,
      releaseDate: null,
      details: { latestMs: fetchedMs, oldestMs: fetchedMs, watchMs: fetchedMs, unknown: [], ...dates, imdbId: null },
      changedMs: undefined,
      plannedAtMs: plannedAtMs.get(subject),
    };
  });
}

/** A row has the start of the period of its fetch. */
function storedMs(atMs: number, { ttl }: Settings): number {
  const periodMs = ttl.titlePeriodHours * hourMs;
  return Math.floor(atMs / periodMs) * periodMs;
}

/** The writer counts whether what is fetched again has changed. */
function fetchTitle(
  world: TitleWorld,
  index: number,
  atMs: number,
  ledger: FreshLedger,
  usage: MemoryCounters,
  settings: Settings,
): void {
  const title = world.all[index];
  if (title === undefined) {
    throw new Error('a title was planned that is not kept');
  }
  const beforeMs = ledger.fetchedAtMs(index);
  const isChanged = title.changesMs.some((one) => one > beforeMs && one <= atMs);
  const hours = (storedMs(atMs, settings) - storedMs(beforeMs, settings)) / hourMs;
  count(usage, titleChangesId(atMs), [
    [feedCounterName('compared', title.mediaType), 1],
    [feedCounterName('changed', title.mediaType), isChanged ? 1 : 0],
    [feedCounterName('rowHours', title.mediaType), hours],
  ]);
  ledger.fetched(index, atMs);
}

/** TMDB's lists: of a day that is not over what has changed so far. */
function listsOf(world: TitleWorld, nowMs: () => number): ChangeLists {
  const byMedia = new Map(mediaTypes.map((mediaType) => [mediaType, listedByDay(world, mediaType)] as const));
  return {
    read: async (mediaType: MediaType, day, { calls }) => {
      const startMs = Date.parse(day);
      const pages = Math.max(1, Math.ceil(pagesADay[mediaType] * Math.min(1, (nowMs() - startMs) / dayMs)));
      return pages > calls
        ? { kind: 'broken', calls, code: 'out_of_calls', detail: 'no call is left' }
        : { kind: 'whole', calls: pages, pages, ids: byMedia.get(mediaType)?.get(startMs) ?? [] };
    },
  };
}

function memoryStore(): ChangesStore {
  let stored: ChangesRecord | undefined;
  return {
    read: async () => stored,
    replace: async (next) => {
      stored = next;
      return true;
    },
  };
}

type MemoryCounters = {
  items: Map<string, UsageCounters>;
  read(ids: readonly string[]): Promise<Map<string, UsageCounters>>;
};

function memoryCounters(): MemoryCounters {
  const items = new Map<string, UsageCounters>();
  return {
    items,
    read: async (ids) => new Map(ids.flatMap((id) => (items.has(id) ? [[id, items.get(id) ?? {}] as const] : []))),
  };
}

function count({ items }: MemoryCounters, id: string, counters: readonly (readonly [string, number])[]): void {
  const sums = (items.get(id) ?? {}) as Record<string, number>;
  for (const [name, more] of counters) {
    sums[name] = (sums[name] ?? 0) + more;
  }
  items.set(id, sums);
}
