import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bareEnvironment } from '../support/cli-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';

const program = join(repositoryRoot, 'src/cli/main.ts');
const cwd = scratchFolder();

/** Runs the program with its stdout on `stdout`. */
function runOn(args: readonly string[], stdout: number | 'pipe'): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
      cwd,
      env: bareEnvironment(),
      stdio: ['ignore', stdout, 'pipe'],
    });
    // Whoever reads goes away before the first byte.
    child.stdout?.destroy();
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('close', (code) => resolve({ code, stderr }));
  });
}

describe.skipIf(!existsSync('/dev/full'))('a result that cannot be written', () => {
  it.each([
    ['JSON', ['plan', 'daily', '--json']],
    ['help', ['plan', '--help']],
  ])('fails the command: %s', async (_what, args) => {
    expect(await runOn(args, openSync('/dev/full', 'w'))).toEqual({
      code: 1,
      stderr: 'error: the result could not be written: the disk is full (ENOSPC)\n',
    });
  });

  it('does not hide why the command failed', async () => {
    const { code, stderr } = await runOn(['run', 'yearly', '--json'], openSync('/dev/full', 'w'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: unknown schedule 'yearly'.*\nerror: the result could not be written: .*\n$/);
  });
});

describe('a reader that goes away', () => {
  it('is no failure', async () => {
    expect(await runOn(['plan', 'daily'], 'pipe')).toEqual({ code: 0, stderr: '' });
  });
});
