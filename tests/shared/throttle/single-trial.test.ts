import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SharedBreaker } from '../../../src/shared/throttle/shared-breaker.ts';
import { breakerWorld, calls, eightFailures } from '../../support/breaker-world.ts';
import { scheduledBy } from '../../support/call-hook.ts';
import { memoryBreakerStore } from '../../support/memory-breaker-store.ts';

/** How many trials are under way, and the most that ever were. */
function trialCounter() {
  let underWay = 0;
  const seen = { most: 0, all: 0 };
  return {
    seen,
    /** One call of a worker, whatever it is admitted as. */
    callOf: async (worker: SharedBreaker, outcome: 'succeeded' | 'failed' | 'neutral', pause: () => Promise<void>) => {
      const admission = await worker.admit();
      if (admission.kind !== 'trial') {
        return;
      }
      underWay += 1;
      seen.all += 1;
      seen.most = Math.max(seen.most, underWay);
      await pause();
      // From here on another trial may be due.
      underWay -= 1;
      await worker.ended(admission, outcome, `it ${outcome}`);
    },
  };
}

const anyOutcome = fc.constantFrom('succeeded' as const, 'failed' as const, 'neutral' as const);

describe('the trial of an open breaker', () => {
  it('is made by exactly one of many workers that ask when it is due, in any order of their reads and writes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(anyOutcome, { minLength: 3, maxLength: 8 }),
        fc.integer({ min: 1, max: 3 }),
        async (scheduler, outcomes, asksEach) => {
          const store = memoryBreakerStore();
          const { workers: openers } = breakerWorld(3, store);
          await eightFailures(openers[0]);
          const raced = { ...store, ...delayed(store, scheduler) };
          const { workers, clock } = breakerWorld(outcomes.length, raced);
          await clock.advance(15_000);
          const { seen, callOf } = trialCounter();
          const asks = outcomes.flatMap((outcome, index) =>
            Array.from({ length: asksEach }, () =>
              callOf(workers[index] as SharedBreaker, outcome, () => scheduler.schedule(Promise.resolve(), 'the call')),
            ),
          );
          await scheduler.waitFor(Promise.all(asks));
          expect(seen).toEqual({ most: 1, all: 1 });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is one for each time that is up, however often the workers ask, until one succeeds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ by: fc.nat({ max: 3 }), waitMs: fc.nat({ max: 40_000 }) }), { maxLength: 80 }),
        async (asks) => {
          const trialsAtMs = await failingTrials(asks);
          const openings = [15_000, 30_000, 60_000];
          for (const [index, atMs] of trialsAtMs.entries()) {
            const shortest = openings[Math.min(index, 2)] ?? 0;
            expect(atMs - (trialsAtMs[index - 1] ?? 0)).toBeGreaterThanOrEqual(shortest);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is not given to two when the first one’s time runs out while others ask', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const store = memoryBreakerStore();
        const { workers: openers } = breakerWorld(3, store);
        await eightFailures(openers[0]);
        const { workers, clock } = breakerWorld(6, { ...store, ...delayed(store, scheduler) });
        await clock.advance(45_000);
        await scheduler.waitFor(Promise.all(workers.map((worker) => worker.admit())));
        // The trial of the first 30 s is lost; those who ask now are admitted once more, by one.
        await clock.advance(30_000);
        const admissions = await scheduler.waitFor(Promise.all(workers.map((worker) => worker.admit())));
        expect(admissions.filter(({ kind }) => kind === 'trial')).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });
});

/** When, from the opening on, trials were made (all of them fail) by workers that ask after the waits given. */
async function failingTrials(asks: readonly { by: number; waitMs: number }[]): Promise<number[]> {
  const { workers, clock } = breakerWorld(4);
  await eightFailures(workers[0]);
  const trialsAtMs: number[] = [];
  for (const { by, waitMs } of asks) {
    await clock.advance(waitMs);
    const [admission] = await calls(workers[by] as SharedBreaker, 'failed');
    if (admission?.kind === 'trial') {
      trialsAtMs.push(clock.monotonicMs());
    }
  }
  return trialsAtMs;
}

/** The same store, whose reads and writes happen in an order that the scheduler picks. */
function delayed(store: ReturnType<typeof memoryBreakerStore>, scheduler: fc.Scheduler) {
  const hook = scheduledBy(scheduler);
  return {
    read: () => hook('read', () => store.now()),
    replace: async (...[next, seen]: Parameters<typeof store.replace>) => {
      await hook('replace', () => undefined);
      return store.replace(next, seen);
    },
  };
}
