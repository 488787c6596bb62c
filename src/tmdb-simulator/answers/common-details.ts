import { dayOfMs } from '../calendar-day.ts';
import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';
import { figuresAt } from '../catalogue/figures-at.ts';
import { imagePath } from '../catalogue/image-path.ts';
import { titleText } from '../catalogue/title-text.ts';
import { namedGenres } from '../genres/genre-names.ts';
import { unitFrom } from '../seeded-random.ts';
import { productionCompanies, productionCountries, spokenLanguages } from './companies.ts';
import type { Row } from './list-rows.ts';

const homepageShare = 0.3;

/** The keys that the details of movies and series share, in a language (ISO 639-1) and at an instant (epoch milliseconds). */
export function commonDetails(title: CatalogueTitle, language: string, nowMs: number): Row {
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
    tagline: '',
    vote_average: voteAverage,
    vote_count: voteCount,
  };
}

/** A made-up IMDb id. */
export function imdbId(title: CatalogueTitle): string {
  return `tt${String(1_000_000 + Math.floor(unitFrom(title.seed, 'imdb') * 9_000_000)).padStart(7, '0')}`;
}
