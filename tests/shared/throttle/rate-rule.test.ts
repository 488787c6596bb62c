import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LearntRate,
  learntRateSchema,
  noiseShare,
  nothingLearnt,
} from '../../../src/shared/throttle/learnt-rate.ts';
import { type CallAnswer, learn, rateAt } from '../../../src/shared/throttle/rate-rule.ts';
import { afterCalls, named, refusedAt, startMs } from '../../support/rate-answers.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const bounds = { requestsPerSecond: 30, floorPerSecond: 1 };
const anyOutcome = fc.constantFrom('answered', 'failed', 'refused', 'refused');
const anyAnswer: fc.Arbitrary<CallAnswer> = fc.record({
  slotMs: fc.integer({ min: startMs, max: startMs + 60_000 }),
  ratePerSecond: fc.double({ min: 0.1, max: 40, noNaN: true }),
  outcome: anyOutcome as fc.Arbitrary<CallAnswer['outcome']>,
  namedLimit: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined, freq: 9 }),
});
const anyAnswers = fc.array(anyAnswer, { maxLength: 60 });
/** What is learnt from any answers, each at the time of its slot and a little later. */
const learntFrom = (answers: readonly CallAnswer[]) =>
  answers.reduce((learnt, answer) => learn(learnt, [answer], answer.slotMs + 200), nothingLearnt);

describe('the rate', () => {
  it('is always between the floor and the configured rate, whatever was learnt and whenever', () => {
    const anyBounds = fc.record({
      requestsPerSecond: fc.double({ min: 0.1, max: 40, noNaN: true }),
      floorPerSecond: fc.double({ min: 0.01, max: 50, noNaN: true }),
    });
    fc.assert(
      fc.property(anyAnswers, anyBounds, fc.integer({ min: -60_000, max: 600_000 }), (answers, some, ms) => {
        const rate = rateAt(learntFrom(answers), startMs + ms, some);
        expect(rate).toBeGreaterThanOrEqual(Math.min(some.floorPerSecond, some.requestsPerSecond));
        expect(rate).toBeLessThanOrEqual(some.requestsPerSecond);
      }),
    );
  });

  it('never changes while TMDB refuses nothing', () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const clean = answers.map((one) => (one.outcome === 'refused' ? { ...one, outcome: 'failed' as const } : one));
        const { answers: count, recent, noiseCalls, noiseRefusals, ...others } = learntFrom(clean);
        const { answers: _0, recent: _1, noiseCalls: _2, noiseRefusals: noRefusals, ...before } = nothingLearnt;
        expect(others).toEqual(before);
        expect(count).toBe(answers.length);
        expect(noiseRefusals).toBeLessThanOrEqual(noRefusals);
        expect(rateAt(learntFrom(clean), startMs + 90_000, bounds)).toBe(30);
      }),
    );
  });

  it('rises again to the configured one, however low the ceiling was', () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        expect(rateAt(learntFrom(answers), startMs + 600_000, bounds)).toBe(30);
      }),
    );
  });

  it('is after an alarm 0.7 of the ceiling for a second, then 0.97 of it, and rises after the hold', () => {
    const learnt = named(nothingLearnt, 20, startMs);
    const rates = [0, 999, 1_000, 14_999, 15_000, 16_000, 25_000, 30_000].map((ms) =>
      rateAt(learnt, startMs + ms, bounds),
    );
    // After the hold: 0.1 a second for each second, and that grows: 10 s are 10 · 0.1 · (1 + 10/4), 15 s reach 1.5 · 4.75.
    const expected = [14, 14, 19.4, 19.4, 19.4, 19.525, 22.9, 26.525];
    expect(rates.map((rate, index) => rate - (expected[index] ?? 0))).toEqual(rates.map(() => expect.closeTo(0, 9)));
  });
});

describe('a refusal below the alarm', () => {
  it('changes nothing but noise, score and counts', () => {
    const { score, noiseCalls, noiseRefusals, recent, answers, refusals, ...others } = afterCalls(nothingLearnt, '+-');
    expect(nothingLearnt).toMatchObject(others);
    // Refusals are four times as frequent at the limit as by chance.
    expect(score).toBeCloseTo(Math.log(4), 2);
    expect([noiseCalls, noiseRefusals]).toEqual([expect.closeTo(39.8, 1), expect.closeTo(0.69, 2)]);
    expect([answers, refusals]).toEqual([2, 1]);
    expect(recent).not.toBe('');
  });

  it('is forgotten by good answers', () => {
    expect(afterCalls(nothingLearnt, `-${'+'.repeat(20)}`).score).toBe(0);
    expect(afterCalls(nothingLearnt, `-${'+'.repeat(20)}-${'+'.repeat(20)}-`).alarmAtMs).toBe(0);
  });
});

describe('an alarm', () => {
  it('comes with the third refusal in a row: the ceiling is what was admitted in the second before', () => {
    // TMDB admits 20 calls of a second.
    expect(afterCalls(nothingLearnt, `${'+'.repeat(20)}--`).alarmAtMs).toBe(0);
    const learnt = afterCalls(nothingLearnt, `${'+'.repeat(20)}---`);
    expect(learnt).toMatchObject({
      ceiling: 20,
      alarmAtMs: Math.ceil(startMs + 22_000 / 30),
      holdMs: 15_000,
      score: 0,
    });
    expect(learnt.refusedShare).toBeCloseTo(3 / 23, 6);
    expect(learnt.emptyingRate).toBeCloseTo(14, 6);
  });

  it('counts what is not answered yet as the answers after the first refusal were', () => {
    // 24, two of the five that are known after the first refusal, and 0.4 of the one that is unknown.
    const learnt = afterCalls(nothingLearnt, `${'+'.repeat(24)}-+-?+-`);
    expect(learnt).toMatchObject({ ceiling: 26 });
    expect(learnt.refusedShare).toBeCloseTo(3 / 29, 6);
    // 30 calls a second are not far above 26.4.
    expect(learnt.emptyingRate).toBeCloseTo(0.95 * 26, 6);
  });

  it('counts a failure as a call that was admitted, and not for the share of refusals', () => {
    expect(afterCalls(nothingLearnt, `${'x'.repeat(20)}---`)).toMatchObject({ ceiling: 20 });
    const { score, noiseCalls } = afterCalls(nothingLearnt, '-xxxxxxxx');
    expect([score, noiseCalls]).toEqual([afterCalls(nothingLearnt, '-').score, expect.closeTo(39.9, 6)]);
  });

  it('comes with the second refusal above a known ceiling, unless refusals at random are known', () => {
    const known = { ...named(nothingLearnt, 20, startMs), noiseCalls: 200, noiseRefusals: 1 };
    const laterMs = startMs + 20_000;
    expect(afterCalls(known, `${'+'.repeat(20)}-`, laterMs, 22)).toMatchObject({ alarmAtMs: startMs });
    expect(afterCalls(known, `${'+'.repeat(20)}--`, laterMs, 22).alarmAtMs).toBeGreaterThan(laterMs);
    const noisy = { ...known, noiseRefusals: 4 };
    expect(afterCalls(noisy, `${'+'.repeat(20)}--`, laterMs, 22)).toMatchObject({ alarmAtMs: startMs });
    expect(afterCalls(noisy, `${'+'.repeat(20)}---`, laterMs, 22).alarmAtMs).toBeGreaterThan(laterMs);
  });

  it('has no ceiling below one, nor above the rate at which the calls were sent', () => {
    expect(afterCalls(nothingLearnt, '----------').ceiling).toBe(1);
    expect(afterCalls(nothingLearnt, `${'+'.repeat(27)}---`, startMs, 12).ceiling).toBe(12);
  });

  it('needs ten calls in the second before, or a third of the rate', () => {
    expect(afterCalls(nothingLearnt, '---------').alarmAtMs).toBe(0);
    expect(afterCalls(nothingLearnt, '----------').alarmAtMs).toBeGreaterThan(0);
    expect(afterCalls(nothingLearnt, '---', startMs, 9).alarmAtMs).toBeGreaterThan(0);
  });

  it('is raised at once by a limit that TMDB names, if the call was faster', () => {
    expect(named(nothingLearnt, 20, startMs)).toMatchObject({ ceiling: 20, alarmAtMs: startMs, refusals: 1 });
    expect(named(nothingLearnt, 30, startMs)).toMatchObject({ ceiling: 0, alarmAtMs: 0, refusals: 1 });
  });

  it('at about the same ceiling keeps the higher of the two and doubles the hold up to a bound; another resets it', () => {
    const minuteMs = 60_000;
    const alarms: LearntRate[] = [];
    for (const [index, limit] of [20, 18, 22, 20, 20, 10, 10].entries()) {
      alarms.push(refusedAt(limit, alarms.at(-1) ?? nothingLearnt, startMs + index * minuteMs));
    }
    expect(alarms.map(({ ceiling, holdMs }) => [ceiling, holdMs])).toEqual([
      [20, 15_000],
      [20, 30_000],
      [22, 36_000],
      [22, 36_000],
      [22, 36_000],
      [10, 15_000],
      [10, 30_000],
    ]);
  });

  it('at about the same ceiling keeps the lower of the two if refusals below it have shown that it was too high', () => {
    const known = named(nothingLearnt, 20, startMs);
    const testedMs = startMs + 5_000;
    const twice = `${'+'.repeat(18)}-`.repeat(2);
    const again = (signs: string) => refusedAt(18, afterCalls(known, signs, testedMs, 0.9 * 20), startMs + 20_000);
    expect(again(twice)).toMatchObject({ ceiling: 20, ceilingBefore: 20, holdMs: 30_000 });
    expect(again(`${twice}${'+'.repeat(18)}-`)).toMatchObject({ ceiling: 18, ceilingBefore: 0, holdMs: 30_000 });
    // Three of more than a hundred may be noise.
    const rarely = `${'+'.repeat(34)}-`.repeat(3);
    expect(again(rarely)).toMatchObject({ ceiling: 20, holdMs: 30_000 });
  });

  it('is not raised by what was sent shortly before the last one, nor while TMDB’s window emptied', () => {
    const alarmed = named(nothingLearnt, 20, startMs);
    const anyVoid = fc.record({
      slotMs: fc.integer({ min: startMs - 2_000, max: startMs + 999 }),
      ratePerSecond: fc.double({ min: 0.1, max: 40, noNaN: true }),
      outcome: anyOutcome as fc.Arbitrary<CallAnswer['outcome']>,
      namedLimit: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(anyVoid, { maxLength: 30 }), (answers) => {
        const { recent: _, answers: __, refusals: ___, ...after } = learn(alarmed, answers, startMs + 1_200);
        expect(alarmed).toMatchObject(after);
      }),
    );
    const afterwards = startMs + 1_000;
    expect(named(alarmed, 10, afterwards)).toMatchObject({ ceiling: 10, alarmAtMs: afterwards });
    expect(named(alarmed, 10, startMs - 2_001).ceiling).toBe(10);
  });
});

describe('noise', () => {
  it.each([0.02, 0.05])('of a share of %d is learnt, above and below a ceiling', (share) => {
    for (const before of [nothingLearnt, named(nothingLearnt, 20, startMs)]) {
      const learntShares = [1, 2, 3, 4, 5, 6].map((seed) => {
        const random = seededRandom(seed);
        const signs = Array.from({ length: 3_000 }, () => (random.next() < share ? '-' : '+')).join('');
        const chunks = signs.match(/.{30}/g) ?? [];
        const learnt = chunks.reduce(
          (all, chunk, index) => afterCalls(all, chunk, startMs + 2_000 + index * 1_000, 15),
          before,
        );
        return noiseShare(learnt);
      });
      const mean = learntShares.reduce((sum, one) => sum + one, 0) / learntShares.length;
      expect(mean).toBeGreaterThan(0.6 * share);
      expect(mean).toBeLessThan(1.5 * share);
    }
  });

  it('that is known raises no alarm where it would have raised one before', () => {
    const noisy = { ...nothingLearnt, noiseCalls: 100, noiseRefusals: 10 };
    const signs = '++++++-+-+-';
    expect(afterCalls(nothingLearnt, signs).alarmAtMs).toBeGreaterThan(0);
    expect(afterCalls(noisy, signs).alarmAtMs).toBe(0);
  });

  it('is not learnt from calls above a ceiling', () => {
    const learnt = named(nothingLearnt, 20, startMs);
    const { noiseCalls, noiseRefusals } = afterCalls(learnt, '+-++', startMs + 5_000, 25);
    expect({ noiseCalls, noiseRefusals }).toEqual({
      noiseCalls: learnt.noiseCalls,
      noiseRefusals: learnt.noiseRefusals,
    });
  });
});

describe('what is stored', () => {
  it('counts each answer and each refusal once', () => {
    fc.assert(
      fc.property(anyAnswers, (list) => {
        const refused = list.filter(({ outcome }) => outcome === 'refused').length;
        expect(learntFrom(list)).toMatchObject({ answers: list.length, refusals: refused });
        expect(learn(nothingLearnt, list, startMs + 60_000)).toMatchObject({ answers: list.length, refusals: refused });
      }),
    );
  });

  it('comes back from the store as it is, whatever was learnt', () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const learnt = learntFrom(answers);
        expect(learntRateSchema.parse(JSON.parse(JSON.stringify(learnt)))).toEqual(learnt);
      }),
    );
  });

  it('and was damaged counts as nothing learnt, member by member', () => {
    const good = named(nothingLearnt, 20, startMs);
    for (const name of Object.keys(nothingLearnt) as (keyof LearntRate)[]) {
      for (const damaged of [undefined, null, 'soon', -1, Number.NaN, [], {}]) {
        const parsed = learntRateSchema.parse({ ...good, [name]: damaged });
        const kept = name === 'recent' && damaged === 'soon' ? 'soon' : nothingLearnt[name];
        expect(parsed).toEqual({ ...good, [name]: kept });
      }
    }
    expect(learntRateSchema.parse({})).toEqual(nothingLearnt);
  });

  it('and is anything at all still gives a rate within its bounds, and learns', () => {
    const anyMember = fc.oneof(fc.jsonValue(), fc.double(), fc.maxSafeNat());
    const names = Object.keys(nothingLearnt);
    const anyStored = fc.record(Object.fromEntries(names.map((name) => [name, anyMember])));
    fc.assert(
      fc.property(anyStored, anyAnswers, (stored, answers) => {
        const learnt = learn(learntRateSchema.parse(stored), answers, startMs + 60_000);
        const rate = rateAt(learnt, startMs + 60_000, bounds);
        expect(rate >= 1 && rate <= 30).toBe(true);
      }),
    );
  });
});
