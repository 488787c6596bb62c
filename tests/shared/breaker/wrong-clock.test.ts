import { describe, expect, it } from 'vitest';
import { sharedBreaker } from '../../../src/shared/breaker/shared-breaker.ts';
import { defaultSettings } from '../../../src/shared/settings.ts';
import { breakerWorld, eightFailures } from '../../support/breaker-world.ts';
import { memoryBreakerStore } from '../../support/memory-breaker-store.ts';
import { skewedClock } from '../../support/skewed-clock.ts';

const dayMs = 86_400_000;

describe('a breaker that a container opened whose clock is a day ahead', () => {
  const opened = async (open: (breaker: ReturnType<typeof sharedBreaker>) => Promise<unknown>) => {
    const store = memoryBreakerStore();
    const { workers, clock } = breakerWorld(3, store);
    const ahead = sharedBreaker(store, defaultSettings.breaker, skewedClock(clock, dayMs), () => undefined);
    await open(ahead);
    return { store, workers, clock, ahead };
  };

  it.each<[string, (breaker: ReturnType<typeof sharedBreaker>) => Promise<unknown>]>([
    ['for failures', eightFailures],
    ['for a rejected token', (breaker) => breaker.rejectToken('HTTP 401')],
  ])('%s is tried by the others at once, and by one of them', async (_name, open) => {
    const { workers } = await opened(open);
    const admissions = await Promise.all(workers.map((worker) => worker.admit()));
    expect(admissions.map(({ kind }) => kind).sort()).toEqual(['refused', 'refused', 'trial']);
  });

  it('and whose trial it took, is tried by another', async () => {
    const { workers, clock, ahead } = await opened(eightFailures);
    await clock.advance(20_000);
    expect((await ahead.admit()).kind).toBe('trial');
    expect((await workers[0]?.admit())?.kind).toBe('trial');
    expect((await workers[1]?.admit())?.kind).toBe('refused');
  });
});
