import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { defaultDynamoEngine } from '../../src/local/embedded-dynamodb.ts';
import { type RunningCli, startCli } from '../support/cli-process.ts';
import { startListServer } from '../support/list-server.ts';
import { descendantsOf, isRunning } from '../support/process-table.ts';
import { testFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

/** Of the guard, which has the emulator in its arguments too, it is the child. */
function emulatorOf({ pid }: RunningCli): number {
  const emulators = descendantsOf(pid).filter(({ command }) => /^\S*dynoxide /.test(command));
  expect(emulators).toHaveLength(1);
  return emulators[0]?.pid ?? -1;
}

describe.runIf(defaultDynamoEngine() === 'dynoxide')('an emulator that dies', () => {
  it.each([
    ['run', ['run', 'daily']],
    ['local', ['local']],
  ])('ends %s within seconds, with one sentence', async (_name, args) => {
    const { promise: wait, resolve: release } = Promise.withResolvers<void>();
    const server = await startListServer(() => ({ status: 500, body: {}, wait }));
    const cli = startCli(args, { cwd: testFolder(), environment: { TMDB_BASE_URL: server.baseUrl } });
    await until('the first call is under way', () => server.requests.length > 0);
    const children = descendantsOf(cli.pid);
    const startedMs = performance.now();
    process.kill(emulatorOf(cli), 'SIGKILL');
    const { code, stderr } = await cli.ended;
    const tookMs = performance.now() - startedMs;
    release();
    await server.close();
    expect(tookMs).toBeLessThan(10_000);
    expect(code).toBe(1);
    const sentences = stderr.split('\n').filter((line) => /error|ECONN/i.test(line));
    expect(sentences).toEqual([
      expect.stringMatching(
        /^error: the DynamoDB emulator dynoxide has ended unexpectedly \(killed by signal 9\), and the stack was ended with it: /,
      ),
    ]);
    await until('no process is left', () => !children.some(({ pid }) => isRunning(pid)));
  });
});

describe.runIf(defaultDynamoEngine() === 'dynoxide')('during start-up', () => {
  it.each([
    [
      'the DynamoDB emulator',
      /^\S*dynoxide /,
      /^error: the DynamoDB emulator dynoxide has ended unexpectedly \(killed by signal 9\), and the stack was ended with it: [^\n]+\n$/,
    ],
    [
      'esbuild',
      /^\S*esbuild /,
      /^error: the functions were not bundled: the process of esbuild has ended unexpectedly \(The service [^\n]+\); run it again\n$/,
    ],
  ])('%s that is killed ends a run with one sentence', async (_name, command, sentence) => {
    // A bundler that is named builds the functions anew, whatever is kept of them.
    const bundler = createRequire(import.meta.url).resolve('@esbuild/linux-x64/bin/esbuild');
    const environment = { ESBUILD_BINARY_PATH: bundler };
    const cli = startCli(['run', 'daily'], { cwd: testFolder(), environment });
    const running = () => descendantsOf(cli.pid).find((one) => command.test(one.command));
    await until('it runs', () => running() !== undefined);
    process.kill(running()?.pid ?? 0, 'SIGKILL');
    const { code, stderr } = await cli.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
  });
});
