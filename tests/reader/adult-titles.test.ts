import { describe, expect, it } from 'vitest';
import { shownOf } from '../../src/reader/list-reader.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { listPage, times } from '../support/placed-rows.ts';
import { sampleFeed } from '../support/sample-messages.ts';

const popular = { category: 'popular', media: 'movie' } as const;

/** A list of `count` films of which those with a rank in `adult` are adult titles. */
async function listWith(count: number, adult: (rank: number) => boolean) {
  const world = readerWorld();
  const life = times(world.clock);
  for (let page = 0; page < Math.ceil(count / 20); page += 1) {
    const ranks = Array.from({ length: Math.min(20, count - 20 * page) }, (_, index) => 20 * page + index + 1);
    const films = ranks.map((rank) => ({ rank, id: 1_000 + rank, title: `Film ${rank}`, adult: adult(rank) }));
    await world.putRows(listPage(sampleFeed(), page + 1, life, films));
  }
  return { world, reader: world.open({ live: false }) };
}

const ranksOf = ({ titles }: { titles: { rank: number }[] }) => titles.map(({ rank }) => rank);

describe('adult titles in a list', () => {
  it('are left out, and those behind them move up, with the ranks that TMDB gives them', async () => {
    const { reader } = await listWith(20, (rank) => rank === 2);
    expect(ranksOf(await reader.list(popular, { limit: 3 }))).toEqual([1, 3, 4]);
  });

  it('are there when they are asked for', async () => {
    const { reader } = await listWith(20, (rank) => rank === 2);
    const { titles } = await reader.list(popular, { limit: 3, includeAdult: true });
    expect(titles.map(({ rank, adult }) => [rank, adult])).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ]);
    expect(ranksOf(await reader.list(popular, { limit: 3, includeAdult: false }))).toEqual([1, 3, 4]);
  });

  it('make room for as many as were asked for where the list is long enough, and no more is read than that takes', async () => {
    const { reader, world } = await listWith(100, (rank) => rank <= 30);
    expect(ranksOf(await reader.list(popular, { limit: 20 }))).toEqual(Array.from({ length: 20 }, (_, n) => n + 31));
    // 20 and 60 rows; a list without adult titles is one read.
    expect(world.tableCalls('listPages')).toBe(2);
    expect((await reader.list(popular, { limit: 60 })).titles).toHaveLength(60);
    expect((await reader.list(popular, { limit: 200 })).titles).toHaveLength(70);
  });

  it('alone are a list that is there and shows nothing', async () => {
    const { reader } = await listWith(5, () => true);
    const answer = await reader.list(popular);
    expect(answer).toMatchObject({ from: 'table', stale: false, titles: [] });
    expect(answer.problem).toBeUndefined();
    expect(answer.fetchedAt).not.toBeNull();
  });

  it('stay out of recommendations too, and a title that is asked for by its id is given', async () => {
    const { reader } = await listWith(5, (rank) => rank === 1);
    const { picks } = await reader.recommend({ media: 'movie' });
    expect(picks.map(({ id }) => id).sort()).toEqual([1_002, 1_003, 1_004, 1_005]);
    expect((await reader.recommend({ media: 'movie', includeAdult: true })).picks).toHaveLength(5);
  });
});

describe('what is shown of rows', () => {
  it('is the first of those that may be shown', () => {
    const rows = [false, true, false, true, false].map((adult, index) => ({ adult, rank: index + 1 })) as never;
    expect(shownOf(rows, { limit: 2, includeAdult: false }).map(({ rank }) => rank)).toEqual([1, 3]);
    expect(shownOf(rows, { limit: 2, includeAdult: true }).map(({ rank }) => rank)).toEqual([1, 2]);
  });
});
