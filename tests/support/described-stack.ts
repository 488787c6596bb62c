import { startHttpServer, type TestHttpServer } from './http-server.ts';

/** CloudFormation with one deployed stack, which has these outputs beside the queues that every stack has. */
export function startDescribedStack(outputs: Readonly<Record<string, string>>): Promise<TestHttpServer> {
  const queues = ['FetchQueueUrl', 'FetchDlqUrl', 'ItemQueueUrl', 'ItemDlqUrl'];
  const all = { ...Object.fromEntries(queues.map((name) => [name, 'https://sqs.invalid/1/q'])), ...outputs };
  const members = Object.entries(all).map(
    ([name, value]) => `<member><OutputKey>${name}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const stack = `<member><StackName>s</StackName><CreationTime>2026-11-23T08:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member>`;
  return startHttpServer((response) => {
    response
      .setHeader('content-type', 'text/xml')
      .end(
        `<DescribeStacksResponse><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
      );
  });
}
