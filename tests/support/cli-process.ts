import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { repositoryRoot } from './shared-data.ts';
import { until } from './until.ts';

/** How to start the program; `environment` comes on top of the bare one, `nodeArguments` before the script. */
export type CliOptions = {
  cwd?: string;
  environment?: Readonly<Record<string, string>>;
  nodeArguments?: readonly string[];
};

/** What a program left behind. */
export type CliResult = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

/** The program while it runs. */
export type RunningCli = {
  readonly pid: number;
  readonly ended: Promise<CliResult>;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** The first whole line of `stream` that contains `text`. @throws when the program ends without it. */
  line(stream: 'stdout' | 'stderr', text: string, withinMs?: number): Promise<string>;
  signal(name: NodeJS.Signals): void;
};

const program = join(repositoryRoot, 'src/cli/main.ts');
const started = new Set<ChildProcess>();

// A test that fails half-way leaves its program to us.
afterAll(() => {
  for (const child of started) {
    child.kill('SIGKILL');
  }
});

/** Starts `tmdb-pipeline` with `args` as a process that inherits nothing of this one's environment but PATH and HOME. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const { cwd = tmpdir(), environment = {}, nodeArguments = [] } = options;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...nodeArguments, program, ...args], {
    cwd,
    env: { ...bareEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  let over = false;
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      over = true;
      started.delete(child);
      resolve({ code, signal, ...output });
    });
  });
  return {
    pid: child.pid ?? -1,
    ended,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    line: (stream, text, withinMs = 50_000) =>
      wholeLine(
        () => output[stream],
        text,
        () => over,
        withinMs,
      ),
    signal: (name) => {
      child.kill(name);
    },
  };
}

/** Runs it to its end. */
export function runCli(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return startCli(args, options).ended;
}

/** Runs it with `--json` to its end, which must be a good one; returns the one document of its stdout. */
export function runJson<T = Record<string, unknown>>(args: readonly string[], options?: CliOptions): Promise<T> {
  return jsonOf(args, runCli([...args, '--json'], options));
}

/** The one document of a call that must have ended well. */
export async function jsonOf<T>(args: readonly string[], ended: Promise<CliResult>): Promise<T> {
  const result = await ended;
  if (result.code !== 0) {
    throw new Error(`${args.join(' ')} ended with ${result.code ?? result.signal}: ${result.stderr}`);
  }
  return oneDocument(result.stdout) as T;
}

/** Parses a stdout that must be one line of JSON and nothing else. */
export function oneDocument(stdout: string): unknown {
  if (!/^[^\n]+\n$/.test(stdout)) {
    throw new Error(`not exactly one line: ${JSON.stringify(stdout.slice(0, 500))}`);
  }
  return JSON.parse(stdout);
}

/** Nothing of the machine's own settings gets in; the cache halves the time that Node takes to start. */
export function bareEnvironment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? tmpdir(),
    NO_COLOR: '1',
    NODE_COMPILE_CACHE: join(repositoryRoot, 'node_modules/.cache/tmdb-pipeline-tests'),
  };
}

async function wholeLine(read: () => string, text: string, over: () => boolean, withinMs: number): Promise<string> {
  const find = () =>
    read()
      .split('\n')
      .slice(0, -1)
      .find((line) => line.includes(text));
  await until(`a line with '${text}'`, () => find() !== undefined || over(), withinMs);
  const line = find();
  if (line === undefined) {
    throw new Error(`the program ended without a line with '${text}'; it wrote: ${read()}`);
  }
  return line;
}
