import { describe, expect, test } from 'vitest';
import { clientForTest, type Row } from './simulator-fixture.ts';

describe('oddities', () => {
  test('persons stand between movies and series in trending, on every page', async () => {
    const client = await clientForTest({ faults: { personsInTrending: true } });
    const plain = await clientForTest();
    const keys = [];
    for (const page of [1, 2, 3]) {
      const rows = await client.rows(`/trending/all/day?page=${page}`);
      expect(new Set(rows.map((row) => row.media_type))).toEqual(new Set(['movie', 'tv', 'person']));
      keys.push(...rows.map((row) => `${row.media_type}${row.id}`));
    }
    expect(new Set(keys).size).toBe(60);
    const titles = (await client.rows('/trending/all/day')).filter((row) => row.media_type !== 'person');
    expect(titles).toEqual((await plain.rows('/trending/all/day')).slice(0, titles.length));
    expect(await client.rows('/trending/movie/day')).toEqual(await plain.rows('/trending/movie/day'));
  });

  test('with jitter the same title differs slightly between lists; without it does not', async () => {
    const differing = async (volatileJitter: boolean): Promise<number> => {
      const client = await clientForTest({ faults: { volatileJitter } });
      const popular = new Map((await client.rows('/movie/popular')).map((row) => [row.id, row]));
      const discovered = (await client.rows('/discover/movie')).filter(({ id }) => popular.has(id));
      expect(discovered.length).toBeGreaterThan(10);
      return discovered.filter((row) => {
        const other = popular.get(row.id) as Row;
        expect(Math.abs(Number(row.popularity) / Number(other.popularity) - 1)).toBeLessThan(0.15);
        expect(Math.abs(Number(row.vote_average) - Number(other.vote_average))).toBeLessThan(0.05);
        expect({ ...row, popularity: 0, vote_average: 0, vote_count: 0 }).toEqual({
          ...other,
          popularity: 0,
          vote_average: 0,
          vote_count: 0,
        });
        return row.popularity !== other.popularity;
      }).length;
    };
    expect(await differing(true)).toBeGreaterThan(10);
    expect(await differing(false)).toBe(0);
  });

  test('odd rows break the contract in each way once a page, and the others stay whole', async () => {
    const client = await clientForTest({ faults: { oddRows: true } });
    const whole = await clientForTest();
    const [odd, good] = [await client.rows('/movie/popular'), await whole.rows('/movie/popular')];
    expect(odd.filter((row) => row.adult === null)).toHaveLength(1);
    expect(odd.filter((row) => !('overview' in row))).toHaveLength(1);
    expect(odd.filter((row) => !('id' in row))).toHaveLength(1);
    expect(odd.filter((row) => typeof row.vote_average === 'string')).toHaveLength(1);
    expect(odd.filter((row) => 'softcore' in row)).toHaveLength(1);
    const same = odd.filter((row, index) => JSON.stringify(row) === JSON.stringify(good[index]));
    expect(same).toHaveLength(15);
  });
});
