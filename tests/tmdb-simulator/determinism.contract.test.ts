import { describe, expect, test } from 'vitest';
import { hourMs } from '../../src/shared/core/clock.ts';
import { type Client, clientForTest } from './simulator-fixture.ts';

const allPaths = [
  '/movie/popular?page=2',
  '/tv/popular?language=ko-KR',
  '/trending/all/day',
  '/trending/person/week',
  '/discover/movie?with_genres=18&region=FR',
];

async function answersOf(client: Client, paths: readonly string[] = allPaths): Promise<unknown[]> {
  const answers = [];
  for (const path of paths) {
    answers.push((await client.get(path)).body);
  }
  return answers;
}

describe('determinism', () => {
  test('the same seed and clock give the same answers', async () => {
    const [one, other] = [await clientForTest({ seed: 7 }), await clientForTest({ seed: 7 })];
    expect(await answersOf(other)).toEqual(await answersOf(one));
    expect(await answersOf(one)).toEqual(await answersOf(one));
  });

  test('another seed gives other answers', async () => {
    const [one, other] = [await clientForTest({ seed: 7 }), await clientForTest({ seed: 8 })];
    const [mine, theirs] = [await answersOf(one), await answersOf(other)];
    for (const [index, answer] of mine.entries()) {
      expect(theirs[index]).not.toEqual(answer);
    }
  });

  test('what was asked before changes nothing', async () => {
    const [one, other] = [await clientForTest(), await clientForTest()];
    await answersOf(one, allPaths.toReversed());
    expect(await answersOf(one)).toEqual(await answersOf(other));
  });
});

describe('drift', () => {
  const idsOf = async (client: Client, path: string): Promise<number[]> =>
    (await client.rows(path)).map(({ id }) => id);

  test('trending moves from hour to hour and popular does not', async () => {
    const client = await clientForTest();
    const [trending, popular] = [await idsOf(client, '/trending/movie/day'), await client.rows('/movie/popular')];
    await client.clock.advance(3 * hourMs);
    const later = await idsOf(client, '/trending/movie/day');
    expect(later).not.toEqual(trending);
    expect(later.filter((id) => trending.includes(id)).length).toBeGreaterThan(8);
    expect(await client.rows('/movie/popular')).toEqual(popular);
  });

  test('popular moves from day to day, slowly', async () => {
    const client = await clientForTest();
    const before = await client.rows('/movie/popular');
    await client.clock.advance(24 * hourMs);
    const after = await client.rows('/movie/popular');
    expect(after).not.toEqual(before);
    const stayed = after.filter((row) => before.some(({ id }) => id === row.id));
    expect(stayed.length).toBeGreaterThan(15);
    const popularities = new Map(before.map((row) => [row.id, row.popularity]));
    expect(stayed.filter((row) => row.popularity !== popularities.get(row.id))).toHaveLength(stayed.length);
    await client.clock.advance(9 * 24 * hourMs);
    const muchLater = await client.rows('/movie/popular');
    expect(muchLater.map(({ id }) => id)).not.toEqual(before.map(({ id }) => id));
  });

  test('votes never fall as time passes', async () => {
    const client = await clientForTest();
    const path = '/discover/movie?sort_by=vote_count.desc';
    const before = new Map((await client.rows(path)).map((row) => [row.id, Number(row.vote_count)]));
    await client.clock.advance(30 * 24 * hourMs);
    const after = await client.rows(path);
    for (const row of after) {
      expect(row.vote_count).toBeGreaterThanOrEqual(before.get(row.id) ?? 0);
    }
    expect(after.some((row) => Number(row.vote_count) > (before.get(row.id) ?? Infinity))).toBe(true);
  });

  test('a clock that jumps back gives the answers of then', async () => {
    const client = await clientForTest();
    const before = await answersOf(client);
    await client.clock.advance(50 * hourMs);
    expect(await answersOf(client)).not.toEqual(before);
    client.clock.jumpWallClock(-50 * hourMs);
    expect(await answersOf(client)).toEqual(before);
  });
});
