import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { callGate } from '../../src/shared/throttle/call-gate.ts';
import { rateLimitsOf } from '../../src/shared/throttle/rate-schedule.ts';
import { memoryRateSchedule } from './memory-rate-schedule.ts';
import { recordingBreaker } from './recording-breaker.ts';
import { seededRandom } from './seeded-random.ts';
import { type SkewedClock, skewedClock } from './skewed-clock.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** Workers whose wall clocks are wrong, calling in batches of ten over one schedule. */
export type SkewedRun = {
  rate: number;
  /** Each worker's wall clock against the true time. */
  skewsMs: readonly number[];
  /** True time that the run takes. */
  forMs: number;
  seed: number;
  /** How long a worker may have nothing to do between two batches; 0: always busy. */
  idleUpToMs?: number;
  /** True moments at which a worker's clock is set, and by how much. */
  jumps?: readonly { worker: number; atMs: number; byMs: number }[];
  /** How late a timer may fire. */
  lateUpToMs?: number;
};

const batchSize = 10;

/** True moments at which calls began. */
export async function callsOf(run: SkewedRun): Promise<number[]> {
  const clock = virtualClock({ autoJump: true });
  const timeline = memoryRateSchedule(rateLimitsOf(defaultSettings, run.rate));
  const calls: number[] = [];
  const clocks = run.skewsMs.map((skewMs) => skewedClock(clock, skewMs));
  const jumping = (run.jumps ?? []).map(async ({ worker, atMs, byMs }) => {
    await clock.sleep(atMs);
    clocks[worker]?.jump(byMs);
  });
  const working = clocks.map((own, index) => work(own, seededRandom(run.seed * 31 + index), index));
  await Promise.all([...working, ...jumping]);
  return calls;

  async function work(own: SkewedClock, random: { next(): number }, index: number): Promise<void> {
    const schedule = timeline.driver(own);
    const late = { ...own, sleep: lateSleep(clock, random, run.lateUpToMs ?? 0) };
    await clock.sleep(index * 3 + random.next() * (run.idleUpToMs ?? 400));
    while (clock.monotonicMs() < run.forMs) {
      const gate = callGate({ schedule, breaker: recordingBreaker(), clock: late, mostCalls: batchSize });
      const job = async () => {
        const entry = await gate.enter(() => Number.POSITIVE_INFINITY);
        if (entry.kind === 'go') {
          calls.push(clock.monotonicMs());
          await clock.sleep(20 + 380 * random.next());
          entry.leave();
        } else {
          // The queue gives a job back no sooner.
          await clock.sleep(entry.retryInMs);
        }
      };
      await Promise.all(Array.from({ length: batchSize }, job));
      await clock.sleep(random.next() * (run.idleUpToMs ?? 0));
    }
  }
}

function lateSleep(clock: VirtualClock, random: { next(): number }, lateUpToMs: number): VirtualClock['sleep'] {
  return (delayMs, signal) => clock.sleep(delayMs + random.next() * lateUpToMs, signal);
}
