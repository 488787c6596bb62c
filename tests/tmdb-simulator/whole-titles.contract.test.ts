import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readReference, referenceNames, referenceSchema } from '../../src/shared/queues/reference.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { referenceRequest } from '../../src/shared/tmdb/feed-request.ts';
import { appendedMembers, normalizeWholeTitle } from '../../src/shared/tmdb/normalize-whole-title.ts';
import { recordedBody } from '../support/recorded-titles.ts';
import { itWithSharedData } from '../support/shared-data.ts';
import { type Json, titleProblems } from '../support/title-comparer.ts';
import { type Client, clientForTest, startClient } from './simulator-fixture.ts';

let client: Client;
beforeAll(async () => {
  client = await startClient();
});
afterAll(() => client.simulator.close());

const media = ['movie', 'tv'] as const;
type Media = (typeof media)[number];

async function whole(mediaType: Media, id: number, from = client): Promise<Json & { id: number }> {
  const path = `/${mediaType}/${id}?append_to_response=${appendedMembers(mediaType).join(',')}`;
  return (await from.get<Json & { id: number }>(path)).body;
}

/** Answers about titles that are well known and about obscure ones. */
async function someTitles(mediaType: Media): Promise<(Json & { id: number })[]> {
  const pages = await Promise.all([1, 30].map((page) => client.rows(`/${mediaType}/popular?page=${page}`)));
  return Promise.all(pages.flat().map(({ id }) => whole(mediaType, id)));
}

const regions = ['US/en-US', 'DE/de-DE', 'JP/ja-JP', 'FR/fr-FR', 'IN/hi-IN'].map((place) => ({
  region: place.slice(0, 2),
  language: place.slice(3),
}));
const settings = { ...defaultSettings, regions };
const kept = { languages: regions.map(({ language }) => language), countries: regions.map(({ region }) => region) };

describe('reference data', () => {
  test.each(referenceNames)('is what the pipeline asks for: %s', async (what) => {
    const { path, query } = referenceRequest(what, settings);
    const { body } = await client.get<Json>(`${path}?${new URLSearchParams(query)}`);
    const read = readReference(body, what, kept.countries);
    expect(referenceSchema.parse(read)).toEqual(read);
    if (read?.what === 'configuration') {
      expect(read.images.posterSizes).toContain('w500');
      return;
    }
    // Every service of a title in a kept country has a name.
    const titles = await someTitles(what === 'tv-services' ? 'tv' : 'movie');
    const named = new Set(read?.services.map(({ id }) => id));
    const offered = titles.flatMap((answer) => {
      const offers = kept.countries.flatMap((country) => answer['watch/providers'].results[country] ?? []);
      return offers.flatMap((offer: Json) => [offer.flatrate, offer.rent, offer.buy, offer.free, offer.ads].flat());
    });
    const ids = offered.flatMap((row) => row?.provider_id ?? []);
    expect(ids.length).toBeGreaterThan(100);
    expect(ids.filter((id) => !named.has(id))).toEqual([]);
    expect(read?.services.every(({ name }) => name === name.trim())).toBe(true);
  });
});

describe.each(media)('a whole answer about a %s', (mediaType) => {
  test('has every part that the pipeline asks for, and is read field by field', async () => {
    for (const answer of await someTitles(mediaType)) {
      for (const member of appendedMembers(mediaType)) {
        expect(answer).toHaveProperty([member]);
      }
      const read = normalizeWholeTitle(answer, mediaType, answer.id, settings);
      expect(Object.keys(read?.parts ?? {})).toHaveLength(8);
      expect(titleProblems(answer, mediaType, read ?? { cards: [], parts: {} }, kept)).toEqual([]);
    }
  });

  test('differs by country: ratings, services and texts', async () => {
    const answers = await someTitles(mediaType);
    const read = answers.map((answer) => normalizeWholeTitle(answer, mediaType, answer.id, settings));
    const certifications = read.map((one) => JSON.stringify(one?.parts.certifications?.certifications));
    const services = read.flatMap((one) =>
      Object.values(one?.parts.watch?.watch ?? {}).map((offers) => JSON.stringify(offers)),
    );
    expect(new Set(certifications).size).toBeGreaterThan(10);
    expect(new Set(services).size).toBeGreaterThan(30);
    // Nobody offers some titles in some countries, and some have no certification there.
    expect(services).toContain('null');
    expect(certifications.join()).toContain('null');
  });

  test('gives each part by itself as it is when it is appended, with the id', async () => {
    const [{ id } = { id: 0 }] = await client.rows(`/${mediaType}/popular`);
    const answer = await whole(mediaType, id);
    for (const member of appendedMembers(mediaType)) {
      const { body } = await client.get<object>(`/${mediaType}/${id}/${member}`);
      expect(body).toEqual({ id, ...answer[member] });
    }
    expect((await client.get(`/${mediaType}/${id}/nothing`)).status).toBe(404);
    expect((await client.get(`/${mediaType}/1/credits`)).status).toBe(404);
  });

  test('lacks parts where the plan says so, and is a good answer all the same', async () => {
    const [{ id } = { id: 0 }] = await client.rows(`/${mediaType}/popular`);
    const faulty = await clientForTest({
      faults: {
        rules: [
          { kind: 'missingPart', times: 1 },
          { kind: 'missingPart', part: 'videos', times: 1 },
        ],
      },
    });
    const missing = async () => {
      const answer = await whole(mediaType, id, faulty);
      return ['base', ...appendedMembers(mediaType)].filter((member) => member !== 'base' && !(member in answer));
    };
    expect(await missing()).toEqual(['keywords', mediaType === 'movie' ? 'credits' : 'aggregate_credits']);
    expect(await missing()).toEqual(['videos']);
    expect(await missing()).toEqual([]);
  });

  test('says videos in the language of the request only, unless it asks for more', async () => {
    const ids = (await client.rows(`/${mediaType}/popular`)).map(({ id }) => id);
    const count = async (query: string) => {
      const all = await Promise.all(ids.map((id) => client.get(`/${mediaType}/${id}/videos?${query}`)));
      return all.flatMap(({ body }) => body.results).length;
    };
    expect(await count('language=en-US')).toBeGreaterThan(10);
    expect(await count('language=de-DE')).toBe(0);
    expect(await count('language=de-DE&include_video_language=de,en')).toBe(await count('language=en-US'));
  });
});

describe('recommendations', () => {
  test('are forty titles of the same medium, on two pages, each once', async () => {
    const [row] = await client.rows('/tv/popular');
    const pages = await Promise.all([1, 2, 3].map((page) => client.get(`/tv/${row?.id}/recommendations?page=${page}`)));
    const rows = pages.flatMap(({ body }) => body.results);
    expect(pages.map(({ body }) => body.results.length)).toEqual([20, 20, 0]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(40);
    expect(rows.every(({ media_type: type }) => type === 'tv')).toBe(true);
    expect(pages[0]?.body).toMatchObject({ page: 1, total_pages: 2, total_results: 40 });
  });
});

describe('ids elsewhere', () => {
  test('lead back to their title', async () => {
    for (const mediaType of media) {
      const [{ id } = { id: 0 }] = await client.rows(`/${mediaType}/popular`);
      const { external_ids: ids } = await whole(mediaType, id);
      const { body } = await client.get<Json>(`/find/${ids.imdb_id}?external_source=imdb_id&language=de-DE`);
      expect(body[`${mediaType}_results`].map((row: Json) => row.id)).toContain(id);
      expect(Object.keys(body)).toHaveLength(5);
    }
    const [series] = await client.rows('/tv/popular');
    const { external_ids: ids } = await whole('tv', series?.id ?? 0);
    const { body } = await client.get<Json>(`/find/${ids.tvdb_id}?external_source=tvdb_id`);
    expect(body.tv_results.map((row: Json) => row.id)).toContain(series?.id);
  });

  test('of a series at TheTVDB are at times that of an episode of another one, too', async () => {
    const episodes: Json[] = [];
    for (const { id } of await client.rows('/tv/popular')) {
      const { external_ids: ids } = await whole('tv', Number(id));
      const { body } = await client.get<Json>(`/find/${ids.tvdb_id}?external_source=tvdb_id`);
      expect(body.tv_results.map((row: Json) => row.id)).toContain(id);
      episodes.push(...body.tv_episode_results.map((row: Json) => ({ ...row, series: id })));
    }
    expect(episodes.length).toBeGreaterThan(0);
    for (const episode of episodes) {
      expect(episode).toMatchObject({ media_type: 'tv_episode', id: expect.any(Number), show_id: expect.any(Number) });
      expect(episode.show_id).not.toBe(episode.series);
    }
  });

  test('that nothing has find nothing, and a source that there is not is refused', async () => {
    const { status, body } = await client.get<Json>('/find/tt0000000?external_source=imdb_id');
    expect(status).toBe(200);
    expect(Object.values(body)).toEqual([[], [], [], [], []]);
    expect((await client.get('/find/Q1?external_source=wikidata_id')).status).toBe(200);
    expect((await client.get('/find/tt0000000?external_source=rotten')).status).toBe(422);
    expect((await client.get('/find/tt0000000')).status).toBe(422);
  });
});

/** Recordings that nobody has edited, by medium and part. */
const recorded: Readonly<Record<string, string>> = {
  'movie credits.cast': 'jdrouet-tmdb-api/movie-credits.json',
  'movie credits.crew': 'jdrouet-tmdb-api/movie-credits.json',
  'tv aggregate_credits.cast': 'brettohland-swift-tmdb/TVSeriesAggregateCredits.json',
  'tv aggregate_credits.crew': 'brettohland-swift-tmdb/TVSeriesAggregateCredits.json',
  'movie release_dates.results': 'jdrouet-tmdb-api/movie-release-dates.json',
  'tv content_ratings.results': 'jdrouet-tmdb-api/tv-content-ratings.json',
  'movie videos.results': 'jdrouet-tmdb-api/movie-videos.json',
  'tv recommendations.results': 'brettohland-swift-tmdb/TVSeriesRecommendations.json',
  'tv keywords.results': 'brettohland-swift-tmdb/TVSeriesKeywords.json',
};

describe('rows of parts', () => {
  for (const [name, file] of Object.entries(recorded)) {
    itWithSharedData(`have the members of recorded ones: ${name}`, `tmdb/details/${file}`, async () => {
      const [mediaType = '', path = ''] = name.split(' ');
      const [part = '', list = ''] = path.split('.');
      const answers = await someTitles(mediaType as Media);
      const ours = answers.flatMap((answer) => answer[part][list] as Json[]);
      const theirs = recordedBody(file)[list] as Json[];
      expect(ours.length).toBeGreaterThan(10);
      const [shape, wanted] = [shapeOf(ours), shapeOf(theirs)];
      expect(Object.keys(shape).sort()).toEqual(Object.keys(wanted).sort());
      for (const [member, types] of Object.entries(shape)) {
        // Any title and any person may be without images.
        const known = [...(wanted[member] ?? []), ...(member.endsWith('_path') ? ['object'] : [])];
        expect([member, known]).toEqual([member, expect.arrayContaining(types)]);
      }
    });
  }
});

/** The types of each member over all rows; null is an `object`. */
function shapeOf(rows: readonly Json[]): Record<string, string[]> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return Object.fromEntries(names.map((name) => [name, [...new Set(rows.map((row) => typeof row[name]))]]));
}
