import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { type RunningCli, startCli } from '../support/cli-process.ts';
import { cliServer } from '../support/cli-server.ts';
import { sampleFetchRequest } from '../support/sample-requests.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

const { runCli, runJson } = cliServer();
const cwd = scratchFolder();
let local: RunningCli;
let ready: { endpoints: { sqs: string }; fetchDlqUrl: string };

beforeAll(async () => {
  local = startCli(['local', '--json', '--no-catch-up'], { cwd });
  ready = JSON.parse(await local.line('stdout', '"ready":true'));
});

/** Puts a message there as AWS does. */
async function send(body: unknown, attributes: Record<string, string> = {}): Promise<void> {
  const client = sqsClient({ endpoint: ready.endpoints.sqs, region: 'us-east-1' });
  await client.send(
    new SendMessageCommand({
      QueueUrl: ready.fetchDlqUrl,
      MessageBody: JSON.stringify(body),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      ),
    }),
  );
  client.destroy();
}

const anEvent = (over: object = {}) => ({
  id: 'e-1',
  source: 'tmdb-pipeline',
  'detail-type': 'Fetch Requested',
  time: new Date(systemClock.nowMs() - 60_000).toISOString(),
  detail: { ...sampleFetchRequest(), ...over },
});
const onFailure = (requestPayload: unknown) => ({
  version: '1.0',
  requestContext: {
    requestId: 'r',
    functionArn: 'arn:aws:lambda:us-east-1:1:function:P',
    condition: 'RetriesExhausted',
  },
  requestPayload,
  responsePayload: { errorType: 'ZodError', errorMessage: 'no such category' },
});
const undelivered = {
  ERROR_CODE: 'NO_PERMISSIONS',
  ERROR_MESSAGE: 'not allowed',
  RULE_ARN: 'arn:aws:events:us-east-1:1:rule/A',
};

type Listed = { letters: { kind: string; reason: string; code: string; subject: string }[] };
type Replayed = { replayed: number; failed: { why: string }[] };

describe('triggers among the dead letters', () => {
  it('are listed with why, and a replay plans them: the list arrives in the table', async () => {
    await send(anEvent(), undelivered);
    const { letters } = await runJson<Listed>(['dlq', 'list', 'fetch', '--match', 'kind=trigger'], { cwd });
    expect(letters).toMatchObject([
      { kind: 'trigger', reason: 'undelivered', code: 'NO_PERMISSIONS', subject: 'ad hoc popular movie' },
    ]);
    expect(await runJson<Replayed>(['dlq', 'replay', 'fetch'], { cwd })).toMatchObject({ replayed: 1, failed: [] });
    const list = ['read', 'list', 'popular', 'movie', '--region', 'DE', '--language', 'de-DE', '--json'];
    await until('the list is in the table', async () => {
      const { stdout } = await runCli(list, { cwd });
      return JSON.parse(stdout).from === 'table';
    });
  });

  it('are planned once, however often they are replayed', async () => {
    const event = { ...anEvent({ category: 'trending', media: ['tv'] }), id: 'e-2' };
    await send(event, undelivered);
    await send(onFailure(event));
    expect(await runJson<Replayed>(['dlq', 'replay', 'fetch'], { cwd })).toMatchObject({ replayed: 2, failed: [] });
    const { letters } = await runJson<Listed>(['dlq', 'list', 'fetch'], { cwd });
    expect(letters).toEqual([]);
  });

  it('are left where the planner takes no such event, with a sentence, and can be deleted', async () => {
    await send(onFailure(anEvent({ category: 'no such' })));
    const { code, stderr } = await runCli(['dlq', 'replay', 'fetch'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/fetch: 0 replayed, .* the planner takes no such event: .* delete this one/);
    expect(await runJson<Listed>(['dlq', 'list', 'fetch'], { cwd })).toMatchObject({
      letters: [{ kind: 'trigger', reason: 'planner-failed', code: 'ZodError', subject: 'a trigger' }],
    });
    expect(await runJson(['dlq', 'delete', 'fetch', '--match', 'reason=planner-failed'], { cwd })).toMatchObject({
      deleted: 1,
    });
  });
});
