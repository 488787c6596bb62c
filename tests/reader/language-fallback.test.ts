import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type InLanguage,
  isComplete,
  isWorthFetching,
  languageChain,
  mergeLanguages,
} from '../../src/reader/language-fallback.ts';
import type { Card } from '../../src/shared/queues/card-fields.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { sampleCard } from '../support/sample-cards.ts';

const chihiro = {
  originalTitle: '千と千尋の神隠し',
  originalLanguage: 'ja',
} as const;

const inLanguage = (language: string, over: Partial<Card>): InLanguage => ({ language, card: sampleCard(over) });

describe('the languages to look in', () => {
  const settings = (over: Partial<Settings>): Settings => ({ ...defaultSettings, ...over });
  const german = ['de-AT', 'de-CH'];
  const regions: Settings['regions'] = [
    { region: 'CH', language: 'de-CH' },
    { region: 'CH', language: 'fr-CH' },
    { region: 'JP', language: 'ja-JP' },
  ];
  it.each([
    ['the asked one alone where all are the same', 'en-US', undefined, {}, ['en-US']],
    ['the asked one, the same in other countries, then English', 'de-DE', undefined, {}, ['de-DE', ...german, 'en-US']],
    ['the usual country first', 'fr-CA', undefined, {}, ['fr-CA', 'fr-FR', 'en-US']],
    ['two countries of many', 'es-AR', undefined, {}, ['es-AR', 'es-ES', 'es-MX', 'en-US']],
    ['those written alike first', 'zh-HK', undefined, {}, ['zh-HK', 'zh-TW', 'zh-CN', 'en-US']],
    ['one where TMDB has one', 'it-IT', undefined, {}, ['it-IT', 'en-US']],
    ['none of the default language', 'de-DE', undefined, { defaultLanguage: 'de-DE' }, ['de-DE', 'en-US']],
    [
      'but what the settings name of it',
      'de-DE',
      undefined,
      { defaultLanguage: 'de-DE', regions },
      ['de-DE', 'de-CH', 'en-US'],
    ],
    ['the region’s own in between', 'de-DE', 'JP', { regions }, ['de-DE', 'de-CH', 'de-AT', 'ja-JP', 'en-US']],
    ['all of the region’s', 'it-IT', 'CH', { regions }, ['it-IT', 'de-CH', 'fr-CH', 'en-US']],
    ['none twice', 'fr-CH', 'CH', { regions }, ['fr-CH', 'fr-FR', 'fr-CA', 'de-CH', 'en-US']],
    ['none of a region without settings', 'de-DE', 'BR', { regions }, ['de-DE', 'de-CH', 'de-AT', 'en-US']],
    ['the settings’ own last', 'it-IT', undefined, { defaultLanguage: 'ko-KR' }, ['it-IT', 'en-US', 'ko-KR']],
    [
      'English after the default, when that is asked for',
      'ko-KR',
      undefined,
      { defaultLanguage: 'ko-KR' },
      ['ko-KR', 'en-US'],
    ],
  ])('are %s', (_name, asked, region, over, expected) => {
    expect(languageChain(asked, region, settings(over))).toEqual(expected);
  });
});

describe('a language that a title is missing in', () => {
  const settings = { ...defaultSettings, regions: [{ region: 'AT', language: 'de-AT' }] };
  it.each([
    ['the asked one', 'fr-CA', 'fr-CA', true],
    ['its usual country', 'fr-FR', 'fr-CA', true],
    ['English', 'en-US', 'fr-CA', true],
    ['what the settings name', 'de-AT', 'de-DE', true],
    ['what is only looked up', 'de-CH', 'de-DE', false],
  ])('is fetched: %s', (_name, language, asked, fetched) => {
    expect(isWorthFetching(language, asked, settings)).toBe(fetched);
  });
});

describe('a card that has all in the asked language', () => {
  const whole = inLanguage('de-DE', { title: 'Chihiros Reise ins Zauberland', ...chihiro });

  it('stays as it is, whatever the others have', () => {
    const english = inLanguage('en-US', { title: 'Spirited Away', overview: 'Another.', posterPath: '/en.jpg' });
    expect(mergeLanguages('de-DE', [whole, english])).toEqual({ card: whole.card, fellBack: {} });
    expect(mergeLanguages('de-DE', [whole])).toEqual({ card: whole.card, fellBack: {} });
  });

  it('is complete, and without a title, an overview or a poster it is not', () => {
    expect(isComplete(whole)).toBe(true);
    expect(isComplete(inLanguage('de-DE', { ...whole.card, title: '' }))).toBe(false);
    expect(isComplete(inLanguage('de-DE', { ...whole.card, title: chihiro.originalTitle }))).toBe(false);
    expect(isComplete(inLanguage('de-DE', { ...whole.card, overview: '' }))).toBe(false);
    expect(isComplete(inLanguage('de-DE', { ...whole.card, posterPath: null }))).toBe(false);
  });

  it('is complete without a backdrop: many titles have none in any language', () => {
    expect(isComplete(inLanguage('de-DE', { ...whole.card, backdropPath: null }))).toBe(true);
  });
});

describe('each field', () => {
  it('comes from the first language that has it, and is said to', () => {
    const { card, fellBack } = mergeLanguages('de-DE', [
      inLanguage('de-DE', {
        title: chihiro.originalTitle,
        ...chihiro,
        overview: '',
        posterPath: null,
        backdropPath: null,
      }),
      inLanguage('fr-FR', {
        title: 'Le Voyage de Chihiro',
        ...chihiro,
        overview: '',
        posterPath: '/fr.jpg',
        backdropPath: null,
      }),
      inLanguage('en-US', {
        title: 'Spirited Away',
        ...chihiro,
        overview: 'A girl.',
        posterPath: '/en.jpg',
        backdropPath: '/en-b.jpg',
      }),
    ]);
    expect(card).toMatchObject({
      title: 'Le Voyage de Chihiro',
      overview: 'A girl.',
      posterPath: '/fr.jpg',
      backdropPath: '/en-b.jpg',
    });
    expect(fellBack).toEqual({ title: 'fr-FR', overview: 'en-US', posterPath: 'fr-FR', backdropPath: 'en-US' });
  });

  it('may be the only one that falls back', () => {
    const asked = { title: 'Chihiros Reise', ...chihiro };
    const english = inLanguage('en-US', {
      title: 'Spirited Away',
      ...chihiro,
      overview: 'A girl.',
      posterPath: '/en.jpg',
    });
    expect(mergeLanguages('de-DE', [inLanguage('de-DE', { ...asked, overview: '' }), english])).toMatchObject({
      card: { title: 'Chihiros Reise', overview: 'A girl.', posterPath: '/poster.jpg' },
      fellBack: { overview: 'en-US' },
    });
    const posterless = mergeLanguages('de-DE', [inLanguage('de-DE', { ...asked, posterPath: null }), english]);
    expect([posterless.card.posterPath, posterless.fellBack]).toEqual(['/en.jpg', { posterPath: 'en-US' }]);
  });

  it('that no language has stays empty, and nothing is said of it', () => {
    const bare = { title: 'Ein Film', originalTitle: 'Un film', overview: '', posterPath: null, backdropPath: null };
    const { card, fellBack } = mergeLanguages('de-DE', [inLanguage('de-DE', bare), inLanguage('en-US', bare)]);
    expect(card).toMatchObject({ title: 'Ein Film', overview: '', posterPath: null, backdropPath: null });
    expect(fellBack).toEqual({});
  });

  it('falls back from the asked language also where there is no card in it', () => {
    const english = inLanguage('en-US', { title: 'Spirited Away', ...chihiro });
    expect(mergeLanguages('de-DE', [english])).toEqual({
      card: english.card,
      fellBack: { title: 'en-US', overview: 'en-US', posterPath: 'en-US', backdropPath: 'en-US' },
    });
  });

  it('but the translated ones is the first card’s', () => {
    const figures = { voteCount: 5, popularity: 6, genreIds: [1], releaseDate: '2001-07-20', adult: true };
    const { card } = mergeLanguages('de-DE', [
      inLanguage('de-DE', { ...figures, overview: '' }),
      inLanguage('en-US', { voteCount: 9, popularity: 9, genreIds: [9], releaseDate: null }),
    ]);
    expect(card).toMatchObject(figures);
  });
});

describe('whatever the languages hold', () => {
  const field = <T>(...values: T[]) => fc.constantFrom(...values);
  const anyCard: fc.Arbitrary<Card> = fc
    .record({
      title: field('', 'Original', 'Translated'),
      originalTitle: field('Original'),
      originalLanguage: field('en', 'ja', 'fr', ''),
      overview: field('', 'Text.'),
      posterPath: field(null, '/a.jpg', '/b.jpg'),
      backdropPath: field(null, '/c.jpg'),
      voteCount: fc.nat(9),
    })
    .map(sampleCard);
  const languages = ['de-DE', 'fr-FR', 'ja-JP', 'en-US'];
  const anyCards = fc
    .record({
      order: fc.shuffledSubarray(languages, { minLength: 1 }),
      cards: fc.array(anyCard, { minLength: 4, maxLength: 4 }),
    })
    .map(({ order, cards }) => order.map((language, n): InLanguage => ({ language, card: cards[n] as Card })));
  const asRead = (cards: InLanguage[]) => cards as [InLanguage, ...InLanguage[]];

  it('each field is one that was there, in the language that is named', () => {
    fc.assert(
      fc.property(anyCards, field(...languages), (cards, asked) => {
        const { card, fellBack } = mergeLanguages(asked, asRead(cards));
        expect(Object.values(fellBack)).not.toContain(asked);
        for (const name of fieldNames) {
          expect(valuesNamed(cards, name, fellBack[name])).toContain(card[name]);
          const isThere = cards.some((one) => filled(one.card[name]));
          expect(filled(card[name]) || !isThere).toBe(true);
        }
      }),
    );
  });

  it('one more language at the end takes nothing away that was found before', () => {
    fc.assert(
      fc.property(anyCards, field(...languages), (cards, asked) => {
        fc.pre(cards.length > 1);
        const fewer = mergeLanguages(asked, asRead(cards.slice(0, -1)));
        const all = mergeLanguages(asked, asRead(cards));
        for (const name of ['overview', 'posterPath', 'backdropPath'] as const) {
          expect(!filled(fewer.card[name]) || all.card[name] === fewer.card[name]).toBe(true);
        }
        expect(fewer.fellBack.title === 'original' || all.card.title === fewer.card.title).toBe(true);
      }),
    );
  });
});

const fieldNames = ['title', 'overview', 'posterPath', 'backdropPath'] as const;

/** What a field may be that is said to be in the language `named`; unnamed it may be anybody's. */
function valuesNamed(cards: readonly InLanguage[], name: (typeof fieldNames)[number], named: string | undefined) {
  return named === 'original'
    ? [name === 'title' ? 'Original' : 'only titles have an original']
    : cards.filter(({ language }) => named === undefined || language === named).map(({ card }) => card[name]);
}

function filled(value: string | null): boolean {
  return value !== '' && value !== null;
}
