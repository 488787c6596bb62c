import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/shared/core/errors.ts';
import { rejectionOf } from '../support/caught.ts';
import { gatedLoads, openTier } from '../support/open-tier.ts';
import { eventLoopTurn } from '../support/virtual-clock.ts';

const away = new RetryableError('table_unavailable', 'the table cannot be read');

const failing = async () => Promise.reject(away);

describe('the bound in bytes', () => {
  const textOf = (length: number) => async () => ({ value: 'x'.repeat(length), keepMs: 1_000_000 });

  it('drops what was not asked for longest', async () => {
    const { tier } = openTier(10_000);
    for (const key of ['a', 'b', 'c']) {
      await tier.get(key, textOf(3_000));
    }
    await tier.get<string>('a', failing);
    await tier.get('d', textOf(3_000));
    expect(await tier.get<string>('a', failing)).toMatchObject({ how: 'memory' });
    expect(await tier.get<string>('c', failing)).toMatchObject({ how: 'memory' });
    expect(await rejectionOf(tier.get<string>('b', failing))).toBe(away);
  });

  it('holds, whatever is read and put, and no value is ever wrong', async () => {
    const act = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      length: fc.integer({ min: 0, max: 3_000 }),
      put: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const { tier } = openTier(5_000);
        for (const { key, length, put } of acts) {
          const text = `${key}${'x'.repeat(length)}`;
          if (put) {
            tier.put(key, { value: text, keepMs: 1_000 });
          } else {
            expect((await tier.get(key, async () => ({ value: text, keepMs: 1_000 }))).value[0]).toBe(key);
          }
          expect(tier.size().bytes).toBeLessThanOrEqual(5_000);
        }
      }),
    );
  });

  it('counts what a value takes as JSON, and something for the entry', async () => {
    const { tier } = openTier();
    tier.put('k', { value: 'x'.repeat(10_000), keepMs: 10 });
    expect(tier.size().entries).toBe(1);
    expect(tier.size().bytes).toBeGreaterThan(10_002);
    expect(tier.size().bytes).toBeLessThan(10_500);
  });

  it('does not keep what is larger by itself, but gives it', async () => {
    const { tier } = openTier(5_000);
    await tier.get('small', textOf(1_000));
    const got = await tier.get('large', textOf(6_000));
    expect([got.value.length, got.how]).toEqual([6_000, 'loaded']);
    expect(await rejectionOf(tier.get('large', failing))).toBe(away);
    expect(await tier.get<string>('small', failing)).toMatchObject({ how: 'memory' });
    tier.put('large', { value: 'x'.repeat(6_000), keepMs: 1_000 });
    expect(tier.size().entries).toBe(1);
  });

  it('lets nobody go without an answer whose load was crowded out', async () => {
    const { tier } = openTier(5_000);
    const { load, open } = gatedLoads<string>();
    const waiting = Array.from({ length: 3 }, (_, n) => tier.get(`waiting ${n}`, load));
    await eventLoopTurn();
    for (let n = 0; n < 10; n += 1) {
      tier.put(`other ${n}`, { value: 'x'.repeat(4_500), keepMs: 1_000 });
    }
    for (const [n, { end }] of open.entries()) {
      end({ value: `v${n}`, keepMs: 10 });
    }
    expect((await Promise.all(waiting)).map(({ value }) => value)).toEqual(['v0', 'v1', 'v2']);
  });
});
