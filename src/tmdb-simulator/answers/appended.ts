import { hasKeyword } from '../catalogue/availability.ts';
import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';
import { languageNames } from '../catalogue/origins.ts';
import { isTranslated, titleText } from '../catalogue/title-text.ts';
import { unitFrom } from '../seeded-random.ts';
import { isWrittenLanguage, wordLists } from '../words/word-lists.ts';
import { ApiFailure } from './answer.ts';
import { imdbId } from './common-details.ts';
import type { Row } from './list-rows.ts';

const mostAppended = 20;

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

const appendable: Readonly<Record<string, (title: CatalogueTitle) => Row>> = {
  external_ids: externalIds,
  keywords: keywordsOf,
  translations: translationsOf,
};

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
