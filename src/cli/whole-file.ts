import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf, PermanentError, UsageError } from '../shared/errors.ts';
import { shown } from '../shared/shown-text.ts';

/**
 * Looks whether a file can stand at `path`, before anything is done for it.
 * @throws UsageError for no name, PermanentError where its folder is none or the name is that of a folder.
 */
export function assertWritable(path: string, option: string): void {
  if (path.trim() === '' || path.includes('\0')) {
    throw new UsageError(`${option} is '${shown(path)}': allowed are names of files`);
  }
  if (!isFolder(dirname(path))) {
    throw new PermanentError('folder_missing', `'${path}' cannot be written: there is no folder '${dirname(path)}'`);
  }
  if (isFolder(path)) {
    throw new PermanentError('is_a_folder', `'${path}' cannot be written: it is a folder`);
  }
}

/** Puts `text` at `path`, in place of what is there: whoever looks sees the old file or the new one, whole. */
export function replaceFile(path: string, text: string): void {
  const unfinished = join(dirname(path), `.${basename(path)}.${process.pid}.unfinished`);
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, path);
  } catch (cause) {
    rmSync(unfinished, { force: true });
    throw new PermanentError('file_not_written', `'${path}' cannot be written: ${messageOf(cause)}`);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
