/** One trial: fresh emulators and fresh processes, a warm-up, then all jobs from the planner's request to the last row. */
import { systemClock } from '../../src/shared/core/system-clock.ts';
import type { FetchRequest } from '../../src/shared/queues/plan-request.ts';
import { documentedPollers, writersAtMost } from '../../src/shared/settings/event-source-pollers.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { startEmulatedServices } from '../emulated-services.ts';
import { type MeasuredProcess, type ProcessUse, startMeasured } from '../measured-process.ts';
import { startSimulatedTmdb } from '../simulated-tmdb.ts';
import { requestsFor, warmUpJobs, warmUpRequests } from './pipeline-load.ts';
import type { PlannerConfig } from './planner-process.ts';
import type { WorkerConfig } from './worker-process.ts';
import type { WriterConfig } from './writer-process.ts';

/** What a trial measured. */
export type PipelineTrial = {
  jobs: number;
  /** From the planner's start until the last page is in the table. */
  totalMs: number;
  rowsWritten: number;
  planner: ProcessUse;
  worker: ProcessUse;
  /** The larger memory of the two, the processor time of both. */
  writers: ProcessUse;
  /** Processor time of the bench's own process: fauxqs and the simulator. */
  emulatorsCpuMs: number;
};

/** Far above what two cores can do: the rate must not be what is measured. */
export const callsPerSecond = 2_000;

/** As many as the event source of a deployment runs. */
const writerProcesses = writersAtMost(defaultSettings) ?? documentedPollers.least;

type Role = keyof PipelinePrograms;
type Progress = { pages: number; rows: number; waiting: { pages: number; resolve: () => void } | undefined };

/** The bundled programs of the three stages. */
export type PipelinePrograms = Record<'planner' | 'worker' | 'writer', URL>;

/** Sources of these programs, below `bench/`. */
export const pipelineSources = {
  planner: { source: 'pipeline/planner-process.ts' },
  worker: { source: 'pipeline/worker-process.ts' },
  writer: { source: 'pipeline/writer-process.ts' },
};

/** Runs `jobs` jobs. */
export async function runPipelineTrial(jobs: number, programs: PipelinePrograms): Promise<PipelineTrial> {
  const services = await startEmulatedServices(() =>
    startSimulatedTmdb({ requestsPerSecond: callsPerSecond, latencyMs: { min: 0, max: 0 } }),
  );
  const progress: Progress = { pages: 0, rows: 0, waiting: undefined };
  const running: MeasuredProcess[] = [];
  const start = async (role: Role, config: unknown, onProgress?: (count: number) => void) => {
    const started = await startMeasured(programs[role], config, onProgress);
    running.push(started);
    return started;
  };
  try {
    const { endpoints } = services;
    const config = { endpoints, requestsPerSecond: callsPerSecond, concurrency: 1 } satisfies WorkerConfig;
    const worker = await start('worker', config);
    const writers = await Promise.all(
      Array.from({ length: writerProcesses }, () =>
        start('writer', { endpoints } satisfies WriterConfig, (rows) => note(progress, rows)),
      ),
    );
    /** Plans in a process of its own, and waits until all of it is in the table. */
    const run = async (requests: FetchRequest[], jobCount: number) => {
      const applied = reached(progress, progress.pages + jobCount);
      const planner = await startMeasured(programs.planner, { endpoints, requests } satisfies PlannerConfig);
      const used = await planner.stop();
      await Promise.race([applied, worker.ended, ...writers.map(({ ended }) => ended)]);
      return used;
    };
    await run(warmUpRequests, warmUpJobs);
    return await measure(jobs, progress, { worker, writers }, () => run(requestsFor(jobs), jobs));
  } finally {
    await Promise.allSettled(running.map((process) => process.stop()));
    await services.stop();
  }
}

async function measure(
  jobs: number,
  progress: Progress,
  { worker, writers }: { worker: MeasuredProcess; writers: readonly MeasuredProcess[] },
  run: () => Promise<ProcessUse>,
): Promise<PipelineTrial> {
  await Promise.all([worker, ...writers].map((process) => process.use()));
  const rowsBefore = progress.rows;
  const cpuBefore = process.cpuUsage();
  const startedMs = systemClock.monotonicMs();
  const planner = await run();
  const totalMs = systemClock.monotonicMs() - startedMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    jobs,
    totalMs,
    rowsWritten: progress.rows - rowsBefore,
    planner,
    worker: await worker.use(),
    writers: joined(await Promise.all(writers.map((process) => process.use()))),
    emulatorsCpuMs: (user + system) / 1_000,
  };
}

function joined(uses: readonly ProcessUse[]): ProcessUse {
  return {
    peakRssMb: Math.max(...uses.map(({ peakRssMb }) => peakRssMb)),
    cpuMs: uses.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    counts: {},
  };
}

function note(progress: Progress, rows: number): void {
  progress.pages += 1;
  progress.rows += rows;
  if (progress.waiting !== undefined && progress.pages >= progress.waiting.pages) {
    progress.waiting.resolve();
  }
}

function reached(progress: Progress, pages: number): Promise<void> {
  return new Promise((resolve) => {
    progress.waiting = { pages, resolve };
  });
}
