import type { ChangeLists, DayList, ReadingLimits } from '../../src/planner/changes-lists.ts';
import type { KeptTitle } from '../../src/planner/collect.ts';
import { type ChangesDependencies, changesSource } from '../../src/planner/read-changes.ts';
import type { MediaType } from '../../src/shared/core/feed.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { type MemoryChangesStore, memoryChangesStore } from './memory-changes-store.ts';
import { type MemoryUsageStore, memoryUsageStore } from './memory-usage-store.ts';
import { type RecordingTelemetry, recordingTelemetry } from './recording-telemetry.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

export const dayMs = 86_400_000;
/** Tuesday 2026-11-24, 00:00 UTC. */
export const tuesdayMs = Date.UTC(2026, 10, 24);

/** Lists of changes by media type and day, such as `{ 'tv 2026-11-23': [1396] }`; a day that is not there is empty. */
export type ScriptedLists = ChangeLists & {
  days: Record<string, readonly number[]>;
  /** Pages of each list. */
  pages: number;
  /** Instead of an answer. */
  failure: Extract<DayList, { kind: 'broken' }> | undefined;
  /** What was asked for, in order: `tv 2026-11-23`. */
  readonly asked: string[];
  readonly limits: ReadingLimits[];
};

export function scriptedLists(days: ScriptedLists['days'] = {}): ScriptedLists {
  const lists: ScriptedLists = {
    days,
    pages: 10,
    failure: undefined,
    asked: [],
    limits: [],
    read: async (mediaType: MediaType, day, limits) => {
      const key = `${mediaType} ${day}`;
      lists.asked.push(key);
      lists.limits.push(limits);
      return lists.failure ?? { kind: 'whole', calls: lists.pages, pages: lists.pages, ids: lists.days[key] ?? [] };
    },
  };
  return lists;
}

/** Series that are kept, so many that their list pays; all are read equally often and were fetched a day before `tuesdayMs`. */
export function manySeries(count = 3_000, fetchedAtMs = tuesdayMs - dayMs): KeptTitle[] {
  return Array.from({ length: count }, (_, index) => ({ subject: `tv/${index + 1}`, fetchedAtMs, reads: 1 }));
}

export type ChangesWorld = {
  store: MemoryChangesStore;
  lists: ScriptedLists;
  usage: MemoryUsageStore;
  telemetry: RecordingTelemetry;
  clock: VirtualClock;
  settings: Settings;
  deps: ChangesDependencies;
  read: ReturnType<typeof changesSource>;
};

/** A planner's source of changes with everything around it in memory. The budget is ample. */
export function changesWorld(
  over: Partial<ChangesDependencies> & { lists?: ScriptedLists; store?: MemoryChangesStore } = {},
): ChangesWorld {
  const parts = {
    store: memoryChangesStore(),
    lists: scriptedLists(),
    usage: memoryUsageStore(),
    telemetry: recordingTelemetry(),
    clock: virtualClock({ startMs: tuesdayMs }),
    settings: withCalls(5_000),
    ...over,
  } as Omit<ChangesWorld, 'deps' | 'read'>;
  return { ...parts, deps: parts, read: changesSource(parts) };
}

export function withCalls(callsPerDay: number): Settings {
  return { ...defaultSettings, details: { ...defaultSettings.details, callsPerDay } };
}
