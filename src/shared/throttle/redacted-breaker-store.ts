import type { BreakerStore } from './breaker-store.ts';
import type { Redact } from '../core/redact-token.ts';

/** Keeps the breaker in `store` with no token in its detail, which is in TMDB's words. */
export function redactedBreakerStore(store: BreakerStore, redact: Redact): BreakerStore {
  return {
    read: () => store.read(),
    replace: (next, seenRevision) => store.replace({ ...next, detail: redact(next.detail) }, seenRevision),
  };
}
