import { linkSync, lstatSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf, PermanentError, UsageError } from '../shared/core/errors.ts';
import { shown } from '../shared/core/shown-text.ts';

/**
 * Looks whether a file can stand at `path`, before anything is done for it.
 * @throws UsageError for no name, PermanentError where its folder is none, where something else than a file has the name, or where a
 * file has it and `force` does not say to replace it.
 */
export function assertWritable(path: string, option: string, force: boolean): void {
  if (path.trim() === '' || path.includes('\0')) {
    throw new UsageError(`${option} is '${shown(path)}': allowed are names of files`);
  }
  if (!isFolder(dirname(path))) {
    throw new PermanentError('folder_missing', `'${path}' cannot be written: there is no folder '${dirname(path)}'`);
  }
  // A link counts as what it leads to, and one that leads nowhere as a file that is there.
  const present = looking(path, () => statSync(path, { throwIfNoEntry: false }));
  if (present !== undefined && !present.isFile()) {
    const what = present.isDirectory() ? 'a folder' : 'a device or a pipe';
    throw new PermanentError('is_no_file', `'${path}' cannot be written: it is ${what}`);
  }
  if (!force && looking(path, () => lstatSync(path, { throwIfNoEntry: false })) !== undefined) {
    throw alreadyThere(path);
  }
}

/** A name may be too long, or lead through a folder that nobody may enter. */
function looking<T>(path: string, look: () => T): T {
  try {
    return look();
  } catch (cause) {
    throw failureOf(path, cause);
  }
}

/**
 * Puts `text` at `path` whole. A file that is there is replaced with `force` only, also when it came meanwhile; a link is replaced by
 * the file, and never followed.
 * @throws PermanentError when it cannot be written, or when a file is there.
 */
export function writeWholeFile(path: string, text: string, force: boolean): void {
  const unfinished = join(dirname(path), `.${basename(path).slice(0, 100)}.${process.pid}.unfinished`);
  try {
    rmSync(unfinished, { force: true });
    writeFileSync(unfinished, text, { flag: 'wx' });
    if (force) {
      renameSync(unfinished, path);
    } else {
      placeNew(unfinished, path, text);
    }
  } catch (cause) {
    throw failureOf(path, cause);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Unlike a rename it replaces nothing. Some file systems have no links: there the file is written at its place. */
function placeNew(unfinished: string, path: string, text: string): void {
  try {
    linkSync(unfinished, path);
  } catch (cause) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes((cause as NodeJS.ErrnoException).code ?? '')) {
      throw cause;
    }
    writeFileSync(path, text, { flag: 'wx' });
  }
}

function failureOf(path: string, cause: unknown): PermanentError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EEXIST') {
    return alreadyThere(path);
  }
  const why = code === 'ENOSPC' ? 'the disk is full (ENOSPC)' : messageOf(cause);
  return new PermanentError('file_not_written', `'${path}' cannot be written: ${why}`);
}

function alreadyThere(path: string): PermanentError {
  return new PermanentError(
    'file_exists',
    `'${path}' is there already: choose another name, or replace it with --force`,
  );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
