import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../../src/shared/core/clock.ts';
import { type LearntRate, nothingLearnt } from '../../../src/shared/throttle/learnt-rate.ts';
import { type CallAnswer, learn, rateAt } from '../../../src/shared/throttle/rate-rule.ts';
import { withSlots } from '../../../src/shared/throttle/recent-calls.ts';
import { afterCalls, named, refusedAt, startMs } from '../../support/rate-answers.ts';

const bounds = { requestsPerSecond: 30, floorPerSecond: 1 };

describe('a ceiling', () => {
  const alarmed = afterCalls(nothingLearnt, `${'+'.repeat(20)}---`);
  const laterMs = startMs + 5_000;
  const below = 0.9 * 20;

  it('is disproved by two refusals below it without an alarm, and everything about it is forgotten at once', () => {
    const signs = `${'+'.repeat(15)}-${'+'.repeat(15)}`;
    expect(afterCalls(alarmed, signs, laterMs, below)).toMatchObject({ ceiling: 20, callsBelow: 31, refusedBelow: 1 });
    const learnt = afterCalls(alarmed, `${signs}-`, laterMs, below);
    expect(learnt).toMatchObject({ ceiling: 0, holdMs: 15_000, callsBelow: 0, refusedBelow: 0, refusedShare: 0 });
    expect(rateAt(learnt, laterMs + 2_000, bounds)).toBe(30);
  });

  it('is not disproved by calls above it', () => {
    const signs = `${'+'.repeat(15)}-${'+'.repeat(15)}-`;
    expect(afterCalls(alarmed, signs, laterMs, 20)).toMatchObject({ ceiling: 20, callsBelow: 0 });
  });

  it('is not disproved by refusals that are far rarer below it than where the alarm was raised', () => {
    const certain = named(nothingLearnt, 20, startMs);
    const signs = `${'+'.repeat(15)}-${'+'.repeat(15)}-`;
    // All were refused then, and one of sixteen is now.
    expect(afterCalls(certain, signs, laterMs, below)).toMatchObject({ ceiling: 20, refusedBelow: 2 });
  });

  it('that TMDB has lowered is met again: an alarm, and no disproof', () => {
    expect(afterCalls(alarmed, `${'+'.repeat(10)}---`, laterMs, below)).toMatchObject({ ceiling: 10, holdMs: 15_000 });
  });

  it('is forgotten after ten minutes without an alarm, with the hold that it had', () => {
    const known = { ...alarmed, holdMs: 60_000, callsBelow: 9, refusedBelow: 1 };
    const answeredAfter = (ms: number) => afterCalls(known, '+', known.alarmAtMs + ms);
    expect(answeredAfter(10 * minuteMs)).toMatchObject({ ceiling: 20, holdMs: 60_000 });
    expect(answeredAfter(10 * minuteMs + 1)).toMatchObject({
      ceiling: 0,
      holdMs: 15_000,
      refusedShare: 0,
      callsBelow: 0,
      refusedBelow: 0,
    });
    // Two refusals raise an alarm above a ceiling, and say nothing without one.
    const twoRefused = `${'+'.repeat(20)}--`;
    const quiet = { ...known, noiseRefusals: 0.1, noiseCalls: 100 };
    expect(afterCalls(quiet, twoRefused, startMs + 9 * minuteMs).alarmAtMs).toBeGreaterThan(known.alarmAtMs);
    expect(afterCalls(quiet, twoRefused, startMs + 11 * minuteMs).alarmAtMs).toBe(known.alarmAtMs);
  });
});

describe('a limit that TMDB names', () => {
  /** TMDB admits `limit` calls of any second and names it in each refusal. When it refused, in milliseconds since `fromMs`. */
  function refusalsOf(limit: number, before: LearntRate, fromMs: number, forMs: number) {
    const admittedMs: number[] = [];
    const refusedMs: number[] = [];
    const answerAt = (slotMs: number, ratePerSecond: number): CallAnswer => {
      const isAdmitted = admittedMs.filter((ms) => ms > slotMs - 1_000).length < limit;
      if (isAdmitted) {
        admittedMs.push(slotMs);
        return { slotMs, ratePerSecond, outcome: 'answered' };
      }
      refusedMs.push(slotMs - fromMs);
      return { slotMs, ratePerSecond, outcome: 'refused', namedLimit: limit };
    };
    let learnt = before;
    for (let slotMs = fromMs; slotMs < fromMs + forMs; slotMs += 1_000 / rateAt(learnt, slotMs, bounds)) {
      learnt = learn(learnt, [answerAt(slotMs, rateAt(learnt, slotMs, bounds))], slotMs);
    }
    return { learnt, refusedMs };
  }

  it('is believed also where a ceiling a quarter higher is known, and TMDB refuses nothing after two seconds', () => {
    const known = refusedAt(25, nothingLearnt, startMs);
    expect(known.ceiling).toBe(25);
    const { learnt, refusedMs } = refusalsOf(20, known, startMs + 5_000, 14_000);
    expect(learnt).toMatchObject({ ceiling: 20, holdMs: 15_000 });
    expect(refusedMs.length).toBeGreaterThan(0);
    expect(Math.max(...refusedMs)).toBeLessThan(2_000);
  });

  it('is not refined by answers that come later: it is no estimate', () => {
    const estimated = afterCalls(nothingLearnt, `${'+'.repeat(12)}????????---`);
    const known = named(estimated, 19, startMs + 1_800);
    // It was the fifteenth call of the second before the first alarm.
    const late: CallAnswer = { slotMs: startMs + 14_000 / 30, ratePerSecond: 30, outcome: 'refused' };
    expect(learn(estimated, [late], startMs + 1_800).ceiling).toBeLessThan(19);
    expect(learn(known, [late], startMs + 1_900)).toMatchObject({ ceiling: 19, refusals: 5 });
  });
});

describe('a limit that has just fallen', () => {
  // Thirty calls of a second were admitted, then none. The alarm is raised by the first three refusals, while six calls have no answer.
  const alarmed = afterCalls(nothingLearnt, `${'+'.repeat(30)}---???`);
  const refusals = (...indexes: number[]) =>
    indexes.map(
      (index): CallAnswer => ({ slotMs: startMs + (index * 1_000) / 30, ratePerSecond: 30, outcome: 'refused' }),
    );
  const nowMs = alarmed.alarmAtMs + 300;

  it('is found by the last refusal of a call from before the alarm: TMDB’s window held calls that the old limit had admitted', () => {
    expect(alarmed).toMatchObject({ ceiling: 27, refusals: 3 });
    // 30 calls are in the second before each refusal, of which 24 and 21 were admitted.
    expect(learn(alarmed, refusals(33, 34, 35), nowMs)).toMatchObject({ ceiling: 24, alarmAtMs: alarmed.alarmAtMs });
    expect(learn(alarmed, refusals(33, 34, 35, 36, 37, 38), nowMs).ceiling).toBe(21);
    expect(learn(alarmed, refusals(38, 37, 36, 35, 34, 33), nowMs).ceiling).toBe(21);
  });

  it('is not found by a refusal of a call that was sent when all workers knew of the alarm', () => {
    expect(learn(alarmed, refusals(33, 34, 35, 41), nowMs).ceiling).toBe(24);
  });

  it('is not found below the ceiling that was about the same before', () => {
    const again = { ...alarmed, ceilingBefore: 26 };
    expect(learn(again, refusals(33, 34, 35), nowMs).ceiling).toBe(26);
  });
});

describe('an answer that comes late', () => {
  /** 12 that were admitted, 8 whose answers are missing, and three refusals: an alarm, with a ceiling of 20. */
  const alarmed = afterCalls(nothingLearnt, `${'+'.repeat(12)}????????---`);
  const lateAnswer = (index: number, outcome: CallAnswer['outcome']): CallAnswer => ({
    slotMs: startMs + (index * 1_000) / 30,
    ratePerSecond: 30,
    outcome,
  });
  const nowMs = alarmed.alarmAtMs + 300;

  it('shows that TMDB had admitted fewer calls in the second before the alarm, and the ceiling follows', () => {
    expect(alarmed).toMatchObject({ ceiling: 20, refusals: 3 });
    const admitted = [12, 13, 15, 16, 18].map((index) => lateAnswer(index, 'answered'));
    const known = learn(alarmed, admitted, nowMs);
    expect(known).toMatchObject({ ceiling: 20, answers: 20 });
    // 14 before the first refusal; after it, three of the seven that are known, and as much of the two that are not.
    const first = learn(known, [lateAnswer(14, 'refused')], nowMs);
    expect(first).toMatchObject({ ceiling: 17, alarmAtMs: alarmed.alarmAtMs, refusals: 4 });
    const all = learn(first, [lateAnswer(17, 'refused'), lateAnswer(19, 'refused')], nowMs);
    // Twelve, and five of the eight.
    expect(all).toMatchObject({ ceiling: 17, refusals: 6 });
  });

  it('shows the same in any order, also that TMDB had admitted more than it seemed', () => {
    // 14 before the first refusal, and none of the four that are known after it.
    const first = learn(alarmed, [lateAnswer(14, 'refused')], nowMs);
    expect(first.ceiling).toBe(14);
    const more = [12, 13, 15, 16, 18].map((index) => lateAnswer(index, 'answered'));
    const all = [...more, lateAnswer(17, 'refused'), lateAnswer(19, 'refused')];
    expect(learn(first, all, nowMs)).toMatchObject({ ceiling: 17, refusals: 6 });
    expect(learn(first, all.toReversed(), nowMs)).toMatchObject({ ceiling: 17, refusals: 6 });
  });

  it('changes no ceiling when calls of the second before the alarm are not known any more', () => {
    const { alarmSlotMs } = alarmed;
    const stored = (ms: number) => ({ ...alarmed, recent: withSlots(alarmed.recent, [], alarmSlotMs + ms) });
    const late = [lateAnswer(14, 'refused')];
    expect(learn(stored(1_999), late, alarmSlotMs + 2_000).ceiling).toBe(14);
    expect(learn(stored(2_400), late, alarmSlotMs + 2_500)).toMatchObject({ ceiling: 20, refusals: 4 });
    expect(learn(alarmed, late, alarmSlotMs + 2_001)).toMatchObject({ ceiling: 20, refusals: 4 });
  });

  it('brings back no ceiling that was disproved meanwhile', () => {
    const signs = `${'+'.repeat(9)}-${'+'.repeat(15)}-`;
    const disproved = afterCalls(alarmed, signs, alarmed.alarmAtMs + 1_000, 0.9 * 20);
    expect(disproved.ceiling).toBe(0);
    expect(learn(disproved, [lateAnswer(14, 'refused')], alarmed.alarmSlotMs + 2_000).ceiling).toBe(0);
  });

  it('and was admitted or failed changes nothing', () => {
    const all = [12, 13, 14, 15, 16, 17, 18, 19].map((index) => lateAnswer(index, index % 2 ? 'failed' : 'answered'));
    expect(learn(alarmed, all, nowMs)).toMatchObject({ ceiling: 20, answers: 23 });
  });

  it('does not take the ceiling below the one that was about the same before', () => {
    const before = refusedAt(19, nothingLearnt, startMs - 60_000);
    const again = afterCalls(before, `${'+'.repeat(12)}????????---`);
    expect(again).toMatchObject({ ceiling: 20, ceilingBefore: 19 });
    const refused = [12, 13, 14].map((index) => lateAnswer(index, 'refused'));
    expect(learn(again, refused, again.alarmAtMs + 300).ceiling).toBe(19);
  });

  it('is no evidence when the calls of its second are not known any more', () => {
    const refused = Array.from({ length: 10 }, (_, index) => lateAnswer(index, 'refused'));
    const lastMs = startMs + 2_000;
    expect(learn(nothingLearnt, refused, lastMs).alarmAtMs).toBe(lastMs);
    const { recent: _, ...tooLate } = learn(nothingLearnt, refused, lastMs + 301);
    const { recent: __, ...nothing } = nothingLearnt;
    expect(tooLate).toEqual({ ...nothing, answers: 10, refusals: 10 });
  });
});
