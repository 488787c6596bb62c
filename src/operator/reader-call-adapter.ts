import { text } from 'node:stream/consumers';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Clock, within } from '../shared/core/clock.ts';
import { PermanentError, UsageError } from '../shared/core/errors.ts';
import { groupBy } from '../shared/core/group-by.ts';
import { shown } from '../shared/core/shown-text.ts';
import { clientOptions } from '../shared/tables/aws-clients.ts';

/** Methods that the reader answers. */
export const callMethods = ['GET', 'HEAD', 'OPTIONS'] as const;
type CallMethod = (typeof callMethods)[number];

/** A request of the reader. `path` begins with a slash and may have a query, percent-encoded or not. */
export type ReaderCall = { method: CallMethod; path: string };

/** What came back; names of headers are in lower case. */
export type ReaderAnswer = { status: number; headers: Record<string, string>; body: string };

/**
 * Calls the reader at `url`, the address of a function URL. Path and query are sent in the one encoding that AWS signs, so that a query in
 * any order, with raw `:`, `,` or letters beyond ASCII, has a valid signature.
 * @param signed - whether the request is signed (SigV4, service `lambda`), with region and credentials as the AWS SDK finds them: session
 * tokens, profiles and single sign-on included. A local stack asks for no signature.
 * @throws UsageError for what is no path; PermanentError `no_answer` after `timeoutMs`; what the SDK throws when there are no credentials, or
 * the connection fails.
 */
export async function callReader(
  url: string,
  call: ReaderCall,
  signed: boolean,
  timeoutMs: number,
  clock: Clock,
): Promise<ReaderAnswer> {
  const request = requestOf(url, call);
  // The SDK's own connection: credentials, region, proxy and time-outs are those of every other call.
  const client = new CloudFormationClient(clientOptions(undefined, timeoutMs));
  try {
    const { region, credentials, sha256, requestHandler } = client.config;
    const signer = new SignatureV4({ service: 'lambda', region, credentials, sha256 });
    const sent = signed ? new HttpRequest({ ...request, ...(await signer.sign(request)) }) : request;
    const answered = requestHandler.handle(sent).then(async ({ response }) => ({
      status: response.statusCode,
      headers: response.headers,
      body: await text(response.body),
    }));
    const answer = await within(timeoutMs, answered, undefined, clock);
    if (answer === undefined) {
      const seconds = timeoutMs / 1_000;
      throw new PermanentError('no_answer', `the reader did not answer within ${seconds} s: see its log`);
    }
    return answer;
  } finally {
    client.destroy();
  }
}

function requestOf(url: string, { method, path }: ReaderCall): HttpRequest {
  const { protocol, hostname, port, host } = new URL(url);
  const [rawPath = '', ...rest] = path.split('?');
  // Two slashes in front would be another path for the reader's router.
  if (!/^\/(?!\/)[^#]*$/.test(path)) {
    throw new UsageError(`the path is '${shown(path)}': allowed are paths such as /v1/health`);
  }
  return new HttpRequest({
    method,
    protocol,
    hostname,
    ...(port !== '' && { port: Number(port) }),
    path: rawPath.split('/').map(encodedOnce).join('/'),
    query: queryOf(rest.join('?')),
    headers: { host, accept: 'application/json' },
  });
}

/** A segment in which everything but letters, digits and `-._~` is percent-encoded, also where it is already. */
function encodedOnce(segment: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(segment)).replace(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  } catch (cause) {
    throw new UsageError(`the path has '${shown(segment)}', which is not percent-encoded text: write % as %25`, {
      cause,
    });
  }
}

/** Every value of each name, in order: the SDK encodes and sorts them. */
function queryOf(raw: string): Record<string, string[]> {
  const byName = groupBy(new URLSearchParams(raw), ([name]) => name);
  return Object.fromEntries([...byName].map(([name, given]) => [name, given.map(([, value]) => value)]));
}
