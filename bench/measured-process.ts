/** A process of its own for each subject, so that its memory and its processor time are nobody else's. */
import { type ChildProcess, fork } from 'node:child_process';

/** What a process took: the most memory it ever held, and the processor time since the last question. */
export type ProcessUse = { peakRssMb: number; cpuMs: number };

/** From a subject's process. */
export type FromSubject =
  | { kind: 'ready' }
  | { kind: 'progress'; count: number }
  | { kind: 'use'; use: ProcessUse }
  | { kind: 'stopped'; use: ProcessUse };

/** To a subject's process. */
export type ToSubject = { kind: 'start'; config: unknown } | { kind: 'use' } | { kind: 'stop' };

/** A running subject. */
export type MeasuredProcess = {
  /** What it took since it was asked before. */
  use(): Promise<ProcessUse>;
  /** Lets it end what is under way, and waits until it is gone. */
  stop(): Promise<ProcessUse>;
  /** Rejects when the process ends unasked; never resolves. */
  ended: Promise<never>;
};

/**
 * V8 sizes its heap by the memory it finds. A function has 256 MB, this machine has more, and would let garbage lie: so every
 * subject is given the heap that such a function has room for.
 */
const heapOfAFunction = ['--max-heap-size=192'];

/**
 * Starts the module at `url`, which calls `serveMeasured`, and resolves when its work begins.
 * @param onProgress - is given each count that the subject reports.
 */
export async function startMeasured(
  url: URL,
  config: unknown,
  onProgress: (count: number) => void = () => undefined,
): Promise<MeasuredProcess> {
  const child = fork(url, { execArgv: heapOfAFunction, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`${url.pathname} ended with ${code ?? signal}`)));
  });
  // Whoever waits for something of this process hears of its end; nobody has to wait.
  ended.catch(() => undefined);
  child.on('message', (message: FromSubject) => {
    if (message.kind === 'progress') {
      onProgress(message.count);
    }
  });
  await Promise.race([ask(child, undefined, 'ready'), ended]);
  const begun = ask(child, { kind: 'start', config }, 'ready');
  await Promise.race([begun, ended]);
  return {
    use: async () => (await Promise.race([ask(child, { kind: 'use' }, 'use'), ended])).use,
    stop: async () => {
      const { use } = await Promise.race([ask(child, { kind: 'stop' }, 'stopped'), ended]);
      child.disconnect();
      await ended.catch(() => undefined);
      return use;
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
