import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/shared/core/system-clock.ts';

/** A bundled handler in processes that can be killed. Concurrent invocations get one each, as in Lambda; a process stays warm. */
export type HandlerProcesses = {
  /** @throws when the handler throws, its process exits or the invocation times out. */
  invoke(event: unknown): Promise<unknown>;
  /** Kills one process, a busy one if there is any; `pick`, in [0, 1), chooses. Returns whether it was busy. */
  kill(pick: number): 'at-work' | 'idle' | 'none';
  pids(): number[];
  stop(): Promise<void>;
};

/** How a handler is run. */
export type HandlerOptions = {
  bundleUrl: string;
  /** The whole environment: nothing is inherited. */
  environment: Readonly<Record<string, string>>;
  /** The working directory; outside the repository, so that the bundle finds no package. */
  folder: string;
  /** An argument by which the processes can be found. */
  mark?: string;
  timeoutMs: number;
  /** Receives each line of stdout and stderr. */
  onLine(line: string): void;
};

const main = fileURLToPath(new URL('./handler-process-main.mjs', import.meta.url));

type Reply = { ok: boolean; value: unknown; error: string };

/** The first invocation starts the first process. */
export function handlerProcesses(options: HandlerOptions): HandlerProcesses {
  const idle = new Set<ChildProcess>();
  const all = new Set<ChildProcess>();
  let invocations = 0;
  const start = (): ChildProcess => {
    const child = fork(main, [options.bundleUrl, ...(options.mark === undefined ? [] : [options.mark])], {
      env: { ...options.environment },
      cwd: options.folder,
      silent: true,
      execArgv: [],
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) {
        createInterface({ input: stream }).on('line', options.onLine);
      }
    }
    child.once('exit', () => {
      all.delete(child);
      idle.delete(child);
    });
    all.add(child);
    return child;
  };
  return {
    invoke: async (event) => {
      invocations += 1;
      const child = [...idle][0] ?? start();
      idle.delete(child);
      const reply = await ask(child, `request-${invocations}`, event, options.timeoutMs);
      idle.add(child);
      if (!reply.ok) {
        throw new Error(reply.error);
      }
      return reply.value;
    },
    kill: (pick) => {
      const atWork = [...all].filter((child) => !idle.has(child));
      const victims = atWork.length > 0 ? atWork : [...all];
      const victim = victims[Math.floor(pick * victims.length)];
      if (victim === undefined) {
        return 'none';
      }
      idle.delete(victim);
      victim.kill('SIGKILL');
      return atWork.length > 0 ? 'at-work' : 'idle';
    },
    pids: () => [...all].map(({ pid }) => pid ?? 0),
    stop: async () => {
      await Promise.all(
        [...all].map((child) => {
          const ended = new Promise((resolve) => child.once('exit', resolve));
          child.kill('SIGKILL');
          return ended;
        }),
      );
    },
  };
}

/** One invocation. A process that exceeds its timeout is killed, as in Lambda. */
async function ask(child: ChildProcess, requestId: string, event: unknown, timeoutMs: number): Promise<Reply> {
  const over = new AbortController();
  const reply = new Promise<Reply>((resolve, reject) => {
    const onExit = () => settle(() => reject(new Error(`${requestId}: the function's process ended`)));
    const onMessage = (message: Reply) => settle(() => resolve(message));
    const settle = (act: () => void) => {
      child.off('exit', onExit).off('message', onMessage);
      over.abort();
      act();
    };
    child.on('exit', onExit).on('message', onMessage);
  });
  child.send({ requestId, event, deadlineAtMs: systemClock.nowMs() + timeoutMs }, () => undefined);
  void systemClock.sleep(timeoutMs, over.signal).then(() => over.signal.aborted || child.kill('SIGKILL'));
  return reply;
}
