import { describe, expect, it } from 'vitest';
import { readOutputLine } from '../../src/local/function-output.ts';

const skipped = {
  event: 'job-not-found',
  runId: '0badcafe',
  jobId: '0badcafe/popular/movie/global/en-US/1',
  code: 'tmdb_34',
  detail: 'HTTP 404',
};

describe('output line of a function', () => {
  it('with a run event is that event', () => {
    const line = JSON.stringify({ level: 'INFO', message: 'job-not-found', service: 'worker', runEvent: skipped });
    expect(readOutputLine(line)).toEqual({ kind: 'event', event: skipped });
  });

  it('with a run event of another shape is a log record, so that nothing is counted wrong', () => {
    const line = JSON.stringify({ level: 'INFO', message: 'job-not-found', runEvent: { ...skipped, runId: 'nobody' } });
    expect(readOutputLine(line)).toEqual({ kind: 'log', problem: false, message: 'job-not-found' });
  });

  it('of the embedded metric format is a metrics record', () => {
    const record = { _aws: { Timestamp: 1, CloudWatchMetrics: [] }, service: 'worker', TmdbLatency: [12, 30] };
    expect(readOutputLine(JSON.stringify(record))).toEqual({ kind: 'metrics', record });
  });

  it.each([
    ['DEBUG', false],
    ['INFO', false],
    ['WARN', true],
    ['ERROR', true],
    ['CRITICAL', true],
  ])('of level %s: problem %s', (level, problem) => {
    expect(readOutputLine(JSON.stringify({ level, message: 'words' }))).toEqual({
      kind: 'log',
      problem,
      message: 'words',
    });
  });

  it.each(['Error: boom', '    at file.mjs:1:1', '', '{"level":"INFO"', 'null', '42', '"text"'])(
    'that is no record is a problem, word for word: %j',
    (line) => {
      expect(readOutputLine(line)).toEqual({ kind: 'log', problem: true, message: line });
    },
  );

  it('without a message is shown as it stands', () => {
    expect(readOutputLine('{"level":"INFO"}')).toEqual({ kind: 'log', problem: false, message: '{"level":"INFO"}' });
  });
});
