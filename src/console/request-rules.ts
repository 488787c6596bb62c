/**
 * Who may ask the console what. The page itself holds no data and is given to everyone on this machine; everything else needs the token,
 * which the page sends in a header: no other site can make a browser send it, and no cookie goes to other servers of this machine.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Header of the token. */
export const tokenHeader = 'x-console-token';

/** What is looked at of a request. */
export type AskedRequest = { method: string; path: string; headers: IncomingHttpHeaders };

/** Why a request is not answered. */
export type Refusal = { status: 401 | 403 | 405 | 415 | 421; why: string; allow?: string };

/** Pages of images come from here, where the operator has switched them on. */
const imageHost = 'https://image.tmdb.org';

const defaultPort = 80;

/** Whether a request is answered: `undefined` where it is. The port is part of `Host` and `Origin`. */
export function refusalOf(request: AskedRequest, port: number, token: string): Refusal | undefined {
  const { path, headers } = request;
  // Browsers leave out the port that http has by default.
  const hosts = ['127.0.0.1', '[::1]', 'localhost'].flatMap((name) => [
    `${name}:${port}`,
    ...(port === defaultPort ? [name] : []),
  ]);
  if (!hosts.includes(headers.host ?? '')) {
    return { status: 421, why: `the console answers at ${hosts.join(', ')} only` };
  }
  if (!isOwnOrigin(headers, hosts)) {
    return { status: 403, why: 'the console answers its own page only' };
  }
  return path.startsWith('/api/') ? refusalOfApi(request, token) : refusalOfMethod(request, 'GET', 'HEAD');
}

function refusalOfApi(request: AskedRequest, token: string): Refusal | undefined {
  const { path, headers } = request;
  if (!isToken(headers[tokenHeader], token)) {
    return { status: 401, why: 'the token is missing or wrong: open the address that the command `console` printed' };
  }
  if (path === '/api/live') {
    return refusalOfMethod(request, 'GET');
  }
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '');
  return (
    refusalOfMethod(request, 'POST') ?? (isJson ? undefined : { status: 415, why: 'the body must be application/json' })
  );
}

function refusalOfMethod({ method, path }: AskedRequest, ...allowed: readonly string[]): Refusal | undefined {
  const allow = allowed.join(', ');
  return allowed.includes(method) ? undefined : { status: 405, why: `${path} takes ${allow}`, allow };
}

/** Browsers name the page that asks in either header, or in both. */
function isOwnOrigin({ origin, 'sec-fetch-site': site }: IncomingHttpHeaders, hosts: readonly string[]): boolean {
  const isOwn = origin === undefined || hosts.some((host) => origin === `http://${host}`);
  return isOwn && (site === undefined || site === 'same-origin' || site === 'none');
}

/** Hashes have one length, which `timingSafeEqual` needs. */
function isToken(given: string | string[] | undefined, token: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(hash(given), hash(token));
}

/** Headers of every answer: nothing runs or loads but the console's own files, and no other page may frame or read them. */
export function answerHeaders(withImages: boolean): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    `img-src 'self'${withImages ? ` ${imageHost}` : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}
