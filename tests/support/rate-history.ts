import fc from 'fast-check';
import type { RateLimits } from '../../src/shared/throttle/rate-schedule.ts';

/** Something that happens to a schedule. `by` is the worker that does it. */
export type RateStep =
  | { kind: 'take'; by: number; count: number }
  | { kind: 'idle'; ms: number }
  | { kind: 'throttle'; by: number; retryAfterMs: number | undefined };

/** 10 calls a second, and figures that are easy to reckon with. */
export const plainLimits: RateLimits = {
  requestsPerSecond: 10,
  floorPerSecond: 1,
  slowdown: 0.5,
  recoveryPerMinute: 6,
  pauseMs: 1_000,
  pauseCapMs: 60_000,
  aheadCapMs: 600_000,
};

/** Any limits that the settings allow. */
export const anyLimits: fc.Arbitrary<RateLimits> = fc.record({
  requestsPerSecond: fc.double({ min: 0.1, max: 40, noNaN: true }),
  floorPerSecond: fc.double({ min: 0.05, max: 50, noNaN: true }),
  slowdown: fc.double({ min: 0.1, max: 0.95, noNaN: true }),
  recoveryPerMinute: fc.double({ min: 0.01, max: 600, noNaN: true }),
  pauseMs: fc.integer({ min: 1, max: 10_000 }),
  pauseCapMs: fc.integer({ min: 1, max: 120_000 }),
  aheadCapMs: fc.integer({ min: 130_000, max: 10 ** 8 }),
});

/** Any history of up to `maxLength` steps by three workers. */
export function anyHistory(maxLength: number): fc.Arbitrary<RateStep[]> {
  const by = fc.nat({ max: 2 });
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('take' as const), by, count: fc.integer({ min: 1, max: 10 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('idle' as const),
        ms: fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 3_000 }), fc.nat({ max: 7_200_000 })),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('throttle' as const),
        by,
        retryAfterMs: fc.option(fc.oneof(fc.nat({ max: 5_000 }), fc.nat({ max: 10 ** 9 })), { nil: undefined }),
      }),
    },
  );
  return fc.array(step, { maxLength });
}
