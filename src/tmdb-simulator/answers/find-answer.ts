import type { Catalogue, CatalogueTitle } from '../catalogue/catalogue.ts';
import type { World } from '../lists/listing.ts';
import { languageParam } from '../lists/query-params.ts';
import { type Answer, ApiFailure, type Row } from './answer.ts';
import { imdbId, tvdbId } from './detail-parts.ts';
import { seriesDetails } from './details.ts';
import { recommendedRow } from './list-answer.ts';

type Index = Readonly<Record<string, ReadonlyMap<string, CatalogueTitle[]>>>;

/** Titles by source and id, made when the first id is looked up. */
const indexes = new WeakMap<Catalogue, Index>();
const sources = [
  'imdb_id',
  'tvdb_id',
  'wikidata_id',
  'facebook_id',
  'instagram_id',
  'twitter_id',
  'tvrage_id',
  'freebase_mid',
  'freebase_id',
];

/**
 * The answer of `/find/{id}`: the titles with an id of `external_source`. An id that nothing has is an answer with empty lists. Throws an
 * ApiFailure with code 5 for a source that TMDB does not have.
 */
export function foundTitles(world: World, id: string, query: URLSearchParams): Answer {
  const source = query.get('external_source') ?? '';
  if (!sources.includes(source)) {
    throw new ApiFailure(5);
  }
  const language = languageParam(query);
  const found = indexOf(world.catalogue)[source]?.get(id) ?? [];
  const rowsOf = (mediaType: string) =>
    found.filter((title) => title.mediaType === mediaType).map((title) => recommendedRow(title, world, language));
  return {
    status: 200,
    body: {
      movie_results: rowsOf('movie'),
      person_results: [],
      tv_results: rowsOf('tv'),
      tv_episode_results: source === 'tvdb_id' ? episodesWith(id, found[0], world, language) : [],
      tv_season_results: [],
    },
  };
}

/** TheTVDB counts series and episodes apart: every fifth id of a series is that of an episode of another one, too. */
function episodesWith(id: string, series: CatalogueTitle | undefined, world: World, language: string): Row[] {
  const others = world.catalogue.titles.tv;
  const other = others[Number(id) % others.length];
  if (series === undefined || other === undefined || other === series || Number(id) % 5 !== 0) {
    return [];
  }
  const { last_episode_to_air: episode } = seriesDetails(other, language, world.nowMs);
  return episode === null ? [] : [{ ...(episode as Row), media_type: 'tv_episode' }];
}

function indexOf(catalogue: Catalogue): Index {
  const known = indexes.get(catalogue);
  if (known !== undefined) {
    return known;
  }
  const all = [...catalogue.titles.movie, ...catalogue.titles.tv];
  const made = {
    imdb_id: byId(all, imdbId),
    tvdb_id: byId(catalogue.titles.tv, (title) => String(tvdbId(title))),
  };
  indexes.set(catalogue, made);
  return made;
}

function byId<T>(titles: readonly T[], idOf: (title: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const title of titles) {
    found.set(idOf(title), [...(found.get(idOf(title)) ?? []), title]);
  }
  return found;
}
