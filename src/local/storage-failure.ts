import { PermanentError, type PipelineError, UsageError } from '../shared/core/errors.ts';

const elsewhere = 'choose another folder';

/** Causes of the operating system and of SQLite (https://www.sqlite.org/rescode.html), and what to do about each. */
const causes: Record<string, { what: string; remedy: string }> = {
  ENOSPC: { what: 'cannot be written: the disk is full', remedy: 'make room and run it again' },
  EDQUOT: { what: 'cannot be written: the disk quota is used up', remedy: 'make room and run it again' },
  SQLITE_FULL: { what: 'cannot be written: the disk is full', remedy: 'make room and run it again' },
  EROFS: { what: 'cannot be written: the file system is read-only', remedy: elsewhere },
  SQLITE_READONLY: { what: 'cannot be written: it is read-only', remedy: elsewhere },
  EACCES: { what: 'cannot be opened: permission denied', remedy: `${elsewhere} or change its permissions` },
  EPERM: { what: 'cannot be opened: operation not permitted', remedy: `${elsewhere} or change its permissions` },
  ENOENT: { what: 'cannot be made: there can be no folder', remedy: elsewhere },
  ENAMETOOLONG: { what: 'cannot be made: the name is too long', remedy: elsewhere },
  ELOOP: { what: 'cannot be opened: its symbolic links lead in a circle', remedy: elsewhere },
  SQLITE_CORRUPT: {
    what: 'is damaged',
    remedy: 'restore it from a copy, or move it away to begin without what it held',
  },
  SQLITE_NOTADB: {
    what: 'is damaged: it is not a database',
    remedy: 'restore it from a copy, or move it away to begin without what it held',
  },
};

const sqliteCodes: Record<number, string> = {
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
};

/** The code of the operating system or of SQLite (its primary one) in an error. */
export function storageCode(cause: unknown): string | undefined {
  const { code, errcode } = cause as { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') {
    return sqliteCodes[errcode & 0xff] ?? `SQLite error ${errcode}`;
  }
  return typeof code === 'string' ? code : undefined;
}

/** Whether an error is of a file or a database, not of the network or of a program. What is no JSON in a database is damage too. */
export function isStorageFailure(cause: unknown): boolean {
  const { errcode } = cause as { errcode?: unknown };
  return typeof errcode === 'number' || cause instanceof SyntaxError || (storageCode(cause) ?? '') in causes;
}

/** One sentence about a file or folder that cannot be used: which, why, with its code, and what to do. */
export function storageFailure(path: string, cause: unknown): PipelineError {
  if (cause instanceof PermanentError || cause instanceof UsageError) {
    return cause;
  }
  const code = storageCode(cause);
  const known = causes[code ?? ''];
  const sentence =
    known === undefined
      ? `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}${code === undefined ? '' : ` (${code})`}: ${elsewhere}`
      : `${known.what} (${code}): ${known.remedy}`;
  return new PermanentError('storage_failed', `'${path}' ${sentence}`);
}
