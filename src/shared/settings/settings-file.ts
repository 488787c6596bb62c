import { UsageError } from '../core/errors.ts';
import type { Settings } from './settings.ts';
import { settingsFrom } from './settings-overrides.ts';
import { shown } from '../core/shown-text.ts';
import { readNamedFile } from '../core/named-file.ts';

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
