/**
 * What TMDB's own `status_code` means for a job that only reads. Sources: TMDB's list of errors
 * (developer.themoviedb.org/docs/errors, November 2026), its OpenAPI document, and recorded answers.
 */

/** `retry`: again, later. `stop`: speaks of the token. `not-found`: an answer. `bug`: no retry mends this request. */
type CodeFate = 'retry' | 'stop' | 'not-found' | 'bug';

/** One row of the table. `reason`: why a job that reads meets that fate. */
type CodeRow = { fate: CodeFate; reason: string };

/** TMDB's word for too many calls. */
export const throttleTmdbCode = 25;

/** What TMDB says when all is well, `/authentication` among others. */
export const successTmdbCode = 1;

/** Those that TMDB lists with HTTP 200 or 201. */
const successTmdbCodes: ReadonlySet<unknown> = new Set([successTmdbCode, 12, 13, 21, 40]);

/** Whether a code says that all went well, with a read or a write. */
export function isSuccessTmdbCode(code: unknown): boolean {
  return successTmdbCodes.has(code);
}

const notOurAnswer = 'says that a write went well, which we never ask for: the answer belongs to another request';
const goesAway = 'TMDB is not well, and says so';
const tokenRefused = 'the token, or the account behind it, is refused';
const nothingThere = 'there is no such thing, or none that we may see';
const wrongRequest = 'TMDB finds the request itself wrong: the same request gets the same answer';
const otherLogin = 'asks for a login, a session or a device, none of which our requests have: the token is not meant';

const rows: Readonly<Record<number, CodeRow>> = {
  1: { fate: 'retry', reason: 'success without the content that was asked for' },
  2: { fate: 'retry', reason: 'the service does not exist (501): the path is known to exist, so TMDB is in part away' },
  3: { fate: 'stop', reason: tokenRefused },
  4: { fate: 'bug', reason: wrongRequest },
  5: { fate: 'bug', reason: wrongRequest },
  6: { fate: 'not-found', reason: nothingThere },
  7: { fate: 'stop', reason: tokenRefused },
  8: { fate: 'bug', reason: 'a duplicate entry: only writes make one, and the same request gets the same answer' },
  9: { fate: 'retry', reason: goesAway },
  10: { fate: 'stop', reason: tokenRefused },
  11: { fate: 'retry', reason: goesAway },
  12: { fate: 'retry', reason: notOurAnswer },
  13: { fate: 'retry', reason: notOurAnswer },
  14: { fate: 'stop', reason: tokenRefused },
  15: { fate: 'retry', reason: goesAway },
  16: { fate: 'bug', reason: otherLogin },
  17: { fate: 'bug', reason: otherLogin },
  18: { fate: 'bug', reason: wrongRequest },
  19: { fate: 'bug', reason: wrongRequest },
  20: { fate: 'bug', reason: wrongRequest },
  21: {
    fate: 'retry',
    reason: 'nothing to edit, with HTTP 200: the answer belongs to another request, ours edit nothing',
  },
  22: { fate: 'bug', reason: wrongRequest },
  23: { fate: 'bug', reason: wrongRequest },
  24: { fate: 'retry', reason: goesAway },
  25: { fate: 'retry', reason: 'too many calls: slower, and then again' },
  26: { fate: 'bug', reason: otherLogin },
  27: { fate: 'bug', reason: wrongRequest },
  28: { fate: 'bug', reason: wrongRequest },
  29: { fate: 'bug', reason: wrongRequest },
  30: { fate: 'bug', reason: otherLogin },
  31: { fate: 'stop', reason: tokenRefused },
  32: { fate: 'bug', reason: otherLogin },
  33: { fate: 'bug', reason: otherLogin },
  34: { fate: 'not-found', reason: nothingThere },
  35: { fate: 'stop', reason: tokenRefused },
  36: { fate: 'bug', reason: otherLogin },
  37: { fate: 'not-found', reason: nothingThere },
  38: { fate: 'bug', reason: otherLogin },
  39: { fate: 'not-found', reason: nothingThere },
  40: { fate: 'retry', reason: notOurAnswer },
  41: { fate: 'bug', reason: otherLogin },
  42: { fate: 'bug', reason: wrongRequest },
  43: { fate: 'retry', reason: goesAway },
  44: { fate: 'not-found', reason: 'the id is invalid (with HTTP 500): nothing is there, and TMDB is well' },
  45: { fate: 'stop', reason: tokenRefused },
  46: { fate: 'retry', reason: goesAway },
  47: { fate: 'bug', reason: wrongRequest },
};

/** The row of a code; `undefined` for all that is none of TMDB's, whatever its type. */
export function rowOfTmdbCode(code: unknown): CodeRow | undefined {
  return typeof code === 'number' && Object.hasOwn(rows, code) ? rows[code] : undefined;
}
