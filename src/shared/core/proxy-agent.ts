import type { AgentOptions, Agent as HttpsAgent, RequestOptions } from 'node:https';
import { getBuiltinModule, versions } from 'node:process';
import type { Duplex } from 'node:stream';
import { UsageError } from './errors.ts';

type Connected = (error: Error | null, stream: Duplex) => void;

/** What the proxy did instead of opening a tunnel; `code` begins with `proxy_`. */
export class ProxyFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ProxyFailure';
    this.code = code;
  }
}

/**
 * Node's own CONNECT tunnels (its agents have them since 24.5 and 22.21), with errors that name the proxy by `host:port`: Node's
 * own show its URL, and with it the password. `timeoutMs` bounds the opening of a tunnel.
 * @throws UsageError on a Node that would leave the proxy out without a word.
 */
export function proxyAgent(
  variables: Readonly<Record<string, string>>,
  { timeoutMs, ...others }: AgentOptions & { timeoutMs: number },
): HttpsAgent {
  assertTunnels(versions.node);
  const { hostname, port, protocol } = new URL(variables.HTTPS_PROXY ?? 'http://proxy');
  const proxyName = `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
  // Loaded when there is a proxy: as an import it brings in all of Node's HTTP, a fifth of a function's cold start.
  const { Agent } = getBuiltinModule('node:https');
  class ProxyAgent extends Agent {
    override createConnection(options: RequestOptions, callback?: Connected): Duplex | null | undefined {
      const connected: Connected = (error, stream) => {
        // After CONNECT there is a second stream, inside the tunnel: its errors are not the proxy's.
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

/** A proxy that has opened no tunnel in time. */
export function proxyTimeout(proxy: string): ProxyFailure {
  return new ProxyFailure('proxy_timeout', `the proxy at ${proxy} opened no tunnel in time: ${whatToDo}`);
}

/** @throws UsageError for a version of Node whose agents know no proxy. */
function assertTunnels(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (!(major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21))) {
    throw new UsageError(
      `a proxy is set (HTTPS_PROXY), and Node ${version} cannot use one: run Node 24.5 or later, or name the hosts in NO_PROXY`,
    );
  }
}
