import fc from 'fast-check';
import type { CallAnswer } from '../../src/shared/throttle/rate-rule.ts';
import type { RateLimits } from '../../src/shared/throttle/rate-schedule.ts';

/** Something that happens to a schedule. `by` is the worker that does it. */
export type RateStep =
  | { kind: 'take'; by: number; count: number }
  | { kind: 'idle'; ms: number }
  /** The answer to a call that used a slot `agoMs` ago. */
  | { kind: 'answer'; by: number; agoMs: number; outcome: CallAnswer['outcome']; retryAfterMs: number | undefined };

/** 10 calls a second of at most 12, and figures that are easy to reckon with: a slot may be used 100 ms late. */
export const plainLimits: RateLimits = {
  requestsPerSecond: 10,
  floorPerSecond: 1,
  limitPerSecond: 12,
  pauseCapMs: 60_000,
  slotToleranceMs: 50,
  lanes: 1,
  connections: 20,
  aheadCapMs: 600_000,
};

/** Any limits that the settings allow. */
export const anyLimits: fc.Arbitrary<RateLimits> = fc
  .record({
    requestsPerSecond: fc.double({ min: 0.1, max: 40, noNaN: true }),
    floorPerSecond: fc.double({ min: 0.05, max: 50, noNaN: true }),
    aboveRate: fc.double({ min: 0, max: 20, noNaN: true }),
    pauseCapMs: fc.integer({ min: 1, max: 120_000 }),
    slotToleranceMs: fc.integer({ min: 1, max: 100 }),
    lanes: fc.integer({ min: 1, max: 4 }),
    connections: fc.integer({ min: 1, max: 40 }),
    aheadCapMs: fc.integer({ min: 130_000, max: 10 ** 8 }),
  })
  .map(({ aboveRate, ...limits }) => ({ ...limits, limitPerSecond: limits.requestsPerSecond + aboveRate }));

/** The answer to a call that used a slot at `slotMs`, at 10 calls a second. */
export function answerTo(
  slotMs: number,
  outcome: CallAnswer['outcome'] = 'answered',
  over: Partial<CallAnswer> = {},
): CallAnswer {
  return { slotMs, ratePerSecond: plainLimits.requestsPerSecond, outcome, ...over };
}

/** A refusal that asks everybody to pause. */
export function throttleAt(slotMs: number, retryAfterMs: number): CallAnswer {
  return answerTo(slotMs, 'refused', { retryAfterMs });
}

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
    { weight: 3, arbitrary: anyAnswerStep(by) },
  );
  return fc.array(step, { maxLength });
}

function anyAnswerStep(by: fc.Arbitrary<number>): fc.Arbitrary<RateStep> {
  return fc.record({
    kind: fc.constant('answer' as const),
    by,
    agoMs: fc.nat({ max: 5_000 }),
    outcome: fc.constantFrom('answered', 'failed', 'refused', 'refused'),
    retryAfterMs: fc.option(fc.oneof(fc.nat({ max: 5_000 }), fc.nat({ max: 10 ** 9 })), { freq: 1, nil: undefined }),
  });
}

/** What `step` of kind `answer` reports at `nowMs`. Only a refusal asks for a pause. */
export function answerOf(step: Extract<RateStep, { kind: 'answer' }>, nowMs: number): CallAnswer {
  const { agoMs, outcome, retryAfterMs } = step;
  return answerTo(nowMs - agoMs, outcome, outcome === 'refused' ? { retryAfterMs } : {});
}
