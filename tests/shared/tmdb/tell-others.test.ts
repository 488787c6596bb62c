import { describe, expect, it } from 'vitest';
import { type Outcome, tellOthers } from '../../../src/shared/tmdb/tell-others.ts';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { plainLimits } from '../../support/rate-history.ts';
import { admitted, recordingBreaker } from '../../support/recording-breaker.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/** A breaker, a timeline and a log; `tell` tells them an outcome. */
function openWorld() {
  const breaker = recordingBreaker();
  const timeline = memoryRateSchedule(plainLimits);
  const telemetry = recordingTelemetry();
  const deps = { breaker, schedule: timeline.driver(virtualClock()), telemetry };
  return { breaker, timeline, telemetry, deps, tell: (outcome: Outcome) => tellOthers(outcome, admitted, deps) };
}

const failure = (throttled: boolean, retryAfterMs?: number): Outcome => ({
  fate: 'retry',
  code: 'tmdb_9',
  detail: 'HTTP 503',
  throttled,
  retryAfterMs,
});

describe('the breaker is told', () => {
  it.each([
    ['a good answer', { fate: 'ok' }, 'succeeded', 'TMDB answers'],
    [
      'that something is not there',
      { fate: 'not-found', code: 'tmdb_34', detail: 'HTTP 404' },
      'succeeded',
      'HTTP 404',
    ],
    ['that a request is wrong', { fate: 'bug', code: 'tmdb_22', detail: 'HTTP 400' }, 'succeeded', 'HTTP 400'],
    ['a failure', failure(false), 'failed', 'HTTP 503'],
    ['a throttle', failure(true), 'neutral', 'HTTP 503'],
  ] as [string, Outcome, string, string][])('%s', async (_name, outcome, ended, detail) => {
    const { breaker, tell } = openWorld();
    await tell(outcome);
    expect(breaker.ends).toEqual([{ admission: 'closed', outcome: ended, detail }]);
    expect(breaker.rejections).toEqual([]);
  });

  it('which admission ended', async () => {
    const { breaker, deps } = openWorld();
    await tellOthers({ fate: 'ok' }, { kind: 'refused', reason: 'failures', detail: '', retryInMs: 1 }, deps);
    expect(breaker.ends).toMatchObject([{ admission: 'refused' }]);
  });

  it('that the token is rejected, instead of an end, and so is the log', async () => {
    const { breaker, telemetry, tell } = openWorld();
    await tell({ fate: 'stop', code: 'tmdb_7', detail: 'HTTP 401: invalid key', status: 401 });
    expect([breaker.rejections, breaker.ends]).toEqual([['HTTP 401: invalid key'], []]);
    expect(telemetry.events).toEqual([{ event: 'token-rejected', status: 401, detail: 'HTTP 401: invalid key' }]);
  });
});

describe('the timeline is told', () => {
  it.each([
    ['a throttle, with the pause that TMDB named', failure(true, 13_000), [13_000]],
    ['a throttle without one', failure(true), [undefined]],
    ['nothing of a failure, also when that names a pause', failure(false, 13_000), []],
    ['nothing of a good answer', { fate: 'ok' }, []],
    ['nothing of a 404', { fate: 'not-found', code: 'tmdb_34', detail: 'HTTP 404' }, []],
  ] as [string, Outcome, unknown[]][])('%s', async (_name, outcome, slowDowns) => {
    const { timeline, tell } = openWorld();
    await tell(outcome);
    expect(timeline.slowDowns).toEqual(slowDowns);
  });
});

describe('when it cannot be told', () => {
  it.each([
    ['to the breaker', failure(false)],
    ['that the token is rejected', { fate: 'stop', code: 'tmdb_7', detail: 'HTTP 401', status: 401 }],
    ['to the timeline', failure(true)],
  ] as [string, Outcome][])('%s, that is a warning', async (_name, outcome) => {
    const { deps, telemetry } = openWorld();
    const away = async () => Promise.reject(new Error('the control table is away'));
    const breaker = {
      ...deps.breaker,
      rejectToken: away,
      ended: outcome.fate === 'retry' && outcome.throttled ? deps.breaker.ended : away,
    };
    await tellOthers(outcome, admitted, { ...deps, breaker, schedule: { ...deps.schedule, slowDown: away } });
    expect(telemetry.warnings).toEqual([
      {
        message: 'the other workers could not be told how a call ended',
        facts: { detail: 'the control table is away' },
      },
    ]);
  });
});
