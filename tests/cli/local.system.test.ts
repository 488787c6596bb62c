import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { dynamoClient, sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { type CliResult, oneDocument, type RunningCli, runCli, runJson, startCli } from '../support/cli-process.ts';
import { tryToConnect } from '../support/local-addresses.ts';
import { descendantsOf, isRunning, type ProcessEntry } from '../support/process-table.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { queryIndex, scanAll } from '../support/table-dump.ts';

const url = z.string().regex(/^http:\/\/127\.0\.0\.1:\d+(\/|$)/);

/** The line of `local --json`, member for member as the interface promises it. */
const readySchema = z.strictObject({
  ready: z.literal(true),
  region: z.string(),
  endpoints: z.strictObject({ sqs: url, dynamodb: url, tmdb: url, http: url }),
  fetchQueueUrl: url,
  fetchDlqUrl: url,
  itemQueueUrl: url,
  itemDlqUrl: url,
  catalogTable: z.literal('MovieRecCache'),
  controlTable: z.literal('PipelineControl'),
});

const cwd = scratchFolder();
const elsewhere = scratchFolder();
const stackFile = join(cwd, '.local', 'stack.json');
let stack: RunningCli;
let ready: z.infer<typeof readySchema>;

beforeAll(async () => {
  stack = startCli(['local', '--json'], { cwd });
  ready = readySchema.parse(JSON.parse(await stack.line('stdout', '"ready"')));
  await stack.line('stderr', 'done: weekly');
});

const portOf = (endpoint: string) => Number(new URL(endpoint).port);

// The tests of this file stand in the order in which the stack lives and ends.
describe('local while it runs', () => {
  it('says so in one line on stdout', () => {
    expect(readySchema.safeParse(oneDocument(stack.stdout())).success).toBe(true);
  });

  it('leaves its endpoints for the other commands', () => {
    const { ready: _ready, ...endpoints } = ready;
    expect(JSON.parse(readFileSync(stackFile, 'utf8'))).toEqual({
      processId: stack.pid,
      processStart: expect.any(String),
      ...endpoints,
    });
  });

  it('has caught up with the latest daily and weekly occurrences', async () => {
    expect(stack.stderr().match(/^done: .*$/gm)).toEqual([
      expect.stringMatching(/^done: daily: 7\/7 pages fetched, 7\/7 in the table/),
      expect.stringMatching(/^done: weekly: (\d+)\/\1 pages fetched, \1\/\1 in the table/),
    ]);
    const client = dynamoClient({ endpoint: ready.endpoints.dynamodb, region: ready.region });
    const heads = (await scanAll(client, ready.controlTable)).filter(({ id }) => String(id).startsWith('feed#'));
    expect(heads).toHaveLength(5 + 14);
    expect(await queryIndex(client, 'popular/global/en-US', 'movie')).toHaveLength(40);
    client.destroy();
  });

  it('keeps its schedules', async () => {
    for (const schedule of ['daily', 'weekly', 'refresh']) {
      expect(await stack.line('stderr', `next ${schedule} occurrence at `)).toMatch(
        /\d{4}-\d\d-\d\dT\d\d:00:00\.000Z$/,
      );
    }
  });

  it('has all four queues, and nothing on them', async () => {
    const client = sqsClient({ endpoint: ready.endpoints.sqs, region: ready.region });
    for (const QueueUrl of [ready.fetchQueueUrl, ready.fetchDlqUrl, ready.itemQueueUrl, ready.itemDlqUrl]) {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      expect((await client.send(command)).Attributes).toMatchObject({
        ApproximateNumberOfMessages: '0',
        ApproximateNumberOfMessagesNotVisible: '0',
      });
    }
    client.destroy();
  });

  it('is what read and plan look into, in its folder or by the SDK’s own variable', async () => {
    const environment = { AWS_ENDPOINT_URL_DYNAMODB: ready.endpoints.dynamodb };
    const [list, same, plan] = await Promise.all([
      runJson<{ titles: { id: number }[] }>(['read', 'list', 'popular', 'movie', '--limit', '3'], { cwd }),
      runJson(['read', 'list', 'popular', 'movie', '--limit', '3'], { cwd: elsewhere, environment }),
      runJson<{ jobs: unknown[] }>(['plan', 'weekly'], { cwd }),
    ]);
    expect(list.titles).toHaveLength(3);
    const rowsOf = ({ feed, titles }: Record<string, unknown>) => ({ feed, titles });
    expect(rowsOf(same)).toEqual(rowsOf(list));
    expect(plan.jobs).toHaveLength(14);
    const id = String(list.titles[0]?.id);
    expect(await runJson(['read', 'title', 'movie', id], { cwd })).toMatchObject({
      mediaType: 'movie',
      id: Number(id),
    });
  });

  it('refuses a second one in the same folder, and goes on', async () => {
    const second = await runCli(['local'], { cwd });
    expect(second).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `error: a local stack runs already, as process ${stack.pid}: end it first\n`,
    });
    expect(isRunning(stack.pid)).toBe(true);
    expect(existsSync(stackFile)).toBe(true);
  });
});

describe('local after Ctrl-C', () => {
  let children: ProcessEntry[];
  let result: CliResult;
  beforeAll(async () => {
    children = descendantsOf(stack.pid);
    stack.signal('SIGINT');
    result = await stack.ended;
  });

  it('ends with success', () => {
    expect(result).toMatchObject({ code: 0, signal: null });
    expect(result.stderr).toMatch(/^draining$/m);
    expect(result.stderr).not.toContain('error');
  });

  it('leaves no file, no process and no port', async () => {
    expect(existsSync(stackFile)).toBe(false);
    expect(children.length).toBeGreaterThan(0);
    expect(children.filter(({ pid }) => isRunning(pid))).toEqual([]);
    const ports = Object.values(ready.endpoints).map(portOf);
    expect(await Promise.all(ports.map((port) => tryToConnect('127.0.0.1', port)))).toEqual(
      ports.map(() => 'ECONNREFUSED'),
    );
  });

  it('has written nothing more to stdout', () => {
    oneDocument(result.stdout);
  });

  it('is no stack to read from any more', async () => {
    const { code, stderr } = await runCli(['read', 'title', 'movie', '1'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toBe('error: there are no tables to read: start the stack with `local`, or name a --data-dir\n');
  });
});
