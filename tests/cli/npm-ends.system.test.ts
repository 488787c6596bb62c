import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bareEnvironment } from '../support/cli-process.ts';
import { descendantsOf, isRunning } from '../support/process-table.ts';
import { testFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';
import { until } from '../support/until.ts';

/** `npm run` in a folder whose script is this repository's, so that its stack file is not in the way of another one's. */
async function npmRun() {
  const cwd = testFolder();
  const child = spawn('npm', ['run', '-s', '--prefix', repositoryRoot, 'pipeline', '--', 'local', '--no-catch-up'], {
    cwd,
    env: { ...bareEnvironment(), PATH: `${join(repositoryRoot, 'node_modules/.bin')}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid ?? -1;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await until('the stack is ready', () => output.includes('ready: ') || child.exitCode !== null);
  const family = [pid, ...descendantsOf(pid).map((entry) => entry.pid)];
  onTestFinished(() => {
    for (const one of family.filter(isRunning)) {
      process.kill(one, 'SIGKILL');
    }
  });
  return { child, family, output: () => output };
}

describe('npm that is told to end', () => {
  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('by %s takes local and its emulators along', async (signal) => {
    const { child, family, output } = await npmRun();
    // npm, the program, the emulator's guard at least.
    expect({ family: family.length, output: output() }).toMatchObject({ output: expect.stringContaining('ready: ') });
    expect(family.length).toBeGreaterThanOrEqual(3);
    child.kill(signal);
    await until('no process of it is left', () => !family.some(isRunning), 15_000);
  });
});
