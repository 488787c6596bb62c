import { regionalReleaseDay } from '../catalogue/availability.ts';
import {
  type Catalogue,
  type CatalogueTitle,
  type Figures,
  figuresAt,
  isVideo,
  round,
} from '../catalogue/catalogue.ts';
import { imagePath } from '../catalogue/image-path.ts';
import { genderOf, type Person } from '../catalogue/person.ts';
import { originalTitle, titleText } from '../catalogue/title-text.ts';
import { dateOfDay, dayOfMs } from '../clock.ts';
import { type Listing, listPage, type World } from '../lists/listing.ts';
import { hash32, pickAt, unitFrom } from '../seeded-random.ts';
import type { Answer, Row } from './answer.ts';

/** The properties of a list that its rows depend on. */
type RowView = {
  /** ISO 639-1, lower case. */
  language: string;
  /** ISO 3166-1; movies carry the release date of this region. */
  region: string | undefined;
  withMediaType: boolean;
  figures: (title: CatalogueTitle) => Figures;
};

const departments = ['Acting', 'Acting', 'Acting', 'Directing', 'Writing'];
const knownForCount = 3;

/** Breaches of TMDB's contract as changes to a row; each page gets one of each. */
const breaches: readonly ((row: Row) => Row)[] = [
  // Recorded: `adult` is null in some rows.
  (row) => ({ ...row, adult: null }),
  ({ overview: _overview, genre_ids: _genreIds, popularity: _popularity, ...rest }) => rest,
  ({ id: _id, ...rest }) => rest,
  (row) => ({ ...row, vote_average: 'n/a', genre_ids: 'Drama' }),
  // Recorded in 2026: keys that no schema documents.
  (row) => ({ ...row, softcore: false }),
];

/** The largest jitter: as a share of the popularity, as a share of the votes, and in points of the average. */
const popularityShare = 0.06;
const votesShare = 0.01;
const averagePoints = 0.02;

/** One page of a list in a language (ISO 639-1), with the oddities of `world`. */
export function listAnswer(world: World, listing: Listing, page: number, language: string): Answer {
  const { catalogue, oddities } = world;
  const { entries, totals } = listPage(listing, page, oddities.duplicatesAtPageBorders);
  const view = rowView(world, listing, language);
  const rows = entries.map((entry) =>
    entry.mediaType === 'person' ? personRow(entry, catalogue, view) : titleRow(entry, view),
  );
  return {
    status: 200,
    body: {
      ...(listing.dates === undefined ? {} : { dates: listing.dates }),
      page,
      results: oddities.oddRows ? breakRows(rows, catalogue.seed, listing.key, page) : rows,
      total_pages: totals.pages,
      total_results: totals.results,
    },
  };
}

function rowView(world: World, listing: Listing, language: string): RowView {
  const day = dayOfMs(world.nowMs);
  return {
    language,
    region: listing.region,
    withMediaType: listing.withMediaType === true,
    figures: (title) => {
      const figures = figuresAt(title, day);
      return world.oddities.volatileJitter ? jitterFigures(title, figures, listing.key) : figures;
    },
  };
}

/** The row of a title among recommendations or what was found, in a language (ISO 639-1): it says its medium. */
export function recommendedRow(title: CatalogueTitle, world: World, language: string): Row {
  const figures = (one: CatalogueTitle) => figuresAt(one, dayOfMs(world.nowMs));
  return titleRow(title, { language, region: undefined, withMediaType: true, figures });
}

/** The row of a movie or series, with every key of the recorded rows. */
function titleRow(title: CatalogueTitle, view: RowView): Row {
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
    video: isVideo(title),
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

/** The row of a person in a trending list, with up to three titles of the catalogue that the person is known for. */
function personRow(person: Person, catalogue: Catalogue, view: RowView): Row {
  return {
    adult: false,
    id: person.id,
    name: person.name,
    original_name: person.name,
    media_type: 'person',
    popularity: person.popularity,
    gender: genderOf(person),
    known_for_department: pickAt(departments, unitFrom(person.seed, 'department')),
    profile_path: imagePath(person.seed, 'profile'),
    known_for: knownFor(person, catalogue).map((title) => titleRow(title, { ...view, withMediaType: true })),
  };
}

function knownFor(person: Person, catalogue: Catalogue) {
  const drawn = Array.from({ length: knownForCount }, (_, index) =>
    pickAt(catalogue.titles.movie, unitFrom(person.seed, 'known for', index)),
  );
  return [...new Set(drawn)].filter(({ adult }) => !adult);
}

/** Breaks one row of a page for each breach, at places drawn from `seed`; a page with fewer rows gets fewer breaches. */
function breakRows(rows: readonly Row[], seed: number, listKey: string, page: number): readonly Row[] {
  const first = hash32(seed, 'odd rows', listKey, page);
  // With a step of three no row is visited twice, unless the number of rows is a multiple of three.
  const step = rows.length % 3 === 0 ? 1 : 3;
  const broken = [...rows];
  for (const [index, breach] of breaches.slice(0, rows.length).entries()) {
    const place = (first + index * step) % rows.length;
    broken[place] = breach(broken[place] ?? {});
  }
  return broken;
}

/** The figures in one list: TMDB caches its lists separately, so a title's figures differ slightly between them. */
function jitterFigures(title: CatalogueTitle, figures: Figures, listKey: string): Figures {
  const sway = (what: string): number => unitFrom(title.seed, 'jitter', listKey, what) * 2 - 1;
  if (figures.voteCount === 0) {
    return { ...figures, popularity: swayed(figures.popularity, sway('popularity')) };
  }
  const average = figures.voteAverage + averagePoints * sway('average');
  return {
    popularity: swayed(figures.popularity, sway('popularity')),
    voteAverage: round(Math.max(0, Math.min(10, average)), 3),
    voteCount: Math.max(1, figures.voteCount + Math.round((2 + figures.voteCount * votesShare) * sway('votes'))),
  };
}

function swayed(popularity: number, sway: number): number {
  return round(popularity * (1 + popularityShare * sway), 3);
}
