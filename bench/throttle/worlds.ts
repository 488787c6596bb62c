/** The worlds in which subjects of `throttle` are compared. */
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { type BenchSelection, chosenParts } from '../bench-selection.ts';
import type { ServerWorld } from '../server-world.ts';

/** A world, for how long it is played, and how many of this pipeline's workers meet it. */
export type ThrottleWorld = {
  /** Name in the report, and for `--part`. */
  name: WorldName;
  seconds: number;
  /** Before that, uncounted: cold starts, which take long on a busy machine, are not what is compared. */
  warmUpSeconds: number;
  workers: readonly number[];
  /** Busy processes beside the subject. */
  busyProcesses: number;
  /** Whether nothing else runs meanwhile; else two subjects take their turns side by side, each with emulators of its own. */
  alone: boolean;
  server: ServerWorld;
};

const worldNames = [
  'clean',
  'clean, busy machine',
  '2 % 429, 5 % 5xx',
  '5 % 429, 5 % 5xx',
  'limit falls 40 to 20',
  'falls, 2 % 429, 5 % 5xx',
  'limit 28',
  'limit 10',
  'slow answers',
] as const;

export type WorldName = (typeof worldNames)[number];

/** Every subject is told this rate, and to have no more calls under way at once. */
export const { requestsPerSecond: toldPerSecond, connections: mostUnderWay } = defaultSettings.tmdb;
/** TMDB's documented limit is about 40 calls a second. */
const usualLimit = 40;
const usualLatencyMs = { min: 20, max: 400 };
const silent = { throttled: 0, failed: 0 };
const little = { throttled: 0.02, failed: 0.05 };
const much = { throttled: 0.05, failed: 0.05 };
/** As in the model: the limit falls after a fifth of the time, for two fifths. */
const fallShares = { from: 0.2, until: 0.6 };
/** As many as a deployment runs at once. */
export const usualWorkers = defaultSettings.worker.maximumConcurrency;

type Parts = Omit<ThrottleWorld, 'name' | 'server'> & {
  limit: 'falls' | number;
  noise: ServerWorld['noise'];
  latencyMs: ServerWorld['latencyMs'];
};

const steady: Parts = {
  seconds: 60,
  warmUpSeconds: 0,
  workers: [usualWorkers],
  busyProcesses: 0,
  alone: false,
  limit: usualLimit,
  noise: silent,
  latencyMs: usualLatencyMs,
};

const parts: Record<WorldName, Parts> = {
  clean: { ...steady, warmUpSeconds: 5, workers: [1, 2, 3, 8], alone: true },
  'clean, busy machine': { ...steady, warmUpSeconds: 15, busyProcesses: 8, alone: true },
  '2 % 429, 5 % 5xx': { ...steady, noise: little },
  '5 % 429, 5 % 5xx': { ...steady, noise: much },
  'limit falls 40 to 20': { ...steady, seconds: 300, limit: 'falls' },
  'falls, 2 % 429, 5 % 5xx': { ...steady, seconds: 300, limit: 'falls', noise: little },
  'limit 28': { ...steady, seconds: 120, limit: 28 },
  'limit 10': { ...steady, seconds: 180, limit: 10 },
  'slow answers': { ...steady, seconds: 40, workers: [usualWorkers, 8], latencyMs: { min: 2_000, max: 3_000 } },
};

/** The chosen worlds. @throws UsageError for an unknown name. */
export function throttleWorlds(selection: BenchSelection): ThrottleWorld[] {
  return chosenParts(worldNames, selection).map((name) => {
    const { seconds = parts[name].seconds } = selection;
    return worldOf(name, { ...parts[name], seconds });
  });
}

function worldOf(name: WorldName, { limit, noise, latencyMs, ...played }: Parts): ThrottleWorld {
  const { seconds, warmUpSeconds } = played;
  const counted = { fromSeconds: warmUpSeconds, untilSeconds: warmUpSeconds + seconds };
  const limits =
    limit === 'falls'
      ? [
          { fromSeconds: 0, perSecond: usualLimit },
          { fromSeconds: seconds * fallShares.from, perSecond: usualLimit / 2 },
          { fromSeconds: seconds * fallShares.until, perSecond: usualLimit },
        ]
      : [{ fromSeconds: 0, perSecond: limit }];
  return { name, ...played, server: { limits, noise, latencyMs, answers: 'pages', counted } };
}
