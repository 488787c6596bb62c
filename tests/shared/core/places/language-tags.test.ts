import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalLanguage,
  canonicalRegion,
  countriesSpeaking,
  isLanguageTag,
  knownCountries,
  knownTranslations,
  languageCodes,
  usualTag,
} from '../../../../src/shared/core/places/known-places.ts';
import { arbitraryText } from '../../../support/arbitrary-text.ts';

describe('a tag', () => {
  it.each([
    // TMDB has translations in these.
    ...['az-AZ', 'uz-UZ', 'mk-MK', 'bs-BS', 'is-IS', 'la-LA', 'cn-CN', 'eo-EO', 'ch-GU', 'nn-NO'],
    // And may have them in these, where the language is spoken.
    ...['hy-AM', 'mn-MN', 'ur-PK', 'sw-KE', 'km-KH', 'es-AR', 'ar-EG', 'pt-AO', 'fr-BE', 'fr-CH', 'en-ZA'],
  ])('%s is one', (tag) => {
    expect(isLanguageTag(tag)).toBe(true);
  });

  it.each(['en-JP', 'de-JP', 'jp-JP', 'xx-US', 'de', 'DE-de', 'de_DE', 'de-DE-1996', 'zh-Hant-TW', 'fil-PH', '', '-'])(
    '%j is none',
    (tag) => {
      expect(isLanguageTag(tag)).toBe(false);
    },
  );

  it('is taken for each language of TMDB’s wherever it is spoken', () => {
    for (const language of languageCodes) {
      const countries = countriesSpeaking(language);
      expect(countries.length).toBeGreaterThan(0);
      expect(countries.filter((country) => !knownCountries.has(country) && country !== 'EO')).toEqual([]);
      expect(countries.every((country) => isLanguageTag(`${language}-${country}`))).toBe(true);
    }
    expect([...knownTranslations].filter((tag) => !countriesSpeaking(tag.slice(0, 2)).includes(tag.slice(3)))).toEqual(
      [],
    );
  });
});

describe('a language by itself', () => {
  it.each([
    ['ja', 'ja-JP'],
    ['en', 'en-US'],
    ['de', 'de-DE'],
    ['es', 'es-ES'],
    ['pt', 'pt-BR'],
    ['zh', 'zh-CN'],
    ['nl', 'nl-NL'],
    ['no', 'no-NO'],
    ['sr', 'sr-RS'],
    // CLDR has them in Egypt, Ghana and the United States.
    ['ar', 'ar-SA'],
    ['tw', 'tw-TW'],
    ['az', 'az-AZ'],
    ['hy', 'hy-AM'],
    ['cn', 'cn-CN'],
  ])('%s means %s', (language, tag) => {
    expect(canonicalLanguage(language)).toBe(tag);
    expect(canonicalLanguage(language.toUpperCase())).toBe(tag);
  });

  it('of TMDB’s means one of its own tags', () => {
    for (const language of languageCodes) {
      const tag = usualTag(language) ?? '';
      expect([tag.startsWith(`${language}-`), isLanguageTag(tag)]).toEqual([true, true]);
    }
  });

  it.each(['xx', 'jp', 'fil', 'iw', 'd', 'german', '', 'constructor', '__proto__'])('%j means none', (text) => {
    expect(canonicalLanguage(text)).toBe(text);
  });
});

describe('whatever the case', () => {
  const cased = (text: string) =>
    fc
      .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
      .map((upper) => [...text].map((one, n) => (upper[n] ? one.toUpperCase() : one.toLowerCase())).join(''));

  it('a tag and a region are the same', () => {
    const pair = fc.constantFrom(...knownTranslations).chain((tag) => fc.tuple(fc.constant(tag), cased(tag)));
    fc.assert(fc.property(pair, ([tag, text]) => void expect(canonicalLanguage(text)).toBe(tag)));
    const place = fc
      .constantFrom('global', ...knownCountries)
      .chain((region) => fc.tuple(fc.constant(region), cased(region)));
    fc.assert(fc.property(place, ([region, text]) => void expect(canonicalRegion(text)).toBe(region)));
  });

  it('any other text stays as it is, and twice is as good as once', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryText(20), fc.string({ maxLength: 5 })), (text) => {
        const [language, region] = [canonicalLanguage(text), canonicalRegion(text)];
        expect(language === text || isLanguageTag(language)).toBe(true);
        expect(region === text || region === 'global' || knownCountries.has(region)).toBe(true);
        expect([canonicalLanguage(language), canonicalRegion(region)]).toEqual([language, region]);
      }),
    );
  });

  it.each(['ß', 'uk', 'USA', ' de', 'ﬆ'])('%j is no region, whatever its capitals look like', (text) => {
    expect(canonicalRegion(text)).toBe(text);
  });
});
