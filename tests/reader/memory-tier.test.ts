import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/shared/core/errors.ts';
import { rejectionOf } from '../support/caught.ts';
import { gatedLoads, openTier } from '../support/open-tier.ts';
import { eventLoopTurn } from '../support/virtual-clock.ts';

const away = new RetryableError('table_unavailable', 'the table cannot be read');

const failing = async () => Promise.reject(away);

describe('what is read', () => {
  it('is loaded, and then answers from memory until its time is over, by the clock', async () => {
    const { clock, tier, numbered, loads } = openTier();
    expect(await tier.get('k', numbered(1_000))).toEqual({ value: 1, how: 'loaded' });
    expect(await tier.get('k', numbered(1_000))).toEqual({ value: 1, how: 'memory' });
    await clock.advance(999);
    expect(await tier.get('k', numbered(1_000))).toEqual({ value: 1, how: 'memory' });
    await clock.advance(2);
    expect(await tier.get('k', numbered(5))).toEqual({ value: 2, how: 'loaded' });
    await clock.advance(4);
    expect(await tier.get('k', numbered(5))).toEqual({ value: 2, how: 'memory' });
    await clock.advance(2);
    expect(await tier.get('k', numbered(5))).toEqual({ value: 3, how: 'loaded' });
    expect(loads()).toBe(3);
  });

  it('is kept by durations: a wall clock that jumps changes nothing', async () => {
    const { clock, tier, numbered } = openTier();
    await tier.get('k', numbered(1_000));
    clock.jumpWallClock(86_400_000);
    expect(await tier.get('k', numbered(1_000))).toEqual({ value: 1, how: 'memory' });
    clock.jumpWallClock(-2 * 86_400_000);
    await clock.advance(1_001);
    expect(await tier.get('k', numbered(1_000))).toEqual({ value: 2, how: 'loaded' });
  });

  it('may be null, or nothing', async () => {
    const { tier } = openTier();
    for (const value of [null, undefined, '', 0, []]) {
      const key = `k${String(value)}${typeof value}`;
      expect(await tier.get(key, async () => ({ value, keepMs: 10 }))).toEqual({ value, how: 'loaded' });
      expect(await tier.get(key, failing)).toEqual({ value, how: 'memory' });
    }
  });

  it('is told apart by key', async () => {
    const { tier, numbered } = openTier();
    await tier.get('a', numbered(10));
    expect(await tier.get('b', numbered(10))).toEqual({ value: 2, how: 'loaded' });
    expect(await tier.get('a', numbered(10))).toEqual({ value: 1, how: 'memory' });
  });
});

describe('several who want the same at the same time', () => {
  it('wait for one load, and all have it from there', async () => {
    const { tier } = openTier();
    const { load, open } = gatedLoads<string>();
    const answers = Array.from({ length: 20 }, () => tier.get('k', load));
    await eventLoopTurn();
    expect(open).toHaveLength(1);
    open[0]?.end({ value: 'v', keepMs: 10 });
    expect(new Set((await Promise.all(answers)).map((got) => JSON.stringify(got)))).toEqual(
      new Set(['{"value":"v","how":"loaded"}']),
    );
  });

  it('all hear the error of the load as it is, and the next one loads again', async () => {
    const { tier, numbered } = openTier();
    const { load, open } = gatedLoads<number>();
    const answers = [tier.get('k', load), tier.get('k', load), tier.get('k', load)].map(rejectionOf);
    await eventLoopTurn();
    open[0]?.fail(away);
    expect(await Promise.all(answers)).toEqual([away, away, away]);
    expect(open).toHaveLength(1);
    expect(await tier.get('k', numbered(10))).toEqual({ value: 1, how: 'loaded' });
  });

  it('load other keys beside it', async () => {
    const { tier, numbered } = openTier();
    const { load, open } = gatedLoads<number>();
    const slow = tier.get('slow', load);
    expect(await tier.get('quick', numbered(10))).toEqual({ value: 1, how: 'loaded' });
    open[0]?.end({ value: 7, keepMs: 10 });
    expect(await slow).toEqual({ value: 7, how: 'loaded' });
  });
});

describe('a load that fails', () => {
  it('gives what was there before, and says so, until one succeeds', async () => {
    const { clock, tier, numbered } = openTier();
    await tier.get('k', numbered(1_000));
    await clock.advance(1_001);
    expect(await tier.get('k', failing)).toMatchObject({ value: 1, how: 'failed' });
    await clock.advance(3_600_000);
    expect(await tier.get('k', failing)).toMatchObject({ value: 1, how: 'failed' });
    expect(await tier.get('k', numbered(1_000))).toEqual({ value: 2, how: 'loaded' });
    expect(await tier.get('k', failing)).toEqual({ value: 2, how: 'memory' });
  });

  it('says so to all who waited for it', async () => {
    const { clock, tier, numbered } = openTier();
    await tier.get('k', numbered(1_000));
    await clock.advance(1_001);
    const { load, open } = gatedLoads<number>();
    const answers = [tier.get('k', load), tier.get('k', load)];
    await eventLoopTurn();
    open[0]?.fail(away);
    expect(await Promise.all(answers)).toMatchObject([
      { value: 1, how: 'failed' },
      { value: 1, how: 'failed' },
    ]);
  });

  it('is thrown as it is where nothing was there', async () => {
    const { tier } = openTier();
    expect(await rejectionOf(tier.get('k', failing))).toBe(away);
    expect(tier.size().entries).toBe(0);
  });
});

describe('what is put', () => {
  it('answers like what was loaded, for as long as it says', async () => {
    const { clock, tier, numbered } = openTier();
    tier.put('k', { value: 'put', keepMs: 500 });
    expect(await tier.get<unknown>('k', failing)).toEqual({ value: 'put', how: 'memory' });
    await clock.advance(501);
    expect(await tier.get<unknown>('k', failing)).toMatchObject({ value: 'put', how: 'failed' });
    expect(await tier.get('k', numbered(10))).toEqual({ value: 1, how: 'loaded' });
  });

  it('takes the place of what is there', async () => {
    const { tier, numbered } = openTier();
    await tier.get('k', numbered(1_000));
    tier.put('k', { value: 17, keepMs: 1_000 });
    expect(await tier.get('k', numbered(1_000))).toEqual({ value: 17, how: 'memory' });
    expect(tier.size().entries).toBe(1);
  });

  it('while a load is under way stays, and who waits for the load gets an answer', async () => {
    const { tier } = openTier();
    const { load, open } = gatedLoads<string>();
    const waiting = tier.get('k', load);
    await eventLoopTurn();
    tier.put('k', { value: 'put', keepMs: 1_000 });
    open[0]?.end({ value: 'loaded', keepMs: 1_000 });
    expect(['loaded', 'put']).toContain((await waiting).value);
    expect(await tier.get<string>('k', failing)).toEqual({ value: 'put', how: 'memory' });
  });

  it('while a load is under way that fails is what the waiting get', async () => {
    const { tier } = openTier();
    const { load, open } = gatedLoads<string>();
    const waiting = tier.get('k', load);
    await eventLoopTurn();
    tier.put('k', { value: 'put', keepMs: 1_000 });
    open[0]?.fail(away);
    expect(await waiting).toEqual({ value: 'put', how: 'memory' });
  });
});
