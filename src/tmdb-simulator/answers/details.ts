import { type Episode, episodesOf } from '../catalogue/availability.ts';
import { type CatalogueTitle, figuresAt, isVideo } from '../catalogue/catalogue.ts';
import { revisionOn, taglineOf } from '../catalogue/changes.ts';
import { namedGenres } from '../catalogue/genres.ts';
import { imagePath } from '../catalogue/image-path.ts';
import { genderOf, personAt } from '../catalogue/person.ts';
import { originalTitle, titleText } from '../catalogue/title-text.ts';
import { dateOfDay, dayOfMs } from '../clock.ts';
import { hash32, unitFrom } from '../seeded-random.ts';
import type { Row } from './answer.ts';
import { imdbId, networks, productionCompanies, productionCountries, spokenLanguages } from './detail-parts.ts';

const homepageShare = 0.3;

/** The answer of `/movie/{id}` in a language (ISO 639-1) and at a time (epoch milliseconds). */
export function movieDetails(title: CatalogueTitle, language: string, nowMs: number): Row {
  const isOut = title.releaseDay !== undefined && title.releaseDay <= dayOfMs(nowMs);
  const budget = Math.round(unitFrom(title.seed, 'budget') ** 4 * 250) * 1_000_000;
  return {
    ...commonDetails(title, language, nowMs),
    belongs_to_collection: null,
    budget,
    imdb_id: imdbId(title),
    original_title: originalTitle(title),
    release_date: dateOfDay(title.releaseDay),
    revenue: isOut ? Math.round(budget * 3 * unitFrom(title.seed, 'revenue')) : 0,
    runtime: 62 + Math.floor(unitFrom(title.seed, 'runtime') * 120),
    status: isOut ? 'Released' : 'Post Production',
    title: titleText(title, language).title,
    video: isVideo(title),
  };
}

/** The answer of `/tv/{id}` in a language (ISO 639-1) and at a time (epoch milliseconds). */
export function seriesDetails(title: CatalogueTitle, language: string, nowMs: number): Row {
  const today = dayOfMs(nowMs);
  const episodes = episodesOf(title);
  const last = episodes.findLast((episode) => episode.day <= today);
  const next = episodes.find((episode) => episode.day > today);
  const runtime = 20 + Math.floor(unitFrom(title.seed, 'runtime') * 45);
  return {
    ...commonDetails(title, language, nowMs),
    created_by: createdBy(title),
    episode_run_time: [runtime],
    first_air_date: dateOfDay(title.releaseDay),
    in_production: next !== undefined,
    languages: [title.originalLanguage],
    last_air_date: last === undefined ? null : dateOfDay(last.day),
    last_episode_to_air: episodeRow(title, last, runtime),
    name: titleText(title, language).title,
    next_episode_to_air: episodeRow(title, next, runtime),
    networks: networks(title),
    number_of_episodes: episodes.length,
    number_of_seasons: title.seasons?.count ?? 0,
    original_name: originalTitle(title),
    seasons: seasonRows(title, episodes),
    status: statusOf(title, last, next),
    type: 'Scripted',
  };
}

/** The keys that the details of movies and series share, in a language (ISO 639-1) and at a time (epoch milliseconds). */
function commonDetails(title: CatalogueTitle, language: string, nowMs: number): Row {
  const { popularity, voteAverage, voteCount } = figuresAt(title, dayOfMs(nowMs));
  const genres = namedGenres(title.mediaType, language);
  return {
    adult: title.adult,
    backdrop_path: imagePath(title.seed, 'backdrop'),
    genres: title.genreIds.flatMap((id) => genres.filter((genre) => genre.id === id)),
    homepage:
      unitFrom(title.seed, 'homepage') < homepageShare ? `https://titles.example/${title.mediaType}/${title.id}` : '',
    id: title.id,
    origin_country: title.originCountries,
    original_language: title.originalLanguage,
    overview: titleText(title, language).overview,
    popularity,
    poster_path: imagePath(title.seed, 'poster'),
    production_companies: productionCompanies(title),
    production_countries: productionCountries(title),
    spoken_languages: spokenLanguages(title),
    tagline: taglineOf(title, revisionOn(title, dayOfMs(nowMs))),
    vote_average: voteAverage,
    vote_count: voteCount,
  };
}

function statusOf(title: CatalogueTitle, last: Episode | undefined, next: Episode | undefined): string {
  if (last === undefined) {
    return 'In Production';
  }
  if (next !== undefined) {
    return 'Returning Series';
  }
  return unitFrom(title.seed, 'canceled') < 0.2 ? 'Canceled' : 'Ended';
}

function createdBy(title: CatalogueTitle): Row[] {
  const person = personAt(title.seed, 1);
  const credit = hash32(person.seed, 'credit').toString(16).padStart(24, '5');
  return [
    {
      id: person.id,
      credit_id: credit,
      name: person.name,
      gender: genderOf(person),
      profile_path: imagePath(person.seed, 'profile'),
    },
  ];
}

function episodeRow(title: CatalogueTitle, episode: Episode | undefined, runtime: number): Row | null {
  if (episode === undefined) {
    return null;
  }
  const seed = hash32(title.seed, 'episode', episode.season, episode.number);
  return {
    id: 1_000_000 + (seed % 1_000_000),
    name: `Episode ${episode.number}`,
    overview: '',
    vote_average: 0,
    vote_count: 0,
    air_date: dateOfDay(episode.day),
    episode_number: episode.number,
    episode_type: 'standard',
    production_code: '',
    runtime,
    season_number: episode.season,
    show_id: title.id,
    still_path: imagePath(seed, 'still'),
  };
}

function seasonRows(title: CatalogueTitle, episodes: readonly Episode[]): Row[] {
  return episodes
    .filter((episode) => episode.number === 1)
    .map(({ season, day }) => ({
      air_date: dateOfDay(day),
      episode_count: title.seasons?.episodesEach ?? 0,
      id: hash32(title.seed, 'season', season) % 500_000,
      name: `Season ${season}`,
      overview: '',
      poster_path: imagePath(hash32(title.seed, 'season', season), 'poster'),
      season_number: season,
      vote_average: title.voteAverage === 0 ? 0 : Math.round(title.voteAverage * 10) / 10,
    }));
}
