import { messageOf, RetryableError } from '../../shared/core/errors.ts';

/** Errors that say "not now", the SDK's own attempts included. Source: DynamoDB API reference, November 2026. */
const passing = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'ResourceInUseException',
  'InternalServerError',
  'ServiceUnavailable',
  'TimeoutError',
]);

/** Connections that broke. */
const brokenConnections = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** Does `act`; what passes by itself is thrown as a RetryableError. */
export async function retryable<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Error && (passing.has(error.name) || brokenConnections.has(codeOf(error)))) {
      throw new RetryableError('table_busy', messageOf(error), { cause: error });
    }
    throw error;
  }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
