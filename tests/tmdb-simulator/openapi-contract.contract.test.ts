import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, type ListBody, startClient } from './simulator-fixture.ts';

type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  default?: unknown;
  example?: unknown;
};

type OpenApi = {
  paths: Record<
    string,
    { get: { responses: Record<string, { content: { 'application/json': { schema: Schema; examples: Examples } } }> } }
  >;
};
type Examples = Record<string, { value: unknown }>;

const openApiDocument = fileURLToPath(new URL('../../../shared/data/tmdb/openapi.json', import.meta.url));
const isHere = existsSync(openApiDocument);

/** The document was derived from one example each: these are null in recorded answers or in other examples. */
const nullable = new Set([
  'backdrop_path',
  'poster_path',
  'profile_path',
  'logo_path',
  'still_path',
  'belongs_to_collection',
  'last_air_date',
  'last_episode_to_air',
  'freebase_mid',
  'freebase_id',
  'facebook_id',
  'instagram_id',
  'twitter_id',
  'wikidata_id',
  'tvrage_id',
]);

/**
 * The document's schema made strict and true: every property it names is required; null where recorded; a vote average is
 * a number also where the one example happened to be whole.
 */
function strict(schema: Schema, name = ''): Schema {
  const { default: _default, example: _example, ...rest } = schema;
  const properties = Object.entries(schema.properties ?? {}).map(([key, value]) => [key, strict(value, key)] as const);
  const type = name === 'vote_average' ? 'number' : schema.type;
  return {
    ...rest,
    ...(type === undefined ? {} : { type: nullable.has(name) ? [type, 'null'].flat() : type }),
    ...(schema.properties === undefined
      ? {}
      : { properties: Object.fromEntries(properties), required: properties.map(([key]) => key) }),
    ...(schema.items === undefined ? {} : { items: strict(schema.items) }),
  };
}

/** The answers that a simulator must give in the form of the document; `as` is the path in the document. */
const contracts = [
  ...['popular', 'top_rated', 'now_playing', 'upcoming'].map((name) => ({
    path: `/movie/${name}`,
    as: `/movie/${name}`,
  })),
  ...['popular', 'top_rated', 'airing_today', 'on_the_air'].map((name) => ({ path: `/tv/${name}`, as: `/tv/${name}` })),
  ...['movie', 'tv', 'person'].flatMap((media) =>
    ['day', 'week'].map((window) => ({ path: `/trending/${media}/${window}`, as: `/trending/${media}/{time_window}` })),
  ),
  { path: '/discover/movie', as: '/discover/movie' },
  { path: '/discover/movie?region=DE&with_genres=18', as: '/discover/movie' },
  { path: '/discover/tv', as: '/discover/tv' },
  { path: '/genre/movie/list', as: '/genre/movie/list' },
  { path: '/genre/tv/list?language=hi', as: '/genre/tv/list' },
  { path: '/authentication', as: '/authentication' },
  { path: '/configuration', as: '/configuration' },
  { path: '/movie/changes', as: '/movie/changes' },
  { path: '/tv/changes?start_date=2026-11-15', as: '/tv/changes' },
];

/** Parts of a title that are held against the document as a whole. The document has no schema of a movie's recommendations. */
const titleParts = {
  movie: ['external_ids', 'keywords', 'translations', 'credits', 'release_dates', 'videos'],
  tv: [
    ...['external_ids', 'keywords', 'translations', 'credits', 'aggregate_credits', 'content_ratings', 'videos'],
    'recommendations',
  ],
} as const;

const why = isHere ? '' : ` (skipped: ${openApiDocument} is absent)`;

describe.skipIf(!isHere)(`answers against TMDB's OpenAPI document${why}`, () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  let document: OpenApi;
  let client: Client;
  beforeAll(async () => {
    document = JSON.parse(readFileSync(openApiDocument, 'utf8')) as OpenApi;
    client = await startClient();
  });
  afterAll(() => client.simulator.close());

  const contentOf = (as: string, status = '200') => {
    const content = document.paths[`/3${as}`]?.get.responses[status]?.content['application/json'];
    if (content === undefined) {
      throw new Error(`the document has no ${status} for ${as}`);
    }
    return content;
  };
  const complaints = (as: string, body: unknown, status = '200'): string[] => {
    const validate = ajv.compile(strict(contentOf(as, status).schema));
    validate(body);
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  };

  test.each(contracts)('$path on its first pages, in two languages', async ({ path, as }) => {
    const join = path.includes('?') ? '&' : '?';
    for (const query of ['page=1', 'page=2', 'page=7&language=ja-JP', 'page=90']) {
      const { status, body } = await client.get(`${path}${join}${query}`);
      expect(status).toBe(200);
      expect(complaints(as, body)).toEqual([]);
    }
  });

  test('/trending/all, each row by the document of its own medium', async () => {
    for (const window of ['day', 'week']) {
      for (const page of [1, 2, 3]) {
        const { body } = await client.get<ListBody>(`/trending/all/${window}?page=${page}`);
        for (const media of ['movie', 'tv']) {
          const results = body.results.filter((row) => row.media_type === media);
          expect(results.length).toBeGreaterThan(0);
          expect(complaints(`/trending/${media}/{time_window}`, { ...body, results })).toEqual([]);
        }
      }
    }
  });

  test.each([
    ['movie', '/movie/{movie_id}'],
    ['tv', '/tv/{series_id}'],
  ])('details of %s, popular and obscure, with what is appended', async (media, as) => {
    for (const page of [1, 60]) {
      for (const { id } of await client.rows(`/${media}/popular?page=${page}`)) {
        const parts = titleParts[media as keyof typeof titleParts];
        const { body } = await client.get<Record<string, object>>(
          `/${media}/${id}?append_to_response=${parts.join(',')}`,
        );
        expect(complaints(as, body)).toEqual([]);
        for (const part of parts) {
          // Appended parts leave out the id that they have when they are asked for alone.
          const standalone = { id, ...body[part] };
          const loose = complaints(`${as}/${part}`, standalone).filter((text) => !text.includes("'runtime'"));
          expect(loose).toEqual([]);
        }
      }
    }
  });

  test.each([
    ['movie', '/movie/{movie_id}/watch/providers'],
    ['tv', '/tv/{series_id}/watch/providers'],
  ])('where to watch a %s, region by region', async (media, as) => {
    // The document names each region of its example; any of them says what a region holds.
    const regions = contentOf(as).schema.properties?.results?.properties ?? {};
    const known = Object.assign({}, ...Object.values(regions).map(({ properties }) => properties));
    // Its example of a film has no free offers; they look like the others.
    const buckets = { free: known.flatrate, ads: known.flatrate, ...known };
    const validate = ajv.compile({
      ...strict({ properties: buckets }),
      required: ['link'],
      additionalProperties: false,
    });
    for (const { id } of await client.rows(`/${media}/popular`)) {
      const { body } = await client.get<{ results: Record<string, object> }>(`/${media}/${id}/watch/providers`);
      for (const [region, offers] of Object.entries(body.results)) {
        validate(offers);
        expect([region, validate.errors]).toEqual([region, null]);
      }
    }
  });

  test('services, changes of a title, and what is found by an id elsewhere', async () => {
    const [{ id } = { id: 0 }] = await client.rows('/movie/popular');
    const film = (await client.get<{ imdb_id: string }>(`/movie/${id}`)).body;
    const found = await client.get<object>(`/find/${film.imdb_id}?external_source=imdb_id`);
    expect(complaints('/find/{external_id}', found.body)).toEqual([]);
    const rows = (await client.get<{ results: Record<string, unknown>[] }>('/watch/providers/movie')).body.results;
    const services = rows.map(({ display_priorities: _priorities, ...row }) => row);
    const noPriorities = (text: string) => !text.includes('display_priorities');
    expect(complaints('/watch/providers/movie', { results: services }).filter(noPriorities)).toEqual([]);
    const [changed] = await client.rows('/tv/changes?start_date=2026-11-15');
    const { body } = await client.get<{ changes: object[] }>(`/tv/${changed?.id}/changes?start_date=2026-11-15`);
    expect(body.changes.length).toBeGreaterThan(0);
    // A value is whatever the key is about: the document knows that of an image.
    const aboutValues = (text: string) => /value/.test(text);
    const others = complaints('/tv/{series_id}/changes', body).filter(
      (text) => !aboutValues(text) && !text.includes("'id'"),
    );
    expect(others).toEqual([]);
  });

  test('a refused token', async () => {
    const { status, body } = await client.get('/authentication', { headers: {} });
    expect(status).toBe(401);
    expect(complaints('/authentication', body, '401')).toEqual([]);
  });

  test("the check accepts the document's own examples and refuses what is broken", async () => {
    // The persons of the example are known for series too, which the document's own schema does not describe.
    // Some changed titles of the example do not say whether they are for adults.
    const exceptions = /^\/trending\/person|\/changes$/;
    const described = contracts.map((contract) => contract.as).filter((as) => !exceptions.test(as));
    for (const as of new Set(described)) {
      for (const { value } of Object.values(contentOf(as).examples)) {
        const example = typeof value === 'string' ? (JSON.parse(value) as unknown) : value;
        expect(complaints(as, example)).toEqual([]);
      }
    }
    const { body } = await client.get('/movie/popular');
    const [first, ...others] = body.results;
    const short = Object.fromEntries(Object.entries(first ?? {}).filter(([key]) => key !== 'video'));
    expect(complaints('/movie/popular', { ...body, results: [short, ...others] })).toHaveLength(1);
    const wrong = { ...first, genre_ids: 'Drama' };
    expect(complaints('/movie/popular', { ...body, results: [wrong, ...others] })).toHaveLength(1);
  });
});
