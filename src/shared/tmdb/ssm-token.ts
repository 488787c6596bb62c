import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Clock } from '../core/clock.ts';
import { RetryableError } from '../core/errors.ts';
import type { TokenSource } from '../core/redact-token.ts';
import { type ClientTarget, clientOptions } from '../tables/aws-clients.ts';

/** A token that was replaced is used after this time at the latest: sooner than the breaker tries again after a rejection. */
const maxAgeMs = 300_000;
/** How long the last token is used on when Parameter Store does not answer, before it is asked again. */
const holdMs = 60_000;

/**
 * The token as a SecureString of SSM Parameter Store. It is read once for all who ask at the same time, and again after five
 * minutes of a clock that nobody sets; where that fails, the one known stays in use. The value is in no error.
 */
export function ssmToken(parameterName: string, clock: Clock, target?: ClientTarget): TokenSource {
  const client = new SSMClient(clientOptions(target));
  const request = { Name: parameterName, WithDecryption: true };
  let known: string | undefined;
  let askAgainAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<string> | undefined;

  const ask = async (): Promise<string> => {
    try {
      const { Parameter } = await client.send(new GetParameterCommand(request));
      known = checked(Parameter?.Value);
      askAgainAtMs = clock.monotonicMs() + maxAgeMs;
    } catch (error) {
      if (known === undefined) {
        const why = nameOf(error);
        throw new RetryableError(
          'token_unavailable',
          `the token's parameter '${parameterName}' cannot be read (${why})`,
        );
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

/** The name alone: what the SDK says of an answer that broke off may hold the value. */
function nameOf(error: unknown): string {
  return error instanceof Error ? (error.message === 'NotAToken' ? error.message : error.name) : 'unknown';
}

/** Where a function's environment says that the token is: in Parameter Store, or in the environment itself. */
export function tokenSource(
  environment: { TMDB_API_TOKEN?: string | undefined; TMDB_TOKEN_PARAMETER?: string | undefined },
  clock: Clock,
): TokenSource {
  const { TMDB_API_TOKEN: token, TMDB_TOKEN_PARAMETER: parameterName } = environment;
  if (parameterName !== undefined) {
    return ssmToken(parameterName, clock);
  }
  return async () => token ?? '';
}
