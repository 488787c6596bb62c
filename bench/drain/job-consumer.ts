/** The receiving half of a worker of usual pieces: sqs-consumer takes jobs from the fetch queue and sends their pages to the item queue. */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import { longPollSeconds } from '../../src/local/event-source.ts';
import type { TmdbRequest } from '../../src/shared/tmdb/tmdb-port.ts';
import { type Counts, countItemRequests } from '../count-requests.ts';
import { peerSqsClient } from '../peer-sqs.ts';
import { type DrainConfig, itemBodyOf, jobOf, requestOf } from './drain-job.ts';

/** The most that sqs-consumer takes at once. */
const batchSize = 10;

/**
 * Starts `consumers` of them, each with one batch at a time; `call` fetches a page. `givenBack` counts jobs that failed. The returned function
 * stops receiving.
 */
export function consumeJobs(
  { endpoints: stack }: Pick<DrainConfig, 'endpoints'>,
  consumers: number,
  call: (request: TmdbRequest) => Promise<unknown>,
  counts: Counts,
): () => Promise<void> {
  const { region, endpoints, fetchQueueUrl, itemQueueUrl } = stack;
  const sqs = peerSqsClient({ endpoint: endpoints.sqs, region }, longPollSeconds * 1_000);
  countItemRequests(sqs, itemQueueUrl, counts);
  const work = async (body: string) => {
    const job = jobOf(body);
    const page = await call(requestOf(job));
    await sqs.send(new SendMessageCommand({ QueueUrl: itemQueueUrl, MessageBody: itemBodyOf(job, page) }));
  };
  const started = Array.from({ length: consumers }, () => {
    const consumer = Consumer.create({
      queueUrl: fetchQueueUrl,
      sqs,
      batchSize,
      waitTimeSeconds: longPollSeconds,
      // Messages that are not returned are not deleted, and are delivered again.
      handleMessageBatch: async (messages) => {
        const outcomes = await Promise.allSettled(messages.map(({ Body = '' }) => work(Body)));
        counts.givenBack = (counts.givenBack ?? 0) + outcomes.filter(({ status }) => status === 'rejected').length;
        return messages.filter((_, index) => outcomes[index]?.status === 'fulfilled');
      },
    });
    // A busy machine makes a request time out: the consumer asks again, and messages that were not deleted are delivered again.
    consumer.on('error', (error) => consumer.status.isRunning && process.stderr.write(`consumer: ${error.message}\n`));
    consumer.start();
    return consumer;
  });
  return async () => {
    for (const consumer of started) {
      consumer.stop({ abort: true });
    }
  };
}
