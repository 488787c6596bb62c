/**
 * Tables of lists and details, filters, and what passes them, told in another way than the code tells it: rows are written by hand, and the
 * certifications are the test's own table.
 */
import fc from 'fast-check';
import type { Clock } from '../../src/shared/core/clock.ts';
import type { Feed } from '../../src/shared/core/feed.ts';
import type { DetailsRow } from '../../src/shared/tables/details-row.ts';
import { type OnPage, packed } from './list-pages.ts';
import { listPage, times } from './placed-rows.ts';
import { sampleDetailsRow } from './sample-rows.ts';

type Media = 'movie' | 'tv';

/** A title on a page. */
export type DrawnTitle = Required<
  Pick<
    OnPage,
    'genreIds' | 'releaseDate' | 'voteCount' | 'voteAverage' | 'originalLanguage' | 'originCountries' | 'adult'
  >
> & { id: number; mediaType: Media };

/** A part of details: what it holds, and whether it is past its hard TTL. `undefined`: the row lacks it. */
type DrawnPart<T> = { expired: boolean; holds: T } | undefined;

/** Details of a title. `damaged`: there is a row that cannot be read; `none`: there is none. */
export type DrawnDetails =
  | 'none'
  | 'damaged'
  | {
      /** `earlier`: a release has written it that did not keep countries. */
      base: DrawnPart<readonly string[] | null | 'earlier'>;
      /** `unkept`: the country was not kept. */
      certification: DrawnPart<string | null | 'unkept'>;
      services: DrawnPart<Readonly<Record<string, readonly number[]>> | null | 'unkept'>;
    };

/** A table: pages of one list, first page first, and details by `movie/1`. */
export type DrawnTable = {
  pages: readonly { expired: boolean; titles: readonly DrawnTitle[] }[];
  details: Readonly<Record<string, DrawnDetails>>;
};

/** A filter as it is asked for. */
export type DrawnFilter = {
  genres?: number[];
  excludeGenres?: number[];
  yearFrom?: number;
  yearTo?: number;
  minVotes?: number;
  minVoteAverage?: number;
  originalLanguages?: string[];
  excludeLanguages?: string[];
  excludeCountries?: string[];
  maxCertification?: string;
  providers?: number[];
  includeAdult?: boolean;
};

const plainRecord = { noNullPrototype: true } as const;
const mediaTypes = ['movie', 'tv'] as const;
const ids = [1, 2, 3, 4, 5, 6];
/** Of films and of series in the US, and values that are no certification there. */
const certifications = [
  'G',
  'PG',
  ' pg-13 ',
  'R',
  'NC-17',
  'NR',
  'TV-Y',
  'TV-Y7',
  'TV-G',
  'TV-PG',
  'TV-14',
  'tv-ma',
  'Unheard of',
];

const title = fc.record(
  {
    mediaType: fc.constantFrom(...mediaTypes),
    id: fc.constantFrom(...ids),
    genreIds: fc.subarray([18, 35, 27]),
    releaseDate: fc.constantFrom(null, '1999-12-31', '2000-01-01', '2020-06-15'),
    voteCount: fc.constantFrom(0, 9, 10, 500),
    voteAverage: fc.constantFrom(0, 6.9, 7, 8.5),
    originalLanguage: fc.constantFrom('en', 'ja', 'cn', ''),
    originCountries: fc.constantFrom<string[]>([], [], ['US'], ['IN', 'US']),
    adult: fc.constantFrom(false, false, false, true),
  },
  plainRecord,
);

const part = <T>(holds: fc.Arbitrary<T>): fc.Arbitrary<DrawnPart<T>> =>
  fc.option(fc.record({ expired: fc.constantFrom(false, false, false, true), holds }, plainRecord), {
    nil: undefined,
    freq: 5,
  });

const details: fc.Arbitrary<DrawnDetails> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom('none' as const, 'damaged' as const) },
  {
    weight: 5,
    arbitrary: fc.record(
      {
        base: part(
          fc.constantFrom<readonly string[] | null | 'earlier'>(null, 'earlier', [], ['IN'], ['US'], ['DE', 'IN']),
        ),
        certification: part(fc.constantFrom<string | null>(null, 'unkept', ...certifications)),
        services: part(
          fc.oneof(
            fc.constantFrom(null, 'unkept' as const),
            fc.dictionary(
              fc.constantFrom('subscription', 'rent', 'buy', 'free', 'ads'),
              fc.constantFrom([8], [9, 337]),
              {
                maxKeys: 2,
                noNullPrototype: true,
              },
            ),
          ),
        ),
      },
      plainRecord,
    ),
  },
);

export const drawnTable: fc.Arbitrary<DrawnTable> = fc.record(
  {
    pages: fc.array(
      fc.record(
        {
          expired: fc.constantFrom(false, false, false, true),
          titles: fc.array(title, { minLength: 1, maxLength: 7 }),
        },
        plainRecord,
      ),
      { minLength: 1, maxLength: 4 },
    ),
    details: fc.record(
      Object.fromEntries(mediaTypes.flatMap((media) => ids.map((id) => [`${media}/${id}`, details]))),
      plainRecord,
    ),
  },
  plainRecord,
);

const members: { [Name in keyof DrawnFilter]-?: fc.Arbitrary<DrawnFilter[Name]> } = {
  genres: fc.subarray([18, 35]),
  excludeGenres: fc.constantFrom([], [27]),
  yearFrom: fc.constantFrom(1999, 2000),
  yearTo: fc.constantFrom(2000, 2019, 2020),
  minVotes: fc.constantFrom(0, 10),
  minVoteAverage: fc.constantFrom(0, 6.95, 7),
  originalLanguages: fc.subarray(['en', 'ja']),
  excludeLanguages: fc.constantFrom([], ['zh'], ['cn']),
  excludeCountries: fc.subarray(['IN', 'DE']),
  maxCertification: fc.constantFrom('PG', 'pg-13', 'R', 'TV-PG', 'TV-14'),
  providers: fc.subarray([8, 337]),
  includeAdult: fc.boolean(),
};

const byRow = [
  'genres',
  'excludeGenres',
  'yearFrom',
  'yearTo',
  'minVotes',
  'minVoteAverage',
  'excludeLanguages',
] as const;
const byFacts = ['excludeCountries', 'maxCertification', 'providers'] as const;

/** A few members: a filter with all of them lets nothing through. */
export const drawnFilter: fc.Arbitrary<DrawnFilter> = fc
  .tuple(
    fc.subarray([...byRow, 'originalLanguages', 'includeAdult'] as const, { maxLength: 2 }),
    fc.subarray([...byFacts], { maxLength: 2 }),
  )
  .chain(([some, others]) =>
    fc.record(Object.fromEntries([...some, ...others].map((name) => [name, members[name]])), plainRecord),
  ) as fc.Arbitrary<DrawnFilter>;

/** The pages of `feed` as rows of the table. */
export function pageRows(feed: Feed, { pages }: DrawnTable, clock: Clock) {
  return pages.map(({ expired, titles }, index) =>
    listPage(
      feed,
      index + 1,
      times(clock, expired ? { fetchedAgoHours: 80, staleInHours: -60, goneInHours: -1 } : {}),
      titles.map((one, place) => ({ ...one, rank: 20 * index + place + 1 })),
    ),
  );
}

/** The rows of details, with what is kept of `country`. */
export function detailsRows({ details: all }: DrawnTable, country: string, clock: Clock): DetailsRow[] {
  return Object.entries(all).flatMap(([key, drawn]) => {
    const [media, id] = key.split('/') as [Media, string];
    const row = sampleDetailsRow({ mediaId: id, mediaType: `${media}+details`, ...times(clock) });
    return drawn === 'none'
      ? []
      : [drawn === 'damaged' ? row : { ...row, parts: packed(partsOf(drawn, country, clock)) }];
  });
}

function partsOf(drawn: Exclude<DrawnDetails, string>, country: string, clock: Clock): Record<string, unknown> {
  const lives = (expired: boolean) => times(clock, expired ? { staleInHours: -30, goneInHours: -1 } : {});
  const { base, certification, services } = drawn;
  const of = <T>(holds: T | 'unkept') => (holds === 'unkept' ? {} : { [country]: holds });
  const watch = (holds: Exclude<NonNullable<typeof services>['holds'], string>) => holds && { link: null, ...holds };
  return {
    // One is always there: TMDB's answer itself is.
    videos: { ...lives(false), videos: [] },
    ...(base && {
      base: {
        ...lives(base.expired),
        status: 'Released',
        ...(base.holds !== 'earlier' && { originCountries: base.holds }),
      },
    }),
    ...(certification && {
      certifications: { ...lives(certification.expired), certifications: of(certification.holds) },
    }),
    ...(services && {
      watch: {
        ...lives(services.expired),
        watch: of(services.holds === 'unkept' ? 'unkept' : watch(services.holds)),
      },
    }),
  };
}

/** The titles of a list, each where it stands first, with its rank. */
export function listedTitles({ pages }: DrawnTable): (DrawnTitle & { rank: number })[] {
  const seen = new Set<string>();
  return pages.flatMap(({ expired, titles }, page) =>
    titles.flatMap((one, place) => {
      const key = `${one.mediaType}/${one.id}`;
      const isFirst = !expired && !seen.has(key);
      if (!expired) {
        seen.add(key);
      }
      return isFirst ? [{ ...one, rank: 20 * page + place + 1 }] : [];
    }),
  );
}

const filmOrder = ['g', 'pg', 'pg-13', 'r', 'nc-17'];
const seriesOrder = ['tv-y', 'tv-y7', 'tv-g', 'tv-pg', 'tv-14', 'tv-ma'];
const years: Readonly<Record<string, number>> = {
  ...{ g: 0, pg: 10, 'pg-13': 13, r: 17, 'nc-17': 18 },
  ...{ 'tv-y': 0, 'tv-y7': 7, 'tv-g': 0, 'tv-pg': 10, 'tv-14': 14, 'tv-ma': 17 },
};

function isMildEnough(certification: string, most: string): boolean {
  const [own, limit] = [certification.trim().toLowerCase(), most.toLowerCase()];
  const order = [filmOrder, seriesOrder].find((one) => one.includes(own) && one.includes(limit));
  if (order !== undefined) {
    return order.indexOf(own) <= order.indexOf(limit);
  }
  return years[own] !== undefined && years[limit] !== undefined && years[own] <= years[limit];
}

/** What a part tells; `undefined` where it is unknown. */
function told<T>(part: DrawnPart<T>): T | undefined {
  return part === undefined || part.expired ? undefined : part.holds;
}

/** Whether a title passes: `undefined`, if that cannot be told. */
export function modelPasses(one: DrawnTitle, drawn: DrawnDetails, filter: DrawnFilter): boolean | undefined {
  const known = typeof drawn === 'string' ? { base: undefined, certification: undefined, services: undefined } : drawn;
  const checks = [
    ...figures(one, filter),
    ...sets(one, filter),
    countries(one, told(known.base), filter),
    certification(told(known.certification), filter),
    services(told(known.services), filter),
  ];
  return checks.includes(false) ? false : checks.includes(undefined) ? undefined : true;
}

function figures(one: DrawnTitle, filter: DrawnFilter): boolean[] {
  const year = one.releaseDate === null ? undefined : Number.parseInt(one.releaseDate, 10);
  const hasYear = (holds: (at: number) => boolean) => year !== undefined && holds(year);
  return [
    filter.yearFrom === undefined || hasYear((at) => at >= (filter.yearFrom ?? 0)),
    filter.yearTo === undefined || hasYear((at) => at <= (filter.yearTo ?? 0)),
    one.voteCount >= (filter.minVotes ?? 0),
    one.voteAverage >= (filter.minVoteAverage ?? 0),
  ];
}

function sets(one: DrawnTitle, filter: DrawnFilter): boolean[] {
  const { genres = [], excludeGenres = [], originalLanguages = [], excludeLanguages = [] } = filter;
  return [
    filter.includeAdult === true || !one.adult,
    genres.length === 0 || genres.some((genre) => one.genreIds.includes(genre)),
    excludeGenres.every((genre) => !one.genreIds.includes(genre)),
    originalLanguages.length === 0 || originalLanguages.includes(one.originalLanguage),
    !excludeLanguages.includes(one.originalLanguage),
  ];
}

function countries(
  { mediaType, originCountries }: DrawnTitle,
  inDetails: readonly string[] | null | 'earlier' | undefined,
  { excludeCountries = [] }: DrawnFilter,
): boolean | undefined {
  const from = mediaType === 'tv' || originCountries.length > 0 ? originCountries : inDetails;
  return excludeCountries.length === 0
    ? true
    : from === undefined || from === null || from === 'earlier'
      ? undefined
      : !excludeCountries.some((code) => from.includes(code));
}

function certification(own: string | null | undefined, { maxCertification }: DrawnFilter): boolean | undefined {
  if (maxCertification === undefined) {
    return true;
  }
  return own === undefined || own === 'unkept' ? undefined : own !== null && isMildEnough(own, maxCertification);
}

function services(
  offered: Readonly<Record<string, readonly number[]>> | null | 'unkept' | undefined,
  { providers = [] }: DrawnFilter,
): boolean | undefined {
  if (providers.length === 0) {
    return true;
  }
  const all = offered === null || typeof offered !== 'object' ? [] : Object.values(offered).flat();
  return offered === undefined || offered === 'unkept' ? undefined : all.some((id) => providers.includes(id));
}
