import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Row, startClient } from './simulator-fixture.ts';

const movieKeys = [
  'adult',
  'backdrop_path',
  'genre_ids',
  'id',
  'original_language',
  'original_title',
  'overview',
  'popularity',
  'poster_path',
  'release_date',
  'title',
  'video',
  'vote_average',
  'vote_count',
];
const seriesKeys = [
  'adult',
  'backdrop_path',
  'first_air_date',
  'genre_ids',
  'id',
  'name',
  'origin_country',
  'original_language',
  'original_name',
  'overview',
  'popularity',
  'poster_path',
  'vote_average',
  'vote_count',
];

let client: Client;
beforeAll(async () => {
  client = await startClient();
});
afterAll(() => client.simulator.close());

function keysOf(row: Row): string[] {
  return Object.keys(row).toSorted();
}

describe('fixed lists', () => {
  const lists = [
    ...['popular', 'top_rated', 'now_playing', 'upcoming'].map((name) => ({
      path: `/movie/${name}`,
      keys: movieKeys,
    })),
    ...['popular', 'top_rated', 'airing_today', 'on_the_air'].map((name) => ({
      path: `/tv/${name}`,
      keys: seriesKeys,
    })),
    { path: '/discover/movie', keys: movieKeys },
    { path: '/discover/tv', keys: seriesKeys },
  ];
  test.each(lists)('$path has a full first page of rows with exactly the recorded keys', async ({ path, keys }) => {
    const { status, body } = await client.get(path);
    expect(status).toBe(200);
    expect(body.page).toBe(1);
    expect(body.results).toHaveLength(20);
    expect(body.total_results).toBeGreaterThan(20);
    for (const row of body.results) {
      expect(keysOf(row)).toEqual(keys);
      expect(row.adult).toBe(false);
    }
  });

  test('popular is in the order of popularity and claims more than 500 pages', async () => {
    for (const path of ['/movie/popular', '/tv/popular']) {
      const { body } = await client.get(path);
      const popularities = body.results.map((row) => Number(row.popularity));
      expect(popularities).toEqual(popularities.toSorted((one, other) => other - one));
      expect(body.total_pages).toBeGreaterThan(500);
    }
  });

  test('top_rated has no title with few votes and is in the order of the average', async () => {
    const rows = [...(await client.rows('/movie/top_rated')), ...(await client.rows('/movie/top_rated?page=2'))];
    expect(Math.min(...rows.map((row) => Number(row.vote_count)))).toBeGreaterThanOrEqual(300);
    const averages = rows.map((row) => Number(row.vote_average));
    expect(averages).toEqual(averages.toSorted((one, other) => other - one));
  });

  test('now_playing and upcoming report their windows, and every row lies inside', async () => {
    const windows = [
      { path: '/movie/now_playing', minimum: '2026-10-12', maximum: '2026-11-29' },
      { path: '/movie/upcoming', minimum: '2026-11-30', maximum: '2026-12-21' },
    ];
    for (const { path, minimum, maximum } of windows) {
      const { body } = await client.get(path);
      expect(body.dates).toEqual({ maximum, minimum });
      for (const row of body.results) {
        const released = String(row.release_date);
        expect(released >= minimum && released <= maximum).toBe(true);
      }
    }
  });

  test('airing today is part of what is on the air', async () => {
    const pages = async (path: string): Promise<number[]> => {
      const { body } = await client.get(path);
      const rows = [body.results];
      for (let page = 2; page <= body.total_pages; page += 1) {
        rows.push(await client.rows(`${path}?page=${page}`));
      }
      return rows.flat().map(({ id }) => id);
    };
    const today = await pages('/tv/airing_today');
    const week = new Set(await pages('/tv/on_the_air'));
    expect(today.length).toBeGreaterThan(20);
    expect(week.size).toBeGreaterThan(3 * today.length);
    expect(today.filter((id) => !week.has(id))).toEqual([]);
  });
});

describe('regions', () => {
  const idsOf = async (path: string): Promise<number[]> => (await client.rows(path)).map(({ id }) => id);

  test('a region changes what is popular among movies', async () => {
    const orders = await Promise.all(['', '?region=DE', '?region=JP'].map((query) => idsOf(`/movie/popular${query}`)));
    const [global = [], germany = [], japan = []] = orders;
    expect(germany).not.toEqual(global);
    expect(germany).not.toEqual(japan);
    expect(japan.filter((id) => global.includes(id)).length).toBeLessThan(18);
    const common = (order: readonly number[]) => order.filter((id) => germany.includes(id) && japan.includes(id));
    expect(common(germany).length).toBeGreaterThan(3);
    expect(common(japan)).not.toEqual(common(germany));
    const germans = (rows: readonly Row[]) => rows.filter((row) => row.original_language === 'de').length;
    const inGermany = germans(await client.rows('/movie/popular?region=DE'));
    expect(inGermany).toBeGreaterThan(germans(await client.rows('/movie/popular')));
  });

  test.each(['/tv/popular', '/trending/movie/day', '/trending/all/week'])('%s ignores the region', async (path) => {
    expect(await idsOf(`${path}?region=DE`)).toEqual(await idsOf(path));
  });

  test('what is no region and parameters nobody knows are ignored', async () => {
    expect(await idsOf('/movie/popular?region=nowhere&colour=blue')).toEqual(await idsOf('/movie/popular'));
  });
});

describe('trending', () => {
  test.each(['day', 'week'])('movie, tv and all say what their rows are, over the %s', async (window) => {
    for (const media of ['movie', 'tv']) {
      const rows = await client.rows(`/trending/${media}/${window}`);
      expect(rows).toHaveLength(20);
      expect(new Set(rows.map((row) => row.media_type))).toEqual(new Set([media]));
    }
    const mixed = await client.rows(`/trending/all/${window}`);
    expect(new Set(mixed.map((row) => row.media_type))).toEqual(new Set(['movie', 'tv']));
    for (const row of mixed) {
      const keys = row.media_type === 'movie' ? movieKeys : seriesKeys;
      expect(keysOf(row)).toEqual([...keys, 'media_type'].toSorted());
    }
  });

  test('persons have their own rows', async () => {
    const rows = await client.rows('/trending/person/day');
    expect(rows).toHaveLength(20);
    for (const row of rows) {
      expect(row).toMatchObject({ media_type: 'person', adult: false });
      expect(row).not.toHaveProperty('title');
      expect((row.known_for as Row[]).length).toBeGreaterThan(0);
    }
  });

  test('day and week differ', async () => {
    expect(await client.rows('/trending/movie/day')).not.toEqual(await client.rows('/trending/movie/week'));
  });
});

describe('small resources', () => {
  test('genres have their official ids, and names where TMDB has them', async () => {
    type Genres = { genres: { id: number; name: string }[] };
    const english = (await client.get<Genres>('/genre/movie/list')).body.genres;
    expect(english).toHaveLength(19);
    expect(english).toContainEqual({ id: 878, name: 'Science Fiction' });
    const german = (await client.get<Genres>('/genre/movie/list?language=de')).body.genres;
    expect(german).toContainEqual({ id: 10749, name: 'Liebesfilm' });
    expect(german.map(({ id }) => id)).toEqual(english.map(({ id }) => id));
    const unknown = (await client.get<Genres>('/genre/tv/list?language=sv-SE')).body.genres;
    expect(unknown).toContainEqual({ id: 10765, name: 'Sci-Fi & Fantasy' });
    expect(unknown).toHaveLength(16);
    for (const media of ['movie', 'tv']) {
      for (const language of ['en', 'de', 'fr', 'es', 'ja', 'hi']) {
        const { genres } = (await client.get<Genres>(`/genre/${media}/list?language=${language}`)).body;
        expect(genres.every(({ name }) => name !== '')).toBe(true);
        expect(new Set(genres.map(({ name }) => name)).size).toBe(genres.length);
      }
    }
  });

  test('the authentication check and the configuration answer', async () => {
    expect((await client.get('/authentication')).body).toEqual({
      success: true,
      status_code: 1,
      status_message: 'Success.',
    });
    const { body } = await client.get<{ images: Record<string, unknown>; change_keys: string[] }>('/configuration');
    expect(body.images.secure_base_url).toBe('https://image.tmdb.org/t/p/');
    expect(body.change_keys).toContain('overview');
  });
});
