/**
 * The AWS SDK's adaptive retry mode around calls of TMDB: its own client-side rate limiter and standard retries, as its retry middleware
 * uses them. The SDK knows no told rate, so p-queue keeps it, as for the other peer.
 */
import { AdaptiveRetryStrategy, DEFAULT_MAX_ATTEMPTS } from '@smithy/core/retry';
import type { StandardRetryToken } from '@smithy/types';
import { isAxiosError } from 'axios';
import type { TmdbRequest } from '../../src/shared/tmdb/tmdb-port.ts';
import { consumeJobs } from '../drain/job-consumer.ts';
import { serveMeasured } from '../measured-process.ts';
import { consumers, type PeerConfig, pacedAxios } from './paced-axios.ts';

const tooMany = 429;
/** Its limiter would take what the limit refuses of longer bursts for congestion. */
const burstMs = 100;

serveMeasured<PeerConfig>((config, _progress, counts) => {
  const tmdb = pacedAxios(config, burstMs);
  const strategy = new AdaptiveRetryStrategy(async () => DEFAULT_MAX_ATTEMPTS);
  const attempt = async ({ path, query }: TmdbRequest, token: StandardRetryToken): Promise<unknown> => {
    try {
      const { data } = await tmdb.get(path, { params: query });
      strategy.recordSuccess(token);
      return data;
    } catch (error) {
      const status = isAxiosError(error) ? error.response?.status : undefined;
      const errorType = status === tooMany ? 'THROTTLING' : 'TRANSIENT';
      // Rejects when there are no attempts left, or no retry quota.
      const next = await strategy.refreshRetryTokenForRetry(token, { errorType });
      return attempt({ path, query }, next as StandardRetryToken);
    }
  };
  const call = async (request: TmdbRequest) =>
    attempt(request, (await strategy.acquireInitialRetryToken('')) as StandardRetryToken);
  return consumeJobs(config, consumers, call, counts);
});
