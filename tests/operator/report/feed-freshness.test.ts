import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshnessNow } from '../../../src/operator/report/feed-freshness.ts';
import { describeStatus } from '../../../src/operator/status/describe-status.ts';
import { freshnessOf } from '../../../src/reader/provenance.ts';
import { hourMs } from '../../../src/shared/core/clock.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { idleRateState } from '../../../src/shared/throttle/rate-schedule.ts';
import { sampleHead } from '../../support/feed-heads-contract.ts';

const nowMs = Date.UTC(2026, 10, 25, 12);
const iso = (ms: number) => new Date(ms).toISOString();

/** A feed of a hundred hours, fetched `agoHours` ago and stale half-way. */
const headOf = (feed: string, agoHours: number, lastOutcome: 'complete' | 'partial' = 'complete') =>
  sampleHead({
    id: `feed#${feed}`,
    feed,
    fetchedAt: iso(nowMs - agoHours * hourMs),
    freshUntil: iso(nowMs + (50 - agoHours) * hourMs),
    expiration: (nowMs + (100 - agoHours) * hourMs) / 1_000,
    lastOutcome,
  });

describe('the freshness of the feeds', () => {
  it('is counted by state and by score, by hand', () => {
    const heads = [headOf('a', 0), headOf('b', 49), headOf('c', 50, 'partial'), headOf('d', 95), headOf('e', 100)];
    const now = freshnessNow([...heads, headOf('f', 140)], nowMs);
    expect(now).toMatchObject({ total: 6, fresh: 2, stale: 2, expired: 2, incomplete: 1 });
    expect(now.feeds.map(({ feed, state, freshness }) => [feed, state, freshness])).toEqual([
      ['e', 'expired', 0],
      ['f', 'expired', 0],
      ['d', 'stale', 0.05],
      ['c', 'stale', 0.5],
      ['b', 'fresh', 0.51],
      ['a', 'fresh', 1],
    ]);
    expect(now.median).toBe(0.275);
    expect(now.buckets.map(({ fresh, stale, expired }) => `${fresh}${stale}${expired}`)).toEqual([
      '012',
      '000',
      '000',
      '000',
      '000',
      '110',
      '000',
      '000',
      '000',
      '100',
    ]);
    expect(now.feeds[3]).toMatchObject({ complete: false, expiresAt: iso(nowMs + 50 * hourMs) });
  });

  it('is stale for a head of tomorrow, which a wrong clock has written, as it is for the plan', () => {
    const [tomorrow] = freshnessNow([headOf('a', -24)], nowMs).feeds;
    expect(tomorrow).toMatchObject({ state: 'stale', freshUntil: iso(nowMs) });
    expect(freshnessNow([headOf('a', -0.05)], nowMs).feeds).toMatchObject([{ state: 'fresh' }]);
    const readings = { queues: undefined, breaker: undefined, rate: idleRateState, heads: [headOf('a', -24)] };
    expect(describeStatus(readings, defaultSettings, nowMs).feeds).toMatchObject([{ state: 'stale' }]);
  });

  it('of none is no figure', () => {
    expect(freshnessNow([], nowMs)).toMatchObject({ total: 0, fresh: 0, median: null, feeds: [] });
    expect(freshnessNow([headOf('a', 20)], nowMs).median).toBe(0.8);
  });

  it('is the score that a reader gives its answers', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 200, noNaN: true }), (agoHours) => {
        const fetchedMs = Math.round(nowMs - agoHours * hourMs);
        const head = sampleHead({ fetchedAt: iso(fetchedMs), expiration: Math.floor(fetchedMs / 1_000) + 360_000 });
        const life = { fetchedAt: head.fetchedAt, freshUntilMs: 0, expiresAtMs: head.expiration * 1_000 };
        expect(freshnessNow([head], nowMs).feeds[0]?.freshness).toBeCloseTo(freshnessOf(life, nowMs), 4);
      }),
    );
  });

  it('counts every feed in one bucket, and bears an expiry that no date can name', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -10, max: 150 })), (ages) => {
        const { buckets, ...now } = freshnessNow(
          ages.map((age, n) => headOf(`f${n}`, age)),
          nowMs,
        );
        const sum = (state: 'fresh' | 'stale' | 'expired') =>
          buckets.reduce((total, bucket) => total + bucket[state], 0);
        expect([sum('fresh'), sum('stale'), sum('expired')]).toEqual([now.fresh, now.stale, now.expired]);
        expect(now.fresh + now.stale + now.expired).toBe(ages.length);
      }),
    );
    expect(freshnessNow([sampleHead({ expiration: Number.MAX_SAFE_INTEGER })], nowMs).total).toBe(1);
  });
});
