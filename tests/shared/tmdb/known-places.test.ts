import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src/shared/settings.ts';
import { knownCountries, knownTranslations } from '../../../src/shared/tmdb/known-places.ts';
import { itWithSharedData, readSharedJson } from '../../support/shared-data.ts';

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

  itWithSharedData('is every translation TMDB was recorded with', `${folder}/primary_translations.json`, () =>
    expect([...knownTranslations]).toEqual(readSharedJson(`${folder}/primary_translations.json`)),
  );
});
