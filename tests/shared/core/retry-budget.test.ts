import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryBudget } from '../../../src/shared/core/retries.ts';
import { fetchHarness } from '../../support/fetch-harness.ts';
import { jsonAnswer, noResponse, type ScriptedAnswer, tmdbError } from '../../support/scripted-tmdb.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { listPage, movieRow } from '../../support/tmdb-rows.ts';

const okPage = jsonAnswer(200, listPage(movieRow()));

/** Calls made (`true`) and retries granted of those wished for (`false`), after each of `events`. */
function spending(events: readonly boolean[]): { calls: number; retries: number }[] {
  const budget = retryBudget(0.1, 3);
  let [calls, retries] = [0, 0];
  return events.map((isCall) => {
    if (isCall) {
      budget.earn();
      calls += 1;
    } else {
      retries += budget.trySpend() ? 1 : 0;
    }
    return { calls, retries };
  });
}

describe('a retry budget', () => {
  it('begins with its burst and no more', () => {
    const budget = retryBudget(0.1, 3);
    expect([1, 2, 3, 4, 5].map(() => budget.trySpend())).toEqual([true, true, true, false, false]);
  });

  it('earns one retry with ten calls, exactly', () => {
    const budget = retryBudget(0.1, 3);
    while (budget.trySpend());
    const spent = Array.from({ length: 100 }, () => {
      budget.earn();
      return budget.trySpend();
    });
    expect(spent.map((yes, index) => (yes ? index + 1 : 0)).filter((n) => n > 0)).toEqual([
      10, 20, 30, 40, 50, 60, 70, 80, 90, 100,
    ]);
  });

  it('saves no more than its burst, however long nothing fails', () => {
    const budget = retryBudget(0.1, 3);
    for (let n = 0; n < 10_000; n += 1) {
      budget.earn();
    }
    expect([1, 2, 3, 4].map(() => budget.trySpend())).toEqual([true, true, true, false]);
  });

  it('never lets more be retried than a tenth of the calls and three, for any order of calls and failures', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 400 }), (events) => {
        for (const { calls, retries } of spending(events)) {
          expect(retries).toBeLessThanOrEqual(0.1 * calls + 3 + 1e-9);
        }
      }),
    );
  });
});

describe('the worker’s retries', () => {
  const anyAnswer = fc.constantFrom<ScriptedAnswer>(
    okPage,
    tmdbError(503, 9),
    tmdbError(429, 25),
    noResponse('timeout'),
    tmdbError(404, 34),
    jsonAnswer(200, { no: 'list' }),
  );

  it('are at most a tenth of the calls and three, for any answers of TMDB', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAnswer, { minLength: 1, maxLength: 120 }), fc.nat(), async (answers, seed) => {
        const overrides = { budget: retryBudget(0.1, 3), random: seededRandom(seed) };
        const harness = fetchHarness([...answers, okPage], overrides);
        let jobs = 0;
        while (harness.tmdb.requests.length < answers.length) {
          await harness.fetch(undefined, Number.POSITIVE_INFINITY);
          jobs += 1;
        }
        const retries = harness.telemetry.eventsOf('tmdb-call').filter(({ attempt }) => attempt > 1).length;
        expect(harness.tmdb.requests).toHaveLength(jobs + retries);
        expect(retries).toBeLessThanOrEqual(0.1 * jobs + 3 + 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  it('in an outage are three, and then one for every ten jobs', async () => {
    const harness = fetchHarness([tmdbError(503, 9)], { budget: retryBudget(0.1, 3) });
    for (let n = 0; n < 100; n += 1) {
      await harness.fetch(undefined, Number.POSITIVE_INFINITY);
    }
    expect(harness.tmdb.requests.length).toBeLessThanOrEqual(113);
  });
});
