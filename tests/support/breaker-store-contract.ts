import { describe, expect, it } from 'vitest';
import type { BreakerRecord, BreakerStore } from '../../src/shared/throttle/breaker-record.ts';

/** A record, written by hand; members given replace its own. */
export function sampleBreaker(over: Partial<BreakerRecord> = {}): BreakerRecord {
  return {
    state: 'open',
    reason: 'failures',
    detail: 'HTTP 503: Überlast, “busy”',
    since: '2026-11-23T08:00:00.000Z',
    retryAtMs: Date.UTC(2026, 10, 23, 8, 0, 15),
    trialUntilMs: 0,
    machine: '{"ownState":{"value":1,"openedAt":0,"attemptNo":1},"breakerState":{}}',
    revision: 1,
    ...over,
  };
}

/** What every store of the breaker keeps to; `open` gives an empty one as often as it is called on the same place. */
export function breakerStoreContract(open: () => Promise<() => BreakerStore>): void {
  describe('a store of the breaker', () => {
    it('has no record at first', async () => {
      const store = (await open())();
      expect(await store.read()).toBeUndefined();
    });

    it('gives back what was stored, to every worker', async () => {
      const worker = await open();
      expect(await worker().replace(sampleBreaker(), 0)).toBe(true);
      expect(await worker().read()).toEqual(sampleBreaker());
      expect(await worker().read()).toEqual(sampleBreaker());
    });

    it('replaces the record that was seen', async () => {
      const store = (await open())();
      await store.replace(sampleBreaker(), 0);
      const closed = sampleBreaker({ state: 'closed', retryAtMs: 0, revision: 2 });
      expect(await store.replace(closed, 1)).toBe(true);
      expect(await store.read()).toEqual(closed);
    });

    it('leaves a record as it is that has changed since', async () => {
      const store = (await open())();
      await store.replace(sampleBreaker(), 0);
      const second = sampleBreaker({ reason: 'token-rejected', revision: 2 });
      await store.replace(second, 1);
      expect(await store.replace(sampleBreaker({ detail: 'late', revision: 2 }), 1)).toBe(false);
      expect(await store.replace(sampleBreaker({ detail: 'later', revision: 1 }), 0)).toBe(false);
      expect(await store.replace(sampleBreaker({ detail: 'from the future', revision: 4 }), 3)).toBe(false);
      expect(await store.read()).toEqual(second);
    });

    it('lets one of many win who saw the same, and says so to that one', async () => {
      const worker = await open();
      await worker().replace(sampleBreaker(), 0);
      const rivals = Array.from({ length: 8 }, (_, n) => sampleBreaker({ detail: `rival ${n}`, revision: 2 }));
      const won = await Promise.all(rivals.map((record) => worker().replace(record, 1)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await worker().read()).toEqual(rivals[won.indexOf(true)]);
    });

    it('lets one of many win who saw none', async () => {
      const worker = await open();
      const rivals = Array.from({ length: 8 }, (_, n) => sampleBreaker({ detail: `rival ${n}` }));
      const won = await Promise.all(rivals.map((record) => worker().replace(record, 0)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await worker().read()).toEqual(rivals[won.indexOf(true)]);
    });

    it('keeps a time that never comes, as an operator sets it', async () => {
      const store = (await open())();
      const byHand = sampleBreaker({ reason: 'by-hand', retryAtMs: 8_640_000_000_000_000 });
      await store.replace(byHand, 0);
      expect(await store.read()).toEqual(byHand);
    });
  });
}
