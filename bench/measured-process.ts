/** Runs each subject in a process of its own, so that memory and processor time are measured for it alone. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Counts } from './count-requests.ts';

/**
 * Peak memory of a process, its processor time since the previous query, and what its subject has counted since it started, by names of its
 * own.
 */
export type ProcessUse = { peakRssMb: number; cpuMs: number; counts: Counts };

/** Messages from a subject's process. */
type FromSubject =
  | { kind: 'ready' }
  | { kind: 'progress'; count: number }
  | { kind: 'use'; use: ProcessUse }
  | { kind: 'stopped'; use: ProcessUse };

/** Messages to a subject's process. */
type ToSubject = { kind: 'start'; config: unknown } | { kind: 'use' } | { kind: 'stop' };

/** A running subject. */
export type MeasuredProcess = {
  /** Resource use since the previous query. */
  use(): Promise<ProcessUse>;
  /** Lets it finish what is in flight, and waits until it has ended. Rejects when it has to be killed after a minute. */
  stop(): Promise<ProcessUse>;
  /** Rejects when the process ends unasked; never resolves. */
  ended: Promise<never>;
};

/** The memory of the worker and of the writer. */
const functionMb = 256;
/** A tenth of a function's memory is its new space, which V8 counts as two semi-spaces. */
const newSpaceMb = Math.floor(functionMb / 10);

/**
 * V8 sizes its heap by the machine's memory, and this machine has more than a function. Every subject therefore gets the flags that Lambda's
 * own start script passes, so that it collects garbage as often as a function does. Source: /var/runtime/bootstrap of the images nodejs14 to
 * nodejs24, as published by others (2022 to 2026); AWS does not document it.
 */
const lambdaFlags = [
  '--expose-gc',
  `--max-semi-space-size=${Math.floor(newSpaceMb / 2)}`,
  `--max-old-space-size=${functionMb - newSpaceMb}`,
];

/** A process that has loaded its module and waits. */
export type ReadyProcess = {
  /** Resolves when its work has begun. */
  start(config: unknown): Promise<MeasuredProcess>;
  /** Ends it at once. */
  kill(): void;
};

/** How long a subject may take to finish what is in flight. */
const longestStopMs = 60_000;

/** Starts the module at `url` and its work. @param onProgress - Receives each count that the subject reports. */
export async function startMeasured(
  url: URL,
  config: unknown,
  onProgress?: (count: number) => void,
): Promise<MeasuredProcess> {
  return (await readyMeasured(url, onProgress)).start(config);
}

/**
 * Loads the module at `url`, which calls `serveMeasured`, in a process of its own.
 * @param onProgress - Receives each count that the subject reports.
 */
export async function readyMeasured(
  url: URL,
  onProgress: (count: number) => void = () => undefined,
): Promise<ReadyProcess> {
  const child = fork(url, { execArgv: lambdaFlags, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`${url.pathname} ended with ${code ?? signal}`)));
  });
  // Callers may race against `ended`; it must not be an unhandled rejection when none does.
  ended.catch(() => undefined);
  child.on('message', (message: FromSubject) => {
    if (message.kind === 'progress') {
      onProgress(message.count);
    }
  });
  await Promise.race([ask(child, undefined, 'ready'), ended]);
  const running = runningProcess(child, ended);
  return {
    start: async (config) => {
      await Promise.race([ask(child, { kind: 'start', config }, 'ready'), ended]);
      return running;
    },
    kill: () => child.kill('SIGKILL'),
  };
}

function runningProcess(child: ChildProcess, ended: Promise<never>): MeasuredProcess {
  return {
    use: async () => (await Promise.race([ask(child, { kind: 'use' }, 'use'), ended])).use,
    stop: async () => {
      const overdue = setTimeout(() => child.kill('SIGKILL'), longestStopMs);
      try {
        const { use } = await Promise.race([ask(child, { kind: 'stop' }, 'stopped'), ended]);
        child.disconnect();
        await ended.catch(() => undefined);
        return use;
      } finally {
        clearTimeout(overdue);
      }
    },
    ended,
  };
}

function ask<K extends FromSubject['kind']>(
  child: ChildProcess,
  message: ToSubject | undefined,
  answer: K,
): Promise<Extract<FromSubject, { kind: K }>> {
  return new Promise((resolve) => {
    const hear = (heard: FromSubject) => {
      if (heard.kind === answer) {
        child.off('message', hear);
        resolve(heard as Extract<FromSubject, { kind: K }>);
      }
    };
    child.on('message', hear);
    if (message !== undefined) {
      child.send(message);
    }
  });
}

/** Starts the work; the returned function ends it. `counts` takes what the subject counts. */
export type Subject<Config> = (
  config: Config,
  progress: (count: number) => void,
  counts: Counts,
) => Promise<() => Promise<void>> | (() => Promise<void>);

/** In the subject's process: runs `subject` as the parent process asks, and ends with the parent. */
export function serveMeasured<Config>(subject: Subject<Config>): void {
  let usedBefore = process.cpuUsage();
  let end: () => Promise<void> = async () => undefined;
  const counts: Counts = {};
  const use = () => {
    const { user, system } = process.cpuUsage(usedBefore);
    usedBefore = process.cpuUsage();
    return { peakRssMb: process.resourceUsage().maxRSS / 1_024, cpuMs: (user + system) / 1_000, counts };
  };
  const obey = async (message: ToSubject): Promise<void> => {
    switch (message.kind) {
      case 'start':
        end = await subject(message.config as Config, (count) => tell({ kind: 'progress', count }), counts);
        return tell({ kind: 'ready' });
      case 'use':
        return tell({ kind: 'use', use: use() });
      case 'stop':
        await end();
        return tell({ kind: 'stopped', use: use() });
    }
  };
  process.on('message', (message: ToSubject) => void obey(message));
  process.on('disconnect', () => process.exit());
  tell({ kind: 'ready' });
}

function tell(message: FromSubject): void {
  process.send?.(message);
}
