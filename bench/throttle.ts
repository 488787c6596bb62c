/**
 * The shared throttle where TMDB is not at its best: this worker in one to eight processes beside a fixed rate that only retries, the AWS
 * SDK's adaptive mode, and the rule that each 429 halves the rate. One run, the same worlds for all.
 */
import { loadavg } from 'node:os';
import { type Attempts, attempts } from './attempted-trials.ts';
import { type BenchReport, type BenchResult, benchEnvironment } from './bench-report.ts';
import type { BenchSelection } from './bench-selection.ts';
import { bundlePrograms } from './bundle-programs.ts';
import { throttleTargets } from './throttle/throttle-targets.ts';
import {
  type PlayedTrial,
  runThrottleTrial,
  type ThrottleSubject,
  type ThrottleTrial,
} from './throttle/throttle-trial.ts';
import { mostUnderWay, type ThrottleWorld, throttleWorlds, toldPerSecond, usualWorkers } from './throttle/worlds.ts';

const sources = {
  worker: { source: 'pipeline/worker-process.ts' },
  queue: { source: 'throttle/queue-process.ts' },
  adaptive: { source: 'throttle/adaptive-process.ts' },
} as const;

type Programs = Record<keyof typeof sources, URL>;

/** Figures of a trial, in the order in which they are shown. */
const metrics: readonly [keyof ThrottleTrial, string, string][] = [
  ['goodput', 'goodput', '% of the ideal'],
  ['refusedByLimit', 'refused by the limit', 'of 1,000 calls'],
  ['writesPerCall', 'write units of the throttle per call', ''],
  ['readsPerCall', 'read requests of the throttle per call', ''],
  ['itemRequestsPerJob', 'item requests per job', ''],
  ['cpuMsPerJob', 'processor time per job', 'ms'],
  ['mostUnderWay', 'most calls under way', ''],
  ['mostConnections', 'most connections', ''],
  ['deferred', 'jobs deferred', ''],
  ['dead', 'jobs dead', ''],
  ['lost', 'jobs lost', ''],
];

/** Plays the chosen worlds one after the other. @throws UsageError for an unknown world; where dynoxide is not installed. */
export async function benchThrottle(selection: BenchSelection): Promise<BenchReport> {
  const worlds = throttleWorlds(selection);
  const programs = await bundlePrograms<keyof typeof sources>(sources);
  const [loadBefore = 0] = loadavg();
  const tried = attempts();
  try {
    const played: PlayedTrial[] = [];
    for (const world of worlds) {
      played.push(...(await playWorld(world, subjectsOf(world, programs.urls), tried)));
    }
    return {
      bench: 'throttle',
      method: method(),
      environment: {
        ...benchEnvironment(versions),
        'load average before': loadBefore,
        'and after': loadavg()[0] ?? 0,
      },
      results: played.flatMap(resultsOf),
      targets: throttleTargets(played, worlds),
      failures: tried.failures,
    };
  } finally {
    programs.remove();
  }
}

const versions = {
  'sqs-consumer': '15.0.3',
  'p-queue': '10.0.0',
  'axios-retry': '4.5.0',
  '@smithy/core': '3.41.0',
  dynoxide: '1.2.1',
  fauxqs: '2.4.1',
};

function subjectsOf(world: ThrottleWorld, programs: Programs): ThrottleSubject[] {
  const peer = { processes: 1, options: {} };
  const workers = (name: string, processes: number, options = {}) => ({
    name: `${name}, ${processes} ${processes === 1 ? 'process' : 'processes'}`,
    program: programs.worker,
    processes,
    // Lambda's event source runs two invocations at least.
    options: { concurrency: processes === 1 ? 2 : 1, maximumConcurrency: Math.max(2, processes), ...options },
  });
  return [
    ...world.workers.map((processes) => workers('this worker', processes)),
    workers('each 429 halves the rate', usualWorkers, { rule: 'halving' }),
    { name: 'p-queue strict, axios-retry', program: programs.queue, ...peer },
    { name: 'adaptive mode of the AWS SDK', program: programs.adaptive, ...peer },
  ];
}

async function playWorld(
  world: ThrottleWorld,
  subjects: readonly ThrottleSubject[],
  { attempt }: Attempts,
): Promise<PlayedTrial[]> {
  const waiting = [...subjects];
  const played = new Map<ThrottleSubject, PlayedTrial>();
  const lane = async () => {
    for (let subject = waiting.shift(); subject !== undefined; subject = waiting.shift()) {
      const next = subject;
      const trial = await attempt(subjectIn(world, next), () => runThrottleTrial(next, world));
      if (trial !== undefined) {
        played.set(next, { world, subject: next, trial });
      }
    }
  };
  await Promise.all(world.alone ? [lane()] : [lane(), lane()]);
  return subjects.flatMap((subject) => played.get(subject) ?? []);
}

function subjectIn(world: ThrottleWorld, subject: ThrottleSubject): string {
  return `${world.name}: ${subject.name}`;
}

function resultsOf({ world, subject, trial }: PlayedTrial): BenchResult[] {
  return metrics.map(([key, metric, unit]) => ({
    subject: subjectIn(world, subject),
    metric,
    value: Number(trial[key].toFixed(key === 'goodput' ? 1 : 2)),
    unit,
  }));
}

function method(): string {
  return [
    `every subject is told ${toldPerSecond} calls a second and at most ${mostUnderWay} calls under way, and drains a fetch queue that stays full; the server admits so many calls in any sliding second, counts by arrival, and answers in 20 to 400 ms (2 to 3 s in 'slow answers'); its 429s name neither a limit nor a time, whether they come from the limit or at random; every subject meets the same random failures in the same order`,
    'goodput: good answers in the time of the world from the first call on (cold starts included; clean worlds after 5 s, on the busy machine 15 s), beside the told rate or the limit, whichever is lower, times the share that does not fail at random; 60 s; where the limit falls 300 s, as in the model (it falls after a fifth of the time, for two fifths); limit 28 120 s, limit 10 180 s, slow answers 40 s',
    'clean worlds alone on the machine, in the others two subjects at a time, each with emulators and a server of its own; busy machine: eight processes that compute; server and fauxqs run in the bench process, dynoxide and each process of a subject run on their own, the latter with the memory of a function of 256 MB',
    "this worker: core and adapters of its handler behind the event source, each process a container with one invocation at a time (one process alone: two, the fewest that Lambda's event source runs), the connections divided by their number; its requests are counted in its clients, a write to the throttle's item being one write unit, refused ones included",
    "peers: one process, since their rate is one process's; three of sqs-consumer with batches of ten; p-queue strict before each attempt, retries included, with an interval of 1 s; axios-retry with three retries and exponentialDelay; the adaptive mode is the SDK's own strategy (client-side rate limiter, standard retries) around axios, behind p-queue strict with an interval of 100 ms, because it knows no told rate and takes what the limit refuses of longer bursts for congestion",
    'each 429 halves the rate: the same worker with the rule that it had before, which adds 10 calls a second in a minute and pauses for a second',
    'jobs deferred: by this worker, sent back with a delay; by a peer, not deleted after its last retry',
  ].join('; ');
}
