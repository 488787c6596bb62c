import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';
import { imagePath } from '../catalogue/image-path.ts';
import { countryNames, languageNames } from '../catalogue/origins.ts';
import { hash32, pickAt, unitFrom } from '../seeded-random.ts';

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

/** A company or network as details give it. */
export type CompanyRow = { id: number; logo_path: string | null; name: string; origin_country: string };

/** The companies behind a title: one to three, none for some. */
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

/** The countries of a title with their English names. */
export function productionCountries(title: CatalogueTitle): { iso_3166_1: string; name: string }[] {
  return title.originCountries.map((country) => ({ iso_3166_1: country, name: countryNames[country] ?? '' }));
}

/** The languages spoken in a title: its original one. */
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
