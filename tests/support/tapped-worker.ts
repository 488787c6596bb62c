import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSRecord } from 'aws-lambda';
import { bundleHandlers } from '../../src/local/bundle/bundle-handlers.ts';
import { createTable, startEmbeddedDynamo } from '../../src/local/embedded-dynamodb.ts';
import { startEmbeddedSqs } from '../../src/local/embedded-sqs.ts';
import { type LambdaFunction, startFunction } from '../../src/local/lambda-function.ts';
import { arnOf } from '../../src/local/stack-endpoints.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { fetchQueue, itemQueue } from '../../src/shared/queues/queue-definitions.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { dynamoClient } from '../../src/shared/tables/aws-clients.ts';
import { controlTable } from '../../src/shared/tables/table-definitions.ts';
import { sampleJob } from './sample-messages.ts';
import { startWireTap } from './wire-tap.ts';

/** The worker's own bundle in threads as Lambda runs them; everything it writes or sends is overheard. */
export type TappedWorker = {
  /** Starts an execution environment that calls `baseUrl` with `token`; variables given replace the others. */
  open(baseUrl: string, token: string, over?: Record<string, string>): LambdaFunction;
  /** Output lines of all functions, errors of invocations included. */
  readonly lines: readonly string[];
  /** Every byte that was sent to the queues and tables. */
  sent(): string;
  /** Bodies that a queue holds. */
  held(queue: 'fetch' | 'fetchDeadLetters' | 'items'): string[];
  /** Lets calls through again. */
  closeBreaker(): Promise<void>;
  stop(): Promise<void>;
};

/** Everything that takes time is short, and the log says all it can. */
const settings = settingsFrom(
  JSON.stringify({
    tmdb: { requestTimeoutMs: 120, attempts: 2, backoffBaseMs: 1, backoffCapMs: 2 },
    rate: { pauseCapMs: 20 },
  }),
);

export async function startTappedWorker(): Promise<TappedWorker> {
  const queues = [fetchQueue(settings), itemQueue(settings)] as const;
  const [{ worker: bundleUrl }, sqs, dynamo] = await Promise.all([
    bundleHandlers(settings),
    startEmbeddedSqs(queues, { port: 0, dataDir: undefined }),
    startEmbeddedDynamo({ port: 0, dataDir: undefined, engine: undefined }),
  ]);
  const client = dynamoClient({ endpoint: dynamo.endpoint, region: 'us-east-1' });
  await createTable(client, controlTable, dynamo.engine);
  const [sqsTap, dynamoTap] = await Promise.all([startWireTap(sqs.endpoint), startWireTap(dynamo.endpoint)]);
  const queueUrl = (name: string) => sqs.queueUrl(name).replace(sqs.endpoint, sqsTap.endpoint);
  const lines: string[] = [];
  const functions: LambdaFunction[] = [];
  return {
    lines,
    sent: () => sqsTap.heard() + dynamoTap.heard(),
    open: (baseUrl, token, over = {}) => {
      const environment = {
        AWS_ENDPOINT_URL_SQS: sqsTap.endpoint,
        AWS_ENDPOINT_URL_DYNAMODB: dynamoTap.endpoint,
        AWS_ACCESS_KEY_ID: 'embedded',
        AWS_SECRET_ACCESS_KEY: 'embedded',
        POWERTOOLS_LOG_LEVEL: 'DEBUG',
        POWERTOOLS_METRICS_NAMESPACE: 'TmdbPipeline',
        CONTROL_TABLE: controlTable.name,
        FETCH_QUEUE_URL: queueUrl(queues[0].name),
        FETCH_DLQ_URL: queueUrl(queues[0].deadLetterName),
        ITEM_QUEUE_URL: queueUrl(queues[1].name),
        TMDB_BASE_URL: baseUrl,
        TMDB_API_TOKEN: token,
        ...over,
      };
      const own = startFunction(
        {
          name: 'worker',
          bundleUrl,
          environment,
          memoryMb: 256,
          timeoutSeconds: 60,
          onOutput: (line) => lines.push(line),
        },
        systemClock,
      );
      functions.push(own);
      return {
        ...own,
        invoke: async (event) => {
          try {
            const answer = await own.invoke(event);
            lines.push(JSON.stringify(answer));
            return answer;
          } catch (error) {
            lines.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
            return undefined;
          }
        },
      };
    },
    held: (queue) => {
      const [fetch, items] = queues;
      const names = { fetch: fetch.name, fetchDeadLetters: fetch.deadLetterName, items: items.name };
      return sqs.inspect(names[queue]).map(({ body }) => body);
    },
    closeBreaker: async () => {
      await client.send(new DeleteCommand({ TableName: controlTable.name, Key: { id: 'breaker' } }));
    },
    stop: async () => {
      await Promise.all(functions.map((own) => own.stop()));
      await Promise.all([sqsTap.close(), dynamoTap.close()]);
      client.destroy();
      await Promise.all([sqs.stop(), dynamo.stop()]);
    },
  };
}

/** Jobs that were made here: a second copy of one would not be deferred again. */
let made = 0;

/** An event of the fetch queue with these bodies; without any, with one good job that is no other's copy. */
export function fetchEvent(...bodies: readonly string[]): { Records: SQSRecord[] } {
  const given = bodies.length === 0 ? [newJob()] : bodies;
  return {
    Records: given.map((body, n) => ({
      messageId: `m-${n}`,
      receiptHandle: `r-${n}`,
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '0',
        SenderId: 'test',
        ApproximateFirstReceiveTimestamp: '0',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: arnOf('tmdb-fetch'),
      awsRegion: 'us-east-1',
    })),
  };
}

function newJob(): string {
  made += 1;
  const jobId = `0badcafe/popular/movie/global/en-US/${made}`;
  return JSON.stringify(sampleJob({ jobId, firstSeenAt: new Date().toISOString() }));
}
