/** One subject in one world: a fetch queue that stays full, for the world's time. */
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { besideBusyProcesses } from '../busy-machine.ts';
import { fatesOf, fillFetchQueue, type JobFates } from '../drain/fetch-queue.ts';
import { type EmulatedServices, startEmulatedServices } from '../emulated-services.ts';
import { type FateCounts, type LimitedServer, startLimitedServer } from '../limited-server.ts';
import { type MeasuredProcess, type ProcessUse, type ReadyProcess, readyMeasured } from '../measured-process.ts';
import { idealAnswers } from '../server-world.ts';
import { mostUnderWay, type ThrottleWorld, toldPerSecond } from './worlds.ts';

/** A subject: `processes` of `program`, each started with `options` beside what every subject gets. */
export type ThrottleSubject = { name: string; program: URL; processes: number; options: Record<string, unknown> };

/** What a trial measured. Shares and ratios are of the calls that the server counted. */
export type ThrottleTrial = Omit<JobFates, 'notDone'> & {
  /** Percent of the ideal (server-world.ts). */
  goodput: number;
  /** Calls in 1,000. */
  refusedByLimit: number;
  writesPerCall: number;
  readsPerCall: number;
  itemRequestsPerJob: number;
  cpuMsPerJob: number;
  mostUnderWay: number;
  mostConnections: number;
  deferred: number;
};

/** A trial by its world and subject. */
export type PlayedTrial = { world: ThrottleWorld; subject: ThrottleSubject; trial: ThrottleTrial };

const pollMs = 250;
/** Cold processes on a busy machine make their first call long before. */
const firstCallMs = 60_000;
/** More than any subject can take in the time, so that the queue stays full. */
const jobsPerIdeal = 1.2;
const spareJobs = 200;

/** Plays it on emulators of its own. @throws when a process ends, or nobody calls. */
export async function runThrottleTrial(subject: ThrottleSubject, world: ThrottleWorld): Promise<ThrottleTrial> {
  const services = await startEmulatedServices(startLimitedServer);
  const ready: ReadyProcess[] = [];
  try {
    const { untilSeconds } = world.server.counted;
    const jobs = Math.ceil(untilSeconds * toldPerSecond * jobsPerIdeal) + spareJobs;
    await fillFetchQueue(jobs, services.endpoints);
    await services.tmdb.begin(world.server);
    const load = async () => ready.push(await readyMeasured(subject.program));
    await Promise.all(Array.from({ length: subject.processes }, load));
    const longestMs = untilSeconds * 1_000 + 2 * firstCallMs;
    const { endpoints } = services;
    const config = { endpoints, requestsPerSecond: toldPerSecond, mostUnderWay, ...subject.options };
    const played = await besideBusyProcesses(world.busyProcesses, longestMs, async () =>
      play(await Promise.all(ready.map((process) => process.start(config))), world, services),
    );
    return { ...played, ...fatesOf(jobs, services.sqs) };
  } finally {
    for (const process of ready) {
      process.kill();
    }
    await services.stop();
  }
}

async function play(
  processes: readonly MeasuredProcess[],
  world: ThrottleWorld,
  { tmdb }: EmulatedServices<LimitedServer>,
): Promise<Omit<ThrottleTrial, keyof JobFates>> {
  const anyEnd = Promise.race(processes.map(({ ended }) => ended));
  await Promise.race([elapsed(0, tmdb), anyEnd]);
  await usesOf(processes);
  await Promise.race([elapsed(world.server.counted.untilSeconds * 1_000, tmdb), anyEnd]);
  const uses = await usesOf(processes);
  const { inTime, all, ...most } = await tmdb.report();
  const calls = total(all);
  await Promise.all(processes.map((process) => process.stop()));
  const counted = (name: string) => uses.reduce((sum, { counts }) => sum + (counts[name] ?? 0), 0);
  return {
    goodput: (100 * inTime.answered) / idealAnswers(world.server, toldPerSecond, mostUnderWay),
    refusedByLimit: (1_000 * inTime.limited) / total(inTime),
    writesPerCall: counted('tableWrites') / calls,
    readsPerCall: counted('tableReads') / calls,
    itemRequestsPerJob: counted('itemRequests') / all.answered,
    cpuMsPerJob: uses.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / all.answered,
    mostUnderWay: most.mostUnderWay,
    mostConnections: most.mostConnections,
    deferred: counted('givenBack'),
  };
}

function usesOf(processes: readonly MeasuredProcess[]): Promise<ProcessUse[]> {
  return Promise.all(processes.map((process) => process.use()));
}

function total({ answered, limited, throttled, failed }: FateCounts): number {
  return answered + limited + throttled + failed;
}

/** Waits until more than `ms` have passed since the first call. @throws when there is no call. */
async function elapsed(ms: number, tmdb: LimitedServer): Promise<void> {
  const startedMs = systemClock.monotonicMs();
  while (true) {
    const { elapsedMs } = await tmdb.report();
    if (elapsedMs > ms) {
      return;
    }
    if (elapsedMs === 0 && systemClock.monotonicMs() - startedMs > firstCallMs) {
      throw new Error(`no call within ${firstCallMs / 1_000} s`);
    }
    await systemClock.sleep(pollMs);
  }
}
