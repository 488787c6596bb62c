/**
 * Why a call of AWS failed: one table maps what the SDK and Node.js throw to a stable code and a plain sentence. The sentence is our own,
 * because messages of AWS name accounts, roles and requests, which must not be shown to readers.
 */
import { certificateCodes } from './network-failure.ts';

/** `code` is for programs. `awsCode` is the documented name of the thrown error (AWS or Node.js), or a proxy's code (`proxy_…`), if any. */
export type AwsFailure = { code: AwsFailureCode; detail: string; awsCode?: string };

const details = {
  credentials_missing: 'the AWS SDK has found no credentials',
  credentials_expired: 'the AWS credentials have expired',
  credentials_refused: 'AWS does not know the credentials, or their signature is wrong',
  region_missing: 'no AWS region is set, or the value that is set is not a region',
  access_denied: 'the credentials lack the permission: the policy of their user or role does not allow this call',
  no_such_table: 'there is no table with this name in this account and region',
  no_such_index: 'the table lacks the index, as a table of the predecessor does: `migrate` adds it',
  no_such_queue: 'there is no queue with this URL in this account and region',
  invalid_request: 'AWS has refused the request as invalid',
  throttled: 'AWS throttled the call: it exceeds the capacity',
  timed_out: 'there was no answer in time',
  connection_refused: 'the connection was refused: nothing listens at the address',
  unknown_host: 'the name of the host cannot be resolved',
  certificate_untrusted: 'the certificate of the server is not trusted, or not valid',
  proxy_failed: 'the proxy of HTTPS_PROXY or HTTP_PROXY opened no tunnel to AWS',
  network_failed: 'the connection was lost, or there is no route to the host',
  not_aws: 'the answer is not from AWS: it comes from a server in between, or from another program at the address',
  service_failed: 'AWS failed with an internal error',
  unexpected: 'an unknown error occurred',
} as const;

/** A stable code for why a call of AWS failed. */
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

/** Families of names that share a prefix or a pattern. */
const byPattern: [RegExp, AwsFailureCode][] = [
  [/^proxy_/, 'proxy_failed'],
  [certificateCodes, 'certificate_untrusted'],
  [/^(ERR_SSL|HPE)_/, 'not_aws'],
  [/^ERR_TLS_/, 'network_failed'],
];

function codeNamed(name: string): AwsFailureCode | undefined {
  return codeOf.get(name) ?? byPattern.find(([names]) => names.test(name))?.[1];
}

/** Members of an error that help to classify it. Anything can be thrown, so none of them is guaranteed. */
type Thrown = {
  name?: unknown;
  code?: unknown;
  message?: unknown;
  cause?: unknown;
  errors?: unknown;
  $metadata?: { httpStatusCode?: unknown } | null;
};

/** Levels of nested causes that are examined. */
const deepest = 5;

/** Classifies what a call threw. Never throws itself, whatever `error` is. */
export function awsFailure(error: unknown): AwsFailure {
  try {
    return classified(error, 0) ?? { code: 'unexpected', detail: details.unexpected };
  } catch {
    return { code: 'unexpected', detail: details.unexpected };
  }
}

/** `detail`, with the documented name of the error in parentheses. */
export function failureSentence({ detail, awsCode }: AwsFailure): string {
  return awsCode === undefined ? detail : `${detail} (${awsCode})`;
}

function classified(error: unknown, depth: number): AwsFailure | undefined {
  if (typeof error !== 'object' || error === null || depth > deepest) {
    return undefined;
  }
  const thrown: Thrown = error;
  // The SDK names a broken connection a time-out. Node's code is more precise, so it is tried first.
  const names = [thrown.code, thrown.name].filter((name) => typeof name === 'string');
  const awsCode = names.find((name) => codeNamed(name) !== undefined);
  const known = awsCode === undefined ? undefined : codeNamed(awsCode);
  const code = known === undefined ? undefined : byMessage(known, String(thrown.message));
  if (code !== undefined && awsCode !== undefined) {
    return { code, detail: details[code], awsCode };
  }
  // For a host with several addresses Node throws an AggregateError with one error for each address.
  const inner = [thrown.cause, ...(Array.isArray(thrown.errors) ? thrown.errors : [])];
  for (const one of inner) {
    const found = classified(one, depth + 1);
    if (found !== undefined) {
      return found;
    }
  }
  return withoutName(thrown);
}

/** Refines a code where only the message tells the cases apart. */
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
  // AWS always answers with JSON, or XML, that names its error. Anything else comes from a proxy or another server in between.
  const isOther = name === 'SyntaxError' || name === 'Unknown' || /XML parse error/.test(String(message));
  if (status < 500 && isOther) {
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
