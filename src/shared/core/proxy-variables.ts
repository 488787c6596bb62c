/**
 * The proxy that the environment names: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. The lower-case name wins over the upper-case one.
 * Loopback addresses never use a proxy, whatever the variables say, because the emulators and the simulator listen there.
 */
import { BlockList, isIP, isIPv4 } from 'node:net';
import { UsageError } from './errors.ts';

/** An environment of which only the proxy variables are read. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;

/** A proxy. `url` may hold credentials and must not be shown; `name` is `host:port`. */
export type NamedProxy = { url: string; name: string };

const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'] as const;

/** The proxy variables that are set, with upper-case names, to pass on to another process. */
export function proxyVariablesIn(environment: ProxyVariables): Record<string, string> {
  const set = names.map((name) => [name, variable(environment, name)] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== ''));
}

/**
 * The proxy for `url`; `undefined` if `url` is reached directly.
 * @throws UsageError for a proxy that cannot be used.
 */
export function proxyFor(url: string, environment: ProxyVariables): NamedProxy | undefined {
  const { protocol, hostname, port } = new URL(url);
  const host = bare(hostname);
  if (isLoopbackHost(host)) {
    return undefined;
  }
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = variable(environment, name);
  const portNumber = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return value === '' || noProxyEntries(environment).some((entry) => isMatch(entry, host, portNumber))
    ? undefined
    : parseProxy(name, value);
}

/**
 * The variables in the form that Node's agents read, for a client that calls many hosts: a name in `NO_PROXY` includes its subdomains, as
 * in curl, a subnet becomes a range, and loopback is added. `undefined` if no proxy is set.
 * @throws UsageError for a proxy that cannot be used, and for a subnet that Node's agents have no notation for.
 */
export function nodeProxyVariables(environment: ProxyVariables): Record<string, string> | undefined {
  const { HTTPS_PROXY, HTTP_PROXY } = proxyVariablesIn(environment);
  if (HTTPS_PROXY === undefined && HTTP_PROXY === undefined) {
    return undefined;
  }
  const entries = noProxyEntries(environment).flatMap(nodeEntries);
  return {
    ...(HTTPS_PROXY !== undefined && { HTTPS_PROXY: parseProxy('HTTPS_PROXY', HTTPS_PROXY).url }),
    ...(HTTP_PROXY !== undefined && { HTTP_PROXY: parseProxy('HTTP_PROXY', HTTP_PROXY).url }),
    NO_PROXY: [...entries, 'localhost', '127.0.0.1-127.255.255.255', '::1', '[::1]'].join(','),
  };
}

/** Node 24 accepts addresses, names and `*.` before a name, each with an optional port, and ranges of IPv4 addresses without a port. */
function nodeEntries({ name, port }: NoProxyEntry): string[] {
  const { network, prefixBits } = subnetOf(name) ?? {};
  if (network === undefined || prefixBits === undefined) {
    const entry = `${name}${port}`;
    return isIP(name) !== 0 || name === '*' ? [entry] : [entry, `*.${entry}`];
  }
  if (!isIPv4(network) || port !== '') {
    throw new UsageError(
      `NO_PROXY has the subnet ${name}${port}, which cannot be applied to calls to AWS: use an IPv4 subnet without a port, such as 10.0.0.0/8`,
    );
  }
  const hosts = 2 ** (32 - prefixBits);
  const address = network.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const first = address - (address % hosts);
  return [`${dotted(first)}-${dotted(first + hosts - 1)}`];
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.');
}

function variable(environment: ProxyVariables, name: (typeof names)[number]): string {
  return environment[name.toLowerCase()]?.trim() || environment[name]?.trim() || '';
}

/** The error does not show the value: it may hold a password. */
function parseProxy(name: string, value: string): NamedProxy {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:\/\//i.test(value) || !isDecodable(url)) {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1];
    const what =
      scheme === undefined || /^https?$/i.test(scheme) ? 'is no URL' : `names a ${scheme.toLowerCase()} proxy`;
    throw new UsageError(
      `${name} ${what}: allowed are http:// and https:// URLs, such as http://proxy.example:3128; hosts in NO_PROXY are reached without it`,
    );
  }
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return { url: url.href, name: `${url.hostname}:${port}` };
}

/** Node decodes user and password when it makes the header, and throws if it cannot. */
function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** `name`: a host name (which includes its subdomains), an address, a subnet or `*`. `port`: empty, or such as `:443`. */
type NoProxyEntry = { name: string; port: string };

function noProxyEntries(environment: ProxyVariables): NoProxyEntry[] {
  return variable(environment, 'NO_PROXY')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [, name = entry, port = ''] = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(entry) ?? [];
      return { name: bare(name.replace(/^\*?\.(?=.)/, '').replace(/\.$/, '')), port };
    });
}

function isMatch({ name, port }: NoProxyEntry, host: string, hostPort: string): boolean {
  if (port !== '' && port !== `:${hostPort}`) {
    return false;
  }
  if (name === '*' || name === host) {
    return true;
  }
  return isIP(host) === 0 ? host.endsWith(`.${name}`) : isInSubnet(name, host);
}

/** `undefined` if the text is not a subnet. */
function subnetOf(text: string): { network: string; prefixBits: number } | undefined {
  const [network = '', bits = ''] = text.split('/');
  const most = isIPv4(network) ? 32 : 128;
  return isIP(network) === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most
    ? undefined
    : { network, prefixBits: Number(bits) };
}

function isInSubnet(text: string, address: string): boolean {
  const subnet = subnetOf(text);
  if (subnet === undefined) {
    return false;
  }
  const { network, prefixBits } = subnet;
  const list = new BlockList();
  list.addSubnet(network, prefixBits, isIPv4(network) ? 'ipv4' : 'ipv6');
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || isInSubnet('127.0.0.0/8', host);
}

/** A host without brackets (URLs put IPv6 addresses in brackets) and without a trailing dot. */
function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}
