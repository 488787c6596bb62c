import { describe, expect, it } from 'vitest';
import { stackNotes } from '../../src/cli/commands/local-command.ts';
import type { RunEvent } from '../../src/shared/telemetry/run-event.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const runId = '0badcafe';
const deferred = (job: number, code = 'enotfound'): RunEvent => ({
  event: 'job-deferred',
  runId,
  jobId: `${runId}/${job}`,
  code,
  detail: 'unknown host tmdb.example',
  deferrals: 1,
  delaySeconds: 30,
});
const changed = (state: 'open' | 'closed'): RunEvent => ({
  event: 'breaker-changed',
  state,
  reason: 'failures',
  detail: state === 'open' ? 'unknown host' : 'TMDB answers',
});

describe('what a person hears of a stack that is kept running', () => {
  it('is a breaker that opens or closes', () => {
    const noteOf = stackNotes(virtualClock());
    expect(noteOf(changed('open'))).toMatch(/^the breaker is open \(failures: unknown host\)/);
    expect(noteOf(changed('closed'))).toMatch(/^the breaker is closed \(TMDB answers\)/);
  });

  it('is a job that is deferred, with why and until when; the same trouble once a minute', async () => {
    const clock = virtualClock();
    const noteOf = stackNotes(clock);
    expect(noteOf(deferred(1))).toBe('job 0badcafe/1 was deferred for 30 s: enotfound: unknown host tmdb.example');
    expect(noteOf(deferred(2))).toBeUndefined();
    expect(noteOf(deferred(3, 'http_403'))).toMatch(/http_403/);
    await clock.advance(60_000);
    expect(noteOf(deferred(4))).toMatch(/0badcafe\/4/);
  });

  it('is every dead letter', () => {
    const noteOf = stackNotes(virtualClock());
    const dead: RunEvent = {
      event: 'job-dead-lettered',
      jobId: '',
      reason: 'malformed',
      code: 'malformed_message',
      detail: 'no JSON',
    };
    expect([noteOf(dead), noteOf(dead)]).toEqual(
      Array(2).fill('dead letter: job unknown (malformed, malformed_message: no JSON); see `dlq list`'),
    );
  });

  it('is nothing that goes well', () => {
    const fetched: RunEvent = { event: 'page-fetched', runId, jobId: `${runId}/1`, rows: 20, rejected: 0, persons: 0 };
    expect(stackNotes(virtualClock())(fetched)).toBeUndefined();
  });
});
