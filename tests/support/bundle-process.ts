import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A bundle that runs in processes of its own. */
export type BundleProcess = {
  invoke(event: unknown): Promise<unknown>;
  /** What it has written to stdout and stderr, line by line. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
};

const main = fileURLToPath(new URL('./bundle-process-main.mjs', import.meta.url));

/**
 * Runs the bundle at `bundleUrl` with exactly `environment`, from `folder`, where no package can be found. Invocations that overlap
 * get a process each, as in Lambda.
 */
export function startBundle(
  bundleUrl: string,
  environment: Readonly<Record<string, string>>,
  folder: string,
  timeoutSeconds: number,
): BundleProcess {
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const lines: string[] = [];
  let invocations = 0;
  const start = (): ChildProcess => {
    const child = fork(main, [bundleUrl], { env: { ...environment }, cwd: folder, silent: true, execArgv: [] });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) {
        createInterface({ input: stream }).on('line', (line) => lines.push(line));
      }
    }
    all.add(child);
    return child;
  };
  return {
    lines,
    invoke: async (event) => {
      invocations += 1;
      const requestId = `request-${invocations}`;
      const child = idle.pop() ?? start();
      const answer = new Promise<unknown>((resolve, reject) => {
        child.once('exit', (code) => reject(new Error(`the function's process ended (${code})`)));
        child.once('message', (message: { ok: boolean; value: unknown; error: string }) =>
          message.ok ? resolve(message.value) : reject(new Error(message.error)),
        );
      });
      child.send({ requestId, event, deadlineAtMs: Date.now() + timeoutSeconds * 1_000 });
      const value = await answer;
      child.removeAllListeners('exit');
      idle.push(child);
      return value;
    },
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
