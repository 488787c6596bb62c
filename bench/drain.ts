/**
 * A fetch queue drained by this worker, by the usual pieces put together (sqs-consumer, p-queue, axios-retry) and by Crawlee's
 * HttpCrawler: how fast, with how many calls and requests, and what is left.
 */
import { loadavg } from 'node:os';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import { type Attempts, attempts } from './attempted-trials.ts';
import {
  type BenchReport,
  type BenchResult,
  type BenchTarget,
  benchEnvironment,
  quantile,
  spreadOf,
} from './bench-report.ts';
import { type BenchSelection, chosenParts } from './bench-selection.ts';
import { bundlePrograms } from './bundle-programs.ts';
import {
  countedShare,
  type DrainScenario,
  type DrainSubject,
  type DrainTrial,
  limitPerSecond,
  requestsPerSecond,
  runDrainTrial,
} from './drain/drain-trial.ts';

const rounds = 3;
const scenarios: readonly DrainScenario[] = [
  { name: 'no faults', jobs: 1_000, faults: {} },
  {
    name: '5 % 5xx and 2 % 429',
    jobs: 300,
    faults: {
      rules: [
        { kind: 'serverError', probability: 0.05 },
        { kind: 'throttle', probability: 0.02 },
      ],
    },
  },
];
const ourName = 'this worker';
const peerName = 'sqs-consumer, p-queue, axios-retry';
const highestCpuRatio = 1.3;
const sources = {
  worker: { source: 'pipeline/worker-process.ts' },
  consumer: { source: 'drain/consumer-process.ts' },
  crawler: { source: 'drain/crawler-process.ts', packages: 'external' },
} as const;

type Trials = { subject: string; scenario: DrainScenario; trials: DrainTrial[] };

/** Figures of a trial, in the order in which they are shown. */
const metrics: readonly [keyof DrainTrial, string, string][] = [
  ['jobsPerSecond', `jobs a second, first ${countedShare * 100} %`, ''],
  ['lastJobSeconds', 'until the last job', 's'],
  ['tmdbCalls', 'calls of TMDB', ''],
  ['refusedByLimit', '429s of the limit', ''],
  ['highestInAnySecond', 'calls in the busiest second', ''],
  ['sqsRequests', 'SQS requests', ''],
  ['notDone', 'jobs not done', ''],
  ['lost', 'jobs lost', ''],
  ['peakRssMb', 'peak memory', 'MB'],
  ['cpuMs', 'processor time', 'ms'],
];

/**
 * Runs all subjects in the chosen scenarios, in turn; `seconds` is the least a trial would take at the told rate. @throws where dynoxide is not installed: the worker's rate schedule
 * is in a table.
 */
export async function benchDrain(selection: BenchSelection): Promise<BenchReport> {
  const chosen = scenariosOf(selection);
  const programs = await bundlePrograms<keyof typeof sources>(sources);
  const [loadBefore = 0] = loadavg();
  const tried = attempts();
  try {
    const all: Trials[] = [];
    for (const scenario of chosen) {
      all.push(...(await runScenario(scenario, subjectsOf(programs.urls), tried)));
    }
    return {
      bench: 'drain',
      method: method(),
      environment: {
        ...benchEnvironment({
          'sqs-consumer': '15.0.3',
          'p-queue': '10.0.0',
          'axios-retry': '4.5.0',
          '@crawlee/http': '3.18.1',
          dynoxide: '1.2.1',
          fauxqs: '2.4.1',
        }),
        'load average before': loadBefore,
        'and after': loadavg()[0] ?? 0,
      },
      results: all.flatMap(resultsOf),
      targets: chosen.flatMap((scenario) => targetsOf(all.filter((one) => one.scenario === scenario))),
      failures: tried.failures,
    };
  } finally {
    programs.remove();
  }
}

function subjectsOf(programs: Record<keyof typeof sources, URL>): DrainSubject[] {
  return [
    { name: ourName, program: programs.worker, strictWindow: false },
    { name: peerName, program: programs.consumer, strictWindow: false },
    { name: 'the same, p-queue strict', program: programs.consumer, strictWindow: true },
    { name: 'crawlee', program: programs.crawler, strictWindow: false },
  ];
}

async function runScenario(
  scenario: DrainScenario,
  subjects: readonly DrainSubject[],
  { attempt }: Attempts,
): Promise<Trials[]> {
  const all = subjects.map((subject) => ({ subject, trials: [] as DrainTrial[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < all.length; turn += 1) {
      const { subject, trials } = all[(round + turn) % all.length] as (typeof all)[number];
      const trial = await attempt(`${scenario.name}: ${subject.name}`, () => runDrainTrial(subject, scenario));
      trials.push(...(trial === undefined ? [] : [trial]));
    }
  }
  return all.map(({ subject, trials }) => ({ subject: subject.name, scenario, trials }));
}

function resultsOf({ subject, scenario, trials }: Trials): BenchResult[] {
  if (trials.length === 0) {
    return [];
  }
  return metrics.flatMap(([key, metric, unit]) =>
    spreadOf(
      `${scenario.name}: ${subject}`,
      metric,
      unit,
      trials.map((trial) => trial[key]),
    ),
  );
}

function targetsOf(trials: readonly Trials[]): BenchTarget[] {
  const of = (subject: string, key: keyof DrainTrial) =>
    trials.filter((one) => one.subject === subject).flatMap((one) => one.trials.map((trial) => trial[key]));
  const name = trials[0]?.scenario.name;
  const none = (['lost', 'notDone', 'refusedByLimit'] as const).map((key) => {
    const values = of(ourName, key);
    return {
      name: `${name}: ${ourName}: ${metrics.find(([known]) => known === key)?.[1] ?? key}`,
      value: values.length === 0 ? Number.NaN : Math.max(...values),
      target: '0',
      met: values.length > 0 && values.every((value) => value === 0),
    };
  });
  const ratio = quantile(of(ourName, 'cpuMs'), 0.5) / quantile(of(peerName, 'cpuMs'), 0.5);
  return [
    ...none,
    {
      name: `${name}: ${ourName}: processor time beside ${peerName}`,
      value: Number(ratio.toFixed(2)),
      target: `at most ${highestCpuRatio}`,
      met: ratio <= highestCpuRatio,
    },
  ];
}

function scenariosOf(selection: BenchSelection): DrainScenario[] {
  const { seconds } = selection;
  const names = chosenParts(
    scenarios.map(({ name }) => name),
    selection,
  );
  return scenarios
    .filter(({ name }) => names.includes(name))
    .map((scenario) => ({ ...scenario, ...(seconds !== undefined && { jobs: seconds * requestsPerSecond }) }));
}

function method(): string {
  return [
    `${rounds} rounds in turn; each trial has fresh emulators, a simulator that admits ${limitPerSecond} calls in any sliding second and takes 5 to 40 ms, and the subject in a process of its own with the flags of V8 that Lambda passes to a function of 256 MB; every subject is told ${requestsPerSecond} calls a second; medians, lowest and highest`,
    `all receive the same jobs (popular films and series of ten countries) from the fetch queue and send the same message for each page to the item queue; a job is done when its message is there; a trial ends with the last one, or 75 s after it when there are jobs that do not come`,
    'the others call SQS by the client of the AWS SDK with its defaults; this worker has the client of its own settings, whose JSON V8 writes and which compares no MD5',
    `this worker: the core and adapters of its handler behind the event source, ${defaultSettings.worker.maximumConcurrency} invocations side by side, rate and breaker in the control table`,
    'sqs-consumer: batches of ten, handled side by side, deleted in one call; p-queue with interval 1,000 ms and the rate as intervalCap, in fixed windows as is its default, and strict; axios-retry with three retries and exponentialDelay, within the slot of p-queue',
    'crawlee: HttpCrawler with maxRequestsPerMinute of sixty times the rate, ten requests at a time, three retries, 429 counted as an error, no sessions, storage in memory; it is fed from the fetch queue and deletes a message when its page is sent',
  ].join('; ');
}
