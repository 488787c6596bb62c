import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownTranslations } from '../../src/shared/core/places/known-places.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { hasTranslation } from '../../src/writer/decide-rows.ts';
import { arbitraryTitle } from '../support/arbitrary-page.ts';
import { sampleTitle } from '../support/sample-messages.ts';

const untold = { title: '羅生門', originalTitle: '羅生門', originalLanguage: 'ja', overview: '' };
const told = (language: string, over: Partial<typeof untold> = {}) =>
  hasTranslation(language, sampleTitle({ ...untold, ...over }), defaultSettings);

describe('a list’s row in another language', () => {
  it.each([
    ['de-DE', {}, false],
    ['de-DE', { title: 'Rashomon' }, true],
    ['de-DE', { overview: 'Ein Tor im Regen.' }, true],
    ['en-GB', {}, false],
    // Nothing is missing in the original language, and the default one is what all others fall back on.
    ['ja-JP', {}, true],
    ['en-US', {}, true],
    // TMDB's own codes.
    ['zh-HK', { originalLanguage: 'cn' }, true],
    ['cn-CN', { originalLanguage: 'zh' }, true],
    ['nb-NO', { originalLanguage: 'no' }, true],
    ['de-DE', { originalLanguage: '' }, false],
  ])('%s %j shows a translation: %s', (language, over, shown) => {
    expect(told(language, over)).toBe(shown);
  });

  it('shows none exactly where it holds nothing but the original title', () => {
    const language = fc.constantFrom(...knownTranslations).filter((tag) => !/^(en|ja|cn|zh)-/.test(tag));
    fc.assert(
      fc.property(language, arbitraryTitle, fc.boolean(), fc.boolean(), (asked, listed, sameTitle, noOverview) => {
        const title = sameTitle ? listed.originalTitle : `${listed.originalTitle}!`;
        const overview = noOverview ? '' : `${listed.overview}.`;
        const shown = hasTranslation(asked, { ...listed, title, overview }, defaultSettings);
        expect(shown).toBe(!(sameTitle && noOverview));
      }),
    );
  });

  it('follows the default language of the settings', () => {
    const settings = { ...defaultSettings, defaultLanguage: 'de-DE' };
    expect(hasTranslation('de-DE', sampleTitle(untold), settings)).toBe(true);
    expect(hasTranslation('en-US', sampleTitle(untold), settings)).toBe(false);
  });
});
