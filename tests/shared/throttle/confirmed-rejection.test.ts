import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Admission, TokenCheck } from '../../../src/shared/throttle/shared-breaker.ts';
import { breakerStartMs, breakerWorld, eightFailures, rejectToken } from '../../support/breaker-world.ts';
import { scheduledBy } from '../../support/call-hook.ts';
import { memoryBreakerStore } from '../../support/memory-breaker-store.ts';

const words = 'HTTP 401: Invalid API key';
const rejected: TokenCheck = { kind: 'rejected', detail: 'HTTP 401 again' };
const accepted: TokenCheck = { kind: 'accepted', detail: 'HTTP 200' };
const unproven: TokenCheck = { kind: 'unproven', detail: 'HTTP 403 of a CDN' };
const closed: Admission = { kind: 'closed' };
const quarterHourMs = 900_000;

/** A check that waits until it is told its outcome, and counts. */
function heldCheck() {
  const { promise, resolve } = Promise.withResolvers<TokenCheck>();
  let calls = 0;
  const check = async () => {
    calls += 1;
    return promise;
  };
  return { check, resolve, calls: () => calls };
}

describe('a refusal of the token', () => {
  it('opens the breaker once a second call was refused, with the words of both', async () => {
    const { workers, store } = breakerWorld();
    expect(await workers[0].confirmRejection(closed, words, async () => rejected)).toEqual({
      kind: 'rejected',
      detail: 'HTTP 401: Invalid API key; HTTP 401 again',
    });
    expect(store.now()).toMatchObject({
      state: 'open',
      reason: 'token-rejected',
      detail: `${words}; HTTP 401 again`,
      retryAtMs: breakerStartMs + quarterHourMs,
    });
  });

  it.each([accepted, unproven])('stops nobody where the second call says $kind', async (outcome) => {
    const { workers, store } = breakerWorld();
    expect(await workers[0].confirmRejection(closed, words, async () => outcome)).toEqual(outcome);
    expect(store.stored).toEqual([]);
    expect(await workers[1].admit()).toEqual(closed);
  });

  it('stops nobody before the second call has ended', async () => {
    const { workers, store } = breakerWorld();
    const { check, resolve } = heldCheck();
    const told = workers[0].confirmRejection(closed, words, check);
    expect(await workers[0].admit()).toEqual(closed);
    expect(store.stored).toEqual([]);
    resolve(rejected);
    await told;
    expect(await workers[0].admit()).toMatchObject({ kind: 'refused' });
  });

  it('of all jobs of a batch is checked by one call', async () => {
    const { workers, store } = breakerWorld();
    const { check, resolve, calls } = heldCheck();
    const told = Array.from({ length: 10 }, (_, n) => workers[0].confirmRejection(closed, `${words} ${n}`, check));
    resolve(rejected);
    expect(await Promise.all(told)).toEqual(
      told.map(() => ({ kind: 'rejected', detail: 'HTTP 401: Invalid API key 0; HTTP 401 again' })),
    );
    expect([calls(), store.stored.length]).toEqual([1, 1]);
  });

  it('that comes after a check has ended is checked anew, also when that failed', async () => {
    const { workers } = breakerWorld();
    let calls = 0;
    const away = async () => {
      calls += 1;
      throw new Error('the control table is away');
    };
    await expect(workers[0].confirmRejection(closed, words, away)).rejects.toThrow('the control table is away');
    expect(await workers[0].confirmRejection(closed, words, async () => accepted)).toEqual(accepted);
    expect(await workers[0].confirmRejection(closed, words, async () => unproven)).toEqual(unproven);
    expect(calls).toBe(1);
  });

  it('needs no call where another container has opened the breaker for it', async () => {
    const { workers, store } = breakerWorld();
    await workers[1].confirmRejection(closed, words, async () => rejected);
    const { check, calls } = heldCheck();
    expect(await workers[0].confirmRejection(closed, words, check)).toEqual({
      kind: 'rejected',
      detail: `${words}; HTTP 401 again`,
    });
    expect([calls(), store.stored.length]).toEqual([0, 1]);
  });

  it('is checked where the breaker is open for failures, but its gate lets no call through', async () => {
    const { workers } = breakerWorld();
    await eightFailures(workers[1]);
    const asked: Admission[] = [];
    await workers[0].confirmRejection(closed, words, async (admit) => {
      asked.push(await admit());
      return unproven;
    });
    expect(asked).toMatchObject([{ kind: 'refused', reason: 'failures' }]);
  });

  it('of a trial is checked by a call of the same trial, and opens the breaker for as long again', async () => {
    const { workers, store, clock } = breakerWorld();
    await rejectToken(workers[0], words);
    await clock.advance(quarterHourMs);
    const trial = await workers[0].admit();
    expect(trial.kind).toBe('trial');
    await workers[0].confirmRejection(trial, 'HTTP 401: still', async (admit) => {
      expect(await admit()).toEqual(trial);
      return rejected;
    });
    expect(store.now()).toMatchObject({
      detail: 'HTTP 401: still; HTTP 401 again',
      retryAtMs: clock.nowMs() + quarterHourMs,
    });
  });

  it('takes no trial for its check, however long that waits', async () => {
    const { workers, store, clock } = breakerWorld();
    await eightFailures(workers[1]);
    await clock.advance(60_000);
    await workers[0].confirmRejection(closed, words, async (admit) => {
      expect(await admit()).toMatchObject({ kind: 'refused' });
      return unproven;
    });
    expect(store.stored).toHaveLength(1);
  });

  it('opens one breaker in the end whatever order several containers’ checks end in, unless none was confirmed', async () => {
    const outcome = fc.constantFrom(rejected, accepted, unproven);
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(outcome, { minLength: 5, maxLength: 5 }),
        async (scheduler, outcomes) => {
          const store = memoryBreakerStore(scheduledBy(scheduler));
          const { workers } = breakerWorld(5, store);
          const told = workers.map((worker, n) =>
            worker.confirmRejection(closed, words, async () => outcomes[n] ?? unproven),
          );
          const checks = await scheduler.waitFor(Promise.all(told));
          const isConfirmed = outcomes.includes(rejected);
          expect(checks.some(({ kind }) => kind === 'rejected')).toBe(isConfirmed);
          expect(store.now()?.state).toBe(isConfirmed ? 'open' : undefined);
          expect(store.stored.length).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 100 },
    );
  });
});
