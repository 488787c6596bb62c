import { defaultSettings } from '../src/shared/settings/settings.ts';
import type { Settings } from '../src/shared/settings/settings-schema.ts';

/** The default settings for so many workers at once: they share connections and lanes of the schedule. */
export function settingsFor(maximumConcurrency = defaultSettings.worker.maximumConcurrency): Settings {
  return { ...defaultSettings, worker: { ...defaultSettings.worker, maximumConcurrency } };
}
