import { hasKeyword } from '../catalogue/availability.ts';
import type { CatalogueTitle } from '../catalogue/catalogue.ts';
import { imagePath } from '../catalogue/image-path.ts';
import { countryNames, languageNames } from '../catalogue/origins.ts';
import { isTranslated, titleText } from '../catalogue/title-text.ts';
import { isWrittenLanguage, wordLists } from '../catalogue/word-lists.ts';
import { hash32, pickAt, unitFrom } from '../seeded-random.ts';
import { ApiFailure, type Row } from './answer.ts';

const companyNames = [
  'Lantern Row Pictures',
  'Northgate Film',
  'Saltwater Studios',
  'Blue Heron Productions',
  'Ninth Street Films',
  'Atelier Corbeau',
  'Kestrel & Sons',
  'Open Window Media',
];

const networkNames = [
  'Channel Nine',
  'Meridian',
  'Kanal Nord',
  'Asahi One',
  'Télé Midi',
  'Streamhouse',
  'Canal Sur',
  'Vista',
];

/** Keywords with TMDB's own ids (examples of TMDB's OpenAPI document). */
const keywordNames: readonly { id: number; name: string }[] = [
  { id: 818, name: 'based on novel or book' },
  { id: 825, name: 'support group' },
  { id: 851, name: 'dual identity' },
  { id: 1541, name: 'nihilism' },
  { id: 1721, name: 'fight' },
  { id: 3927, name: 'rage and hate' },
  { id: 4142, name: 'insomnia' },
  { id: 4152, name: 'kingdom' },
  { id: 4565, name: 'dystopia' },
  { id: 9181, name: 'alter ego' },
  { id: 12554, name: 'dragon' },
  { id: 13084, name: 'king' },
  { id: 34038, name: 'intrigue' },
  { id: 34117, name: 'cult film' },
  { id: 156761, name: 'split personality' },
  { id: 170362, name: 'fantasy world' },
];

const mostAppended = 20;

const appendable: Readonly<Record<string, (title: CatalogueTitle) => Row>> = {
  external_ids: externalIds,
  keywords: keywordsOf,
  translations: translationsOf,
};

/** A company or network in details. */
type CompanyRow = { id: number; logo_path: string | null; name: string; origin_country: string };

/** The production companies of a title: none to three. */
export function productionCompanies(title: CatalogueTitle): CompanyRow[] {
  const count = Math.floor(unitFrom(title.seed, 'companies') * 4);
  const drawn = Array.from({ length: count }, (_, index) =>
    pickAt(companyNames, unitFrom(title.seed, 'company', index)),
  );
  return [...new Set(drawn)].map((name) => companyRow(name, companyNames.indexOf(name), title));
}

/** The network of a series. */
export function networks(title: CatalogueTitle): CompanyRow[] {
  const name = pickAt(networkNames, unitFrom(title.seed, 'network'));
  return [companyRow(name, 1000 + networkNames.indexOf(name), title)];
}

/** The origin countries of a title with their English names. */
export function productionCountries(title: CatalogueTitle): { iso_3166_1: string; name: string }[] {
  return title.originCountries.map((country) => ({ iso_3166_1: country, name: countryNames[country] ?? '' }));
}

/** The languages spoken in a title: only its original one. */
export function spokenLanguages(title: CatalogueTitle): { english_name: string; iso_639_1: string; name: string }[] {
  const { english, native } = languageNames[title.originalLanguage];
  return [{ english_name: english, iso_639_1: title.originalLanguage, name: native }];
}

function companyRow(name: string, index: number, title: CatalogueTitle): CompanyRow {
  return {
    id: 11 + index * 7,
    logo_path: imagePath(hash32(index, 'company'), 'logo'),
    name,
    origin_country: title.originCountries[0] ?? '',
  };
}

/** A fictitious IMDb id in the form of a real one. */
export function imdbId(title: CatalogueTitle): string {
  return `tt${String(1_000_000 + Math.floor(unitFrom(title.seed, 'imdb') * 9_000_000)).padStart(7, '0')}`;
}

/**
 * The extra keys of details for `append_to_response`; parts the simulator does not have are ignored. Throws an ApiFailure
 * with code 27 for more than 20 parts.
 */
export function appendedParts(title: CatalogueTitle, query: URLSearchParams): Row {
  const names = (query.get('append_to_response') ?? '').split(',').filter((name) => name !== '');
  if (names.length > mostAppended) {
    throw new ApiFailure(27);
  }
  return Object.fromEntries(
    Object.entries(appendable)
      .filter(([name]) => names.includes(name))
      .map(([name, read]) => [name, read(title)]),
  );
}

function externalIds(title: CatalogueTitle): Row {
  const common = { imdb_id: imdbId(title), wikidata_id: null, facebook_id: null, instagram_id: null, twitter_id: null };
  return title.mediaType === 'movie'
    ? common
    : {
        ...common,
        freebase_mid: null,
        freebase_id: null,
        tvdb_id: 70_000 + Math.floor(unitFrom(title.seed, 'tvdb') * 400_000),
        tvrage_id: null,
      };
}

function keywordsOf(title: CatalogueTitle): Row {
  const found = keywordNames.filter(({ id }) => hasKeyword(title, String(id)));
  return title.mediaType === 'movie' ? { keywords: found } : { results: found };
}

function translationsOf(title: CatalogueTitle): Row {
  const languages = Object.keys(wordLists).filter(isWrittenLanguage);
  const translated = languages.filter(
    (language) => isTranslated(title, language, 'title') || isTranslated(title, language, 'overview'),
  );
  return {
    translations: translated.map((language) => {
      const { english, native, country } = languageNames[language];
      const text = titleText(title, language);
      const ownTitle = isTranslated(title, language, 'title') ? text.title : '';
      const data = { homepage: '', overview: text.overview, tagline: '' };
      return {
        iso_3166_1: country,
        iso_639_1: language,
        name: native,
        english_name: english,
        data: title.mediaType === 'movie' ? { ...data, runtime: 0, title: ownTitle } : { ...data, name: ownTitle },
      };
    }),
  };
}
