import { describe, expect, it } from 'vitest';
import { functionEnvironments } from '../../src/local/embedded-functions.ts';

const proxies = { HTTPS_PROXY: 'http://user:password@proxy.example:3128', NO_PROXY: 'other.example' };
const environments = (tmdb: string, variables: Record<string, string> = proxies, origins?: string[]) =>
  functionEnvironments(
    {
      region: 'us-east-1',
      endpoints: { sqs: 'http://127.0.0.1:1', dynamodb: 'http://127.0.0.1:2', tmdb },
      fetchQueueUrl: 'http://127.0.0.1:1/fetch',
      fetchDlqUrl: 'http://127.0.0.1:1/fetch-dlq',
      itemQueueUrl: 'http://127.0.0.1:1/items',
      itemDlqUrl: 'http://127.0.0.1:1/items-dlq',
      catalogTable: 'catalog',
      controlTable: 'control',
    },
    'token',
    'TmdbPipeline',
    variables,
    origins,
  );
const proxyIn = (tmdb: string, variables?: Record<string, string>) =>
  Object.entries(environments(tmdb, variables)).map(([service, { HTTPS_PROXY }]) => [service, HTTPS_PROXY]);

describe('the environments of the embedded functions', () => {
  it('name the proxy to those that call TMDB', () => {
    expect(Object.fromEntries(proxyIn('https://tmdb.example/3'))).toEqual({
      writer: undefined,
      planner: `${proxies.HTTPS_PROXY}/`,
      worker: `${proxies.HTTPS_PROXY}/`,
      reader: `${proxies.HTTPS_PROXY}/`,
    });
  });

  it.each([
    ['http://127.0.0.1:3/3', proxies],
    ['https://tmdb.example/3', { ...proxies, NO_PROXY: 'tmdb.example' }],
    ['https://tmdb.example/3', {}],
  ])('name none for %s with %j', (tmdb, variables) => {
    expect(proxyIn(tmdb, variables).map(([, proxy]) => proxy)).toEqual(Array(4).fill(undefined));
  });

  it('let pages of this machine read what the reader answers, and of the origins in the settings', () => {
    const origins = (given?: string[]) =>
      environments('https://tmdb.example/3', {}, given).reader.CORS_ORIGINS?.split(',').sort();
    const loopback = ['localhost', '127.0.0.1', '[::1]'].flatMap((host) => [`http://${host}:*`, `https://${host}:*`]);
    expect(origins()).toEqual([...loopback].sort());
    expect(origins(['https://app.example'])).toEqual([...loopback, 'https://app.example'].sort());
    const { planner, worker, writer } = environments('https://tmdb.example/3');
    expect([planner, worker, writer].filter((one) => 'CORS_ORIGINS' in one)).toEqual([]);
  });
});
