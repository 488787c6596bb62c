import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PermanentError } from '../../../src/shared/core/errors.ts';
import { describeFailure, jobIdOf } from '../../../src/shared/telemetry/describe-failure.ts';
import { sampleJob } from '../../support/sample-messages.ts';

const body = JSON.stringify(sampleJob());

describe('a failed message in the log', () => {
  it('tells its job, its code and what happened', () => {
    expect(describeFailure(new PermanentError('tmdb_22', 'HTTP 400: page is too big'), { body })).toEqual({
      jobId: '0badcafe/popular/movie/global/en-US/1',
      code: 'tmdb_22',
      detail: 'HTTP 400: page is too big',
    });
  });

  it('is unexpected when the error is of nobody’s making', () => {
    expect(describeFailure(new TypeError('x is undefined'), { body }).code).toBe('unexpected');
    expect(describeFailure('broken', { body })).toMatchObject({ code: 'unexpected', detail: 'broken' });
  });

  it('is bounded', () => {
    expect(describeFailure(new Error('x'.repeat(10_000)), { body }).detail).toHaveLength(500);
  });

  it.each(['', '{', 'null', '7', '[]', '{}', '{"jobId":7}', '{"jobId":null}'])(
    'has no job where the body has none: %j',
    (text) => {
      expect(jobIdOf(text)).toBe('');
    },
  );

  it('never throws, whatever the body is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(jobIdOf(text)).toBeTypeOf('string');
      }),
    );
  });
});
