/**
 * Why a call of AWS failed: one table from what the SDK and Node.js throw to a stable word and a plain sentence. The sentence is ours, so
 * that no message of AWS's, which name accounts, roles and requests, goes where it does not belong.
 */
import { certificateCodes } from './network-failure.ts';

/** `code` is for programs; `awsCode` is the name of the error that was thrown, as AWS or Node.js documents it, or
 * that of a proxy's failure (`proxy_…`), where it has one. */
export type AwsFailure = { code: AwsFailureCode; detail: string; awsCode?: string };

const details = {
  credentials_missing: 'the AWS SDK has found no credentials',
  credentials_expired: 'the AWS credentials have expired',
  credentials_refused: 'AWS does not know the credentials, or their signature is wrong',
  region_missing: 'no AWS region is set, or what is set is none',
  access_denied: 'the credentials may not do this: the policy of their user or role does not allow it',
  no_such_table: 'there is no table of this name in this account and region',
  no_such_index: 'the table lacks the index, as a table of an earlier pipeline does: `migrate` adds it',
  no_such_queue: 'there is no queue of this URL in this account and region',
  invalid_request: 'AWS has refused the request as invalid',
  throttled: 'AWS throttles: more was asked than the capacity allows',
  timed_out: 'there was no answer in time',
  connection_refused: 'nothing listens at the address: the connection was refused',
  unknown_host: 'the name of the host cannot be resolved',
  certificate_untrusted: 'the certificate of the server is not trusted, or not valid',
  proxy_failed: 'the proxy that HTTPS_PROXY or HTTP_PROXY names opened no way to AWS',
  network_failed: 'the connection was lost or damaged, or there is no way to the host',
  not_aws: 'what answered is not AWS: something in between, or another program at the address',
  service_failed: 'AWS has failed',
  unexpected: 'something failed that has no name here',
} as const;

/** A stable word for why a call of AWS failed. */
export type AwsFailureCode = keyof typeof details;

/** Sources: the common errors of AWS, the errors of DynamoDB and SQS in their API references, Node.js; November 2026. */
const byName: Readonly<Record<AwsFailureCode, readonly string[]>> = {
  credentials_missing: [
    'CredentialsProviderError',
    'TokenProviderError',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
  ],
  credentials_expired: ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired'],
  credentials_refused: [
    'UnrecognizedClientException',
    'InvalidClientTokenId',
    'InvalidAccessKeyId',
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    'IncompleteSignature',
    'IncompleteSignatureException',
    'RequestTimeTooSkewed',
    'NotAuthorized',
  ],
  region_missing: [],
  access_denied: ['AccessDenied', 'AccessDeniedException', 'KmsAccessDenied', 'OptInRequired'],
  no_such_table: ['ResourceNotFoundException', 'TableNotFoundException'],
  no_such_index: ['IndexNotFoundException'],
  no_such_queue: ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'],
  invalid_request: ['ValidationException', 'ValidationError', 'SerializationException', 'UnknownOperationException'],
  throttled: [
    'ProvisionedThroughputExceededException',
    'ThrottlingException',
    'Throttling',
    'ThrottledException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'TooManyRequestsException',
  ],
  timed_out: [
    'TimeoutError',
    'RequestTimeout',
    'RequestTimeoutException',
    'AbortError',
    'ETIMEDOUT',
    'ESOCKETTIMEDOUT',
  ],
  connection_refused: ['ECONNREFUSED'],
  unknown_host: ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA'],
  certificate_untrusted: [],
  proxy_failed: [],
  network_failed: [
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'EHOSTDOWN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENETDOWN',
    'EADDRNOTAVAIL',
    'NetworkingError',
  ],
  not_aws: ['EPROTO'],
  service_failed: ['InternalServerError', 'InternalFailure', 'ServiceUnavailable', 'ServiceUnavailableException'],
  unexpected: [],
};

const codeOf = new Map(
  Object.entries(byName).flatMap(([code, names]) => names.map((name) => [name, code as AwsFailureCode] as const)),
);

/** Names of which there are many. */
const byPattern: [RegExp, AwsFailureCode][] = [
  [/^proxy_/, 'proxy_failed'],
  [certificateCodes, 'certificate_untrusted'],
  [/^(ERR_SSL|HPE)_/, 'not_aws'],
  [/^ERR_TLS_/, 'network_failed'],
];

function codeNamed(name: string): AwsFailureCode | undefined {
  return codeOf.get(name) ?? byPattern.find(([names]) => names.test(name))?.[1];
}

/** What an error may hold of use; whoever threw it promises none of these. */
type Thrown = {
  name?: unknown;
  code?: unknown;
  message?: unknown;
  cause?: unknown;
  errors?: unknown;
  $metadata?: { httpStatusCode?: unknown } | null;
};

/** Deeper causes are not looked at. */
const deepest = 5;

/** Why a call failed, by what was thrown. Never throws, whatever that was. */
export function awsFailure(error: unknown): AwsFailure {
  try {
    return classified(error, 0) ?? { code: 'unexpected', detail: details.unexpected };
  } catch {
    return { code: 'unexpected', detail: details.unexpected };
  }
}

/** `detail`, with the name that AWS or Node.js documents. */
export function failureSentence({ detail, awsCode }: AwsFailure): string {
  return awsCode === undefined ? detail : `${detail} (${awsCode})`;
}

function classified(error: unknown, depth: number): AwsFailure | undefined {
  if (typeof error !== 'object' || error === null || depth > deepest) {
    return undefined;
  }
  const thrown: Thrown = error;
  // The SDK calls a broken connection a time-out: Node's code knows better.
  const names = [thrown.code, thrown.name].filter((name) => typeof name === 'string');
  const awsCode = names.find((name) => codeNamed(name) !== undefined);
  const known = awsCode === undefined ? undefined : codeNamed(awsCode);
  const code = known === undefined ? undefined : byMessage(known, String(thrown.message));
  if (code !== undefined && awsCode !== undefined) {
    return { code, detail: details[code], awsCode };
  }
  // A host of several addresses fails once for each of them.
  const inner = [thrown.cause, ...(Array.isArray(thrown.errors) ? thrown.errors : [])];
  for (const one of inner) {
    const found = classified(one, depth + 1);
    if (found !== undefined) {
      return found;
    }
  }
  return withoutName(thrown);
}

/** What the name leaves open and only the message tells. */
function byMessage(code: AwsFailureCode, message: string): AwsFailureCode {
  if (code === 'invalid_request' && /specified index/i.test(message)) {
    return 'no_such_index';
  }
  if ((code === 'credentials_missing' || code === 'credentials_refused') && /expired/i.test(message)) {
    return 'credentials_expired';
  }
  return code;
}

function withoutName({ name, message, $metadata }: Thrown): AwsFailure | undefined {
  const of = (code: AwsFailureCode): AwsFailure => ({ code, detail: details[code] });
  if (/^Region (is missing|not accepted)/.test(String(message))) {
    return of('region_missing');
  }
  const status = Number($metadata?.httpStatusCode);
  if (status === 429) {
    return of('throttled');
  }
  // No JSON, or an error without a name: only AWS speaks for AWS.
  if (status < 500 && (name === 'SyntaxError' || name === 'Unknown')) {
    return of('not_aws');
  }
  if (status === 401 || status === 403) {
    return of('access_denied');
  }
  if (status >= 500) {
    return of('service_failed');
  }
  return status >= 400 ? of('invalid_request') : undefined;
}
