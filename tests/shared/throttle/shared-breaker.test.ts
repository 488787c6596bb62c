import { describe, expect, it } from 'vitest';
import { breakerStartMs, breakerWorld, calls, eightFailures } from '../../support/breaker-world.ts';

describe('a closed breaker', () => {
  it('admits everyone, and writes nothing for calls that succeed', async () => {
    const { workers, store } = breakerWorld();
    for (const worker of workers) {
      expect(await calls(worker, 'succeeded', 'succeeded')).toEqual([{ kind: 'closed' }, { kind: 'closed' }]);
    }
    expect(store.stored).toEqual([]);
  });

  it('opens for everyone when one worker’s calls fail consistently', async () => {
    const { workers, store, changes } = breakerWorld();
    await eightFailures(workers[0]);
    expect(store.now()).toMatchObject({
      state: 'open',
      reason: 'failures',
      detail: 'it failed',
      since: '2026-11-23T08:00:00.000Z',
      retryAtMs: breakerStartMs + 15_000,
      trialUntilMs: 0,
      revision: 1,
    });
    expect(changes).toEqual(store.stored);
    for (const worker of workers) {
      expect(await worker.admit()).toEqual({
        kind: 'refused',
        reason: 'failures',
        detail: 'it failed',
        retryInMs: 15_000,
      });
    }
  });

  it('counts in each worker for itself', async () => {
    const { workers, store } = breakerWorld();
    for (const worker of workers) {
      await calls(worker, 'failed', 'failed', 'failed', 'failed', 'failed', 'failed', 'failed');
    }
    expect(store.stored).toEqual([]);
    await calls(workers[1], 'failed');
    expect(store.now()).toMatchObject({ state: 'open' });
  });

  it('is told nothing by neutral outcomes, however many', async () => {
    const { workers, store } = breakerWorld();
    const [worker] = workers;
    await calls(worker, ...new Array<'neutral'>(50).fill('neutral'));
    await calls(worker, 'failed', 'failed', 'failed', 'failed', 'failed', 'failed', 'failed');
    await calls(worker, ...new Array<'neutral'>(50).fill('neutral'));
    expect(store.stored).toEqual([]);
    await calls(worker, 'failed');
    expect(store.now()).toMatchObject({ state: 'open' });
  });

  it('is opened once by several workers that fail together', async () => {
    const { workers, store, changes } = breakerWorld(8);
    await Promise.all(workers.map(eightFailures));
    expect(store.stored).toHaveLength(1);
    expect(changes).toHaveLength(1);
  });
});

describe('an open breaker', () => {
  it('says how long it is worth waiting, a second at least', async () => {
    const { workers, clock } = breakerWorld();
    await eightFailures(workers[0]);
    await clock.advance(9_000);
    expect(await workers[2].admit()).toMatchObject({ retryInMs: 6_000 });
    await clock.advance(5_900);
    expect(await workers[2].admit()).toMatchObject({ kind: 'refused', retryInMs: 1_000 });
  });

  it('is not closed by calls that were under way when it opened', async () => {
    const { workers, store } = breakerWorld();
    const admission = await workers[1].admit();
    await eightFailures(workers[0]);
    await workers[1].ended(admission, 'succeeded', 'late, but well');
    expect(store.now()).toMatchObject({ state: 'open', revision: 1 });
  });

  it('is not opened anew by calls that were under way', async () => {
    const { workers, store, clock } = breakerWorld();
    const late = await Promise.all(Array.from({ length: 20 }, () => workers[1].admit()));
    await eightFailures(workers[0]);
    await clock.advance(8_000);
    await Promise.all(late.map((admission) => workers[1].ended(admission, 'failed', 'timeout')));
    expect(store.now()).toMatchObject({ retryAtMs: breakerStartMs + 15_000, revision: 1 });
  });

  it('lets one worker try when its time is up', async () => {
    const { workers, clock } = breakerWorld();
    await eightFailures(workers[0]);
    await clock.advance(15_000);
    expect(await workers[1].admit()).toMatchObject({ kind: 'trial' });
    for (const worker of workers) {
      expect(await worker.admit()).toMatchObject({ kind: 'refused', reason: 'failures', retryInMs: 30_000 });
    }
  });

  it('closes for everyone when the trial succeeds', async () => {
    const { workers, clock, store, changes } = breakerWorld();
    await eightFailures(workers[0]);
    await clock.advance(15_000);
    expect(await calls(workers[1], 'succeeded')).toMatchObject([{ kind: 'trial' }]);
    expect(store.now()).toMatchObject({ state: 'closed', since: '2026-11-23T08:00:15.000Z', detail: 'it succeeded' });
    expect(changes.map(({ state }) => state)).toEqual(['open', 'closed']);
    for (const worker of workers) {
      expect(await worker.admit()).toEqual({ kind: 'closed' });
    }
  });

  it('closes when the trial is throttled: TMDB is there', async () => {
    const { workers, clock, store } = breakerWorld();
    await eightFailures(workers[0]);
    await clock.advance(15_000);
    await calls(workers[2], 'neutral');
    expect(store.now()).toMatchObject({ state: 'closed' });
  });

  it('stays open longer after each trial that fails, whoever made it, up to the cap', async () => {
    const { workers, clock, store } = breakerWorld();
    await eightFailures(workers[0]);
    const waitsMs = [15_000];
    for (let n = 0; n < 4; n += 1) {
      await clock.advance(waitsMs.at(-1) ?? 0);
      expect(await calls(workers[n % 3 === 0 ? 1 : 2], 'failed')).toMatchObject([{ kind: 'trial' }]);
      waitsMs.push((store.now()?.retryAtMs ?? 0) - clock.nowMs());
    }
    expect(waitsMs).toEqual([15_000, 30_000, 60_000, 60_000, 60_000]);
  });

  it('opens for the shortest time again after it was closed', async () => {
    const { workers, clock, store } = breakerWorld();
    await eightFailures(workers[0]);
    await clock.advance(15_000);
    await calls(workers[1], 'failed');
    await clock.advance(30_000);
    await calls(workers[1], 'succeeded');
    await eightFailures(workers[2]);
    expect(store.now()).toMatchObject({ state: 'open', retryAtMs: clock.nowMs() + 15_000 });
  });

  it('gives the trial to another worker when the first is not heard of, and not before', async () => {
    const { workers, clock } = breakerWorld();
    await eightFailures(workers[0]);
    await clock.advance(15_000);
    expect(await workers[1].admit()).toMatchObject({ kind: 'trial' });
    await clock.advance(29_999);
    expect(await workers[2].admit()).toMatchObject({ kind: 'refused' });
    await clock.advance(1);
    expect(await workers[2].admit()).toMatchObject({ kind: 'trial' });
  });
});

describe('counts', () => {
  const seven = new Array<'failed'>(7).fill('failed');

  it('start anew in a worker that has seen the breaker open and closed again by another', async () => {
    const { workers, clock, store } = breakerWorld();
    await calls(workers[0], ...seven);
    await eightFailures(workers[1]);
    expect(await workers[0].admit()).toMatchObject({ kind: 'refused' });
    await clock.advance(15_000);
    await calls(workers[1], 'succeeded');
    await calls(workers[0], ...seven);
    expect(store.now()).toMatchObject({ state: 'closed' });
    await calls(workers[0], 'failed');
    expect(store.now()).toMatchObject({ state: 'open' });
  });

  it('start anew in a worker that had nothing to do while the breaker was open', async () => {
    const { workers, clock, store } = breakerWorld();
    await calls(workers[0], ...seven);
    await eightFailures(workers[1]);
    await clock.advance(15_000);
    await calls(workers[1], 'succeeded');
    await calls(workers[0], 'failed');
    expect(store.now()).toMatchObject({ state: 'closed' });
  });
});
