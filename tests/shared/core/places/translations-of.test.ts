import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isLanguageTag,
  knownCountries,
  knownTranslations,
  translationsOfLanguage,
  translationsOfRegion,
  usualTranslation,
} from '../../../../src/shared/core/places/known-places.ts';

describe('translations', () => {
  it.each([
    ['de', ['de-DE', 'de-AT', 'de-CH']],
    ['pt', ['pt-BR', 'pt-PT']],
    // Older and newer codes of one language.
    ['iw', ['he-IL']],
    ['fil', ['tl-PH']],
    ['xx', []],
    ['', []],
  ])('in the language %j', (language, tags) => {
    expect(translationsOfLanguage(language)).toEqual(tags);
  });

  it.each([
    ['CA', ['en-CA', 'fr-CA']],
    ['BE', ['nl-BE']],
    ['ES', ['es-ES', 'ca-ES', 'eu-ES', 'gl-ES']],
    ['AR', []],
  ])('of the region %s', (region, tags) => {
    const [first, ...others] = translationsOfRegion(region);
    expect([first, ...others.sort()].filter(Boolean)).toEqual(tags);
  });

  it.each([
    ['IN', 'hi-IN'],
    ['AT', 'de-AT'],
    ['AR', 'es-ES'],
    ['EG', 'ar-SA'],
    // No translation is known there: the language that most speak.
    ['AM', 'hy-AM'],
    // Nobody is told to live there, and CLDR then says English.
    ['AQ', 'en-US'],
    ['not a region', 'sv-SE'],
  ])('as most in %s read: %s', (region, tag) => {
    expect(usualTranslation(region, 'sv-SE')).toBe(tag);
  });

  it('are known ones, and a country’s own where it has one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...knownCountries), (region) => {
        const tag = usualTranslation(region, 'en-US');
        expect(isLanguageTag(tag)).toBe(true);
        const own = [...knownTranslations].some((known) => known.endsWith(`-${region}`));
        expect(!own || (knownTranslations.has(tag) && tag.endsWith(`-${region}`))).toBe(true);
      }),
    );
  });
});
