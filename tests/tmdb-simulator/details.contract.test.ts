import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Row, startClient } from './simulator-fixture.ts';

let client: Client;
beforeAll(async () => {
  client = await startClient();
});
afterAll(() => client.simulator.close());

async function details(path: string): Promise<Row> {
  return (await client.get<Row>(path)).body;
}

describe('details', () => {
  test.each([
    ['movie', 'title', 'release_date'],
    ['tv', 'name', 'first_air_date'],
  ])('%s details say the same as the rows of lists', async (media, name, date) => {
    for (const row of await client.rows(`/${media}/popular?language=fr-FR`)) {
      const full = await details(`/${media}/${row.id}?language=fr-FR`);
      const shared = ['id', name, date, 'overview', 'popularity', 'vote_average', 'vote_count', 'poster_path', 'adult'];
      for (const key of shared) {
        expect(full[key]).toEqual(row[key]);
      }
      expect((full.genres as { id: number }[]).map(({ id }) => id)).toEqual(row.genre_ids);
      expect(full).not.toHaveProperty('genre_ids');
    }
  });

  test('a movie and a series with the same id are different titles', async () => {
    const pages = await Promise.all([1, 2, 3, 4, 5].map((page) => client.rows(`/tv/popular?page=${page}`)));
    const found = await Promise.all(pages.flat().map(async ({ id }) => (await client.fetch(`/movie/${id}`)).status));
    const collisions = found.filter((status) => status === 200).length;
    expect(collisions).toBeGreaterThan(15);
    expect(collisions).toBeLessThan(60);
  });

  test('a series knows its seasons and when it airs next', async () => {
    const airing = await client.rows('/tv/on_the_air');
    for (const { id } of airing) {
      const full = await details(`/tv/${id}`);
      expect(full.seasons).toHaveLength(Number(full.number_of_seasons));
      const episodes = [full.last_episode_to_air, full.next_episode_to_air] as (Row | null)[];
      const dates = episodes.map((episode) => String(episode?.air_date ?? ''));
      const inAWeek = dates.filter((date) => date >= '2026-11-23' && date <= '2026-11-29');
      expect(inAWeek.length).toBeGreaterThan(0);
    }
  });

  test('parts can be appended, unknown ones are ignored, more than 20 are refused', async () => {
    const [row] = await client.rows('/movie/popular');
    const plain = await details(`/movie/${row?.id}`);
    expect(plain).not.toHaveProperty('keywords');
    const full = await details(`/movie/${row?.id}?append_to_response=external_ids,keywords,translations,lists`);
    expect(full.external_ids).toMatchObject({ imdb_id: plain.imdb_id });
    expect(full.keywords).toHaveProperty('keywords');
    expect((full.translations as { translations: Row[] }).translations.length).toBeGreaterThan(0);
    expect(full).not.toHaveProperty('lists');
    const tooMany = await client.get(`/movie/${row?.id}?append_to_response=${Array(21).fill('keywords').join(',')}`);
    expect(tooMany).toMatchObject({ status: 400, body: { status_code: 27 } });
    const series = (await client.rows('/tv/popular'))[0];
    expect((await details(`/tv/${series?.id}?append_to_response=keywords`)).keywords).toHaveProperty('results');
  });
});
