import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeLanguages, closeRegions } from '../../../../src/shared/core/places/close-matches.ts';
import { isLanguageTag, knownCountries, knownTranslations } from '../../../../src/shared/core/places/known-places.ts';
import { arbitraryText } from '../../../support/arbitrary-text.ts';

const country = fc.constantFrom(...knownCountries);
const translation = fc.constantFrom(...knownTranslations);
const swapped = (code: string) => `${code.charAt(1)}${code.charAt(0)}`;
/** `text` with each letter in a case of its own. */
const inAnyCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) =>
      [...text].map((letter, index) => (upper[index] ? letter.toUpperCase() : letter.toLowerCase())).join(''),
    );

describe('close regions', () => {
  it.each([
    ['UK', ['GB', 'UA']],
    ['Germany', ['DE']],
    ['germny', ['DE']],
    ['United States', ['US']],
    ['korea', ['KP', 'KR']],
    ['JA', ['JP']],
    ['globl', ['global']],
    ['GBR', ['GB', 'GR', 'BR']],
    // A place that TMDB does not have is not taken for the language of another one.
    ['GG', ['GA', 'GB', 'GD']],
    ['England', []],
    ['  ', []],
  ])('of %j', (text, regions) => {
    expect(closeRegions(text)).toEqual(regions);
  });

  it('are known, different and few, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryText(80), fc.string({ maxLength: 4 })), (text) => {
        const close = closeRegions(text);
        expect(close.filter((region) => region !== 'global' && !knownCountries.has(region))).toEqual([]);
        expect(new Set(close).size).toBe(close.length);
        expect(close.length).toBeLessThanOrEqual(3);
      }),
    );
  });

  it('are the region itself where only the case is wrong', () => {
    fc.assert(
      fc.property(
        country.chain((code) => fc.tuple(fc.constant(code), inAnyCase(code))),
        ([code, text]) => {
          expect(closeRegions(text)).toEqual([code]);
        },
      ),
    );
  });

  it('have the region whose letters were swapped among them', () => {
    fc.assert(
      fc.property(
        country.filter((code) => !knownCountries.has(swapped(code))),
        (code) => {
          expect(closeRegions(swapped(code))).toContain(code);
        },
      ),
    );
  });
});

describe('close languages', () => {
  it.each([
    ['german', ['de-DE', 'de-AT', 'de-CH']],
    ['germn', ['de-DE', 'de-AT', 'de-CH']],
    ['en_US', ['en-US']],
    ['jp-JP', ['ja-JP']],
    ['JP', ['ja-JP']],
    ['Germany', ['de-DE']],
    ['pt', ['pt-BR', 'pt-PT']],
    ['iw-IL', ['he-IL']],
    ['nn-DK', ['nn-NO', 'da-DK']],
    ['armenian', ['hy-AM']],
    ['deDE', ['de-DE']],
    ['de-JP', ['de-DE', 'de-AT', 'de-CH', 'ja-JP']],
    ['klingon', []],
  ])('of %j', (text, languages) => {
    expect(closeLanguages(text)).toEqual(languages);
  });

  it('are known, different and few, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryText(80), fc.string({ maxLength: 6 })), (text) => {
        const close = closeLanguages(text);
        expect(close.filter((language) => !isLanguageTag(language))).toEqual([]);
        expect(new Set(close).size).toBe(close.length);
        expect(close.length).toBeLessThanOrEqual(5);
      }),
    );
  });

  it('are the language itself where only case or hyphen are wrong', () => {
    fc.assert(
      fc.property(
        translation.chain((tag) => fc.tuple(fc.constant(tag), inAnyCase(tag), fc.constantFrom('-', '_', ' '))),
        ([tag, text, hyphen]) => {
          expect(closeLanguages(text.replace('-', hyphen))).toEqual([tag]);
        },
      ),
    );
  });

  it('of a language alone are of that language', () => {
    fc.assert(
      fc.property(translation, (tag) => {
        const [language = ''] = tag.split('-');
        const first = closeLanguages(language)[0] ?? '';
        expect(first.startsWith(`${language}-`)).toBe(true);
      }),
    );
  });
});
