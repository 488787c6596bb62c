import { dateOfDay } from '../calendar-day.ts';
import { regionalReleaseDay } from '../catalogue/availability.ts';
import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';
import type { Figures } from '../catalogue/draw-figures.ts';
import { imagePath } from '../catalogue/image-path.ts';
import { originalTitle, titleText } from '../catalogue/title-text.ts';
import { unitFrom } from '../seeded-random.ts';

/** What a row depends on besides its title. */
export type RowView = {
  /** ISO 639-1, lower case. */
  language: string;
  /** ISO 3166-1: gives movies the release date of that region. */
  region: string | undefined;
  withMediaType: boolean;
  figures: (title: CatalogueTitle) => Figures;
};

/** A row as it goes on the wire. */
export type Row = Record<string, unknown>;

/** The row of a movie or series, with every key of the recorded rows. */
export function titleRow(title: CatalogueTitle, view: RowView): Row {
  return title.mediaType === 'movie' ? movieRow(title, view) : seriesRow(title, view);
}

function movieRow(title: CatalogueTitle, view: RowView): Row {
  const text = titleText(title, view.language);
  const released = view.region === undefined ? title.releaseDay : regionalReleaseDay(title, view.region);
  return {
    ...commonFields(title, view),
    original_title: originalTitle(title),
    overview: text.overview,
    release_date: dateOfDay(released),
    title: text.title,
    video: unitFrom(title.seed, 'video') < 0.005,
  };
}

function seriesRow(title: CatalogueTitle, view: RowView): Row {
  const text = titleText(title, view.language);
  return {
    ...commonFields(title, view),
    origin_country: title.originCountries,
    original_name: originalTitle(title),
    overview: text.overview,
    first_air_date: dateOfDay(title.releaseDay),
    name: text.title,
  };
}

function commonFields(title: CatalogueTitle, view: RowView): Row {
  const { popularity, voteAverage, voteCount } = view.figures(title);
  return {
    adult: title.adult,
    backdrop_path: imagePath(title.seed, 'backdrop'),
    genre_ids: title.genreIds,
    id: title.id,
    original_language: title.originalLanguage,
    popularity,
    poster_path: imagePath(title.seed, 'poster'),
    vote_average: voteAverage,
    vote_count: voteCount,
    ...(view.withMediaType ? { media_type: title.mediaType } : {}),
  };
}
