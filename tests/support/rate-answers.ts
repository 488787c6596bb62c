/** TMDB's answers to calls at 30 a second, and what the rule of the rate learns of them. */
import type { LearntRate } from '../../src/shared/throttle/learnt-rate.ts';
import { type CallAnswer, learn } from '../../src/shared/throttle/rate-rule.ts';
import { withSlots } from '../../src/shared/throttle/recent-calls.ts';

/** When these calls begin. */
export const startMs = Date.UTC(2026, 10, 23, 8);
const bySign = { '+': 'answered', '-': 'refused', x: 'failed' } as const;

/** Calls at 30 a second from `fromMs` on, by the signs of their answers; `?` has none yet. Learnt when all of them are there. */
export function afterCalls(learnt: LearntRate, signs: string, fromMs = startMs, ratePerSecond = 30): LearntRate {
  const slotsMs = [...signs].map((_, index) => fromMs + (index * 1_000) / 30);
  const nowMs = slotsMs.at(-1) ?? fromMs;
  const known = { ...learnt, recent: withSlots(learnt.recent, slotsMs, nowMs) };
  const answers = [...signs].flatMap((sign, index): CallAnswer[] => {
    const outcome = bySign[sign as keyof typeof bySign];
    return outcome === undefined ? [] : [{ slotMs: slotsMs[index] ?? 0, ratePerSecond, outcome }];
  });
  return learn(known, answers, nowMs);
}

/** TMDB admits `limit` calls of a second, and refuses the next three: an alarm, with that ceiling. */
export const refusedAt = (limit: number, learnt: LearntRate, fromMs: number) =>
  afterCalls(learnt, `${'+'.repeat(limit)}---`, fromMs);

/** TMDB's refusal names its limit: an alarm, with that ceiling. */
export const named = (learnt: LearntRate, namedLimit: number, atMs: number) =>
  learn(learnt, [{ slotMs: atMs, ratePerSecond: 30, outcome: 'refused', namedLimit }], atMs);
