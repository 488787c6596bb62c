import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Row, startClient } from './simulator-fixture.ts';

let client: Client;
beforeAll(async () => {
  client = await startClient();
});
afterAll(() => client.simulator.close());

/** One filter as a client writes it, and what must be true of every row that it lets through. */
type Filter = { query: string; holds: (row: Row) => boolean };

const genreIds = (row: Row) => row.genre_ids as number[];
const date = fc
  .date({ min: new Date('1960-01-01'), max: new Date('2027-06-01'), noInvalidDate: true })
  .map((value) => value.toISOString().slice(0, 10));

const commonFilters: fc.Arbitrary<Filter>[] = [
  fc.double({ min: 0, max: 10, noNaN: true }).map((bound) => ({
    query: `vote_average.gte=${bound}`,
    holds: (row) => Number(row.vote_average) >= bound,
  })),
  fc.double({ min: 0, max: 10, noNaN: true }).map((bound) => ({
    query: `vote_average.lte=${bound}`,
    holds: (row) => Number(row.vote_average) <= bound,
  })),
  fc.integer({ min: 0, max: 20_000 }).map((bound) => ({
    query: `vote_count.gte=${bound}`,
    holds: (row) => Number(row.vote_count) >= bound,
  })),
  fc.integer({ min: 0, max: 20_000 }).map((bound) => ({
    query: `vote_count.lte=${bound}`,
    holds: (row) => Number(row.vote_count) <= bound,
  })),
  fc.subarray(['en', 'ja', 'ko', 'de', 'hi'], { minLength: 1 }).map((languages) => ({
    query: `with_original_language=${languages.join('|')}`,
    holds: (row) => languages.includes(String(row.original_language)),
  })),
];

function genreFilters(ids: number[]): fc.Arbitrary<Filter>[] {
  return [
    fc.subarray(ids, { minLength: 1, maxLength: 2 }).map((wanted) => ({
      query: `with_genres=${wanted.join(',')}`,
      holds: (row) => wanted.every((id) => genreIds(row).includes(id)),
    })),
    fc.subarray(ids, { minLength: 1, maxLength: 4 }).map((wanted) => ({
      query: `with_genres=${wanted.join('|')}`,
      holds: (row) => wanted.some((id) => genreIds(row).includes(id)),
    })),
    fc.subarray(ids, { minLength: 1, maxLength: 4 }).map((unwanted) => ({
      query: `without_genres=${unwanted.join(',')}`,
      holds: (row) => !unwanted.some((id) => genreIds(row).includes(id)),
    })),
  ];
}

function dateFilters(parameter: string, key: string): fc.Arbitrary<Filter>[] {
  return [
    date.map((from) => ({ query: `${parameter}.gte=${from}`, holds: (row) => String(row[key]) >= from })),
    date.map((to) => ({ query: `${parameter}.lte=${to}`, holds: (row) => row[key] !== '' && String(row[key]) <= to })),
  ];
}

const mediaCases = {
  movie: {
    filters: [
      ...commonFilters,
      ...genreFilters([18, 35, 28, 53, 99, 878]),
      ...dateFilters('primary_release_date', 'release_date'),
      ...dateFilters('region=FR&release_date', 'release_date'),
    ],
    sorts: {
      popularity: 'popularity',
      vote_average: 'vote_average',
      vote_count: 'vote_count',
      title: 'original_title',
    },
  },
  tv: {
    filters: [
      ...commonFilters,
      ...genreFilters([18, 35, 16, 80, 99, 10765]),
      ...dateFilters('first_air_date', 'first_air_date'),
      fc.subarray(['US', 'JP', 'KR', 'DE'], { minLength: 1 }).map((countries) => ({
        query: `with_origin_country=${countries.join('|')}`,
        holds: (row: Row) => (row.origin_country as string[]).some((country) => countries.includes(country)),
      })),
    ],
    sorts: {
      popularity: 'popularity',
      vote_average: 'vote_average',
      vote_count: 'vote_count',
      first_air_date: 'first_air_date',
      name: 'original_name',
    },
  },
} as const;

function isSorted(rows: readonly Row[], key: string, direction: string): boolean {
  return rows.every((row, index) => {
    const before = rows[index - 1]?.[key] as number | string | undefined;
    const value = row[key] as number | string;
    return before === undefined || (direction === 'asc' ? before <= value : before >= value);
  });
}

/** Asked for a region, a row shows that region's date, and nothing of it tells whether the primary one is within a filter. */
const ofOneDate = (a: string, b: string) =>
  [a, b].some((name) => name === 'region') && [a, b].some((name) => name.startsWith('primary_release_date'));

describe.each(['movie', 'tv'] as const)('discover %s', (media) => {
  const { filters, sorts } = mediaCases[media];

  test('every row satisfies every filter, in the order that is asked for', async () => {
    const queries = fc.tuple(
      fc.uniqueArray(fc.oneof(...(filters as readonly fc.Arbitrary<Filter>[])), {
        maxLength: 3,
        selector: ({ query }) => query.split('=')[0] ?? '',
        comparator: (a, b) => a === b || ofOneDate(a, b),
      }),
      fc.constantFrom(...Object.entries(sorts)),
      fc.constantFrom('asc', 'desc'),
    );
    let rowsSeen = 0;
    await fc.assert(
      fc.asyncProperty(queries, async ([chosen, [sort, key], direction]) => {
        const query = [...chosen.map((filter) => filter.query), `sort_by=${sort}.${direction}`].join('&');
        const rows = await client.rows(`/discover/${media}?${query}`);
        rowsSeen += rows.length;
        for (const row of rows) {
          expect(chosen.filter(({ holds }) => !holds(row)).map((filter) => filter.query)).toEqual([]);
          expect(row.adult).toBe(false);
        }
        expect(isSorted(rows, key, direction)).toBe(true);
      }),
      { numRuns: 120 },
    );
    expect(rowsSeen).toBeGreaterThan(400);
  });

  test('a filter and its opposite share the list between them', async () => {
    const total = async (query: string): Promise<number> =>
      (await client.get(`/discover/${media}?${query}`)).body.total_results;
    const all = await total('');
    expect((await total('with_genres=18')) + (await total('without_genres=18'))).toBe(all);
    expect((await total('vote_count.gte=100')) + (await total('vote_count.lte=99'))).toBe(all);
    expect(await total('with_genres=18,35')).toBeLessThan(await total('with_genres=18'));
    expect(await total('with_genres=18|35')).toBe(
      (await total('with_genres=18')) + (await total('with_genres=35')) - (await total('with_genres=18,35')),
    );
    expect(await total('include_adult=true')).toBeGreaterThan(all);
    expect(await total('with_keywords=818')).toBeLessThan(all / 5);
  });

  test('a watch region filters only together with types or providers', async () => {
    const total = async (query: string): Promise<number> =>
      (await client.get(`/discover/${media}?${query}`)).body.total_results;
    const all = await total('');
    expect(await total('watch_region=DE')).toBe(all);
    expect(await total('with_watch_monetization_types=flatrate')).toBe(all);
    const flatrate = await total('watch_region=DE&with_watch_monetization_types=flatrate');
    expect(flatrate).toBeGreaterThan(all / 4);
    expect(flatrate).toBeLessThan((all * 3) / 4);
    expect(await total('watch_region=DE&with_watch_monetization_types=flatrate|rent')).toBeGreaterThan(flatrate);
    expect(await total('watch_region=DE&with_watch_monetization_types=barter')).toBe(0);
    const ids = async (region: string) =>
      (await client.rows(`/discover/${media}?watch_region=${region}&with_watch_monetization_types=flatrate`)).map(
        ({ id }) => id,
      );
    expect(await ids('DE')).not.toEqual(await ids('JP'));
  });

  test('the default order is popularity, also where sort_by is none or that of the other medium', async () => {
    const other = media === 'movie' ? 'first_air_date.desc' : 'primary_release_date.desc';
    const rows = await client.rows(`/discover/${media}`);
    expect(isSorted(rows, 'popularity', 'desc')).toBe(true);
    for (const sort of ['shoe_size.desc', 'popularity', other]) {
      expect(await client.rows(`/discover/${media}?sort_by=${sort}`)).toEqual(rows);
    }
  });
});

describe('dates of discover', () => {
  test('a release date sorts and empty dates come last in the descending order', async () => {
    const rows = await client.rows(
      '/discover/movie?sort_by=primary_release_date.desc&primary_release_date.lte=2026-11-23',
    );
    expect(isSorted(rows, 'release_date', 'desc')).toBe(true);
    const ascending = await client.rows('/discover/movie?sort_by=primary_release_date.asc');
    expect(ascending[0]?.release_date).toBe('');
  });

  test('air dates find series that run, whenever they began', async () => {
    const week = 'air_date.gte=2026-11-23&air_date.lte=2026-11-29';
    const { body } = await client.get(`/discover/tv?${week}&sort_by=first_air_date.asc`);
    const onTheAir = await client.get('/tv/on_the_air');
    expect(body.total_results).toBe(onTheAir.body.total_results);
    expect(body.results.every((row) => String(row.first_air_date) < '2024-01-01')).toBe(true);
    const last = await client.rows(`/discover/tv?${week}&sort_by=first_air_date.desc`);
    expect(last[0]?.first_air_date).toBe('2026-11-29');
  });

  test('a region gives its own release dates, never before the primary one', async () => {
    const primary = new Map<number, string>();
    for (let page = 1; page <= 20; page += 1) {
      for (const row of await client.rows(`/discover/movie?page=${page}`)) {
        primary.set(row.id, String(row.release_date));
      }
    }
    const regional = await client.rows('/discover/movie?region=IT');
    const later = regional.filter((row) => String(row.release_date) > (primary.get(row.id) ?? '9'));
    const earlier = regional.filter((row) => String(row.release_date) < (primary.get(row.id) ?? ''));
    expect(later.length).toBeGreaterThan(5);
    expect(earlier).toEqual([]);
  });
});

describe('what own feeds ask for', () => {
  type Release = { certification: string; release_date: string; type: number };
  const found = async (query: string): Promise<{ total: number; rows: Row[] }> => {
    const { body } = await client.get(`/discover/${query}`);
    return { total: body.total_results, rows: body.results };
  };
  const releasesOf = async ({ id }: Row, country: string): Promise<Release[]> => {
    const path = `/movie/${id}?append_to_response=release_dates`;
    const { body } = await client.get<{
      release_dates: { results: { iso_3166_1: string; release_dates: Release[] }[] };
    }>(path);
    return body.release_dates.results.find((one) => one.iso_3166_1 === country)?.release_dates ?? [];
  };

  test('releases of the asked types, in the region and the time, as details have them', async () => {
    const [from, to] = ['2026-10-25', '2026-11-15'];
    const asked = `movie?region=DE&release_date.gte=${from}&release_date.lte=${to}`;
    const byType = (types: string) => found(`${asked}&with_release_type=${types}`);
    const [cinema, digital, both, either] = await Promise.all(['3', '4', '3,4', '3|4'].map(byType));
    if (cinema === undefined || digital === undefined) {
      return expect.fail('no answer');
    }
    expect(Math.min(cinema.total, digital.total)).toBeGreaterThan(3);
    expect(either?.total).toBe(cinema.total + digital.total - (both?.total ?? 0));
    for (const [type, { rows }] of [
      [3, cinema],
      [4, digital],
    ] as const) {
      for (const row of rows) {
        const days = (await releasesOf(row, 'DE'))
          .filter((one) => one.type === type)
          .map((one) => one.release_date.slice(0, 10));
        expect(days.some((day) => day >= from && day <= to)).toBe(true);
      }
    }
    expect((await byType('1')).total).toBe(0);
  });

  test('certifications of a country, as details have them', async () => {
    const asked = 'movie?region=DE&primary_release_date.gte=2026-11-01&certification_country=DE';
    const rated = (query: string) => found(`${asked}&${query}`);
    const order = ['0', '6', '12', '16', '18'];
    const mild = await rated('certification.lte=6');
    expect(mild.total).toBeGreaterThan(3);
    for (const row of mild.rows) {
      const ratings = (await releasesOf(row, 'DE'))
        .map(({ certification }) => certification)
        .filter((one) => one !== '');
      expect(order.slice(0, 2)).toContain(ratings[0]);
    }
    const all = await rated('certification.gte=0');
    expect((await rated('certification.gte=12')).total).toBe(all.total - mild.total);
    expect((await rated('certification=0|6')).total).toBe(mild.total);
    const { body } = await client.get(`/discover/${asked}`);
    // A country alone filters nothing; unrated films match no certification.
    expect(body.total_results).toBeGreaterThan(all.total);
  });

  test('services in the ways that are asked for, as details have them', async () => {
    const asked = 'tv?watch_region=DE&with_watch_providers=8&first_air_date.gte=2026-08-01';
    const { total, rows } = await found(`${asked}&with_watch_monetization_types=flatrate`);
    expect(total).toBeGreaterThan(3);
    expect(total).toBeLessThan((await found(asked)).total);
    for (const { id } of rows) {
      const { body } = await client.get<
        Record<string, { results: Record<string, { flatrate?: { provider_id: number }[] }> }>
      >(`/tv/${id}?append_to_response=watch/providers`);
      const services = body['watch/providers']?.results.DE?.flatrate ?? [];
      expect(services.map((one) => one.provider_id)).toContain(8);
    }
  });

  test('nothing that TMDB does not know: unknown parameters are ignored, as by TMDB', async () => {
    const total = async (query: string) => (await client.get(`/discover/movie?${query}`)).body.total_results;
    expect(await total('with_genre=16&colour=red')).toBe(await total(''));
  });
});
