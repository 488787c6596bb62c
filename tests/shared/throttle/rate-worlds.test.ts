/**
 * The rule in the worlds for which it was made: workers with real gates over one schedule, and a TMDB that admits a number of calls in any
 * sliding second and refuses or fails others at random. What may be expected is the world's own, and not what the code under test says.
 */
import { describe, expect, it } from 'vitest';
import { callGate } from '../../../src/shared/throttle/call-gate.ts';
import type { RateLimits } from '../../../src/shared/throttle/rate-schedule.ts';
import type { RateScheduleStore } from '../../../src/shared/throttle/rate-schedule-store.ts';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { recordingBreaker } from '../../support/recording-breaker.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { type VirtualClock, virtualClock } from '../../support/virtual-clock.ts';

const configuredRate = 30;
const limits: RateLimits = {
  requestsPerSecond: configuredRate,
  floorPerSecond: 1,
  limitPerSecond: 40,
  pauseCapMs: 60_000,
  slotToleranceMs: 50,
  lanes: 1,
  connections: 20,
  aheadCapMs: 200_000,
};

type World = {
  /** Calls that TMDB admits in any second, `atSeconds` after the start. */
  limit(atSeconds: number): number;
  /** The shares of calls that are answered 429 and 5xx at random, whatever the rate is. */
  noise: readonly [refused: number, failed: number];
  /** How long it is played; nothing changes in a world without refusals. */
  seconds: number;
  /** An answer takes a time uniform between the two, in milliseconds. */
  answerMs?: readonly [least: number, most: number];
};

const usualAnswerMs = [20, 400] as const;
const connectionsOfAWorker = 8;

const falls = (atSeconds: number) => (atSeconds > 60 && atSeconds < 180 ? 20 : 40);

/** A TMDB of `world`, and what it has counted. */
function openTmdb(world: World, clock: VirtualClock, random: { next(): number }) {
  const counts = { calls: 0, good: 0, refusedByLimit: 0 };
  const admitted: number[] = [];
  const [noise429, noise5xx] = world.noise;
  const [least, most] = world.answerMs ?? usualAnswerMs;
  const judge = (): 'answered' | 'refused' | 'failed' => {
    const nowMs = clock.monotonicMs();
    while ((admitted[0] ?? Number.POSITIVE_INFINITY) <= nowMs - 1_000) {
      admitted.shift();
    }
    counts.calls += 1;
    if (admitted.length >= world.limit(nowMs / 1_000)) {
      counts.refusedByLimit += 1;
      return 'refused';
    }
    admitted.push(nowMs);
    const draw = random.next();
    return draw < noise429 ? 'refused' : draw < noise429 + noise5xx ? 'failed' : 'answered';
  };
  const call = async () => {
    await clock.sleep(2 + 18 * random.next());
    const outcome = judge();
    counts.good += outcome === 'answered' ? 1 : 0;
    await clock.sleep(least + (most - least) * random.next());
    return outcome;
  };
  return { counts, call };
}

type Tmdb = ReturnType<typeof openTmdb>;

/** Batches of fifty jobs, each with a gate of its own, one after the other until the end. */
async function work(schedule: RateScheduleStore, clock: VirtualClock, { call }: Tmdb, seconds: number) {
  while (clock.monotonicMs() < seconds * 1_000) {
    const gate = callGate({ schedule, breaker: recordingBreaker(), clock, mostCalls: connectionsOfAWorker });
    const job = async () => {
      const entry = await gate.enter(() => 50_000);
      if (entry.kind === 'refused') {
        await clock.sleep(entry.retryInMs);
        return;
      }
      const outcome = await call();
      entry.leave();
      await schedule.answered({ slotMs: entry.slot.atMs, ratePerSecond: entry.slot.ratePerSecond, outcome });
    };
    await Promise.all(Array.from({ length: 50 }, job));
  }
}

/** The share of the ideal that is answered well, calls refused by the limit in 1,000, and writes a call. */
async function play(world: World, workers: number, seed: number) {
  const clock = virtualClock({ autoJump: true });
  const timeline = memoryRateSchedule({ ...limits, connections: workers * connectionsOfAWorker });
  const tmdb = openTmdb(world, clock, seededRandom(seed));
  const { counts } = tmdb;
  const { seconds } = world;
  await Promise.all(Array.from({ length: workers }, () => work(timeline.driver(clock), clock, tmdb, seconds)));
  const admittedIn = (second: number) => Math.min(configuredRate, world.limit(second + 0.5));
  const ideal = Array.from({ length: seconds }, (_, second) => admittedIn(second)).reduce((sum, one) => sum + one, 0);
  const [noise429, noise5xx] = world.noise;
  return {
    share: counts.good / (ideal * (1 - noise429 - noise5xx)),
    refusedIn1000: (1_000 * counts.refusedByLimit) / counts.calls,
    writesPerCall: timeline.writes() / counts.calls,
    callsPerSecond: counts.calls / seconds,
  };
}

const always = (limit: number) => () => limit;
const quiet = [0, 0] as const;

const seeds = [1, 2, 3, 4, 5, 6];

/** The means over six histories, half of them with two workers and half with three. */
async function meansOf(world: World) {
  const played: Awaited<ReturnType<typeof play>>[] = [];
  for (const seed of seeds) {
    played.push(await play(world, 2 + (seed % 2), seed));
  }
  const mean = (of: (one: (typeof played)[number]) => number) =>
    played.reduce((sum, one) => sum + of(one), 0) / seeds.length;
  return {
    share: mean(({ share }) => share),
    refusedIn1000: mean(({ refusedIn1000 }) => refusedIn1000),
    writesPerCall: mean(({ writesPerCall }) => writesPerCall),
  };
}

describe('the rule of the rate', () => {
  // Each six of the seeds 1 to 48 keep these figures: none was picked.
  it.each<[string, World, { share: number; refused: number }]>([
    ['nothing is refused', { limit: always(40), noise: quiet, seconds: 60 }, { share: 1, refused: 0 }],
    [
      '2 % are answered 429 and 5 % 5xx',
      { limit: always(40), noise: [0.02, 0.05], seconds: 300 },
      { share: 0.98, refused: 0 },
    ],
    [
      '5 % are answered 429 and 5 % 5xx',
      { limit: always(40), noise: [0.05, 0.05], seconds: 300 },
      { share: 0.94, refused: 0 },
    ],
    [
      'the limit falls from 40 to 20 for two minutes',
      { limit: falls, noise: quiet, seconds: 300 },
      { share: 0.91, refused: 5 },
    ],
    ['it falls in noise', { limit: falls, noise: [0.02, 0.05], seconds: 300 }, { share: 0.88, refused: 9 }],
    ['it is 28', { limit: always(28), noise: quiet, seconds: 300 }, { share: 0.95, refused: 6 }],
    ['it is 10', { limit: always(10), noise: quiet, seconds: 300 }, { share: 0.98, refused: 11 }],
  ])('uses what TMDB admits where %s', async (_name, world, { share, refused }) => {
    const means = await meansOf(world);
    expect(means.share).toBeGreaterThanOrEqual(share);
    expect(means.refusedIn1000).toBeLessThanOrEqual(refused);
    expect(means.writesPerCall).toBeLessThanOrEqual(0.12);
  });

  it('uses all connections where answers take seconds, with few writes', async () => {
    const slow = { limit: always(40), noise: quiet, seconds: 120, answerMs: [2_000, 3_000] } as const;
    const played = [await play(slow, 2, 1), await play(slow, 2, 2), await play(slow, 2, 3)];
    for (const { callsPerSecond, writesPerCall } of played) {
      // Sixteen connections, each busy for 2.5 s and the 11 ms of the way.
      expect(callsPerSecond).toBeGreaterThanOrEqual(0.84 * (16 / 2.511));
      expect(writesPerCall).toBeLessThanOrEqual(0.2);
    }
  });
});
