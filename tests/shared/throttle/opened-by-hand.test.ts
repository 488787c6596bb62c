import { describe, expect, it } from 'vitest';
import { openedMachine } from '../../../src/shared/throttle/breaker-machine.ts';
import {
  type BreakerWorld,
  breakerWorld,
  calls,
  eightFailures,
  plainBreaker,
  rejectToken,
} from '../../support/breaker-world.ts';

const neverMs = 8_640_000_000_000_000;

/** What an operator's command stores. */
async function byHand({ store, clock }: BreakerWorld, state: 'open' | 'closed'): Promise<void> {
  const revision = store.now()?.revision ?? 0;
  const stored = await store.replace(
    {
      state,
      reason: 'by-hand',
      detail: 'ops: maintenance',
      since: new Date(clock.nowMs()).toISOString(),
      retryAtMs: state === 'open' ? neverMs : 0,
      trialUntilMs: 0,
      machine: openedMachine(plainBreaker),
      revision: revision + 1,
    },
    revision,
  );
  expect(stored).toBe(true);
}

describe('a breaker that an operator', () => {
  it('opens stays open for everyone: no trial is ever due', async () => {
    const world = breakerWorld();
    await byHand(world, 'open');
    await world.clock.advance(90 * 86_400_000);
    for (const worker of world.workers) {
      expect(await worker.admit()).toMatchObject({ kind: 'refused', reason: 'by-hand', detail: 'ops: maintenance' });
    }
  });

  it('opens is not changed by calls that were under way and fail', async () => {
    const world = breakerWorld();
    const [worker] = world.workers;
    const late = await Promise.all(Array.from({ length: 10 }, () => worker.admit()));
    await byHand(world, 'open');
    await Promise.all(late.map((admission) => worker.ended(admission, 'failed', 'timeout')));
    expect(world.store.now()).toMatchObject({ state: 'open', reason: 'by-hand', retryAtMs: neverMs });
  });

  it('closes lets everyone call again, whatever it was open for', async () => {
    const world = breakerWorld();
    await rejectToken(world.workers[0], 'HTTP 401');
    await byHand(world, 'closed');
    for (const worker of world.workers) {
      expect(await calls(worker, 'succeeded')).toEqual([{ kind: 'closed' }]);
    }
  });

  it('closes opens again when calls go on failing', async () => {
    const world = breakerWorld();
    await eightFailures(world.workers[0]);
    await byHand(world, 'closed');
    await eightFailures(world.workers[1]);
    expect(world.store.now()).toMatchObject({ state: 'open', reason: 'failures' });
  });

  it.each(['succeeded', 'failed'] as const)('opens stays open when a trial under way %s', async (outcome) => {
    const world = breakerWorld();
    await eightFailures(world.workers[0]);
    await world.clock.advance(15_000);
    const trial = await world.workers[1].admit();
    await byHand(world, 'open');
    await world.workers[1].ended(trial, outcome, 'the trial');
    expect(world.store.now()).toMatchObject({ state: 'open', reason: 'by-hand', retryAtMs: neverMs });
  });

  it('opens stays open when the token of a call under way is rejected', async () => {
    const world = breakerWorld();
    await byHand(world, 'open');
    await rejectToken(world.workers[1], 'HTTP 401');
    await world.clock.advance(3_600_000);
    expect(await world.workers[2].admit()).toMatchObject({ kind: 'refused' });
  });
});
