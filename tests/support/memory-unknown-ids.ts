import { type UnknownIds, unknownIdMs } from '../../src/reader/dynamo-unknown-ids.ts';
import { clockSkewMs } from '../../src/shared/core/clock.ts';
import { noHook, type StoreHook } from './call-hook.ts';

/** Ids that TMDB does not know, in memory, shared by all who hold this object. */
export function memoryUnknownIds(hook: StoreHook = noHook): UnknownIds {
  const noted = new Map<string, number>();
  return {
    has: (text, nowMs) =>
      hook('has', () => {
        const ageMs = nowMs - (noted.get(text) ?? Number.NEGATIVE_INFINITY);
        return ageMs >= -clockSkewMs && ageMs < unknownIdMs;
      }),
    add: (text, nowMs) =>
      hook('add', () => {
        noted.set(text, nowMs);
      }),
  };
}
