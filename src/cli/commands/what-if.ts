import { canonicalRegion, usualTranslation } from '../../shared/core/places/known-places.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { settingsFrom } from '../../shared/settings/settings-overrides.ts';
import { parseCount, parseListOf, parseRate } from '../parse-input.ts';

/**
 * The settings as they would be with these regions, reads and rate. A region without a language has the one that most people there
 * read of those that TMDB has (CLDR's likely subtags).
 * @throws UsageError for what the settings would refuse.
 */
export function whatIf(
  settings: Settings,
  { regions, readsPerDay, rate }: { regions?: string; readsPerDay?: string; rate?: string },
): Settings {
  if (regions === undefined && readsPerDay === undefined && rate === undefined) {
    return settings;
  }
  const { tmdb, deployment } = settings;
  const changed = {
    ...settings,
    ...(regions !== undefined && {
      regions: parseListOf(regions).map((text) => toRegion(text, settings.defaultLanguage)),
    }),
    ...(rate !== undefined && { tmdb: { ...tmdb, requestsPerSecond: parseRate(rate, '--rate', 0.1, 40) } }),
    ...(readsPerDay !== undefined && {
      deployment: {
        ...deployment,
        reader: { ...deployment.reader, readsPerDay: parseCount(readsPerDay, '--reads-per-day', 0, 1_000_000_000) },
      },
    }),
  };
  // The settings' own rules decide, as if it stood in a file.
  return settingsFrom(JSON.stringify(changed));
}

function toRegion(text: string, defaultLanguage: string): { region: string; language: string } {
  const [named = '', language] = text.split(':');
  const region = canonicalRegion(named);
  return { region, language: language ?? usualTranslation(region, defaultLanguage) };
}
