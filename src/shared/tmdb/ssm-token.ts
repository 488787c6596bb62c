import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ClientTarget } from '../core/client-target.ts';
import type { Clock } from '../core/clock.ts';
import { RetryableError } from '../core/errors.ts';
import type { TokenSource } from '../core/redact-token.ts';
import { clientOptions } from '../tables/aws-clients.ts';

/** How long a token is cached. A replaced token is thus in use before the breaker's next trial after a rejection. */
const maxAgeMs = 300_000;
/** If Parameter Store fails, how long the last token stays in use before the next read. */
const holdMs = 60_000;

/**
 * The token from a SecureString of SSM Parameter Store. Concurrent calls share one read. The token is read again after five minutes on the
 * monotonic clock; if that fails, the last token stays in use. Errors never contain the value.
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
          `there is no TMDB token: the parameter '${parameterName}' cannot be read (${why})`,
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

/** Accepts the characters that a header may contain. Surrounding white space is removed: files often end in a line break. */
function checked(value: string | undefined): string {
  const token = value?.trim() ?? '';
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Error('NotAToken');
  }
  return token;
}

/** The name of an error without its message: for a truncated answer, the SDK's message may contain the value. */
function nameOf(error: unknown): string {
  return error instanceof Error ? (error.message === 'NotAToken' ? error.message : error.name) : 'unknown';
}

/** The token source that a function's environment names: Parameter Store, or the environment itself. */
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
