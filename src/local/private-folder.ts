/** Folders and files that only their user may look into, whatever the umask. */
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PermanentError, UsageError } from '../shared/core/errors.ts';
import { storageCode, storageFailure } from './storage-failure.ts';

const folderMode = 0o700;
const fileMode = 0o600;
const othersBits = 0o077;

/**
 * Makes the folder, or makes the one that is there private. One that holds other things than `own` is left as it is: it may be somebody's
 * home.
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
    // Opened it must not be: to close it would end the locks that this process holds on it (POSIX).
    privateFiles(path);
  }
}

/**
 * Makes the files at `path` private, in all folders below it. What goes meanwhile is left: an emulator may be at work there.
 * @throws PermanentError naming what is neither a file of its own nor a folder.
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
 * A link leads out of the folder, where its lock does not reach, and a device or a pipe may never end. `undefined` where there is nothing.
 * @throws PermanentError naming what is neither a file of its own nor a folder.
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

/** One folder after the other, since Node's recursive way does not end where none can be made (below /proc). Whether it was made. */
function makeFolder(path: string): boolean {
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
