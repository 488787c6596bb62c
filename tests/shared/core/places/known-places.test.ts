import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { knownCountries, knownTranslations, languageCodes } from '../../../../src/shared/core/places/known-places.ts';
import { defaultSettings } from '../../../../src/shared/settings/settings.ts';
import { itWithSharedData, readSharedJson, sharedDataFolder } from '../../../support/shared-data.ts';

describe('what TMDB knows', () => {
  it('is codes and tags, each once, with what the pipeline starts with', () => {
    expect([...knownCountries].filter((code) => !/^[A-Z]{2}$/.test(code))).toEqual([]);
    expect([...knownTranslations].filter((tag) => !/^[a-z]{2}-[A-Z]{2}$/.test(tag))).toEqual([]);
    for (const [country, language] of Object.entries({ US: 'en', GB: 'en', DE: 'de', JP: 'ja', IN: 'hi' })) {
      expect([knownCountries.has(country), knownTranslations.has(`${language}-${country}`)]).toEqual([true, true]);
    }
    expect(knownTranslations.has(defaultSettings.defaultLanguage)).toBe(true);
  });

  const folder = 'tmdb/c-eg-themoviedbapi/configuration';

  itWithSharedData('is every country TMDB was recorded with that there still is', `${folder}/countries.json`, () => {
    const recorded = readSharedJson(`${folder}/countries.json`) as { iso_3166_1: string; english_name: string }[];
    const left = recorded.filter(({ iso_3166_1: code }) => !knownCountries.has(code));
    expect(left.map(({ iso_3166_1: code }) => code)).toEqual('AN BU CS SU TP XC XG XI YU ZR'.split(' '));
    expect(recorded.length - left.length).toBe(knownCountries.size);
  });

  itWithSharedData(
    'is every translation that TMDB names, or has beside a title',
    `${folder}/primary_translations.json`,
    () => {
      const named = readSharedJson(`${folder}/primary_translations.json`) as string[];
      const files = readdirSync(join(sharedDataFolder, 'tmdb'), { recursive: true, encoding: 'utf8' });
      const recorded = files
        .filter((path) => /(translations?|append[^/]*)\.json$/i.test(path))
        .flatMap((path) => translationsIn(readSharedJson(join('tmdb', path))));
      expect([...knownTranslations]).toEqual([...new Set([...named, ...recorded])].sort());
    },
  );

  itWithSharedData(
    'is every language TMDB was recorded with that is spoken in a country',
    `${folder}/languages.json`,
    () => {
      const recorded = readSharedJson(`${folder}/languages.json`) as { iso_639_1: string }[];
      const left = recorded.map(({ iso_639_1: code }) => code).filter((code) => !languageCodes.includes(code));
      expect(left.sort()).toEqual(['gv', 'ia', 'io', 'vo', 'xx']);
      expect(recorded.length - left.length).toBe(languageCodes.length);
    },
  );
});

/** Tags of the translations anywhere in a recorded answer. */
function translationsIn(json: unknown): string[] {
  if (typeof json !== 'object' || json === null) {
    return [];
  }
  const { translations } = json as { translations?: unknown };
  const own = (Array.isArray(translations) ? translations : []) as { iso_639_1?: string; iso_3166_1?: string }[];
  return [
    ...own.flatMap(({ iso_639_1: language, iso_3166_1: country }) => (country ? [`${language}-${country}`] : [])),
    ...Object.values(json).flatMap(translationsIn),
  ];
}
