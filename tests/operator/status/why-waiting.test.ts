import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standstills, type WaitFacts, whyWaiting } from '../../../src/operator/status/why-waiting.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import type { BreakerRecord } from '../../../src/shared/throttle/breaker-record.ts';
import { idleRateState, rateLimitsOf } from '../../../src/shared/throttle/rate-schedule.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);
const limits = rateLimitsOf(defaultSettings, 20);
const none = { visible: 0, delayed: 0, inFlight: 0 };
const breaker = (over: Partial<BreakerRecord> = {}): BreakerRecord => ({
  state: 'open',
  reason: 'failures',
  detail: 'unknown host tmdb.example',
  since: '2026-11-23T07:59:00.000Z',
  retryAtMs: nowMs + 14_200,
  trialUntilMs: 0,
  machine: '{}',
  revision: 1,
  ...over,
});
const rate = (over: Partial<typeof idleRateState>) => ({ state: { ...idleRateState, ...over }, limits });

describe('why a run waits', () => {
  it.each<[WaitFacts, string[]]>([
    [{}, ['calls are in flight, and nothing was refused']],
    [{ doing: 'the planner has not answered' }, ['the planner has not answered']],
    [
      { breaker: breaker() },
      ['the breaker is open (failures: unknown host tmdb.example), next trial in 15 s (2026-11-23T08:00:14.200Z)'],
    ],
    [
      { breaker: breaker({ retryAtMs: nowMs - 1 }) },
      ['the breaker is open (failures: unknown host tmdb.example), a trial is due'],
    ],
    [
      { breaker: breaker({ reason: 'by-hand', detail: 'eva: repair', retryAtMs: 8_640_000_000_000_000 }) },
      ['the breaker is open (by-hand: eva: repair), until it is closed by hand (`breaker close`)'],
    ],
    [{ breaker: breaker({ state: 'closed' }) }, ['calls are in flight, and nothing was refused']],
    [
      {
        rate: rate({
          pausedUntilMs: nowMs + 12_000,
          ...{ ceiling: 5, alarmAtMs: nowMs - 2_000, answers: 900, refusals: 31 },
        }),
      },
      [
        'TMDB has throttled: no call for 12 s (until 2026-11-23T08:00:12.000Z)',
        'the rate is 4.85 of 20 calls a second, because TMDB refuses calls above 5 (31 of 900 answers so far)',
      ],
    ],
    [
      { rate: rate({ noiseCalls: 200, noiseRefusals: 14, answers: 900, refusals: 63 }) },
      ['TMDB refuses 7 % of the calls at any rate (63 of 900 answers so far): they are tried again'],
    ],
    [{ rate: rate({ noiseCalls: 200, noiseRefusals: 9.8 }) }, ['calls are in flight, and nothing was refused']],
    [{ rate: rate({ endsMs: [nowMs + 9_000, nowMs + 7_500] }) }, ['all slots of the next 8 s are taken']],
    ...[{ pausedUntilMs: 1e300 }, { endsMs: [1e300] }, { alarmAtMs: 1e300 }, { endsMs: [nowMs + 86_400_000] }].map(
      (over): [WaitFacts, string[]] => [
        { rate: rate(over) },
        [
          'the throttle was put too far ahead by a clock that was wrong: it mends itself within a minute of the next calls',
        ],
      ],
    ),
    [
      { breaker: breaker({ retryAtMs: 1e300 }) },
      ['the breaker is open (failures: unknown host tmdb.example), a trial is due'],
    ],
    [
      {
        queues: { fetch: { visible: 12, delayed: 0, inFlight: 1 }, items: { ...none, inFlight: 3 } },
        othersWaiting: 5,
      },
      [
        '12 jobs waiting on the fetch queue, 5 of other runs',
        '1 job in flight to TMDB',
        '3 pages waiting for the writer',
      ],
    ],
    [{ queues: { fetch: { ...none, delayed: 2 }, items: none } }, ['2 jobs on the fetch queue are delayed']],
    [
      { nextDelayedMs: nowMs + 13_100, queues: { fetch: { ...none, delayed: 2 }, items: none } },
      ['the next deferred job is due in 14 s'],
    ],
    [
      {
        lastReasons: new Map([
          ['r/1', 'http_403: HTTP 403 from CloudFront'],
          ['r/2', 'enotfound: unknown host'],
          ['r/3', 'enotfound: unknown host'],
        ]),
      },
      ['2 jobs are deferred: enotfound: unknown host', 'job r/1 is deferred: http_403: HTTP 403 from CloudFront'],
    ],
    [
      {
        deadLetters: new Map([
          ['r/1', 'refused-by-tmdb, tmdb_22: HTTP 400'],
          ['r/2', ''],
        ]),
      },
      [
        'job r/1 is in a dead-letter queue: refused-by-tmdb, tmdb_22: HTTP 400',
        'job r/2 is in a dead-letter queue: moved by SQS, received too often',
      ],
    ],
  ])('is said for %j', (facts, sentences) => {
    expect(whyWaiting(facts, nowMs)).toEqual(sentences);
  });

  it('begins with what stops everybody', () => {
    const facts: WaitFacts = {
      deadLetters: new Map([['r/1', 'too-old']]),
      lastReasons: new Map([['r/2', 'breaker_open: x']]),
      breaker: breaker(),
    };
    expect(whyWaiting(facts, nowMs)[0]).toMatch(/^the breaker is open/);
    expect(standstills(facts, nowMs)).toHaveLength(1);
  });

  it('is bounded, and on one line, whatever the jobs failed with', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string({ maxLength: 2_000 }))), (entries) => {
        const sentences = whyWaiting({ lastReasons: new Map(entries) }, nowMs);
        expect(sentences.length).toBeGreaterThan(0);
        expect(sentences.length).toBeLessThanOrEqual(3);
      }),
    );
    const [long] = whyWaiting({ lastReasons: new Map([['r/1', 'x'.repeat(5_000)]]) }, nowMs);
    expect(long?.length).toBeLessThan(300);
  });
});
