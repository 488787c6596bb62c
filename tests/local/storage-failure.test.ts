import { describe, expect, it } from 'vitest';
import { cacheFailure, isStorageFailure, storageFailure } from '../../src/local/private-files.ts';
import { UsageError } from '../../src/shared/core/errors.ts';

const sqlite = (errcode: number, message: string) =>
  Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode });
const system = (code: string) => Object.assign(new Error(`${code}: words`), { code });

describe('a file that cannot be used', () => {
  it.each([
    [system('ENOSPC'), "'f' cannot be written: the disk is full (ENOSPC): make room and run it again"],
    [
      sqlite(13, 'database or disk is full'),
      "'f' cannot be written: the disk is full (SQLITE_FULL): make room and run it again",
    ],
    [system('EROFS'), "'f' cannot be written: the file system is read-only (EROFS): choose another folder"],
    [
      sqlite(267, 'malformed'),
      "'f' is damaged (SQLITE_CORRUPT): restore it from a copy, or move it away to begin without what it held",
    ],
    [sqlite(99, 'odd'), "'f' cannot be used: odd (SQLite error 99): choose another folder"],
  ])('is named with why and what to do: %s', (cause, sentence) => {
    expect(storageFailure('f', cause).message).toBe(sentence);
    expect(isStorageFailure(cause)).toBe(true);
  });

  it('is not to blame for a port or a bug', () => {
    for (const cause of [system('EADDRINUSE'), new TypeError('x'), 'text']) {
      expect(isStorageFailure(cause)).toBe(false);
    }
  });

  it('is said to be a cache where nobody has named it, with the variable that names another', () => {
    const other = '; TMDB_PIPELINE_CACHE names the folder for what can be made again';
    const failure = cacheFailure('f', system('EACCES'));
    expect(failure).toMatchObject({
      code: 'storage_failed',
      message: expect.stringMatching(/^'f' cannot .+ permissions;/),
    });
    expect(failure.message.endsWith(other)).toBe(true);
    expect(cacheFailure('f', new UsageError("'f' is no folder"))).toEqual(new UsageError(`'f' is no folder${other}`));
  });
});
