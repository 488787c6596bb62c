import type { AgentOptions, Agent as HttpsAgent, RequestOptions } from 'node:https';
import { getBuiltinModule, versions } from 'node:process';
import type { Duplex } from 'node:stream';
import { UsageError } from './errors.ts';

type Connected = (error: Error | null, stream: Duplex) => void;

/** Why the proxy opened no tunnel; `code` begins with `proxy_`. */
export class ProxyFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ProxyFailure';
    this.code = code;
  }
}

/**
 * An agent with Node's own CONNECT tunnels (since Node 24.5 and 22.21). Its errors name the proxy by `host:port`, because Node's own
 * errors show the URL with the password. `timeoutMs` limits the opening of a tunnel.
 * @throws UsageError on a version of Node that would silently ignore the proxy.
 */
export function proxyAgent(
  variables: Readonly<Record<string, string>>,
  { timeoutMs, ...others }: AgentOptions & { timeoutMs: number },
): HttpsAgent {
  assertTunnels(versions.node);
  const { hostname, port, protocol } = new URL(variables.HTTPS_PROXY ?? 'http://proxy');
  const proxyName = `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
  // Loaded only if there is a proxy: an import would load all of Node's HTTP code, a fifth of a function's cold start.
  const { Agent } = getBuiltinModule('node:https');
  class ProxyAgent extends Agent {
    override createConnection(options: RequestOptions, callback?: Connected): Duplex | null | undefined {
      const connected: Connected = (error, stream) => {
        // After CONNECT a second stream runs inside the tunnel. Its errors are those of the host, not of the proxy.
        const ofProxy = stream === toProxy || stream === undefined;
        callback?.(error && ofProxy ? proxyFailure(error, proxyName) : error, stream);
      };
      const toProxy = super.createConnection(options, callback && connected);
      return toProxy;
    }
  }
  return new ProxyAgent({ keepAlive: true, ...others, timeout: timeoutMs, proxyEnv: { ...variables } });
}

function proxyFailure(error: Error & { statusCode?: unknown; code?: unknown }, proxy: string): ProxyFailure {
  if (error.code === 'ERR_PROXY_TUNNEL') {
    return tunnelFailure(error.statusCode, /timed out/.test(error.message), proxy);
  }
  const code = String(error.code ?? 'failed');
  return new ProxyFailure(
    `proxy_${code.toLowerCase()}`,
    `the proxy at ${proxy} cannot be reached (${code}): ${whatToDo}`,
  );
}

/** What to do about a proxy that does not work. */
const whatToDo = 'see HTTPS_PROXY, or name the host in NO_PROXY';

function tunnelFailure(statusCode: unknown, timedOut: boolean, proxy: string): ProxyFailure {
  if (typeof statusCode !== 'number' || Number.isNaN(statusCode)) {
    return timedOut
      ? proxyTimeout(proxy)
      : new ProxyFailure(
          'proxy_broke_off',
          `the proxy at ${proxy} broke off before it had opened a tunnel: ${whatToDo}`,
        );
  }
  const wants = statusCode === 407 ? 'it wants a user and a password, which stand in HTTPS_PROXY' : whatToDo;
  return new ProxyFailure(
    `proxy_${statusCode}`,
    `the proxy at ${proxy} opened no tunnel: it answered HTTP ${statusCode} to CONNECT; ${wants}`,
  );
}

/** The failure of a proxy that opened no tunnel in time. */
export function proxyTimeout(proxy: string): ProxyFailure {
  return new ProxyFailure('proxy_timeout', `the proxy at ${proxy} opened no tunnel in time: ${whatToDo}`);
}

/** @throws UsageError for a version of Node whose agents do not support proxies. */
function assertTunnels(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (!(major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21))) {
    throw new UsageError(
      `a proxy is set (HTTPS_PROXY), and Node ${version} cannot use one: run Node 24.5 or later, or name the hosts in NO_PROXY`,
    );
  }
}
