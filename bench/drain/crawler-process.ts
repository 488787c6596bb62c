/** Crawlee's HttpCrawler, fed from the fetch queue: its own request queue is in memory, and it keeps no files. */
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { Configuration, HttpCrawler, LogLevel, log } from '@crawlee/http';
import { longPollSeconds } from '../../src/local/event-source.ts';
import { messageOf } from '../../src/shared/core/errors.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { serveMeasured } from '../measured-process.ts';
import { peerSqsClient } from '../peer-sqs.ts';
import { benchToken } from '../simulated-tmdb.ts';
import { type DrainConfig, itemBodyOf, jobOf, requestOf } from './drain-job.ts';

/** One invocation of this pipeline's worker has ten calls in flight. */
const concurrency = 10;
/** Most jobs that a crawler has received and not finished: enough for its rate, few enough for the visibility time-out. */
const held = 100;
const retries = 3;
const secondsPerMinute = 60;
const pauseMs = 20;

type Delivery = { body: string; receiptHandle: string };

log.setLevel(LogLevel.OFF);

serveMeasured<DrainConfig>((config) => {
  const { region, endpoints, fetchQueueUrl } = config.endpoints;
  const sqs = peerSqsClient({ endpoint: endpoints.sqs, region }, longPollSeconds * 1_000);
  const stopping = new AbortController();
  let open = 0;
  const crawler = crawlerOf(config, sqs, () => {
    open -= 1;
  });
  const feed = async () => {
    while (!stopping.signal.aborted) {
      if (open >= held) {
        await systemClock.sleep(pauseMs, stopping.signal);
        continue;
      }
      const deliveries = await receive(sqs, fetchQueueUrl, stopping.signal);
      open += deliveries.length;
      await crawler.addRequests(deliveries.map((delivery) => requestFor(delivery, endpoints.tmdb)));
    }
  };
  void crawler.run();
  const fed = feed();
  return async () => {
    stopping.abort();
    await fed;
    await crawler.teardown();
  };
});

function crawlerOf({ endpoints, requestsPerSecond }: DrainConfig, sqs: SQSClient, onEnd: () => void) {
  return new HttpCrawler(
    {
      keepAlive: true,
      maxRequestsPerMinute: requestsPerSecond * secondsPerMinute,
      minConcurrency: concurrency,
      maxConcurrency: concurrency,
      maxRequestRetries: retries,
      additionalHttpErrorStatusCodes: [429],
      useSessionPool: false,
      persistCookiesPerSession: false,
      requestHandler: async ({ request, json }) => {
        const { body, receiptHandle } = request.userData as Delivery;
        const MessageBody = itemBodyOf(jobOf(body), json);
        await sqs.send(new SendMessageCommand({ QueueUrl: endpoints.itemQueueUrl, MessageBody }));
        await sqs.send(new DeleteMessageCommand({ QueueUrl: endpoints.fetchQueueUrl, ReceiptHandle: receiptHandle }));
        onEnd();
      },
      // A failed job stays on the fetch queue and is delivered again after its visibility time-out.
      failedRequestHandler: onEnd,
    },
    new Configuration({ persistStorage: false }),
  );
}

function requestFor(delivery: Delivery, baseUrl: string) {
  const { path, query } = requestOf(jobOf(delivery.body));
  return {
    url: `${baseUrl}${path}?${new URLSearchParams(query)}`,
    uniqueKey: delivery.receiptHandle,
    headers: { Authorization: `Bearer ${benchToken}` },
    userData: delivery,
  };
}

/** Empty when stopped meanwhile, and after a request that failed: a busy machine makes one time out. */
async function receive(sqs: SQSClient, queueUrl: string, signal: AbortSignal): Promise<Delivery[]> {
  try {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: concurrency,
        WaitTimeSeconds: longPollSeconds,
      }),
      { abortSignal: signal },
    );
    return Messages.map(({ Body = '', ReceiptHandle = '' }) => ({ body: Body, receiptHandle: ReceiptHandle }));
  } catch (error) {
    if (!signal.aborted) {
      process.stderr.write(`crawler: ${messageOf(error)}\n`);
      await systemClock.sleep(pauseMs, signal);
    }
    return [];
  }
}
