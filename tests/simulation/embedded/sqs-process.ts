import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../src/local/stack-endpoints.ts';
import type { QueueDefinition } from '../../../src/shared/queues/queue-definitions.ts';

/** The SQS emulator in a process of its own, on a folder that outlives it and always on the same port. */
export type SqsProcess = {
  readonly port: number;
  pids(): number[];
  /** Messages of each queue, delayed and received ones included. */
  depths(): Promise<Record<string, number>>;
  /** Ends it, by SIGKILL or by its own closing, and starts it again. */
  restart(how: 'SIGKILL' | 'orderly'): Promise<void>;
  stop(): Promise<void>;
};

const main = fileURLToPath(new URL('./sqs-process-main.ts', import.meta.url));

type Reply = { id: number; depths?: Record<string, number> };

/** Starts it; resolves when it listens. */
export async function startSqsProcess(dataDir: string, queues: readonly QueueDefinition[]): Promise<SqsProcess> {
  const port = await freePort();
  let child = await start(dataDir, port, queues);
  let asked = 0;
  const end = async (how: 'SIGKILL' | 'orderly') => {
    if (child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const ended = new Promise((resolve) => child.once('exit', resolve));
    how === 'SIGKILL' ? child.kill('SIGKILL') : child.send({ id: 0, ask: 'stop' });
    await ended;
  };
  return {
    port,
    pids: () => [child.pid ?? 0],
    depths: async () => {
      asked += 1;
      const id = asked;
      const reply = replyOf(child, id);
      child.send({ id, ask: 'depths' });
      return (await reply).depths ?? {};
    },
    restart: async (how) => {
      await end(how);
      child = await start(dataDir, port, queues);
    },
    stop: () => end('orderly'),
  };
}

async function start(dataDir: string, port: number, queues: readonly QueueDefinition[]): Promise<ChildProcess> {
  const child = fork(main, [dataDir, String(port), JSON.stringify(queues)], {
    silent: true,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let complaint = '';
  child.stderr?.on('data', (bytes) => {
    complaint += bytes;
  });
  try {
    await replyOf(child, 0);
  } catch (cause) {
    throw new Error(`the SQS emulator did not start: ${complaint}`, { cause });
  }
  return child;
}

function replyOf(child: ChildProcess, id: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('the SQS emulator ended'));
    const onMessage = (reply: Reply) => {
      if (reply.id === id) {
        child.off('exit', onExit).off('message', onMessage);
        resolve(reply);
      }
    };
    child.on('exit', onExit).on('message', onMessage);
  });
}
