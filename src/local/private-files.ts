/** Folders and files that only this user can read, whatever the umask, and errors that say why one cannot be used. */
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getBuiltinModule, version } from 'node:process';
import type { DatabaseSync, DatabaseSyncOptions } from 'node:sqlite';
import { PermanentError, type PipelineError, UsageError } from '../shared/core/errors.ts';

const elsewhere = 'choose another folder';

/** Error codes of the operating system and of SQLite (https://www.sqlite.org/rescode.html), and what to do about each. */
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

/** The operating system's or SQLite's (primary) code in an error. */
export function storageCode(cause: unknown): string | undefined {
  const { code, errcode } = cause as { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') {
    return sqliteCodes[errcode & 0xff] ?? `SQLite error ${errcode}`;
  }
  return typeof code === 'string' ? code : undefined;
}

/** Whether an error comes from a file or a database, not from the network or the program. A database that holds invalid JSON is damaged. */
export function isStorageFailure(cause: unknown): boolean {
  const { errcode } = cause as { errcode?: unknown };
  return typeof errcode === 'number' || cause instanceof SyntaxError || (storageCode(cause) ?? '') in causes;
}

/** The error for a file or folder that cannot be used. Its message says which one, why (with the code), and what to do. */
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

/** The same for the cache folder of the user, which nobody has named: its message also says how to name another one. */
export function cacheFailure(path: string, cause: unknown): PipelineError {
  const failure = storageFailure(path, cause);
  const message = `${failure.message}; TMDB_PIPELINE_CACHE names the folder for what can be made again`;
  return failure instanceof UsageError ? new UsageError(message) : new PermanentError(failure.code, message);
}

const folderMode = 0o700;
const fileMode = 0o600;
const othersBits = 0o077;

/**
 * Makes the folder, or makes an existing one private. With `own`, an existing folder that holds other names than these is not changed: it may
 * be a home folder.
 * @throws UsageError when it is no folder, PermanentError when it cannot be made, belongs to somebody else, or is open to others.
 */
export function privateFolder(path: string, own?: ReadonlySet<string>): void {
  try {
    if (!makeFolder(path)) {
      assertPrivate(path, own);
    }
  } catch (cause) {
    throw storageFailure(path, cause);
  }
}

/** Makes an empty file that is private where there is none; a file that is there becomes private. */
export function privateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', fileMode));
    chmodSync(path, fileMode);
  } catch (cause) {
    if (storageCode(cause) !== 'EEXIST') {
      throw storageFailure(path, cause);
    }
    // The file is not opened: closing it would release the POSIX locks that this process holds on it.
    privateFiles(path);
  }
}

/**
 * Makes the files at `path` private, in all folders below it. Files that vanish meanwhile are skipped: an emulator may be using the folder.
 * @throws PermanentError naming an entry that is neither a folder nor a file with one name.
 */
export function privateFiles(path: string): void {
  const stats = assertPlain(path);
  try {
    if (stats?.isDirectory() === true) {
      for (const name of readdirSync(path)) {
        privateFiles(join(path, name));
      }
    }
    if (stats !== undefined && (stats.mode & othersBits) !== 0) {
      chmodSync(path, stats.isDirectory() ? folderMode : fileMode);
    }
  } catch (cause) {
    if (storageCode(cause) !== 'ENOENT') {
      throw storageFailure(path, cause);
    }
  }
}

/**
 * Refuses links, which lead out of the folder that the lock covers, and devices and pipes, whose reading may never end. `undefined` where
 * `path` does not exist.
 * @throws PermanentError naming an entry that is neither a folder nor a file with one name.
 */
export function assertPlain(path: string): Stats | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isDirectory() || (stats.isFile() && stats.nlink <= 1)) {
    return stats;
  }
  const what = stats.isSymbolicLink()
    ? 'a symbolic link'
    : stats.isFile()
      ? 'a hard link'
      : 'a device, a pipe or a socket';
  throw new PermanentError(
    'not_plain',
    `'${path}' is ${what}: a data folder holds its files itself; move it away or put a copy in its place, or choose another folder`,
  );
}

/**
 * Makes the folder, and those above it that are missing, for this user alone. One level at a time: Node's recursive `mkdir` never returns
 * where none can be made (below /proc).
 * @returns whether it was made.
 * @throws UsageError when there is something else at `path`, PermanentError when it cannot be made.
 */
export function makeFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined) {
    assertFolder(path, found);
    return false;
  }
  if (dirname(path) !== path) {
    makeFolder(dirname(path));
  }
  try {
    mkdirSync(path, folderMode);
  } catch (cause) {
    const present = storageCode(cause) === 'EEXIST' ? statSync(path, { throwIfNoEntry: false }) : undefined;
    if (present === undefined) {
      throw storageFailure(path, cause);
    }
    assertFolder(path, present);
    return false;
  }
  chmodSync(path, folderMode);
  return true;
}

function assertFolder(path: string, stats: Stats): void {
  if (!stats.isDirectory()) {
    throw new UsageError(`'${path}' is no folder: allowed are folders, and names of folders that can be made`);
  }
}

function assertPrivate(path: string, own: ReadonlySet<string> | undefined): void {
  const { uid, mode } = statSync(path);
  if (process.getuid !== undefined && uid !== process.getuid()) {
    throw new PermanentError(
      'folder_of_another',
      `'${path}' belongs to another user (id ${uid}): choose one of your own`,
    );
  }
  if ((mode & othersBits) === 0) {
    return;
  }
  if (own !== undefined && readdirSync(path).some((name) => !own.has(name))) {
    throw new PermanentError(
      'folder_not_private',
      `'${path}' is open to others (mode ${(mode & 0o777).toString(8)}) and holds more than a stack's data: choose a folder of its own, or close this one with chmod 700`,
    );
  }
  chmodSync(path, folderMode);
}

/** @throws PermanentError on a Node without SQLite: it is there without a flag since 22.13. */
export function assertSqlite(dataDir: string): void {
  if (getBuiltinModule('node:sqlite') === undefined) {
    throw new PermanentError(
      'no_sqlite',
      `the folder '${dataDir}' was not opened: its databases need SQLite, which Node has since 22.13, and this is Node ${version.slice(1)}: take a newer Node, or leave out --data-dir`,
    );
  }
}

/** Opens a database of SQLite. Where there is no SQLite, `assertSqlite` has refused the folder before. */
export function openDatabase(file: string, options: DatabaseSyncOptions): DatabaseSync {
  const { DatabaseSync: Database } = getBuiltinModule('node:sqlite');
  return new Database(file, options);
}
