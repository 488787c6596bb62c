import { readFileSync } from 'node:fs';
import { defaultSettings } from './settings.ts';
import type { Settings } from './settings-schema.ts';

/** The file beside a function's `index.mjs` that holds its settings. */
export const settingsFileName = 'settings.json';

/** The file beside the reader's `index.mjs` that holds the description of its HTTP interface. */
export const documentFileName = 'openapi.json';

/**
 * The text of that file: all settings, as JSON. The section `deployment` is replaced by its defaults, since no function uses it (it holds an
 * e-mail address), and a change of it alone is no new code.
 */
export function functionSettingsFile(settings: Settings): string {
  return JSON.stringify({ ...settings, deployment: defaultSettings.deployment });
}

/**
 * The settings of a function, from the file beside its bundle. They were validated when the file was written and are part of the same
 * asset as the code, so they are not validated again: loading the schema would be a tenth of a cold start.
 * @throws Error when the file is not there, or no JSON. Defaults in its place would fetch other feeds than were deployed.
 */
export function functionSettings(): Settings {
  const url = new URL(settingsFileName, import.meta.url);
  try {
    return JSON.parse(readFileSync(url, 'utf8')) as Settings;
  } catch (cause) {
    throw new Error(
      `the function has no usable ${settingsFileName} beside its code: deploy the whole folder that was bundled, not index.mjs alone`,
      { cause },
    );
  }
}
