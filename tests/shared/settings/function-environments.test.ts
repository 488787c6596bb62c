import { describe, expect, it } from 'vitest';
import { workerEnvironmentSchema } from '../../../src/shared/settings/function-environments.ts';

describe('the worker’s environment', () => {
  const rest = {
    POWERTOOLS_METRICS_NAMESPACE: 'TmdbPipeline',
    CONTROL_TABLE: 't',
    FETCH_QUEUE_URL: 'https://sqs.test/a',
    FETCH_DLQ_URL: 'https://sqs.test/b',
    ITEM_QUEUE_URL: 'https://sqs.test/c',
    TMDB_BASE_URL: 'https://tmdb.test/3',
  };

  it.each([
    [{ TMDB_API_TOKEN: 't' }, true],
    [{ TMDB_TOKEN_PARAMETER: '/p' }, true],
    [{}, false],
    [{ TMDB_API_TOKEN: 't', TMDB_TOKEN_PARAMETER: '/p' }, false],
  ])('names the token or its parameter, and not both: %j', (token, valid) => {
    expect(workerEnvironmentSchema.safeParse({ ...rest, ...token }).success).toBe(valid);
  });
});
