import { describe, expect, it } from 'vitest';
import { type InLanguage, mergeLanguages } from '../../src/reader/language-fallback.ts';
import type { Card } from '../../src/shared/queues/card-fields.ts';
import { sampleCard } from '../support/sample-cards.ts';

const chihiro = {
  originalTitle: '千と千尋の神隠し',
  originalLanguage: 'ja',
} as const;
const amelie = { originalTitle: 'Le Fabuleux Destin d’Amélie Poulain', originalLanguage: 'fr' } as const;

const inLanguage = (language: string, over: Partial<Card>): InLanguage => ({ language, card: sampleCard(over) });

describe('a title that equals the original one', () => {
  const titleIn = (asked: string, own: Partial<Card>, english?: Partial<Card>) => {
    const others = english === undefined ? [] : [inLanguage('en-US', english)];
    const { card, fellBack } = mergeLanguages(asked, [inLanguage(asked, own), ...others]);
    return [card.title, fellBack.title];
  };

  it('is translated where the language is the original one', () => {
    const own = { title: chihiro.originalTitle, ...chihiro };
    const english = { title: 'Spirited Away', ...chihiro };
    expect(titleIn('ja-JP', own, english)).toEqual([chihiro.originalTitle, undefined]);
    expect(titleIn('ja-JP', { ...own, overview: '' }, english)).toEqual([chihiro.originalTitle, undefined]);
  });

  it('is translated in the same script, when somebody has translated the overview', () => {
    const own = { title: amelie.originalTitle, ...amelie };
    expect(titleIn('de-DE', own, { title: 'Amélie', ...amelie })).toEqual([amelie.originalTitle, undefined]);
  });

  it('is translated where it can be read, though the film is from where another script is written', () => {
    const gantz = { originalTitle: 'GANTZ:O', originalLanguage: 'ja' };
    const own = { ...gantz, title: 'GANTZ:O', overview: 'Eine Handlung.' };
    expect(titleIn('de-DE', own, { title: 'Gantz: O', ...gantz })).toEqual(['GANTZ:O', undefined]);
    expect(titleIn('de-DE', { ...own, overview: '' }, { title: 'Gantz: O', ...gantz })).toEqual(['Gantz: O', 'en-US']);
    const number = { originalTitle: '1987', title: '1987', originalLanguage: 'ko' };
    expect(titleIn('ru-RU', number, { ...number, title: '1987: When the Day Comes' })).toEqual(['1987', undefined]);
    const mixed = { originalTitle: 'LOVE LIFE ラブライフ', title: 'LOVE LIFE ラブライフ', originalLanguage: 'ja' };
    expect(titleIn('de-DE', mixed, { ...mixed, title: 'Love Life' })).toEqual(['Love Life', 'en-US']);
  });

  it('is not translated where the overview is not either', () => {
    const own = { title: amelie.originalTitle, ...amelie, overview: '' };
    expect(titleIn('de-DE', own, { title: 'Amélie', ...amelie })).toEqual(['Amélie', 'en-US']);
  });

  it('is not translated where nobody could read it', () => {
    const own = { title: chihiro.originalTitle, ...chihiro };
    expect(titleIn('de-DE', own, { title: 'Spirited Away', ...chihiro })).toEqual(['Spirited Away', 'en-US']);
    const latin = { title: amelie.originalTitle, ...amelie };
    expect(titleIn('ru-RU', latin, { title: 'Amélie', ...amelie })).toEqual(['Amélie', 'en-US']);
  });

  it('is the original one, and said to be, where there is no other', () => {
    const own = { title: chihiro.originalTitle, ...chihiro };
    expect(titleIn('de-DE', own)).toEqual([chihiro.originalTitle, 'original']);
    expect(titleIn('de-DE', own, own)).toEqual([chihiro.originalTitle, 'original']);
    expect(titleIn('de-DE', { ...own, title: '' }, { ...own, title: '' })).toEqual([chihiro.originalTitle, 'original']);
  });

  it.each([
    ['zh-HK', 'cn'],
    ['zh-TW', 'cn'],
    ['zh-CN', 'zh'],
    ['pt-BR', 'pt'],
  ])('is translated in %s when the original language is %s', (asked, originalLanguage) => {
    const original = { originalTitle: '英雄本色', originalLanguage };
    const own = { title: '英雄本色', ...original };
    expect(titleIn(asked, own, { title: 'A Better Tomorrow', ...original })).toEqual(['英雄本色', undefined]);
  });

  it.each(['', 'xx', 'not a language', '\u0000'])(
    'whose original language is %j is no reason to fail',
    (originalLanguage) => {
      const own = { title: 'X', originalTitle: 'X', originalLanguage };
      expect(titleIn('de-DE', own, { title: 'Y', originalTitle: 'X', originalLanguage })).toEqual(['X', undefined]);
    },
  );
});

describe('a title that differs from the original one', () => {
  it('is translated, also without an overview', () => {
    const { fellBack } = mergeLanguages('de-DE', [
      inLanguage('de-DE', { title: 'Chihiros Reise', ...chihiro, overview: '' }),
      inLanguage('en-US', { title: 'Spirited Away', ...chihiro }),
    ]);
    expect(fellBack).toEqual({ overview: 'en-US' });
  });
});
