import { describe, expect, it } from 'vitest';
import { hourMs } from '../../../src/shared/core/clock.ts';
import { isInFlight } from '../../../src/shared/tables/feeds-in-flight.ts';
import { sampleHead } from '../../support/feed-heads-contract.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);
const markAt = (sentAtMs: number) => ({
  id: 'in-flight#popular/movie/global/en-US',
  snapshot: '2026-11-23T08:00:00Z.0badcafe',
  runId: '0badcafe',
  pages: 2,
  sentAtMs,
  expiration: nowMs / 1_000,
});

describe('jobs that were sent', () => {
  it.each([
    ['now', 0, true],
    ['just under six hours ago', -6 * hourMs + 1, true],
    ['six hours ago', -6 * hourMs, false],
    ['in a minute, by a clock that is a little ahead', 60_000, true],
    ['tomorrow, by a clock that was wrong', 24 * hourMs, false],
  ])('%s: are they in flight?', (_name, fromNowMs, expected) => {
    expect(isInFlight(markAt(nowMs + fromNowMs), undefined, nowMs, 6 * hourMs)).toBe(expected);
  });

  it('have arrived when all their pages have, or newer ones', () => {
    const head = (over: object) =>
      sampleHead({ snapshot: '2026-11-23T08:00:00Z.0badcafe', pagesApplied: [1], ...over });
    const ask = (over: object) => isInFlight(markAt(nowMs), head(over), nowMs, 6 * hourMs);
    expect([ask({}), ask({ pagesApplied: [1, 2] }), ask({ snapshot: '2026-11-24T08:00:00Z.0badcafe' })]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
