import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  breakerStartMs,
  breakerWorld,
  calls,
  confirmed,
  eightFailures,
  rejectToken,
} from '../../support/breaker-world.ts';
import { noHook, type StoreHook, scheduledBy } from '../../support/call-hook.ts';
import { memoryBreakerStore } from '../../support/memory-breaker-store.ts';

const words = 'HTTP 401: Invalid API key';
const quarterHourMs = 900_000;

describe('a rejected token', () => {
  it('opens the breaker for everyone at once, with its reason and for a quarter of an hour', async () => {
    const { workers, store, changes } = breakerWorld();
    await rejectToken(workers[0], words);
    expect(store.now()).toMatchObject({
      state: 'open',
      reason: 'token-rejected',
      detail: confirmed(words),
      retryAtMs: breakerStartMs + quarterHourMs,
    });
    expect(changes).toEqual(store.stored);
    expect(await workers[2].admit()).toEqual({
      kind: 'refused',
      reason: 'token-rejected',
      detail: confirmed(words),
      retryInMs: quarterHourMs,
    });
  });

  it('takes the place of an opening for failures', async () => {
    const { workers, store, clock } = breakerWorld();
    await eightFailures(workers[0]);
    await clock.advance(5_000);
    await rejectToken(workers[1], words);
    expect(store.now()).toMatchObject({ reason: 'token-rejected', retryAtMs: breakerStartMs + 5_000 + quarterHourMs });
    await clock.advance(quarterHourMs - 1);
    expect(await workers[0].admit()).toMatchObject({ kind: 'refused', reason: 'token-rejected' });
  });

  it('is not prolonged by other calls that are rejected too', async () => {
    const { workers, store, clock } = breakerWorld();
    await rejectToken(workers[0], words);
    for (const worker of workers) {
      await clock.advance(1_000);
      await rejectToken(worker, 'HTTP 401: again');
    }
    expect(store.stored).toHaveLength(1);
    expect(store.now()).toMatchObject({ detail: confirmed(words), retryAtMs: breakerStartMs + quarterHourMs });
  });

  it('is not shortened by failures of calls that were under way', async () => {
    const { workers, store } = breakerWorld();
    const late = await Promise.all(Array.from({ length: 10 }, () => workers[1].admit()));
    await rejectToken(workers[0], words);
    await Promise.all(late.map((admission) => workers[1].ended(admission, 'failed', 'timeout')));
    expect(store.now()).toMatchObject({ reason: 'token-rejected', retryAtMs: breakerStartMs + quarterHourMs });
  });

  it('is tried once when its time is up; rejected again, it stays for as long again', async () => {
    const { workers, store, clock } = breakerWorld();
    await rejectToken(workers[0], words);
    await clock.advance(quarterHourMs);
    expect(await workers[1].admit()).toMatchObject({ kind: 'trial' });
    expect(await workers[0].admit()).toMatchObject({ kind: 'refused', reason: 'token-rejected' });
    await rejectToken(workers[1], 'HTTP 401: still');
    expect(store.now()).toMatchObject({
      detail: confirmed('HTTP 401: still'),
      retryAtMs: clock.nowMs() + quarterHourMs,
    });
    expect(await workers[1].admit()).toMatchObject({ kind: 'refused', retryInMs: quarterHourMs });
  });

  it('is over for everyone when the trial succeeds', async () => {
    const { workers, store, clock } = breakerWorld();
    await rejectToken(workers[0], words);
    await clock.advance(quarterHourMs);
    await calls(workers[2], 'succeeded');
    expect(store.now()).toMatchObject({ state: 'closed' });
    expect(await workers[0].admit()).toEqual({ kind: 'closed' });
  });

  it('found by the trial of another opening stays for its own time', async () => {
    const { workers, store, clock } = breakerWorld();
    await eightFailures(workers[0]);
    await clock.advance(15_000);
    expect(await workers[1].admit()).toMatchObject({ kind: 'trial' });
    await rejectToken(workers[1], words);
    expect(store.now()).toMatchObject({ reason: 'token-rejected', retryAtMs: clock.nowMs() + quarterHourMs });
  });

  it('is known in the end whatever order several workers’ rejections are stored in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const store = memoryBreakerStore(scheduledBy(scheduler));
        const { workers } = breakerWorld(5, store);
        await scheduler.waitFor(Promise.all(workers.map((worker) => rejectToken(worker, words))));
        expect(store.now()).toMatchObject({ state: 'open', reason: 'token-rejected', detail: confirmed(words) });
        expect(store.stored).toHaveLength(1);
      }),
      { numRuns: 50 },
    );
  });

  it('is known in the end when another worker opens the breaker for failures at that moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const hook: { inUse: StoreHook } = { inUse: noHook };
        const store = memoryBreakerStore((call, act) => hook.inUse(call, act));
        const { workers } = breakerWorld(3, store);
        await calls(workers[1], ...new Array<'failed'>(7).fill('failed'));
        hook.inUse = scheduledBy(scheduler);
        await scheduler.waitFor(Promise.all([rejectToken(workers[0], words), calls(workers[1], 'failed')]));
        expect(store.now()).toMatchObject({ state: 'open', reason: 'token-rejected' });
      }),
      { numRuns: 200 },
    );
  });

  it('is not shortened by a trial that was under way when it came', async () => {
    const { workers, store, clock } = breakerWorld();
    const underWay = await workers[2].admit();
    await eightFailures(workers[0]);
    await clock.advance(15_000);
    const trial = await workers[1].admit();
    expect([underWay.kind, trial.kind]).toEqual(['closed', 'trial']);
    await rejectToken(workers[2], words);
    await workers[1].ended(trial, 'failed', 'timeout');
    expect(store.now()).toMatchObject({ detail: confirmed(words), retryAtMs: clock.nowMs() + quarterHourMs });
  });
});
