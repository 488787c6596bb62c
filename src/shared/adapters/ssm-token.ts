import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { SSMClient } from '@aws-sdk/client-ssm';
import { RetryableError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { TokenSource } from '../ports/token-source.ts';
import { type ClientTarget, clientOptions } from './aws-clients.ts';

/** A token that was replaced is used after this time at the latest: sooner than the breaker tries again after a rejection. */
const maxAgeSeconds = 300;
/** How long the last token is used on when Parameter Store does not answer, before it is asked again. */
const holdMs = 60_000;

/**
 * The token as a SecureString of SSM Parameter Store. It is read once for all who ask at the same time, and again after five
 * minutes; where that fails, the one known stays in use. The value is in no error.
 */
export function ssmToken(parameterName: string, clock: Clock, target?: ClientTarget): TokenSource {
  const provider = new SSMProvider({ awsSdkV3Client: new SSMClient(clientOptions(target)) });
  let known: string | undefined;
  let askAgainAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<string> | undefined;

  const ask = async (): Promise<string> => {
    try {
      known = checked(await provider.get(parameterName, { decrypt: true, maxAge: maxAgeSeconds }));
    } catch (cause) {
      if (known === undefined) {
        const detail = `the token's parameter '${parameterName}' cannot be read (${nameOf(cause)})`;
        throw new RetryableError('token_unavailable', detail, { cause });
      }
      askAgainAtMs = clock.monotonicMs() + holdMs;
    }
    return known;
  };

  return async () => {
    if (known !== undefined && clock.monotonicMs() < askAgainAtMs) {
      return known;
    }
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

/** A header takes no other characters; a line break at the end is what files and editors leave. */
function checked(value: string | undefined): string {
  const token = value?.trim() ?? '';
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Error('NotAToken');
  }
  return token;
}

/** Powertools wraps what the SDK threw. */
function nameOf(error: unknown): string {
  const origin = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return origin instanceof Error ? (origin.name === 'Error' ? origin.message : origin.name) : 'unknown';
}
