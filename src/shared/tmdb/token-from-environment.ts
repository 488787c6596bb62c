import type { Clock } from '../core/clock.ts';
import type { TokenSource } from './token-source.ts';
import { ssmToken } from './ssm-token.ts';

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
