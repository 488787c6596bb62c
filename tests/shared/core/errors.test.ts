import { describe, expect, it } from 'vitest';
import {
  messageOf,
  PermanentError,
  PipelineError,
  RetryableError,
  UsageError,
} from '../../../src/shared/core/errors.ts';

describe('errors', () => {
  it('carry their fate as their class, a code and the cause', () => {
    const cause = new Error('socket hang up');
    const error = new RetryableError('tmdb_9', 'offline', { cause });
    expect(error).toBeInstanceOf(PipelineError);
    expect(error).toMatchObject({
      name: 'RetryableError',
      code: 'tmdb_9',
      message: 'offline',
      cause,
    });
    expect(new PermanentError('tmdb_22', 'page')).toMatchObject({ name: 'PermanentError', code: 'tmdb_22' });
    expect(new PermanentError('tmdb_22', 'page')).not.toBeInstanceOf(RetryableError);
    expect(new UsageError('wrong')).toMatchObject({ name: 'UsageError', code: 'usage' });
  });

  it.each([
    [new Error('readable'), 'readable'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [7, '7'],
  ])('have a sentence, whatever was thrown: %s', (thrown, sentence) => {
    expect(messageOf(thrown)).toBe(sentence);
  });
});
