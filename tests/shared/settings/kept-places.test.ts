import { expect, it } from 'vitest';
import { defaultSettings, keptCountries, keptLanguages } from '../../../src/shared/settings/settings.ts';

const regions = ['DE/de-DE', 'CA/en-CA', 'CA/fr-CA', 'AT/de-DE'].map((place) => ({
  region: place.slice(0, 2),
  language: place.slice(3),
}));

it('whole titles are kept for the countries of the regions and in their languages, each once', () => {
  expect(keptCountries({ ...defaultSettings, regions })).toEqual(['DE', 'CA', 'AT']);
  expect(keptLanguages({ ...defaultSettings, regions })).toEqual(['en-US', 'de-DE', 'en-CA', 'fr-CA']);
});

it('without regions they are kept for the country of the default language', () => {
  expect(keptCountries(defaultSettings)).toEqual(['US']);
  expect(keptLanguages({ ...defaultSettings, defaultLanguage: 'ja-JP' })).toEqual(['ja-JP']);
  expect(keptCountries({ ...defaultSettings, defaultLanguage: 'ja-JP' })).toEqual(['JP']);
});
