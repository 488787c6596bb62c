/** The usual pieces put together: sqs-consumer receives, p-queue limits the rate, axios with axios-retry calls. */

import { Agent } from 'node:http';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import axios from 'axios';
import axiosRetry from 'axios-retry';
import PQueue from 'p-queue';
import { Consumer } from 'sqs-consumer';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { serveMeasured } from '../measured-process.ts';
import { benchToken } from '../simulated-tmdb.ts';
import { type DrainConfig, itemBodyOf, jobOf, requestOf } from './drain-job.ts';

/** Four attempts for a job, the most that axios-retry's documentation shows. */
const retries = 3;
const longPollSeconds = 20;

serveMeasured<DrainConfig>(({ endpoints: stack, requestsPerSecond, strictWindow }) => {
  const { region, endpoints, fetchQueueUrl, itemQueueUrl } = stack;
  const sqs = sqsClient({ endpoint: endpoints.sqs, region }, longPollSeconds * 1_000);
  const limiter = new PQueue({ interval: 1_000, intervalCap: requestsPerSecond, strict: strictWindow });
  const tmdb = axios.create({
    baseURL: endpoints.tmdb,
    headers: { Authorization: `Bearer ${benchToken}` },
    httpAgent: new Agent({ keepAlive: true }),
    timeout: defaultSettings.tmdb.requestTimeoutMs,
    // Bundles leave out what axios follows redirects with (src/local/bundle/bundle-options.ts).
    maxRedirects: 0,
  });
  axiosRetry(tmdb, { retries, retryDelay: axiosRetry.exponentialDelay });
  const work = async (body: string) => {
    const job = jobOf(body);
    const { path, query } = requestOf(job);
    const { data } = await limiter.add(() => tmdb.get(path, { params: query }));
    await sqs.send(new SendMessageCommand({ QueueUrl: itemQueueUrl, MessageBody: itemBodyOf(job, data) }));
  };
  const consumer = Consumer.create({
    queueUrl: fetchQueueUrl,
    sqs,
    batchSize: defaultSettings.worker.batchSize,
    waitTimeSeconds: longPollSeconds,
    // Messages that are not returned are not deleted, and are delivered again.
    handleMessageBatch: async (messages) => {
      const outcomes = await Promise.allSettled(messages.map(({ Body = '' }) => work(Body)));
      return messages.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    },
  });
  consumer.start();
  return async () => consumer.stop({ abort: true });
});
