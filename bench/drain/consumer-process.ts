/** The usual pieces put together: sqs-consumer receives, p-queue limits the rate, axios with axios-retry calls. */
import axiosRetry from 'axios-retry';
import PQueue from 'p-queue';
import { serveMeasured } from '../measured-process.ts';
import type { DrainConfig } from './drain-job.ts';
import { consumeJobs } from './job-consumer.ts';
import { retries, tmdbAxios } from './tmdb-axios.ts';

serveMeasured<DrainConfig>((config, _progress, counts) => {
  const { endpoints, requestsPerSecond, strictWindow } = config;
  const limiter = new PQueue({ interval: 1_000, intervalCap: requestsPerSecond, strict: strictWindow });
  const tmdb = tmdbAxios(endpoints.endpoints.tmdb);
  axiosRetry(tmdb, { retries, retryDelay: axiosRetry.exponentialDelay });
  return consumeJobs(
    config,
    1,
    async ({ path, query }) => (await limiter.add(() => tmdb.get(path, { params: query }))).data,
    counts,
  );
});
