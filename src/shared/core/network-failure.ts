/** Why a call failed on the network: a stable code, and a sentence that names the host and what to do. */
import { proxyTimeout } from './proxy-agent.ts';

/**
 * Codes of Node and reasons of OpenSSL for a server certificate that was refused. Source: Node's documentation of tls, version 24.
 */
export const certificateCodes =
  /^CERT_|_CERT_|_CERT$|(^|_)CRL(_|$)|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$|^HOSTNAME_MISMATCH$|^UNABLE_TO_(VERIFY|DECODE)_/;

/** `code`: `connect_timeout` before the connection is open, `timeout` after; else Node's own code in lower case, or `proxy_…`. */
type NetworkFailure = { code: string; detail: string };

/** Where a call went. `connecting`: the connection was not open yet. */
type CallFacts = { host: string; proxy: string | undefined; timeoutMs: number; connecting: boolean };

/** Those of `certificateCodes` that mean: no authority that this machine trusts has signed the certificate. */
const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
]);

const sentences: [codes: RegExp, sentence: (host: string) => string][] = [
  [/^CERT_HAS_EXPIRED$/, (host) => `the certificate of ${host} has expired: check the clock of this machine`],
  [/^CERT_NOT_YET_VALID$/, (host) => `the certificate of ${host} is not valid yet: check the clock of this machine`],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/,
    (host) => `the certificate that ${host} shows is for another host name: something in between answers in its place`,
  ],
  [certificateCodes, (host) => `the certificate of ${host} is not valid`],
  [/^ECONNREFUSED$/, (host) => `${host} refused the connection: nothing listens there, or a firewall stands before it`],
  [/^ENOTFOUND$/, (host) => `unknown host ${host}: check its name and this machine's DNS`],
  [/^EAI_/, (host) => `the name ${host} could not be looked up: this machine's DNS does not answer`],
  [
    /^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/,
    (host) => `there is no route to ${host}: check this machine's network`,
  ],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, (host) => `the connection to ${host} was reset`],
  [/^ETIMEDOUT$/, (host) => `${host} could not be connected to in time`],
  [/^(EACCES|EPERM)$/, (host) => `this machine does not allow connections to ${host}`],
  [/^(EPROTO|ERR_SSL_|ERR_TLS_)/, (host) => `${host} does not speak TLS as it should: something in between may answer`],
  [/^HPE_/, (host) => `what ${host} answered is not HTTP`],
  [/^ERR_BAD_RESPONSE$/, (host) => `the answer of ${host} broke off, or is damaged`],
];

/** Describes an error that a call threw. The error's own message is not used: it may hold headers, and with them the token. */
export function networkFailure(error: unknown, facts: CallFacts): NetworkFailure {
  const code = codeOf(error);
  if (code.startsWith('proxy_')) {
    return { code, detail: messageIn(error) };
  }
  const via = facts.proxy === undefined ? '' : ` (through the proxy at ${facts.proxy})`;
  const sentence = sentenceOf(code, facts.host);
  return { code: code.toLowerCase(), detail: `${sentence} (${code})${via}` };
}

/** Describes a call that timed out. */
export function timedOutCall({ host, proxy, timeoutMs, connecting }: CallFacts): NetworkFailure {
  if (!connecting) {
    const via = proxy === undefined ? '' : ` through the proxy at ${proxy}`;
    return { code: 'timeout', detail: `no complete answer within ${timeoutMs} ms from ${host}${via}` };
  }
  if (proxy !== undefined) {
    const { code, message } = proxyTimeout(proxy);
    return { code, detail: message };
  }
  return {
    code: 'connect_timeout',
    detail: `no connection to ${host} within ${timeoutMs} ms: check this machine's network`,
  };
}

function sentenceOf(code: string, host: string): string {
  if (untrusted.has(code)) {
    return `the certificate of ${host} is not trusted: where a company's proxy signs for others, name its certificate in NODE_EXTRA_CA_CERTS`;
  }
  const known = sentences.find(([codes]) => codes.test(code));
  return known === undefined ? `the call to ${host} broke off` : known[1](host);
}

/** The code of an error, of its cause, or of the first of several attempts. */
function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause ?? firstOf(at)) {
    if ('code' in at && typeof at.code === 'string' && at.code !== '') {
      return at.code;
    }
  }
  return 'NETWORK';
}

function firstOf(error: Error): unknown {
  return error instanceof AggregateError ? error.errors[0] : undefined;
}

/** The message of a `ProxyFailure` is our own and safe to show. A library may have wrapped the error. */
function messageIn(error: unknown): string {
  return error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);
}
