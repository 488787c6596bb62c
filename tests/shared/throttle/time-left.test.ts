/**
 * Batches of the worker's settings at their gates, on the edge of what a schedule can give: no job waits longer than its invocation
 * lasts, and the timeline moves on for nobody who cannot wait for it.
 */
import { describe, expect, it } from 'vitest';
import { callsOfAWorker, defaultSettings } from '../../../src/shared/settings/settings.ts';
import { settingsSchema } from '../../../src/shared/settings/settings-schema.ts';
import { callGate } from '../../../src/shared/throttle/call-gate.ts';
import { rateLimitsOf } from '../../../src/shared/throttle/rate-schedule.ts';
import type { RateScheduleStore } from '../../../src/shared/throttle/rate-schedule-store.ts';
import { taking } from '../../support/call-hook.ts';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { recordingBreaker } from '../../support/recording-breaker.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/** How long a job may wait: an invocation less its longest call and a reserve. */
const spareMs = 50_000;
const jobsOfABatch = 50;
/** A call of the control table takes at most this long. */
const tableMs = 8;

type World = { workers: number; told: number; ceiling?: number; callMs: number; seed: number };

/** One batch for each worker, all at once. Each job's wait, and the last slot that was taken. */
async function waitsOf({ workers, told, ceiling, callMs, seed }: World) {
  const { tmdb, worker } = defaultSettings;
  const settings = settingsSchema.parse({
    ...defaultSettings,
    tmdb: { ...tmdb, requestsPerSecond: told },
    worker: { ...worker, maximumConcurrency: Math.max(2, workers) },
  });
  const clock = virtualClock({ autoJump: true });
  const limits = rateLimitsOf(settings);
  const timeline = memoryRateSchedule(limits, taking(1, tableMs, clock, seededRandom(seed)));
  if (ceiling !== undefined) {
    const refusal = { slotMs: clock.nowMs(), ratePerSecond: told, outcome: 'refused', namedLimit: ceiling } as const;
    await timeline.driver(clock).answered(refusal);
  }
  const [startMs, startedMs] = [clock.nowMs(), clock.monotonicMs()];
  const waits: { kind: 'go' | 'refused'; ms: number }[] = [];
  let lastSlotMs = 0;
  const work = async () => {
    const driver = timeline.driver(clock);
    const take: RateScheduleStore['take'] = async (...wanted) => {
      const slots = await driver.take(...wanted);
      lastSlotMs = Math.max(lastSlotMs, ...slots.map(({ atMs }) => atMs));
      return slots;
    };
    const schedule = { ...driver, take };
    const gate = callGate({ schedule, breaker: recordingBreaker(), clock, mostCalls: callsOfAWorker(settings) });
    const job = async () => {
      const entry = await gate.enter(() => spareMs - (clock.monotonicMs() - startedMs));
      waits.push({ kind: entry.kind, ms: clock.monotonicMs() - startedMs });
      if (entry.kind === 'go') {
        await clock.sleep(callMs);
        entry.leave();
        const { atMs: slotMs, ratePerSecond } = entry.slot;
        await schedule.answered({ slotMs, ratePerSecond, outcome: 'answered' });
      }
    };
    await Promise.all(Array.from({ length: jobsOfABatch }, job));
  };
  await Promise.all(Array.from({ length: workers }, work));
  return { waits, lastSlotMs: lastSlotMs - startMs };
}

const worlds = [1, 4, 15].flatMap((workers) =>
  [
    { told: 30, ceiling: 1, callMs: 200 },
    { told: 30, ceiling: 1, callMs: 7_000 },
    { told: 0.1, callMs: 200 },
    { told: 1, callMs: 7_000 },
    { told: 30, callMs: 7_000 },
  ].map((world) => ({ workers, ...world })),
);

describe('a job at the gate', () => {
  it.each(worlds)(
    'waits no longer than it may: $workers workers, told $told/s, ceiling $ceiling, calls of $callMs ms',
    async (world) => {
      for (const seed of [1, 2, 3]) {
        const { waits, lastSlotMs } = await waitsOf({ ...world, seed });
        expect(waits).toHaveLength(world.workers * jobsOfABatch);
        const longestMs = (kind: string) => Math.max(...waits.filter((one) => one.kind === kind).map(({ ms }) => ms));
        expect(longestMs('go')).toBeLessThanOrEqual(spareMs);
        // Who learns at the last moment that there is no slot has waited for a read, and makes one more: when is the next slot?
        expect(longestMs('refused')).toBeLessThanOrEqual(spareMs + 2 * tableMs);
        expect(lastSlotMs).toBeLessThanOrEqual(spareMs);
      }
    },
  );
});
