import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AwsScriptServer, startAwsScriptServer } from '../support/aws-script-server.ts';
import { cliServer } from '../support/cli-server.ts';
import { startHttpServer, type TestHttpServer } from '../support/http-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const { runCli } = cliServer();
const cwd = scratchFolder();
/** An account with two stacks: what each says in its outputs. */
const stacks = ['TmdbPipeline', 'Staging'] as const;
type StackName = (typeof stacks)[number];
let cloud: TestHttpServer;
let aws: AwsScriptServer;
let asked: string[];

const outputsOf = (stack: StackName) => ({
  FetchQueueUrl: `${aws.endpoint}/1/${stack}-fetch`,
  FetchDlqUrl: `${aws.endpoint}/1/${stack}-fetch-dlq`,
  ItemQueueUrl: `${aws.endpoint}/1/${stack}-items`,
  ItemDlqUrl: `${aws.endpoint}/1/${stack}-items-dlq`,
  CatalogTable: `${stack}-catalog`,
  ControlTable: `${stack}-control`,
});

function described(stack: StackName): string {
  const members = Object.entries(outputsOf(stack)).map(
    ([name, value]) => `<member><OutputKey>${name}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return `<member><StackName>${stack}</StackName><CreationTime>2026-11-23T08:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member>`;
}

beforeAll(async () => {
  // Tables and queues without anything in them.
  aws = await startAwsScriptServer(() => ({ Items: [], Count: 0, Responses: {}, UnprocessedKeys: {}, Attributes: {} }));
  cloud = await startHttpServer(async (response, request) => {
    const name = new URLSearchParams(await text(request)).get('StackName') ?? '';
    asked.push(name);
    const found = stacks.find((stack) => stack === name);
    response.setHeader('content-type', 'text/xml');
    if (found === undefined) {
      // As CloudFormation says it.
      response.statusCode = 400;
      const message = `Stack with id ${name} does not exist`;
      response.end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`,
      );
    } else {
      response.end(
        `<DescribeStacksResponse><DescribeStacksResult><Stacks>${described(found)}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
      );
    }
  });
  for (const stackName of stacks) {
    writeFileSync(join(cwd, `${stackName}.json`), JSON.stringify({ deployment: { stackName } }));
  }
});

beforeEach(() => {
  asked = [];
});

afterAll(() => Promise.all([cloud?.close(), aws?.stop()]));

/** Names of tables and queues in a call: the last part of a queue's URL. */
function namesIn(input: Record<string, unknown>): string[] {
  const { TableName, QueueUrl, RequestItems } = input as {
    TableName?: string;
    QueueUrl?: string;
    RequestItems?: object;
  };
  return [TableName, QueueUrl, ...Object.keys(RequestItems ?? {})].flatMap((name) => name?.split('/').at(-1) ?? []);
}

describe('commands on a deployed stack', () => {
  const commands = [
    'status',
    'report',
    'breaker show',
    'plan daily',
    'read list popular movie',
    'dlq list fetch',
    'dlq replay items',
    'enqueue --category popular --media movie --dry-run',
  ];

  it.each(commands.flatMap((command) => stacks.map((stack) => [command, stack] as const)))(
    '`%s` asks for %s, and uses its tables and queues only',
    async (command, stack) => {
      const environment = {
        AWS_ENDPOINT_URL: aws.endpoint,
        AWS_ENDPOINT_URL_CLOUDFORMATION: cloud.baseUrl,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'key',
        AWS_SECRET_ACCESS_KEY: 'secret',
        TMDB_BASE_URL: 'http://127.0.0.1:1/3',
      };
      const before = aws.calls.length;
      const typed = [...command.split(' '), '--stack', 'aws', '--settings', `${stack}.json`];
      await runCli(typed, { cwd, environment });
      expect([...new Set(asked)]).toEqual([stack]);
      const used = aws.calls.slice(before).flatMap(({ input }) => namesIn(input));
      expect(used.length).toBeGreaterThan(0);
      expect(used.filter((name) => !name.startsWith(`${stack}-`))).toEqual([]);
    },
  );

  it('say which stack there is not', async () => {
    writeFileSync(join(cwd, 'Other.json'), '{"deployment":{"stackName":"Other"}}');
    const environment = {
      AWS_ENDPOINT_URL_CLOUDFORMATION: cloud.baseUrl,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    const typed = ['status', '--stack', 'aws', '--settings', 'Other.json'];
    const { code, stderr } = await runCli(typed, { cwd, environment });
    expect(stderr).toMatch(
      /^error: there is no stack 'Other' in this account and region: deploy it, or .*deployment\.stackName in the settings\n$/,
    );
    expect(code).toBe(1);
  });
});
