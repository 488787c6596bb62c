import { describe, expect, it } from 'vitest';
import { dayMs } from '../../../src/shared/core/clock.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { openedMachine } from '../../../src/shared/throttle/breaker-machine.ts';
import type { BreakerRecord } from '../../../src/shared/throttle/breaker-record.ts';
import { sharedBreaker } from '../../../src/shared/throttle/shared-breaker.ts';
import { breakerStartMs, breakerWorld, eightFailures, plainBreaker, rejectToken } from '../../support/breaker-world.ts';
import { memoryBreakerStore } from '../../support/memory-breaker-store.ts';
import { skewedClock } from '../../support/skewed-clock.ts';

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
    ['for a rejected token', (breaker) => rejectToken(breaker, 'HTTP 401')],
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

const record = (reason: BreakerRecord['reason'], retryInMs: number, trialInMs = Number.NEGATIVE_INFINITY) => ({
  state: 'open' as const,
  reason,
  detail: 'of a wrong clock',
  since: new Date(breakerStartMs).toISOString(),
  retryAtMs: breakerStartMs + retryInMs,
  trialUntilMs: Math.max(0, breakerStartMs + trialInMs),
  machine: openedMachine(plainBreaker),
  revision: 1,
});

const world = async (stored: BreakerRecord) => {
  const { workers, store, clock } = breakerWorld();
  await store.replace(stored, 0);
  return { workers, store, clock };
};

describe('an opening stops calls for as long as its reason can, and ten seconds between clocks', () => {
  it.each([
    ['failures', 69_000, 0, 69_000],
    ['token-rejected', 909_000, 0, 909_000],
    ['by-hand', 90 * dayMs, 0, 90 * dayMs],
    ['failures', 0, 39_000, 39_000],
    ['failures', 19 * 60_000, 20_000, 20_000],
  ] as const)('%s, %i ms ahead (trial %i ms ahead): refused for %i ms', async (reason, retryInMs, trialInMs, told) => {
    const { workers } = await world(record(reason, retryInMs, trialInMs));
    expect(await workers[0].admit()).toMatchObject({ kind: 'refused', retryInMs: told });
  });

  it.each([
    ['failures', 71_000, 0],
    ['failures', 19 * 60_000, 0],
    ['token-rejected', 911_000, 0],
    ['failures', 0, 41_000],
  ] as const)('%s, %i ms ahead (trial %i ms ahead): tried at once, by one', async (reason, retryInMs, trialInMs) => {
    const { workers } = await world(record(reason, retryInMs, trialInMs));
    expect(await workers[0].admit()).toMatchObject({ kind: 'trial' });
    expect(await workers[1].admit()).toMatchObject({ kind: 'refused', retryInMs: 30_000 });
  });
});

describe('a rejection of the token that lies a day ahead', () => {
  const refusedTrial = async (answer: 'accepted' | 'rejected') => {
    const { workers, store, clock } = await world(record('token-rejected', dayMs));
    const trial = await workers[0].admit();
    let asked = 0;
    const check = await workers[0].confirmRejection(trial, 'HTTP 401', async () => {
      asked += 1;
      return { kind: answer, detail: `the check: ${answer}` };
    });
    return { workers, store, clock, trial, asked, check };
  };

  it('is checked when its trial is refused: the check may take the token', async () => {
    const { workers, store, trial, asked, check } = await refusedTrial('accepted');
    expect([trial.kind, asked, check.kind]).toEqual(['trial', 1, 'accepted']);
    await workers[0].ended(trial, 'neutral', 'the check takes it');
    expect(store.now()).toMatchObject({ state: 'closed' });
  });

  it('gives way to one of now when the check is refused too', async () => {
    const { store, clock, asked, check } = await refusedTrial('rejected');
    expect([asked, check.kind]).toEqual([1, 'rejected']);
    expect(store.now()).toMatchObject({ reason: 'token-rejected', retryAtMs: clock.nowMs() + 900_000 });
  });
});
