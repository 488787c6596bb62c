import { describe, expect, it } from 'vitest';
import { findTroubles, type TroubleSigns } from '../../../src/operator/status/describe-status.ts';

const empty = { visible: 0, delayed: 0, inFlight: 0 };
const none = { queue: empty, deadLetters: empty };
const rate = { pausedUntil: null, perSecond: 2.5, configuredPerSecond: 4, ceilingPerSecond: null };
const well: TroubleSigns = {
  breaker: { state: 'closed', reason: 'recovered', detail: 'ok', since: '2026-11-25T02:00:00.000Z' },
  rate,
  queues: { fetch: none, items: none },
  feeds: [{ feed: 'popular/movie/global/en-US', state: 'fresh' }],
};

describe('what is wrong', () => {
  it('is nothing when all is well, with queues and without', () => {
    expect(findTroubles(well)).toEqual([]);
    expect(findTroubles({ ...well, queues: null, feeds: [] })).toEqual([]);
  });

  it('is told worst first, with what to look at', () => {
    const signs: TroubleSigns = {
      breaker: { state: 'open', reason: 'failures', detail: 'HTTP 503', since: '2026-11-25T02:00:00.000Z' },
      rate: { ...rate, pausedUntil: '2026-11-25T03:00:00.000Z', perSecond: 1.9, ceilingPerSecond: 2 },
      queues: {
        fetch: { queue: empty, deadLetters: { visible: 1, delayed: 1, inFlight: 1 } },
        items: { queue: empty, deadLetters: { visible: 1, delayed: 0, inFlight: 0 } },
      },
      feeds: [
        { feed: 'a', state: 'expired' },
        { feed: 'b', state: 'expired' },
        { feed: 'c', state: 'stale' },
        { feed: 'd', state: 'fresh' },
      ],
    };
    expect(findTroubles(signs)).toEqual([
      {
        code: 'breaker-open',
        text: 'the breaker is open since 2026-11-25T02:00:00.000Z (failures: HTTP 503): no calls are made',
      },
      { code: 'calls-paused', text: 'TMDB throttled: calls pause until 2026-11-25T03:00:00.000Z' },
      { code: 'ceiling-low', text: 'TMDB refuses calls above 2 a second: the rate is 1.9 of 4' },
      { code: 'dead-letters', text: '3 dead letters: see `dlq list fetch`' },
      { code: 'dead-letters', text: '1 dead letter: see `dlq list items`' },
      { code: 'feeds-expired', text: 'expired: a and 1 more' },
      { code: 'feeds-stale', text: 'stale: c' },
    ]);
  });

  it('is no ceiling that leaves more than half of the rate, or above which TMDB accepts calls again', () => {
    expect(findTroubles({ ...well, rate: { ...rate, perSecond: 2.1, ceilingPerSecond: 2.2 } })).toEqual([]);
    expect(findTroubles({ ...well, rate: { ...rate, perSecond: 4, ceilingPerSecond: 1 } })).toEqual([]);
  });

  it('names a backlog that is old, or that holds up what is behind it for long', () => {
    const waiting = (jobs: number, delayed: number, pages: number) => ({
      ...well,
      rate: { ...rate, perSecond: 2 },
      queues: {
        fetch: { ...none, queue: { visible: jobs, delayed, inFlight: 10 } },
        items: { ...none, queue: { visible: pages, delayed: 0, inFlight: 10 } },
      },
    });
    expect(findTroubles(waiting(3_000, 599, 7_199))).toEqual([]);
    expect(findTroubles(waiting(3_000, 600, 7_200))).toEqual([
      { code: 'backlog', text: '3600 jobs wait in the fetch queue: the last for 30 min more at 2 calls a second' },
      { code: 'backlog', text: '7200 pages wait for the writer: the oldest for 30 min at least' },
    ]);
  });
});
