import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/shared/core/errors.ts';
import { nodeProxyVariables, proxyFor } from '../../../src/shared/core/proxy-variables.ts';
import { caught } from '../../support/caught.ts';

const tmdb = 'https://api.themoviedb.org/3';
const proxy = 'http://proxy.example:3128';

describe('the proxy of a call', () => {
  it.each([
    [{ HTTPS_PROXY: proxy }, 'proxy.example:3128'],
    [{ https_proxy: proxy }, 'proxy.example:3128'],
    [{ https_proxy: proxy, HTTPS_PROXY: 'http://other.example:1' }, 'proxy.example:3128'],
    [{ HTTPS_PROXY: 'http://user:pass%40word@proxy.example:3128/' }, 'proxy.example:3128'],
    [{ HTTPS_PROXY: 'http://proxy.example' }, 'proxy.example:80'],
    [{ HTTPS_PROXY: 'HTTPS://proxy.example' }, 'proxy.example:443'],
    [{ HTTPS_PROXY: 'http://[2001:db8::1]:3128' }, '[2001:db8::1]:3128'],
    [{ HTTPS_PROXY: ` ${proxy}\n` }, 'proxy.example:3128'],
  ])('is the one of %j, by host and port alone', (environment, name) => {
    expect(proxyFor(tmdb, environment)?.name).toBe(name);
  });

  it.each([{}, { HTTPS_PROXY: '' }, { HTTPS_PROXY: '  ' }, { HTTP_PROXY: proxy }, { NO_PROXY: 'x' }])(
    'is none with %j',
    (environment) => {
      expect(proxyFor(tmdb, environment)).toBeUndefined();
    },
  );

  it('over plain http is that of HTTP_PROXY', () => {
    expect(proxyFor('http://192.0.2.7:8000', { HTTP_PROXY: proxy })?.name).toBe('proxy.example:3128');
  });

  it.each([
    'http://127.0.0.1:8000',
    'http://127.8.9.10:8000',
    'https://localhost:8443/3',
    'http://LOCALHOST./3',
    'http://tmdb.localhost/3',
    'http://[::1]:8000/3',
    'http://[::ffff:127.0.0.1]/3',
  ])('is none for %s, which is this machine', (url) => {
    expect(proxyFor(url, { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, NO_PROXY: 'elsewhere.example' })).toBeUndefined();
  });

  it.each([
    ['*', tmdb],
    ['api.themoviedb.org', tmdb],
    ['API.TheMovieDB.org', tmdb],
    ['themoviedb.org', tmdb],
    ['.themoviedb.org', tmdb],
    ['*.themoviedb.org', tmdb],
    ['other.example, themoviedb.org', tmdb],
    ['other.example themoviedb.org', tmdb],
    ['themoviedb.org:443', tmdb],
    ['192.0.2.7', 'https://192.0.2.7/3'],
    ['192.0.2.0/24', 'https://192.0.2.7/3'],
    ['[2001:db8::7]', 'https://[2001:db8::7]/3'],
    ['[2001:db8::7]:8443', 'https://[2001:db8::7]:8443/3'],
  ])('is left out by NO_PROXY=%s for %s', (noProxy, url) => {
    expect(proxyFor(url, { HTTPS_PROXY: proxy, NO_PROXY: noProxy })).toBeUndefined();
    expect(proxyFor(url, { HTTPS_PROXY: proxy, no_proxy: noProxy, NO_PROXY: 'other.example' })).toBeUndefined();
  });

  it.each([
    ['moviedb.org', tmdb],
    ['api.themoviedb.org.example', tmdb],
    ['themoviedb.org:8443', tmdb],
    ['', tmdb],
    [',', tmdb],
    ['192.0.2.0/24', 'https://192.0.3.7/3'],
    ['192.0.2.0/99', 'https://192.0.2.7/3'],
    ['2.7', 'https://192.0.2.7/3'],
  ])('is not left out by NO_PROXY=%s for %s', (noProxy, url) => {
    expect(proxyFor(url, { HTTPS_PROXY: proxy, NO_PROXY: noProxy })?.name).toBe('proxy.example:3128');
  });

  it.each([
    ['socks5://user:hidden@127.0.0.1:1080', 'HTTPS_PROXY names a socks5 proxy'],
    ['ftp://127.0.0.1', 'HTTPS_PROXY names a ftp proxy'],
    ['proxy.example:3128', 'HTTPS_PROXY is no URL'],
    ['hidden', 'HTTPS_PROXY is no URL'],
    ['http://', 'HTTPS_PROXY is no URL'],
    ['http://user:hidden@a b', 'HTTPS_PROXY is no URL'],
    ['http://user:hidden%zz@proxy.example', 'HTTPS_PROXY is no URL'],
    ['http://proxy.example:99999', 'HTTPS_PROXY is no URL'],
  ])('is refused in one sentence that does not show it: %s', (value, begin) => {
    for (const act of [proxyFor.bind(undefined, tmdb), nodeProxyVariables]) {
      const error = caught(() => act({ HTTPS_PROXY: value })) as Error;
      expect(error).toBeInstanceOf(UsageError);
      expect(error.message).toMatch(new RegExp(`^${begin}: allowed are [^\\n]+$`));
      expect(error.message).not.toContain('hidden');
    }
  });
});

describe('the variables for an agent of many hosts', () => {
  it('are none where no proxy is set', () => {
    expect(nodeProxyVariables({ NO_PROXY: '*' })).toBeUndefined();
  });

  it('leave loopback out, and the subdomains of what NO_PROXY names', () => {
    const variables = nodeProxyVariables({ https_proxy: proxy, NO_PROXY: '.amazonaws.com, 192.0.2.7' });
    expect(variables).toEqual({
      HTTPS_PROXY: `${proxy}/`,
      NO_PROXY: 'amazonaws.com,*.amazonaws.com,192.0.2.7,localhost,127.0.0.1-127.255.255.255,::1,[::1]',
    });
  });

  it.each([
    ['10.0.0.0/8', '10.0.0.0-10.255.255.255'],
    ['10.1.2.3/8', '10.0.0.0-10.255.255.255'],
    ['172.16.0.0/12', '172.16.0.0-172.31.255.255'],
    ['192.0.2.128/25', '192.0.2.128-192.0.2.255'],
    ['203.0.113.7/32', '203.0.113.7-203.0.113.7'],
    ['0.0.0.0/0', '0.0.0.0-255.255.255.255'],
    ['128.0.0.0/1', '128.0.0.0-255.255.255.255'],
  ])('name a subnet as the range that Node knows: %s', (subnet, range) => {
    expect(nodeProxyVariables({ HTTPS_PROXY: proxy, NO_PROXY: subnet })?.NO_PROXY?.split(',')[0]).toBe(range);
  });

  it.each(['fd00::/8', '2001:db8::/32', '10.0.0.0/8:443'])(
    'refuse the subnet %s, which Node does not know',
    (subnet) => {
      const error = caught(() => nodeProxyVariables({ HTTPS_PROXY: proxy, NO_PROXY: `a.example, ${subnet}` })) as Error;
      expect(error).toBeInstanceOf(UsageError);
      expect(error.message).toMatch(/^NO_PROXY has the subnet [^\n]+: use an IPv4 subnet[^\n]+$/);
      expect(error.message).toContain(subnet);
      expect(nodeProxyVariables({ NO_PROXY: subnet })).toBeUndefined();
    },
  );
});

/** Node leaves loopback out only where it is told to, so that a range of it shows what Node makes of ranges. */
describe('an agent of Node with the subnets of NO_PROXY', () => {
  const answering = async (answer: string) => {
    const server = createServer((_request, response) => response.end(answer)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, port: (server.address() as AddressInfo).port };
  };
  const answerTo = async (noProxy: string) => {
    const [ours, through] = await Promise.all([answering('direct'), answering('through the proxy')]);
    const variables = nodeProxyVariables({ HTTP_PROXY: `http://127.0.0.1:${through.port}`, NO_PROXY: noProxy });
    const [range = ''] = variables?.NO_PROXY?.split(',') ?? [];
    const agent = new Agent({ proxyEnv: { ...variables, NO_PROXY: range } });
    const [response] = await once(get({ host: '127.0.0.1', port: ours.port, agent }), 'response');
    const answer = await text(response);
    ours.server.close();
    through.server.close();
    return answer;
  };

  it.each([
    ['127.0.0.0/8', 'direct'],
    ['127.0.0.1/32', 'direct'],
    ['0.0.0.0/0', 'direct'],
    ['127.0.0.2/31', 'through the proxy'],
    ['128.0.0.0/1', 'through the proxy'],
  ])('reaches 127.0.0.1 with NO_PROXY=%s %s', async (subnet, way) => {
    expect(await answerTo(subnet)).toBe(way);
  });
});
