import { english } from './english.ts';
import { french } from './french.ts';
import { german } from './german.ts';
import { hindi } from './hindi.ts';
import { italian } from './italian.ts';
import { japanese } from './japanese.ts';
import { korean } from './korean.ts';
import { portuguese } from './portuguese.ts';
import { spanish } from './spanish.ts';
import type { WordList } from './word-list.ts';

/** A language the simulator can write in, by ISO 639-1. */
export type WrittenLanguage = 'en' | 'de' | 'fr' | 'es' | 'it' | 'pt' | 'ja' | 'ko' | 'hi';

/** The words of every language the simulator writes in: titles exist in these and in no other. */
export const wordLists: Readonly<Record<WrittenLanguage, WordList>> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  it: italian,
  pt: portuguese,
  ja: japanese,
  ko: korean,
  hi: hindi,
};

/** Whether the simulator has words for a language (ISO 639-1, lower case). */
export function isWrittenLanguage(language: string): language is WrittenLanguage {
  return Object.hasOwn(wordLists, language);
}
