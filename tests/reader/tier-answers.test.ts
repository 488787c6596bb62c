import { describe, expect, it } from 'vitest';
import { TableUnavailableError } from '../../src/reader/table-guard.ts';
import { nothing, originOf, problemOf, readOfLive, toProblem } from '../../src/reader/tiers.ts';
import { awsFailure } from '../../src/shared/core/aws-failure.ts';
import { PermanentError, RetryableError } from '../../src/shared/core/errors.ts';

const away = new TableUnavailableError('the table cannot be read', awsFailure({ name: 'AccessDeniedException' }));
const before = { code: 'table_unavailable', detail: 'the table cannot be read' };

describe('what the first two tiers got', () => {
  it.each([
    ['loaded', 'table', undefined],
    ['memory', 'memory', undefined],
    ['failed', 'memory', 'table_unavailable'],
  ] as const)('%s is from %s', (how, origin, code) => {
    const got = how === 'failed' ? { value: 1, how, error: away } : { value: 1, how };
    expect(originOf(got)).toBe(origin);
    expect(problemOf(got)?.code).toBe(code);
  });
});

describe('nothing', () => {
  it('is from no tier, and says why where there is a why', () => {
    expect(nothing(undefined)).toEqual({ found: [], from: 'none', absent: false });
    expect(nothing(before)).toEqual({ found: [], from: 'none', absent: false, problem: before });
  });
});

describe('what the last tier brought', () => {
  it('is from TMDB, and what went wrong before stays said', () => {
    expect(readOfLive({ kind: 'ok', found: ['a'] }, undefined)).toEqual({ found: ['a'], from: 'tmdb', absent: false });
    expect(readOfLive({ kind: 'ok', found: ['a'] }, before)).toMatchObject({ from: 'tmdb', problem: before });
  });

  it('is from no tier when it is an empty list', () => {
    expect(readOfLive({ kind: 'ok', found: [] }, undefined)).toEqual({ found: [], from: 'none', absent: false });
  });

  it('may be that there is no such thing, which is no problem', () => {
    expect(readOfLive({ kind: 'absent' }, undefined)).toEqual({ found: [], from: 'none', absent: true });
  });

  it('may be a reason; the first thing that went wrong is the one that is told', () => {
    const outcome = { kind: 'unavailable', code: 'breaker_open', detail: 'HTTP 503' } as const;
    expect(readOfLive(outcome, undefined)).toEqual({
      found: [],
      from: 'none',
      absent: false,
      problem: { code: 'breaker_open', detail: 'HTTP 503' },
    });
    expect(readOfLive(outcome, before).problem).toEqual(before);
  });
});

describe('an error as an application is told it', () => {
  it.each([
    [new RetryableError('table_unavailable', 'too slow'), { code: 'table_unavailable', detail: 'too slow' }],
    [away, { code: 'table_unavailable', detail: 'the table cannot be read', cause: 'access_denied' }],
    [new PermanentError('malformed_message', 'no JSON'), { code: 'malformed_message', detail: 'no JSON' }],
    [new TypeError('x is not a function'), { code: 'unexpected', detail: 'x is not a function' }],
    ['thrown text', { code: 'unexpected', detail: 'thrown text' }],
  ])('%s', (error, problem) => {
    expect(toProblem(error)).toEqual(problem);
  });
});
