import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeAll } from '../../../src/shared/core/retries.ts';

/** A rest is tried with these pauses; the middle of every draw. */
function patience(idleRounds: number) {
  const pausesMs: number[] = [];
  const sleep = async (ms: number) => {
    pausesMs.push(ms);
  };
  return { pausesMs, options: { idleRounds, baseMs: 100, clock: { sleep }, random: { next: () => 0.5 } } };
}

describe('what a batch call left open', () => {
  it('is handed over again, and nothing else, until none is left', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 12 }), async (tries) => {
        const left = tries.map((rounds, item) => ({ item, rounds }));
        const seen = new Map<number, number>();
        const { options } = patience(5);
        const open = await takeAll(
          left,
          async (items) => {
            for (const { item } of items) {
              seen.set(item, (seen.get(item) ?? 0) + 1);
            }
            return items.filter(({ item, rounds }) => (seen.get(item) ?? 0) < rounds);
          },
          options,
        );
        expect(open).toEqual([]);
        expect([...seen]).toEqual(left.map(({ item, rounds }) => [item, rounds]));
      }),
    );
  });

  it('is given back after rounds in a row that took nothing, with pauses that double', async () => {
    const { options, pausesMs } = patience(4);
    let rounds = 0;
    const open = await takeAll(
      ['a', 'b'],
      async (items) => {
        rounds += 1;
        return rounds === 1 ? items.slice(1) : items;
      },
      options,
    );
    expect(open).toEqual(['b']);
    expect(rounds).toBe(5);
    expect(pausesMs).toEqual([50, 100, 200, 400]);
  });

  it('costs no round where there is nothing', async () => {
    const { options, pausesMs } = patience(4);
    const never = () => Promise.reject(new Error('called'));
    expect(await takeAll([], never, options)).toEqual([]);
    expect(pausesMs).toEqual([]);
  });

  it('whose call fails is not tried again here', async () => {
    const { options } = patience(4);
    await expect(takeAll(['a'], () => Promise.reject(new Error('denied')), options)).rejects.toThrow('denied');
  });
});
