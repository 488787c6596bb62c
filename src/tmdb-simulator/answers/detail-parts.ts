import { hasKeyword } from '../catalogue/availability.ts';
import type { CatalogueTitle, MediaType } from '../catalogue/catalogue.ts';
import { imagePath } from '../catalogue/image-path.ts';
import { countryNames, languageNames } from '../catalogue/origins.ts';
import { isTranslated, titleText } from '../catalogue/title-text.ts';
import { isWrittenLanguage, wordLists } from '../catalogue/word-lists.ts';
import { dateOfDay } from '../clock.ts';
import type { World } from '../lists/listing.ts';
import { languageParam, pageParam } from '../lists/query-params.ts';
import { hash32, pickAt, unitFrom } from '../seeded-random.ts';
import { ApiFailure, type Row } from './answer.ts';
import { recommendedRow } from './list-answer.ts';
import { contentRatings, releaseDates, watchProviders } from './market-parts.ts';
import { aggregateCredits, credits } from './people-parts.ts';

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

/** What a part is made from beside the title. */
type PartContext = { world: World; query: URLSearchParams };
type MakePart = (title: CatalogueTitle, context: PartContext) => Row;

/** The parts of both media; a part of one medium only is unknown for the other. */
const commonParts: Readonly<Record<string, MakePart>> = {
  external_ids: externalIds,
  keywords: keywordsOf,
  translations: translationsOf,
  videos: videosOf,
  recommendations: recommendationsOf,
  credits: (title, { world }) => credits(title, world.catalogue.seed),
  'watch/providers': watchProviders,
};
const parts: Readonly<Record<MediaType, Readonly<Record<string, MakePart>>>> = {
  movie: { ...commonParts, release_dates: releaseDates },
  tv: {
    ...commonParts,
    aggregate_credits: (title, { world }) => aggregateCredits(title, world.catalogue.seed),
    content_ratings: contentRatings,
  },
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

/** A fictitious id at TheTVDB; movies have none. */
export function tvdbId(title: CatalogueTitle): number {
  return 70_000 + Math.floor(unitFrom(title.seed, 'tvdb') * 400_000);
}

/** A part of a title by itself, such as `credits`; `undefined` where its medium has no such part. */
export function partOf(title: CatalogueTitle, name: string, context: PartContext): Row | undefined {
  const known = parts[title.mediaType];
  return Object.hasOwn(known, name) ? known[name]?.(title, context) : undefined;
}

/**
 * The extra keys of details for `append_to_response`; parts the simulator does not have are ignored. Throws an ApiFailure
 * with code 27 for more than 20 parts.
 */
export function appendedParts(title: CatalogueTitle, context: PartContext): Row {
  const names = (context.query.get('append_to_response') ?? '').split(',').filter((name) => name !== '');
  if (names.length > mostAppended) {
    throw new ApiFailure(27);
  }
  const known = names.map((name) => [name, partOf(title, name, context)] as const);
  return Object.fromEntries(known.filter(([, part]) => part !== undefined));
}

function externalIds(title: CatalogueTitle): Row {
  const common = { imdb_id: imdbId(title), wikidata_id: null, facebook_id: null, instagram_id: null, twitter_id: null };
  return title.mediaType === 'movie'
    ? common
    : {
        ...common,
        freebase_mid: null,
        freebase_id: null,
        tvdb_id: tvdbId(title),
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

const videoKinds = ['Trailer', 'Trailer', 'Teaser', 'Clip', 'Featurette'];
const mostVideos = 5;

/** Up to five videos in English; the `language` of the request is the only one that TMDB answers in, unless it is told more. */
function videosOf(title: CatalogueTitle, { query }: PartContext): Row {
  const allowed = query.get('include_video_language')?.split(',') ?? [languageParam(query)];
  const count = allowed.includes('en') ? Math.floor(unitFrom(title.seed, 'videos') * (mostVideos + 1)) : 0;
  const results = Array.from({ length: count }, (_, index) => {
    const seed = hash32(title.seed, 'video', index);
    return {
      iso_639_1: 'en',
      iso_3166_1: 'US',
      name: `Video ${index + 1}`,
      key: seed.toString(36).padStart(11, 'k'),
      site: unitFrom(seed, 'site') < 0.9 ? 'YouTube' : 'Vimeo',
      size: 1080,
      type: pickAt(videoKinds, unitFrom(seed, 'type')),
      official: unitFrom(seed, 'official') < 0.7,
      published_at: `${dateOfDay((title.releaseDay ?? title.builtOnDay) - index * 30)}T16:30:02.000Z`,
      id: seed.toString(16).padStart(24, '6'),
    };
  });
  return { results };
}

const recommendedCount = 40;
const rowsAPage = 20;

/** Forty titles of the same medium, twenty a page, none of them twice and none for adults. */
function recommendationsOf(title: CatalogueTitle, { world, query }: PartContext): Row {
  const page = pageParam(query);
  const titles = world.catalogue.titles[title.mediaType].filter(({ adult }) => !adult);
  const drawn = Array.from({ length: 2 * recommendedCount }, (_, index) =>
    pickAt(titles, unitFrom(title.seed, 'recommended', index)),
  );
  const all = [...new Set(drawn)].filter(({ id }) => id !== title.id).slice(0, recommendedCount);
  const rows = all.slice((page - 1) * rowsAPage, page * rowsAPage);
  const language = languageParam(query);
  return {
    page,
    results: rows.map((one) => recommendedRow(one, world, language)),
    total_pages: Math.ceil(all.length / rowsAPage),
    total_results: all.length,
  };
}
