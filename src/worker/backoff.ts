import type { Settings } from '../shared/settings/settings.ts';

/**
 * Full jitter: uniform between nothing and `base × 2^(attempt - 1)`, capped; `fraction` in [0, 1) is the draw.
 * Source: AWS Architecture Blog, exponential back-off and jitter, 2015.
 */
export function fullJitterDelayMs(attempt: number, fraction: number, tmdb: Settings['tmdb']): number {
  return fraction * Math.min(tmdb.backoffCapMs, tmdb.backoffBaseMs * 2 ** (attempt - 1));
}
