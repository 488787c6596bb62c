import { type AwsFailure, type AwsFailureCode, awsFailure, failureSentence } from '../shared/core/aws-failure.ts';
import { cleanLine } from '../shared/core/clean-text.ts';
import { PermanentError, PipelineError } from '../shared/core/errors.ts';
import { ProxyFailure } from '../shared/core/proxy-agent.ts';

const deepestCause = 5;

/** What a command calls. */
type AwsService = 'CloudFormation' | 'DynamoDB' | 'SQS' | 'the reader';

/** A call of AWS, or of what stands in for it, that failed: `code` is that of `AwsFailure`, the message says what to do. */
export class AwsCallError extends PermanentError {}

/** What to do where AWS itself was called. */
const onAws: Readonly<Record<AwsFailureCode, string>> = {
  credentials_missing: 'sign in with `aws sso login`, or set AWS_PROFILE',
  credentials_expired: 'sign in again with `aws sso login`',
  credentials_refused: "check AWS_PROFILE, AWS_REGION and this machine's clock",
  region_missing: 'set AWS_REGION',
  access_denied: 'ask for a policy that allows it, or set AWS_PROFILE to another user',
  no_such_table: 'check AWS_PROFILE and AWS_REGION, and whether the stack is deployed',
  no_such_index: 'run `migrate`',
  no_such_queue: 'check AWS_PROFILE and AWS_REGION, and whether the stack is deployed',
  invalid_request: 'check the names that were given, and AWS_REGION',
  throttled: 'try again in a minute',
  timed_out: "try again, and check this machine's network and HTTPS_PROXY",
  connection_refused: "check AWS_ENDPOINT_URL where it is set, this machine's network and HTTPS_PROXY",
  unknown_host: "check AWS_REGION and this machine's DNS",
  certificate_untrusted: "name the certificate of a company's proxy in NODE_EXTRA_CA_CERTS",
  proxy_failed: 'check HTTPS_PROXY and NO_PROXY, and whether the proxy runs',
  network_failed: "try again, and check this machine's network and HTTPS_PROXY",
  not_aws: 'check AWS_ENDPOINT_URL where it is set, and HTTPS_PROXY',
  service_failed: 'try again in a minute',
  unexpected: '--verbose tells more',
};

const startLocal = 'start the stack with `local`, or check AWS_ENDPOINT_URL_DYNAMODB where it is set';

/** What to do where a stack on this machine, or at an address that somebody set, was called; else as for AWS. */
const atEndpoint: Readonly<Partial<Record<AwsFailureCode, string>>> = {
  no_such_table: 'start the stack with `local`, which makes its tables, or check the name',
  no_such_queue: startLocal,
  timed_out: startLocal,
  connection_refused: startLocal,
  unknown_host: startLocal,
  network_failed: startLocal,
  not_aws: startLocal,
};

/**
 * Runs `act`, which calls `service` at `endpoint` (at AWS without one).
 * @throws AwsCallError that says what failed, why and what to do, for a failure that has a name; anything else as it was thrown.
 */
export async function namingFailures<T>(
  service: AwsService,
  endpoint: string | undefined,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw namedFailure(service, endpoint, error);
  }
}

/** What `namingFailures` throws. */
function namedFailure(service: AwsService, endpoint: string | undefined, error: unknown): unknown {
  if (error instanceof PipelineError) {
    return withNamedCause(service, endpoint, error);
  }
  // A command that was broken off has not failed.
  if (error instanceof Error && error.name === 'AbortError') {
    return error;
  }
  const failure = awsFailure(error);
  if (failure.code === 'unexpected') {
    return error;
  }
  const where = placeOf(endpoint, error);
  if (error instanceof ProxyFailure) {
    // It names the proxy and says what to do.
    return new AwsCallError(failure.code, `the call of ${service}${where} failed: ${error.message}`, { cause: error });
  }
  const whatToDo = (endpoint !== undefined && atEndpoint[failure.code]) || onAws[failure.code];
  return new AwsCallError(
    failure.code,
    `the call of ${service}${where} failed: ${failureSentence(failure)}${wordsOfAws(failure, error)}; ${whatToDo}`,
    { cause: error },
  );
}

/** Our errors have their sentence; what they say of their cause is said in the same way. */
function withNamedCause(service: AwsService, endpoint: string | undefined, error: PipelineError): unknown {
  let deepest: unknown = error;
  for (let depth = 0; depth < deepestCause && deepest instanceof PipelineError; depth += 1) {
    deepest = deepest.cause;
  }
  if (error instanceof AwsCallError || !(deepest instanceof Error) || awsFailure(deepest).code === 'unexpected') {
    return error;
  }
  const cause = namedFailure(service, endpoint, deepest);
  error.cause = cause;
  // One that only repeats its cause has no sentence of its own.
  return error.message === deepest.message ? cause : error;
}

/** Nothing of a user or a password in an address. */
function placeOf(endpoint: string | undefined, error: unknown): string {
  if (endpoint !== undefined) {
    return ` at ${URL.canParse(endpoint) ? new URL(endpoint).host : 'its address'}`;
  }
  const { hostname, address, port } = Object(error) as { hostname?: unknown; address?: unknown; port?: unknown };
  const host = hostname ?? (address === undefined ? undefined : `${address}:${port}`);
  return typeof host === 'string' ? ` at ${cleanLine(host)}` : '';
}

const mostWords = 300;
/** Where AWS's own sentence tells more than its name: which action, which member, which name. */
const wordy: readonly AwsFailureCode[] = ['access_denied', 'invalid_request', 'service_failed', 'no_such_table'];

function wordsOfAws({ code, awsCode }: AwsFailure, error: unknown): string {
  const message = error instanceof Error ? cleanLine(error.message.split('\n', 1)[0] ?? '').slice(0, mostWords) : '';
  const tells = wordy.includes(code) && message !== '' && message !== awsCode && message !== 'UnknownError';
  return tells ? `; AWS says: ${message.replace(/\.$/, '')}` : '';
}
