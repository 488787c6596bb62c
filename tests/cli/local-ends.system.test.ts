import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockDataDir } from '../../src/local/data-folder.ts';
import { oneDocument, runCli, startCli } from '../support/cli-process.ts';
import { descendantsOf, isRunning } from '../support/process-table.ts';
import { testFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

const readyOf = async (cli: ReturnType<typeof startCli>) =>
  JSON.parse(await cli.line('stdout', '"ready"')) as { endpoints: Record<string, string> };

describe('a port that is in use', () => {
  it.concurrent.each([
    ['--sqs-port', 'SQS'],
    ['--dynamodb-port', 'DynamoDB'],
    ['--http-port', 'HTTP'],
  ])('%s ends local with one sentence', async (option, service) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await runCli(['local', '--json', option, String(port)]);
    other.close();
    const sentence = `port ${port} for ${service} is already in use: choose another one or leave it out for a free one`;
    expect(code).toBe(1);
    expect(stderr).toBe(`error: ${sentence}\n`);
    expect(oneDocument(stdout)).toEqual({ error: { code: 'failed', message: sentence } });
  });
});

describe('local that is killed', () => {
  it('leaves no process behind, and neither its file nor its ports hinder the next one', async () => {
    const cwd = testFolder();
    const stackFile = join(cwd, '.local', 'stack.json');
    const first = startCli(['local', '--json', '--no-catch-up'], { cwd });
    const { endpoints } = await readyOf(first);
    await until('the file is there', () => existsSync(stackFile));
    const children = descendantsOf(first.pid);
    expect(children.length).toBeGreaterThan(0);
    first.signal('SIGKILL');
    expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });
    await until('its children are gone', () => !children.some(({ pid }) => isRunning(pid)));
    expect(JSON.parse(readFileSync(stackFile, 'utf8'))).toMatchObject({ processId: first.pid });
    const read = await runCli(['read', 'title', 'movie', '1'], { cwd });
    expect(read).toMatchObject({ code: 2, stderr: expect.stringContaining('there are no tables to read') });

    const ports = (['sqs', 'dynamodb', 'tmdb', 'http'] as const).flatMap((name) => [
      `--${name}-port`,
      new URL(endpoints[name] ?? '').port,
    ]);
    const second = startCli(['local', '--json', '--no-catch-up', ...ports], { cwd });
    expect((await readyOf(second)).endpoints).toEqual(endpoints);
    expect(JSON.parse(readFileSync(stackFile, 'utf8'))).toMatchObject({ processId: second.pid });
    second.signal('SIGTERM');
    expect(await second.ended).toMatchObject({ code: 0, signal: null });
    expect(existsSync(stackFile)).toBe(false);
  });
});

describe('a data folder that another process works on', () => {
  it('is refused in one sentence, and nothing is changed in it', async () => {
    const folder = join(testFolder(), 'data');
    const lock = lockDataDir(folder);
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await runCli(['run', 'daily', '--data-dir', folder]);
    const sentence = `the folder '${folder}' is in use by process ${process.pid}: wait for it, or choose another one`;
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: `error: ${sentence}\n` });
    expect(readdirSync(folder)).toEqual(before);
    lock.release();
  });
});
