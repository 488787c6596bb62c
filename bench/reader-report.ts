/** Figures of all trials as results, where a peer is ahead, and what was to be reached. */
import { type BenchResult, type BenchTarget, quantile } from './bench-report.ts';
import type { SubjectName } from './reader-subjects.ts';
import { type Figures, sumOf } from './reader-trial.ts';

/** The rounds of one subject under one workload. */
export type Trials = { subject: SubjectName; workload: string; rounds: readonly { cold: Figures; warm: Figures }[] };

type Metric = {
  metric: string;
  unit: string;
  valueOf(figures: Figures): number;
  better: 'lower' | 'higher' | 'neither';
};

/** "Somewhere in the 40 requests per second range" (developer.themoviedb.org/docs/rate-limiting, 2026). */
const tmdbPerSecond = 40;

const latency = (name: string, share: number): Metric => ({
  metric: name,
  unit: 'ms',
  better: 'lower',
  valueOf: ({ latenciesMs }) => quantile(latenciesMs, share),
});

const each = (metric: string, unit: string, better: Metric['better'], name: CountName): Metric => ({
  metric,
  unit,
  better,
  valueOf: (figures) => figures[name] / figures.latenciesMs.length,
});

type CountName = Exclude<keyof Figures, 'latenciesMs'>;

const hitRatio: Metric = {
  metric: 'hit ratio',
  unit: '%',
  better: 'higher',
  valueOf: ({ hits, latenciesMs }) => (100 * hits) / latenciesMs.length,
};
const callsInRequests = each('TMDB calls in the request', 'per recommendation', 'lower', 'callsInRequests');
const callsCaused = each('TMDB calls through the queue', 'per recommendation', 'neither', 'callsCaused');
const p99 = latency('p99', 0.99);
const readUnits = each('read units', 'RCU per recommendation', 'lower', 'readUnits');

/** Of the cold start, and of what comes after it. */
const phaseMetrics = [
  hitRatio,
  callsInRequests,
  callsCaused,
  latency('p50', 0.5),
  latency('p95', 0.95),
  p99,
  readUnits,
  each('write units', 'WCU per recommendation', 'lower', 'writeUnits'),
];

/** Of all recommendations. */
const wholeMetrics: Metric[] = [
  hitRatio,
  p99,
  {
    metric: `recommendations within ${tmdbPerSecond} calls of TMDB a second`,
    unit: 'per second',
    better: 'higher',
    valueOf: (figures) => tmdbPerSecond / (callsInRequests.valueOf(figures) + callsCaused.valueOf(figures)),
  },
  {
    metric: 'liked titles of which something is known',
    unit: '%',
    better: 'higher',
    valueOf: ({ liked, unknownLiked }) => (100 * (liked - unknownLiked)) / liked,
  },
  each('CPU of the thread', 'ms per recommendation', 'lower', 'cpuMs'),
  each('titles weighed', 'per recommendation', 'higher', 'candidates'),
  each('titles recommended', 'per recommendation', 'neither', 'picks'),
];

/** A line for each subject, workload, phase and metric. */
export function resultsOf(all: readonly Trials[]): BenchResult[] {
  return all.flatMap((trials) => [
    ...parts(trials).flatMap(({ name, figures, metrics }) =>
      metrics.map((metric) => ({
        subject: `${trials.subject}, ${trials.workload}, ${name}`,
        metric: metric.metric,
        value: metric.valueOf(figures),
        unit: metric.unit,
      })),
    ),
    ...spreadOf(trials),
  ]);
}

/** What a peer does better than this reader, as a factor. */
export function whereAhead(all: readonly Trials[]): BenchResult[] {
  return all
    .filter(({ subject }) => subject !== 'this reader')
    .flatMap((peer) => {
      const ours = parts(trialsOf('this reader', peer.workload, all));
      return parts(peer).flatMap(({ name, figures, metrics }, index) =>
        metrics.flatMap((metric) => {
          const [theirs, own] = [metric.valueOf(figures), metric.valueOf(ours[index]?.figures as Figures)];
          const ahead = { lower: theirs < own, higher: theirs > own, neither: false }[metric.better];
          const subject = `ahead of this reader: ${peer.subject}, ${peer.workload}, ${name}`;
          return ahead ? [{ subject, metric: metric.metric, value: theirs / own, unit: 'times its figure' }] : [];
        }),
      );
    });
}

/** Targets over all workloads: the worst of them counts. */
export function targetsOf(all: readonly Trials[]): BenchTarget[] {
  const ours = all.filter(({ subject }) => subject === 'this reader');
  const whole = ours.map((trials) => wholeOf(trials));
  const hit = Math.min(...whole.map(hitRatio.valueOf));
  const calls = Math.max(...whole.map((figures) => callsInRequests.valueOf(figures) + callsCaused.valueOf(figures)));
  const slowness = slownessOf(all, wholeOf);
  const warmSlowness = slownessOf(all, warmOf);
  const units = Math.max(...ours.map((trials) => readUnits.valueOf(warmOf(trials))));
  return [
    { name: 'hit ratio (%)', value: rounded(hit), target: 'at least 95', met: hit >= 95 },
    {
      name: 'TMDB calls per recommendation, caused ones included',
      value: rounded(calls),
      target: 'at most 0.05',
      met: calls <= 0.05,
    },
    {
      name: "p99 as a share of the predecessor's, cold starts included",
      value: rounded(slowness),
      target: 'at most 0.1',
      met: slowness <= 0.1,
    },
    {
      name: "p99 as a share of the predecessor's, once warm",
      value: rounded(warmSlowness),
      target: 'at most 0.1',
      met: warmSlowness <= 0.1,
    },
    { name: 'read units per recommendation, once warm', value: rounded(units), target: 'at most 4', met: units <= 4 },
  ];
}

/** This reader's p99 beside the predecessor's, in the workload where it is worst. */
function slownessOf(all: readonly Trials[], figuresOf: (trials: Trials) => Figures): number {
  const ours = all.filter(({ subject }) => subject === 'this reader');
  const shares = ours.map((trials) => {
    const theirs = trialsOf('predecessor', trials.workload, all);
    return p99.valueOf(figuresOf(trials)) / p99.valueOf(figuresOf(theirs));
  });
  return Math.max(...shares);
}

function parts(trials: Trials): { name: string; figures: Figures; metrics: readonly Metric[] }[] {
  return [
    { name: 'cold start', figures: sumOf(trials.rounds.map(({ cold }) => cold)), metrics: phaseMetrics },
    { name: 'once warm', figures: warmOf(trials), metrics: phaseMetrics },
    { name: 'all', figures: wholeOf(trials), metrics: wholeMetrics },
  ];
}

function warmOf({ rounds }: Trials): Figures {
  return sumOf(rounds.map(({ warm }) => warm));
}

function wholeOf({ rounds }: Trials): Figures {
  return sumOf(rounds.flatMap(({ cold, warm }) => [cold, warm]));
}

function spreadOf({ subject, workload, rounds }: Trials): BenchResult[] {
  const values = rounds.map(({ cold, warm }) => p99.valueOf(sumOf([cold, warm])));
  return [
    { metric: 'p99 of the best round', value: Math.min(...values) },
    { metric: 'p99 of the worst round', value: Math.max(...values) },
  ].map((result) => ({ subject: `${subject}, ${workload}, all`, ...result, unit: 'ms' }));
}

function trialsOf(subject: SubjectName, workload: string, all: readonly Trials[]): Trials {
  const trials = all.find((known) => known.subject === subject && known.workload === workload);
  if (trials === undefined) {
    throw new Error(`${subject} was not run under ${workload}`);
  }
  return trials;
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
