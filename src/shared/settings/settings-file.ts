import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { messageOf, UsageError } from '../core/errors.ts';
import { shown } from '../core/shown-text.ts';
import { settingsFrom } from './settings-overrides.ts';
import type { Settings } from './settings-schema.ts';

/** Far more than any settings are. */
const mostBytes = 1_048_576;

/**
 * The text of a file that a person named.
 * @param what such as `settings file`
 * @throws UsageError when it is no file (a folder, a device, a pipe), is too long, is not UTF-8, or cannot be read.
 */
export function readNamedFile(path: string, what: string): string {
  let descriptor: number | undefined;
  try {
    // Without waiting: a pipe that nobody writes to would hold us for ever.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return textOf(descriptor, path, what);
  } catch (cause) {
    if (cause instanceof UsageError) {
      throw cause;
    }
    const code = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
    throw new UsageError(`${what} '${path}' cannot be read (${code})`, { cause });
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
    throw new UsageError(`${what} '${path}' is ${kind}: allowed are files`);
  }
  const bytes = readUpTo(descriptor, mostBytes + 1);
  if (bytes.length > mostBytes) {
    throw new UsageError(`${what} '${path}' is too long: allowed are up to ${mostBytes} bytes`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError(`${what} '${path}' is no text: allowed is UTF-8`, { cause });
  }
}

/** The size that the system tells is not that of every file: below /proc it is 0. */
function readUpTo(descriptor: number, most: number): Buffer {
  const buffer = Buffer.alloc(most);
  let length = 0;
  for (let read = -1; read !== 0 && length < most; length += read) {
    read = readSync(descriptor, buffer, length, most - length, null);
  }
  return buffer.subarray(0, length);
}

/**
 * The defaults with a JSON file laid over them; without a file the defaults.
 * @param path as a person or CDK's context gives it
 * @throws UsageError naming the file when it cannot be read or is not understood.
 */
export function settingsFromFile(path: unknown): Settings {
  if (path === undefined) {
    return settingsFrom(undefined);
  }
  if (typeof path !== 'string' || path.trim() === '' || path.includes('\0')) {
    throw new UsageError(`the settings file is '${shown(path)}': allowed are names of files`);
  }
  return settingsFrom(readNamedFile(path, 'settings file'), `settings file '${path}'`);
}
