import { UsageError } from '../shared/core/errors.ts';
import { shownUrl } from '../shared/core/shown-text.ts';

/** The SDK takes a service's own before the one of all. */
const variables = [
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_CLOUDFORMATION',
  'AWS_ENDPOINT_URL_DYNAMODB',
  'AWS_ENDPOINT_URL_SQS',
];
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checks the addresses that the AWS SDK will take in place of AWS's own.
 * @throws UsageError that names the variable whose value is no address: the SDK would call a host of that name, or fail without one.
 */
export function checkAwsEndpoints(environment: Environment): void {
  if (environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS !== 'true') {
    for (const name of variables) {
      endpointIn(environment, name);
    }
  }
}

/** The address in a variable; `undefined` for an empty one. @throws UsageError for what is none. */
export function endpointIn(environment: Environment, name: string): string | undefined {
  const text = environment[name]?.trim() ?? '';
  if (text === '') {
    return undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    throw new UsageError(`${name} holds a user or a password: allowed are addresses without them`);
  }
  if (url === undefined || !/^https?:\/\//i.test(text)) {
    throw new UsageError(
      `${name} is '${shownUrl(text)}': allowed are http and https addresses such as http://127.0.0.1:8000`,
    );
  }
  return text;
}
