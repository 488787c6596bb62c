import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startGuarded } from '../../src/local/processes.ts';
import { rejectionOf } from '../support/caught.ts';
import { descendantsOf, isRunning } from '../support/process-table.ts';
import { repositoryRoot } from '../support/shared-data.ts';
import { until } from '../support/until.ts';

/** Says its process id, then goes on until someone ends it; in the worst case for twenty seconds. */
const staying = "console.log('ready ' + process.pid); setTimeout(() => {}, 20_000)";
const node = process.execPath;

function start(script: string) {
  const child = startGuarded(node, ['-e', script]);
  onTestFinished(child.stop);
  return child;
}

function pidIn(line: string): number {
  return Number(/^ready (\d+)$/.exec(line)?.[1]);
}

describe('guarded process', () => {
  it('is awaited until it says a word, on stdout or stderr', async () => {
    await expect(start(`console.log("a"); console.log("b ready c"); ${staying}`).waitForLine('ready')).resolves.toBe(
      'b ready c',
    );
    await expect(start(`console.error('listening on 1'); ${staying}`).waitForLine('listening')).resolves.toBe(
      'listening on 1',
    );
  });

  it('that ends before it says the word rejects with what it said', async () => {
    const child = start("console.log('cannot'); console.error('go on'); process.exit(3)");
    expect(await rejectionOf(child.waitForLine('ready'))).toEqual(new Error('cannot\ngo on'));
  });

  it('that cannot be started rejects as well', async () => {
    const child = startGuarded('/no/such/command', []);
    onTestFinished(child.stop);
    expect(await rejectionOf(child.waitForLine('ready'))).toBeInstanceOf(Error);
  });

  it('is gone when stop resolves, with its guard', async () => {
    const child = start(staying);
    const pid = pidIn(await child.waitForLine('ready'));
    expect(isRunning(pid)).toBe(true);
    await child.stop();
    expect(isRunning(pid)).toBe(false);
    await until('no guard is left', () => !descendantsOf(process.pid).some(({ command }) => command.includes(staying)));
  });

  it('is gone even where it does not heed', async () => {
    // By itself it ends after the test's own time.
    const deaf = staying.replace('20_000', '150_000');
    const child = start(`process.on('SIGTERM', () => {}); ${deaf}`);
    const pid = pidIn(await child.waitForLine('ready'));
    await child.stop();
    expect(isRunning(pid)).toBe(false);
    await until(
      'no guard is left',
      () => !descendantsOf(process.pid).some(({ command }) => /guard|sleep/.test(command)),
    );
  });

  it('can be stopped twice, and after it has ended by itself', async () => {
    const child = start("console.log('ready')");
    await child.waitForLine('ready');
    await child.stop();
    await expect(child.stop()).resolves.toBeUndefined();
  });

  it('has no input of its own', async () => {
    const child = start("process.stdin.on('end', () => console.log('ready, at the end of input')).resume()");
    await expect(child.waitForLine('ready')).resolves.toBe('ready, at the end of input');
  });

  it('stands in a session of its own, where Ctrl-C in our terminal does not reach it', async () => {
    const child = start(`${staying}; process.on('SIGINT', () => console.log('interrupted'))`);
    const pid = pidIn(await child.waitForLine('ready'));
    expect(() => process.kill(-pid, 0)).toThrow('ESRCH');
    const guard = descendantsOf(process.pid).find(({ command }) => command.includes(staying));
    expect(() => process.kill(-(guard?.pid ?? 0), 0)).not.toThrow();
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'ends when the process that started it gets %s',
    async (signal) => {
      const parent = spawn(
        node,
        [
          '--disable-warning=ExperimentalWarning',
          join(repositoryRoot, 'tests/support/guarded-parent.ts'),
          ...[node, '-e', staying],
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      onTestFinished(() => void parent.kill('SIGKILL'));
      const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
      const pid = pidIn(line);
      expect(isRunning(pid)).toBe(true);
      parent.kill(signal);
      await until('the guarded process is gone', () => !isRunning(pid));
    },
  );
});
