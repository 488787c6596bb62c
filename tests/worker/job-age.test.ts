import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deferralDelaySeconds, isTooOld, leastWaitedSeconds, waitedSecondsOf } from '../../src/worker/defer-job.ts';
import { sampleJob } from '../support/sample-messages.ts';

describe('what a job has waited', () => {
  it('is nothing before it was deferred, and then what its deferrals asked for', () => {
    expect(waitedSecondsOf(sampleJob())).toBe(0);
    expect(waitedSecondsOf(sampleJob({ attempt: 3, waitedSeconds: 91 }))).toBe(91);
    expect(waitedSecondsOf(sampleJob({ attempt: 0, waitedSeconds: 91 }))).toBe(0);
  });

  it('is at least this for a job of an earlier version, which carries no sum', () => {
    expect([0, 1, 2, 3, 6].map(leastWaitedSeconds)).toEqual([0, 2, 7, 17, 152]);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 60 }),
        (draws) => {
          const waited = draws.reduce((sum, draw, n) => sum + deferralDelaySeconds(n, 0, draw), 0);
          expect(leastWaitedSeconds(draws.length)).toBeLessThanOrEqual(waited);
        },
      ),
    );
  });

  it('is counted at once, however often a body says that it was deferred', () => {
    expect(isTooOld(sampleJob({ attempt: Number.MAX_SAFE_INTEGER }), 6)).toBe(true);
  });

  it('is all that decides', () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999') }),
        fc.nat({ max: 50_000 }),
        (firstSeen, waitedSeconds) => {
          const over = { attempt: 5, waitedSeconds, firstSeenAt: firstSeen.toISOString() };
          expect(isTooOld(sampleJob(over), 6)).toBe(waitedSeconds > 21_600);
        },
      ),
    );
  });
});
