import type { WrittenLanguage } from './word-lists.ts';

/** Where titles come from: country (ISO 3166-1), the language they are made in, and their share of the catalogue. */
export type Origin = { country: string; language: WrittenLanguage; weight: number };

/** The weights are large enough that each country fills several pages in both media. */
export const origins: readonly Origin[] = [
  { country: 'US', language: 'en', weight: 32 },
  { country: 'GB', language: 'en', weight: 8 },
  { country: 'CA', language: 'en', weight: 3 },
  { country: 'AU', language: 'en', weight: 2 },
  { country: 'JP', language: 'ja', weight: 10 },
  { country: 'KR', language: 'ko', weight: 8 },
  { country: 'FR', language: 'fr', weight: 7 },
  { country: 'DE', language: 'de', weight: 6 },
  { country: 'IN', language: 'hi', weight: 7 },
  { country: 'ES', language: 'es', weight: 4 },
  { country: 'MX', language: 'es', weight: 3 },
  { country: 'IT', language: 'it', weight: 4 },
  { country: 'BR', language: 'pt', weight: 4 },
];

/** English country names, as details give them. */
export const countryNames: Readonly<Record<string, string>> = {
  US: 'United States of America',
  GB: 'United Kingdom',
  CA: 'Canada',
  AU: 'Australia',
  JP: 'Japan',
  KR: 'South Korea',
  FR: 'France',
  DE: 'Germany',
  IN: 'India',
  ES: 'Spain',
  MX: 'Mexico',
  IT: 'Italy',
  BR: 'Brazil',
};

/** A language by its English and its own name, and the country that TMDB's translations of it are filed under. */
type LanguageName = { english: string; native: string; country: string };

/** The languages the simulator writes in. */
export const languageNames: Readonly<Record<WrittenLanguage, LanguageName>> = {
  en: { english: 'English', native: 'English', country: 'US' },
  de: { english: 'German', native: 'Deutsch', country: 'DE' },
  fr: { english: 'French', native: 'Français', country: 'FR' },
  es: { english: 'Spanish', native: 'Español', country: 'ES' },
  it: { english: 'Italian', native: 'Italiano', country: 'IT' },
  pt: { english: 'Portuguese', native: 'Português', country: 'BR' },
  ja: { english: 'Japanese', native: '日本語', country: 'JP' },
  ko: { english: 'Korean', native: '한국어/조선말', country: 'KR' },
  hi: { english: 'Hindi', native: 'हिन्दी', country: 'IN' },
};
