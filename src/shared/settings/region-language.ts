import type { Settings } from './settings.ts';

/**
 * The language of a region where none was named: the first that the settings have for it, else their default language, which the world's
 * lists are kept in too. `region` in its canonical form.
 */
export function regionLanguage(
  region: string | undefined,
  { regions, defaultLanguage }: Pick<Settings, 'regions' | 'defaultLanguage'>,
): string {
  return regions.find((configured) => configured.region === region)?.language ?? defaultLanguage;
}
