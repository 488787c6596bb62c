import { type ReadOutcome, usageCounter } from '../../src/reader/read-meter.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { type MemoryUsageStore, memoryUsageStore } from './memory-usage-store.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** How reads go. */
export const fresh: ReadOutcome = { hit: true, stale: false };
export const stale: ReadOutcome = { hit: true, stale: true };
export const miss: ReadOutcome = { hit: false, stale: false };

/** A counter that starts on Monday at 08:00; `state.away`: the store takes nothing. */
export function openCounter(titlesPerWindow = 60, startMs = Date.UTC(2026, 10, 23, 8)) {
  const clock: VirtualClock = virtualClock({ startMs });
  const telemetry = recordingTelemetry();
  const state = { away: false, refusals: 0 };
  const store = memoryUsageStore(async (_call, act) => {
    if (state.away) {
      state.refusals += 1;
      throw new Error('the control table is away');
    }
    return act();
  });
  const usage = { ...defaultSettings.reader.usage, titlesPerWindow };
  return { clock, telemetry, store, state, counter: usageCounter(store, usage, clock, telemetry) };
}

/** All counters of all items, added up. */
export function totals({ adds }: MemoryUsageStore): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of adds.flatMap(({ counters }) => Object.entries(counters))) {
    sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}
