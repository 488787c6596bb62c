import { defaultSettings } from './settings.ts';
import type { Settings } from './settings-schema.ts';

/**
 * The settings of a function, from its variable SETTINGS_OVERRIDES. Without it (the rule in a deployment) neither the schema is
 * built nor anything parsed: that is a tenth of a cold start.
 * @throws UsageError as `settingsFrom` does.
 */
export async function functionSettings(overridesJson: string | undefined): Promise<Settings> {
  if (overridesJson === undefined || overridesJson === '') {
    return defaultSettings;
  }
  const { settingsFrom } = await import('./settings-overrides.ts');
  return settingsFrom(overridesJson);
}
