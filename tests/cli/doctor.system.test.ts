import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/operator/doctor/checkup.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { startTmdbSimulator } from '../../src/tmdb-simulator/start-tmdb-simulator.ts';
import { type CliOptions, oneDocument, runCli, startCli } from '../support/cli-process.ts';
import { closed, listening } from '../support/loopback-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

type Document = { stack: string; state: string; checks: (Finding & { mend: string | null })[] };

/** The document of `doctor --json`, with the exit code and what the check named so has found. */
async function doctor(args: readonly string[], options: CliOptions) {
  const { code, stdout, stderr } = await runCli(['doctor', ...args, '--json'], options);
  const document = oneDocument(stdout) as Document;
  return { code, stderr, document, found: (check: string) => document.checks.find((one) => one.check === check) };
}

describe('doctor on a machine where nothing runs', () => {
  const cwd = scratchFolder();

  it('finds nothing wrong, and leaves nothing behind', async () => {
    const { code, stderr, document } = await doctor([], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(document).toMatchObject({ stack: 'local', state: expect.stringMatching(/^(ok|warn)$/) });
    expect(document.checks.map(({ check }) => check)).toEqual([
      'node',
      'npm',
      'disk',
      'proxy',
      'ports',
      'SQS emulator',
      'DynamoDB emulator',
      'local stack',
      'tmdb',
    ]);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('prints a line for each check, and below it what mends it', async () => {
    mkdirSync(join(cwd, '.local'));
    writeFileSync(join(cwd, '.local/stack.json'), '{', { mode: 0o600 });
    const { code, stdout, stderr } = await runCli(['doctor'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok {5}node {15}Node \d/);
    expect(stdout).toMatch(/^wrong {2}local stack {8}'.local\/stack.json' is damaged.*\n +→ rm \.local\/stack\.json/m);
    expect(stdout).toMatch(/\n1 wrong, \d to know, \d ok\n$/);
    expect(stderr).toBe('error: 1 of 9 checks found something wrong: local stack\n');
  });

  it('finds a port that is taken, and the one that is free', async () => {
    const taken = createServer();
    const port = await listening(taken);
    const { code, found } = await doctor(['--ports', String(port)], { cwd: scratchFolder() });
    expect(code).toBe(1);
    expect(found('ports')).toMatchObject({ state: 'wrong', says: expect.stringContaining(`port ${port}`) });
    await closed(taken);
    expect((await doctor(['--ports', String(port)], { cwd: scratchFolder() })).found('ports')?.state).toBe('ok');
  });

  it('warns where there is no npm', async () => {
    const { code, found } = await doctor([], { cwd: scratchFolder(), environment: { PATH: '/nonexistent' } });
    expect(code).toBe(0);
    expect(found('npm')).toMatchObject({ state: 'warn', says: expect.stringMatching(/^npm was not found/) });
  });

  it('names a proxy that cannot be used', async () => {
    const { code, found } = await doctor([], { cwd: scratchFolder(), environment: { HTTPS_PROXY: 'socks5://p:1' } });
    expect(code).toBe(1);
    expect(found('proxy')).toMatchObject({ state: 'wrong', says: expect.stringContaining('HTTPS_PROXY') });
  });

  it.each([
    ['--ports 80,81,80', '--ports holds 80 twice: allowed are different ports'],
    ['--ports 0', "--ports is '0': allowed are whole numbers from 1 to 65535"],
    [
      '--stack aws --ports 80',
      '--ports is of a local stack, and --stack aws is a deployed one: allowed is one of them',
    ],
    ['--stack azure', "unknown stack 'azure': allowed are local, aws"],
    ['--stack aws --data-dir x', '--stack and --data-dir name two different stacks: allowed is one of them'],
  ])('refuses %s', async (typed, sentence) => {
    const { code, stdout, stderr } = await runCli(['doctor', ...typed.split(' ')], { cwd });
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `error: ${sentence}\n` });
  });
});

describe('doctor on TMDB', () => {
  const cwd = scratchFolder();
  let simulator: Awaited<ReturnType<typeof startTmdbSimulator>>;
  const asked = (token: string, baseUrl = simulator.baseUrl) =>
    doctor([], { cwd, environment: { TMDB_BASE_URL: baseUrl, TMDB_API_TOKEN: token } });

  beforeAll(async () => {
    simulator = await startTmdbSimulator({ clock: systemClock, token: 'the-right-token' });
  });
  afterAll(() => simulator?.close());

  it('asks once whether it accepts the token', async () => {
    expect((await asked('the-right-token')).found('tmdb')).toMatchObject({ state: 'ok', mend: null });
    const { code, found, document } = await asked('the-wrong-token');
    expect(code).toBe(1);
    expect(found('tmdb')).toMatchObject({ state: 'wrong', says: expect.stringContaining('rejects the token') });
    expect(JSON.stringify(document)).not.toContain('the-wrong-token');
  });

  it('says that nothing answers, and that an address must not have the token', async () => {
    expect((await asked('token', 'http://127.0.0.1:1/3')).found('tmdb')).toMatchObject({
      state: 'wrong',
      says: expect.stringContaining('cannot be reached'),
    });
    expect((await asked('token', 'https://tmdb.invalid/3')).found('tmdb')).toMatchObject({
      state: 'wrong',
      says: expect.stringContaining('the token goes nowhere else'),
    });
  });
});

describe('doctor on a local stack', () => {
  const cwd = scratchFolder();

  it('finds it, its data folder in use by it, and then the folder sound, in use by others, damaged', async () => {
    const local = startCli(['local', '--json', '--data-dir', 'data', '--no-catch-up'], { cwd });
    await local.line('stdout', '"ready":true');
    const running = await doctor([], { cwd });
    expect(running.found('local stack')).toMatchObject({ state: 'ok', says: `runs as process ${local.pid}` });
    expect(running.found('pipeline')?.state).toMatch(/^(ok|warn)$/);
    expect((await doctor(['--data-dir', 'data'], { cwd })).found('data folder')).toMatchObject({
      state: 'ok',
      says: "'data' is in use by the running `local`",
    });
    const elsewhere = await doctor(['--data-dir', join(cwd, 'data')], { cwd: scratchFolder() });
    expect(elsewhere.found('data folder')).toMatchObject({
      state: 'warn',
      says: expect.stringContaining(`process ${local.pid}`),
    });
    local.signal('SIGINT');
    await local.ended;
    const before = readdirSync(join(cwd, 'data'), { recursive: true }).sort();
    expect((await doctor(['--data-dir', 'data'], { cwd })).found('data folder')?.state).toBe('ok');
    expect(readdirSync(join(cwd, 'data'), { recursive: true }).sort()).toEqual(before);
    writeFileSync(join(cwd, 'data/sqs/fauxqs.db'), 'no database');
    const { code, found } = await doctor(['--data-dir', 'data'], { cwd });
    expect(code).toBe(1);
    expect(found('data folder')).toMatchObject({
      state: 'wrong',
      says: expect.stringMatching(/fauxqs\.db' is damaged/),
      mend: expect.stringMatching(/^mv -- data data\.damaged$/),
    });
  }, 60_000);

  it('finds one that runs and does not answer', async () => {
    const folder = scratchFolder();
    const silent = createServer();
    const port = await listening(silent);
    await closed(silent);
    const url = `http://127.0.0.1:${port}`;
    mkdirSync(join(folder, '.local'));
    const queues = Object.fromEntries(
      ['fetchQueueUrl', 'fetchDlqUrl', 'itemQueueUrl', 'itemDlqUrl'].map((name) => [name, `${url}/1/q`]),
    );
    const stack = {
      region: 'us-east-1',
      endpoints: { sqs: url, dynamodb: url, tmdb: url },
      catalogTable: 'a',
      controlTable: 'b',
    };
    writeFileSync(join(folder, '.local/stack.json'), JSON.stringify({ processId: process.pid, ...stack, ...queues }), {
      mode: 0o600,
    });
    const { code, found } = await doctor([], { cwd: folder });
    expect(code).toBe(1);
    expect(found('local stack')).toMatchObject({
      state: 'wrong',
      says: expect.stringContaining(`does not answer at ${url}`),
    });
    expect(found('pipeline')).toBeUndefined();
  });

  it('finds one whose process hangs: its ports still take connections', async () => {
    const folder = scratchFolder();
    const local = startCli(['local', '--json', '--no-catch-up'], { cwd: folder });
    await local.line('stdout', '"ready":true');
    process.kill(local.pid, 'SIGSTOP');
    const { code, found } = await doctor([], { cwd: folder });
    process.kill(local.pid, 'SIGCONT');
    local.signal('SIGINT');
    await local.ended;
    expect(code).toBe(1);
    expect(found('local stack')).toMatchObject({
      state: 'wrong',
      says: expect.stringMatching(/does not answer at http:\/\/127/),
      mend: `kill ${local.pid}; sleep 5; kill -9 ${local.pid}; npx tmdb-pipeline local`,
    });
  });

  it.each(['file', 'file/data', ' '])('says that %j can be no data folder', async (name) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'file'), '');
    const { code, found } = await doctor(['--data-dir', name], { cwd: folder });
    expect([code, found('data folder')]).toMatchObject([
      1,
      { state: 'wrong', mend: 'name another folder by --data-dir' },
    ]);
  });

  it('says that a data folder is not there yet, without making it', async () => {
    const folder = scratchFolder();
    expect((await doctor(['--data-dir', 'new'], { cwd: folder })).found('data folder')).toMatchObject({
      state: 'ok',
      says: "'new' is not there yet: the first run makes it",
    });
    mkdirSync(join(folder, 'empty'));
    expect((await doctor(['--data-dir', 'empty'], { cwd: folder })).found('data folder')).toMatchObject({
      state: 'ok',
      says: "'empty' can be written, and no stack has used it yet",
    });
    expect(readdirSync(folder, { recursive: true })).toEqual(['empty']);
  });
});
