import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

describe('local with ports of its own', () => {
  it('listens on them, and can be started there again', async () => {
    const cwd = testFolder();
    const first = startCli(['local', '--json', '--no-catch-up'], { cwd });
    const { endpoints } = await readyOf(first);
    const ports = Object.values(endpoints).map((endpoint) => new URL(endpoint).port);
    first.signal('SIGTERM');
    expect(await first.ended).toMatchObject({ code: 0 });
    const [sqs = '', dynamodb = '', tmdb = ''] = ports;
    const options = ['--sqs-port', sqs, '--dynamodb-port', dynamodb, '--tmdb-port', tmdb];
    const second = startCli(['local', '--json', '--no-catch-up', ...options], { cwd });
    expect((await readyOf(second)).endpoints).toEqual(endpoints);
    second.signal('SIGHUP');
    expect(await second.ended).toMatchObject({ code: 0 });
  });
});

describe('local that is killed', () => {
  it('leaves no process behind, and its file is no hindrance', async () => {
    const cwd = testFolder();
    const stackFile = join(cwd, '.local', 'stack.json');
    const first = startCli(['local', '--json', '--no-catch-up'], { cwd });
    await readyOf(first);
    await until('the file is there', () => existsSync(stackFile));
    const children = descendantsOf(first.pid);
    expect(children.length).toBeGreaterThan(0);
    first.signal('SIGKILL');
    expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });
    await until('its children are gone', () => !children.some(({ pid }) => isRunning(pid)));
    expect(JSON.parse(readFileSync(stackFile, 'utf8'))).toMatchObject({ processId: first.pid });
    const read = await runCli(['read', 'title', 'movie', '1'], { cwd });
    expect(read).toMatchObject({ code: 2, stderr: expect.stringContaining('there are no tables to read') });

    const second = startCli(['local', '--json', '--no-catch-up'], { cwd });
    await readyOf(second);
    expect(JSON.parse(readFileSync(stackFile, 'utf8'))).toMatchObject({ processId: second.pid });
    second.signal('SIGINT');
    expect(await second.ended).toMatchObject({ code: 0 });
  });
});
