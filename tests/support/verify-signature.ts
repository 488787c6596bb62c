import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came over the wire; `target` is path and query, as sent. */
export type SignedRequest = { method: string; target: string; headers: IncomingHttpHeaders; body: string };

/** Who may call. With a `sessionToken` the request must carry it, signed. */
export type Caller = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

const mostSkewMs = 300_000;

/**
 * Judges a request as AWS does (Signature Version 4): the canonical request is made anew of what has arrived.
 * @returns what is wrong with it; `undefined` when it may pass.
 */
export function signatureProblem(
  request: SignedRequest,
  caller: Caller,
  region: string,
  service: string,
): string | undefined {
  const given = givenSignature(request.headers);
  return (
    scopeProblem(given, caller, `${region}/${service}/aws4_request`) ??
    headersProblem(request.headers, given, caller) ??
    (isRight(request, given, caller) ? undefined : 'the signature is wrong')
  );
}

type Given = { keyId: string; day: string; scope: string; signed: string[]; signature: string; at: string };

function givenSignature(headers: IncomingHttpHeaders): Given {
  const [, keyId = '', day = '', scope = '', signed = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  return { keyId, day, scope, signed: signed.split(';'), signature, at: String(headers['x-amz-date']) };
}

function scopeProblem({ keyId, day, scope, at }: Given, caller: Caller, wanted: string): string | undefined {
  if (keyId !== caller.accessKeyId || scope !== wanted) {
    return `the credential is '${keyId}' for '${scope}'`;
  }
  const isNow = at.startsWith(day) && Math.abs(Date.now() - timeOf(at)) <= mostSkewMs;
  return isNow ? undefined : `the time is '${at}'`;
}

function headersProblem(headers: IncomingHttpHeaders, { signed }: Given, caller: Caller): string | undefined {
  if (headers['x-amz-security-token'] !== caller.sessionToken) {
    return 'the session token is not that of the caller';
  }
  const needed = ['host', 'x-amz-date', ...(caller.sessionToken === undefined ? [] : ['x-amz-security-token'])];
  const unsigned = needed.find((name) => !signed.includes(name));
  return unsigned && `the header ${unsigned} is not signed`;
}

function isRight(request: SignedRequest, { day, scope, signed, signature, at }: Given, caller: Caller): boolean {
  const text = ['AWS4-HMAC-SHA256', at, `${day}/${scope}`, hash(canonical(request, signed))].join('\n');
  const key = [day, ...scope.split('/')].reduce<Buffer | string>(hmac, `AWS4${caller.secretAccessKey}`);
  return timingSafeEqual(hmac(key, text), Buffer.from(signature, 'hex'));
}

function canonical({ method, target, headers, body }: SignedRequest, signed: readonly string[]): string {
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const pairs = query.split('&').filter((pair) => pair !== '');
  const sorted = pairs
    .map((pair) => pair.split(/=(.*)/s).map((part) => encoded(decodeURIComponent(part))))
    .map(([name, value = '']) => `${name}=${value}`)
    .sort();
  return [
    method,
    // Encoded as it came, once more: only S3 takes it as it is.
    path.split('/').map(encoded).join('/'),
    sorted.join('&'),
    ...signed.map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
    '',
    signed.join(';'),
    headers['x-amz-content-sha256'] ?? hash(body),
  ].join('\n');
}

/** Everything but letters, digits and `-._~`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function timeOf(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
