/**
 * What each `status_code` of TMDB means for a job, which only ever reads. Sources: TMDB's list of errors
 * (developer.themoviedb.org/docs/errors, November 2026), its OpenAPI document, and recorded answers.
 */

/** `retry`: try again later. `stop`: concerns the token. `not-found`: a final answer. `bug`: a retry of this request cannot succeed. */
type CodeFate = 'retry' | 'stop' | 'not-found' | 'bug';

/** One row of the table. `reason`: why a job gets this fate. */
type CodeRow = { fate: CodeFate; reason: string };

/** TMDB's code for too many calls. */
export const throttleTmdbCode = 25;

/** TMDB's code for success, which `/authentication` sends among others. */
export const successTmdbCode = 1;

/** The codes that TMDB lists with HTTP 200 or 201. */
const successTmdbCodes: ReadonlySet<unknown> = new Set([successTmdbCode, 12, 13, 21, 40]);

/** Whether `code` means success, of a read or a write. */
export function isSuccessTmdbCode(code: unknown): boolean {
  return successTmdbCodes.has(code);
}

const anotherRequest = 'success of a write, which we never request: the answer belongs to another request';
const temporaryFailure = 'a temporary failure of TMDB';
const tokenRefused = 'the token, or the account behind it, is refused';
const nothingThere = 'the list or title does not exist, or is not visible to us';
const wrongRequest = 'the request itself is wrong: the same request gets the same answer';
const loginRequired =
  'requires a login, a session or a device, which our requests do not have: it does not concern the token';

const rows: Readonly<Record<number, CodeRow>> = {
  1: { fate: 'retry', reason: 'success without the requested content' },
  2: { fate: 'retry', reason: 'the service does not exist (501): the path is known to exist, so TMDB is partly down' },
  3: { fate: 'stop', reason: tokenRefused },
  4: { fate: 'bug', reason: wrongRequest },
  5: { fate: 'bug', reason: wrongRequest },
  6: { fate: 'not-found', reason: nothingThere },
  7: { fate: 'stop', reason: tokenRefused },
  8: { fate: 'bug', reason: 'a duplicate entry, which only writes can cause: the same request gets the same answer' },
  9: { fate: 'retry', reason: temporaryFailure },
  10: { fate: 'stop', reason: tokenRefused },
  11: { fate: 'retry', reason: temporaryFailure },
  12: { fate: 'retry', reason: anotherRequest },
  13: { fate: 'retry', reason: anotherRequest },
  14: { fate: 'stop', reason: tokenRefused },
  15: { fate: 'retry', reason: temporaryFailure },
  16: { fate: 'bug', reason: loginRequired },
  17: { fate: 'bug', reason: loginRequired },
  18: { fate: 'bug', reason: wrongRequest },
  19: { fate: 'bug', reason: wrongRequest },
  20: { fate: 'bug', reason: wrongRequest },
  21: {
    fate: 'retry',
    reason: 'nothing to edit, with HTTP 200: we never edit, so the answer belongs to another request',
  },
  22: { fate: 'bug', reason: wrongRequest },
  23: { fate: 'bug', reason: wrongRequest },
  24: { fate: 'retry', reason: temporaryFailure },
  25: { fate: 'retry', reason: 'too many calls: slow down and try again' },
  26: { fate: 'bug', reason: loginRequired },
  27: { fate: 'bug', reason: wrongRequest },
  28: { fate: 'bug', reason: wrongRequest },
  29: { fate: 'bug', reason: wrongRequest },
  30: { fate: 'bug', reason: loginRequired },
  31: { fate: 'stop', reason: tokenRefused },
  32: { fate: 'bug', reason: loginRequired },
  33: { fate: 'bug', reason: loginRequired },
  34: { fate: 'not-found', reason: nothingThere },
  35: { fate: 'stop', reason: tokenRefused },
  36: { fate: 'bug', reason: loginRequired },
  37: { fate: 'not-found', reason: nothingThere },
  38: { fate: 'bug', reason: loginRequired },
  39: { fate: 'not-found', reason: nothingThere },
  40: { fate: 'retry', reason: anotherRequest },
  41: { fate: 'bug', reason: loginRequired },
  42: { fate: 'bug', reason: wrongRequest },
  43: { fate: 'retry', reason: temporaryFailure },
  44: { fate: 'not-found', reason: 'the id is invalid (with HTTP 500): it does not exist, and TMDB works' },
  45: { fate: 'stop', reason: tokenRefused },
  46: { fate: 'retry', reason: temporaryFailure },
  47: { fate: 'bug', reason: wrongRequest },
};

/** The row of a code; `undefined` for anything that is not a code of TMDB. */
export function rowOfTmdbCode(code: unknown): CodeRow | undefined {
  return typeof code === 'number' && Object.hasOwn(rows, code) ? rows[code] : undefined;
}
