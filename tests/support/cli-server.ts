import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { bareEnvironment, type CliOptions, type CliResult, jsonOf } from './cli-process.ts';
import { repositoryRoot } from './shared-data.ts';

/** As `runCli` and `runJson`, one call after the other. */
export type CliServer = {
  runCli(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  runJson<T = Record<string, unknown>>(args: readonly string[], options?: CliOptions): Promise<T>;
};

type Answer = { id: number; result: CliResult };

/**
 * Runs the program many times in one process: for calls that end by themselves and start nothing. What depends on a process of its own
 * is shown with the functions of cli-process.ts.
 */
export function cliServer(): CliServer {
  let child: ChildProcess | undefined;
  let calls = 0;
  let last: Promise<unknown> = Promise.resolve();
  afterAll(() => {
    child?.kill('SIGKILL');
  });
  const call = (args: readonly string[], { cwd = tmpdir(), environment = {} }: CliOptions) =>
    new Promise<CliResult>((resolve, reject) => {
      child ??= startServer();
      const id = ++calls;
      const gone = () => reject(new Error(`the program ended while it ran ${args.join(' ')}`));
      child.once('exit', gone);
      child.on('message', function answered(answer: Answer) {
        if (answer.id === id) {
          child?.off('message', answered);
          child?.off('exit', gone);
          resolve(answer.result);
        }
      });
      child.send({ id, args, cwd, environment });
    });
  // One at a time: the folder and the environment are the process's.
  const runCli = (args: readonly string[], options: CliOptions = {}) => {
    const result = last.then(() => call(args, options));
    last = result.catch(() => undefined);
    return result;
  };
  return { runCli, runJson: (args, options) => jsonOf(args, runCli([...args, '--json'], options)) };
}

function startServer(): ChildProcess {
  // Not /dev/null: to what is no pipe the program writes without the stream that the server listens to.
  const child = fork(join(repositoryRoot, 'tests/support/cli-server-main.mjs'), {
    env: bareEnvironment(),
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.stdout?.resume();
  child.stderr?.pipe(process.stderr, { end: false });
  child.setMaxListeners(0);
  return child;
}
