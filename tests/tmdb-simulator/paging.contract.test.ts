import { describe, expect, test } from 'vitest';
import { listPage } from '../../src/tmdb-simulator/lists/listing.ts';
import { type Client, clientForTest } from './simulator-fixture.ts';

async function pagesOf(client: Client, path: string, count: number): Promise<string[][]> {
  const pages = [];
  for (let page = 1; page <= count; page += 1) {
    const rows = await client.rows(`${path}?page=${page}`);
    pages.push(rows.map((row) => `${row.media_type ?? ''}${row.id}`));
  }
  return pages;
}

describe('paging', () => {
  test.each(['/movie/popular', '/tv/top_rated', '/trending/all/day', '/discover/movie'])(
    'pages of %s do not overlap',
    async (path) => {
      const client = await clientForTest();
      const keys = (await pagesOf(client, path, 6)).flat();
      expect(keys).toHaveLength(120);
      expect(new Set(keys).size).toBe(120);
    },
  );

  test('honest totals end where the rows end', async () => {
    const client = await clientForTest();
    const { body } = await client.get('/movie/upcoming');
    const pages = await pagesOf(client, '/movie/upcoming', body.total_pages + 1);
    expect(pages.flat()).toHaveLength(body.total_results);
    expect(pages.at(-2)).not.toEqual([]);
    expect(pages.at(-1)).toEqual([]);
  });

  test('with duplicates at page borders each page starts with the last row of the page before', async () => {
    const client = await clientForTest({ faults: { duplicatesAtPageBorders: true } });
    const pages = await pagesOf(client, '/movie/popular', 5);
    for (const [index, page] of pages.entries()) {
      expect(page).toHaveLength(20);
      if (index > 0) {
        expect(page[0]).toBe(pages[index - 1]?.at(-1));
      }
    }
    expect(new Set(pages.flat()).size).toBe(96);
  });

  test('a page says how long its list claims to be', () => {
    const listing = { key: 'any', entries: [], claimed: { pages: 1000, results: 20_000 } };
    expect(listPage(listing, 3, false)).toEqual({ page: 3, entries: [], totals: { pages: 1000, results: 20_000 } });
  });
});
