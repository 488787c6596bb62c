/**
 * Does a run's size change what a job costs? From 100 to 20,000 jobs through planner, worker and writer, each in processes of
 * its own, over the protocols of SQS and DynamoDB.
 */
import { loadavg } from 'node:os';
import {
  type BenchReport,
  type BenchResult,
  type BenchTarget,
  benchEnvironment,
  quantile,
  spreadOf,
} from './bench-report.ts';
import { bundlePrograms } from './bundle-programs.ts';
import { warmUpJobs } from './pipeline/pipeline-load.ts';
import { callsPerSecond, type PipelineTrial, pipelineSources, runPipelineTrial } from './pipeline/pipeline-trial.ts';

/** In this order: a machine that grows slower meanwhile does so around the long trial, not beside it. */
const trialJobs = [100, 1_000, 5_000, 1_000, 20_000, 1_000, 100, 5_000, 100];
const comparedJobs = { many: 20_000, few: 1_000 };
const highestRatio = 1.1;
const highestPeakMb = 200;
/** In runs of this size the writers' code is hot, and nearly all titles are in the table. */
const writerJobs = 5_000;
const mostWriterMs = 8;

/** Runs all trials, one after the other; on two cores that takes about eight minutes. @throws where dynoxide is not installed. */
export async function benchPipeline(): Promise<BenchReport> {
  const programs = await bundlePrograms(pipelineSources);
  const [loadBefore = 0] = loadavg();
  try {
    const trials: PipelineTrial[] = [];
    for (const jobs of trialJobs) {
      trials.push(await runPipelineTrial(jobs, programs.urls));
    }
    return {
      bench: 'pipeline',
      method: method(),
      environment: {
        ...benchEnvironment({ dynoxide: '1.2.1', fauxqs: '2.4.1' }),
        'load average before': loadBefore,
        'and after': loadavg()[0] ?? 0,
      },
      results: bySize(trials).flatMap(resultsOf),
      targets: targetsOf(trials),
    };
  } finally {
    programs.remove();
  }
}

function bySize(trials: readonly PipelineTrial[]): [jobs: number, ofSize: PipelineTrial[]][] {
  return [...Map.groupBy(trials, ({ jobs }) => jobs)].sort(([a], [b]) => a - b);
}

function resultsOf([jobs, trials]: [number, PipelineTrial[]]): BenchResult[] {
  const subject = `${jobs} jobs`;
  const spread = (metric: string, unit: string, of: (trial: PipelineTrial) => number) =>
    spreadOf(subject, metric, unit, trials.map(of));
  return [
    { subject, metric: 'trials', value: trials.length, unit: '' },
    ...spread('time per job', 'ms', ({ totalMs }) => totalMs / jobs),
    ...spread('list rows written per job', '', ({ rowsWritten }) => rowsWritten / jobs),
    ...spread('processor time per job: planner', 'ms', ({ planner }) => planner.cpuMs / jobs),
    ...spread('processor time per job: worker', 'ms', ({ worker }) => worker.cpuMs / jobs),
    ...spread('processor time per job: writers', 'ms', ({ writers }) => writers.cpuMs / jobs),
    ...spread('processor time per job: fauxqs and simulator', 'ms', ({ emulatorsCpuMs }) => emulatorsCpuMs / jobs),
    ...(['planner', 'worker', 'writers'] as const).map((role) => ({
      subject,
      metric: `peak memory: ${role}`,
      value: Math.max(...trials.map((trial) => trial[role].peakRssMb)),
      unit: 'MB',
    })),
  ];
}

function targetsOf(trials: readonly PipelineTrial[]): BenchTarget[] {
  const perJob = (size: number, msOf: (trial: PipelineTrial) => number) =>
    quantile(
      trials.filter(({ jobs }) => jobs === size).map((trial) => msOf(trial) / size),
      0.5,
    );
  const totalMs = (trial: PipelineTrial) => trial.totalMs;
  const ratio = perJob(comparedJobs.many, totalMs) / perJob(comparedJobs.few, totalMs);
  const writerMs = perJob(writerJobs, ({ writers }) => writers.cpuMs);
  const peak = (role: 'worker' | 'writers') => Math.max(...trials.map((trial) => trial[role].peakRssMb));
  return [
    {
      name: `time per job, ${comparedJobs.many} beside ${comparedJobs.few} jobs`,
      value: Number(ratio.toFixed(3)),
      target: `at most ${highestRatio}`,
      met: ratio <= highestRatio,
    },
    {
      name: `writer's processor time per page where titles are known, ${writerJobs} jobs, ms`,
      value: Number(writerMs.toFixed(2)),
      target: `at most ${mostWriterMs}`,
      met: writerMs <= mostWriterMs,
    },
    ...(['worker', 'writers'] as const).map((role) => ({
      name: `peak memory of a process of the ${role}, MB`,
      value: Math.round(peak(role)),
      target: `at most ${highestPeakMb}`,
      met: peak(role) <= highestPeakMb,
    })),
  ];
}

function method(): string {
  return [
    `each trial has fresh emulators and fresh processes: the planner, one worker and two writers, as esbuild bundles with the options of a deployment, each handling one invocation at a time, with the flags of V8 that Lambda passes to a function of 256 MB; fauxqs and the simulator run in the bench's process, dynoxide in its own`,
    `the planner's, worker's and writer's cores with the adapters of their handlers; the rate's schedule is the real one at ${callsPerSecond} calls a second, since the settings end at 40: the rate is not what is measured; the batching window is 0 and the writer keeps no pace`,
    `after a warm-up of ${warmUpJobs} jobs, which brings the titles into the table, every job is another page of twenty titles of another list (popular films and series, country by country), so each writes the row of its page and finds nearly all titles unchanged; the simulator answers without latency`,
    'time: from the start of the planner until the last page is in the table; memory: the most that a process ever held (maxRSS), warm-up included',
  ].join('; ');
}
