/** A fixed rate that only retries: sqs-consumer, p-queue in strict mode, axios-retry. */
import axiosRetry from 'axios-retry';
import { consumeJobs } from '../drain/job-consumer.ts';
import { retries } from '../drain/tmdb-axios.ts';
import { serveMeasured } from '../measured-process.ts';
import { consumers, type PeerConfig, pacedAxios } from './paced-axios.ts';

/** The interval that p-queue's documentation shows. */
const burstMs = 1_000;

serveMeasured<PeerConfig>((config, _progress, counts) => {
  const tmdb = pacedAxios(config, burstMs);
  axiosRetry(tmdb, { retries, retryDelay: axiosRetry.exponentialDelay });
  const call = async (path: string, params: Record<string, string>) => (await tmdb.get(path, { params })).data;
  return consumeJobs(config, consumers, ({ path, query }) => call(path, query), counts);
});
