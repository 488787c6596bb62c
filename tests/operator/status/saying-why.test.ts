import { describe, expect, it } from 'vitest';
import type { WaitFacts } from '../../../src/operator/status/why-waiting.ts';
import { sayingWhy } from '../../../src/operator/status/why-waiting.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/** Work that lasts `durationMs`, with what is said meanwhile and when. */
async function waiting(durationMs: number, read: () => Promise<WaitFacts>) {
  const clock = virtualClock({ autoJump: true });
  const said: { atMs: number; sentence: string }[] = [];
  const work = clock.sleep(durationMs).then(() => 'done');
  const say = (sentence: string) => said.push({ atMs: clock.monotonicMs(), sentence });
  const result = await sayingWhy(work, { clock, read, say });
  return { result, said, left: clock.sleeperCount() };
}

const delayed: WaitFacts = { lastReasons: new Map([['r/1', 'enotfound: unknown host']]) };

describe('a wait', () => {
  it('is explained at least every ten seconds, and never after it', async () => {
    const { result, said, left } = await waiting(60_000, async () => delayed);
    expect(result).toBe('done');
    const momentsMs = [0, ...said.map(({ atMs }) => atMs), 60_000];
    const gapsMs = momentsMs.slice(1).map((atMs, index) => atMs - (momentsMs[index] ?? 0));
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(10_000);
    expect(said[0]?.sentence).toBe('waiting for 8 s: job r/1 is deferred: enotfound: unknown host');
    expect(left).toBe(0);
  });

  it('that is short says nothing', async () => {
    expect((await waiting(5_000, async () => delayed)).said).toEqual([]);
  });

  it('for a stack that does not answer says so, in time too', async () => {
    const { said } = await waiting(25_000, () => new Promise(() => undefined));
    expect(said.length).toBeGreaterThanOrEqual(2);
    expect(said[0]?.sentence).toMatch(/: the stack does not answer$/);
    expect(said[0]?.atMs).toBeLessThanOrEqual(10_000);
  });

  it('for a stack that cannot be read says why, and goes on', async () => {
    const { result, said } = await waiting(9_000, () => Promise.reject(new Error('connect ECONNREFUSED')));
    expect(result).toBe('done');
    expect(said[0]?.sentence).toMatch(/cannot be read \(connect ECONNREFUSED\), the wait goes on$/);
  });

  it('ends with the error of the work', async () => {
    const clock = virtualClock({ autoJump: true });
    const work = clock.sleep(9_000).then(() => Promise.reject(new Error('the work failed')));
    const said = sayingWhy(work, { clock, read: async () => ({}), say: () => undefined });
    await expect(said).rejects.toThrow('the work failed');
  });
});
