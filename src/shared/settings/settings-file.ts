import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { messageOf, UsageError } from '../core/errors.ts';
import { shown } from '../core/shown-text.ts';
import { settingsFrom } from './settings-overrides.ts';
import type { Settings } from './settings-schema.ts';

/** Size limit, far larger than any settings file. */
const mostBytes = 1_048_576;

/**
 * Reads a text file that a person named.
 * @param what the name of such a file in error messages, such as `settings file`
 * @throws UsageError if it is not a regular file (a folder, a device, a pipe), is too long, is not UTF-8, or cannot be read.
 */
export function readNamedFile(path: string, what: string): string {
  let descriptor: number | undefined;
  try {
    // Non-blocking: opening a pipe without a writer would block for ever.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return textOf(descriptor, path, what);
  } catch (cause) {
    if (cause instanceof UsageError) {
      throw cause;
    }
    const code = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
    throw new UsageError(`${what} '${path}' cannot be read (${code}): check its name and its permissions`, { cause });
  } finally {
    if (descriptor !== undefined) {
      closeSync(descriptor);
    }
  }
}

function textOf(descriptor: number, path: string, what: string): string {
  const stats = fstatSync(descriptor);
  if (!stats.isFile()) {
    const kind = stats.isDirectory() ? 'a folder' : 'a device or a pipe';
    throw new UsageError(`${what} '${path}' is ${kind}: name a regular file`);
  }
  const bytes = readUpTo(descriptor, mostBytes + 1);
  if (bytes.length > mostBytes) {
    throw new UsageError(`${what} '${path}' is too long: allowed are up to ${mostBytes} bytes`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError(`${what} '${path}' is not UTF-8 text: save it as UTF-8`, { cause });
  }
}

/** Reads without relying on the file size that the system reports: it is 0 for files below /proc. */
function readUpTo(descriptor: number, most: number): Buffer {
  const buffer = Buffer.alloc(most);
  let length = 0;
  for (let read = -1; read !== 0 && length < most; length += read) {
    read = readSync(descriptor, buffer, length, most - length, null);
  }
  return buffer.subarray(0, length);
}

/**
 * The default settings, overridden by a JSON file; the defaults alone without a file.
 * @param path as given by a person or by CDK's context
 * @throws UsageError, which names the file, if it cannot be read or is invalid.
 */
export function settingsFromFile(path: unknown): Settings {
  if (path === undefined) {
    return settingsFrom(undefined);
  }
  if (typeof path !== 'string' || path.trim() === '' || path.includes('\0')) {
    throw new UsageError(`the settings file '${shown(path)}' is not a file name: name a JSON file`);
  }
  return settingsFrom(readNamedFile(path, 'settings file'), `settings file '${path}'`);
}
