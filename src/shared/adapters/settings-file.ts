import { readFileSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { settingsFrom } from '../settings-overrides.ts';

/**
 * The defaults with a JSON file laid over them; without a file the defaults.
 * @throws UsageError when the file cannot be read or is not understood.
 */
export function settingsFromFile(path: string | undefined): Settings {
  return settingsFrom(path === undefined ? undefined : textOf(path));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new UsageError(`settings file '${path}' cannot be read (${code})`, { cause });
  }
}
