import { describe, expect, it } from 'vitest';
import type { TitleRef } from '../../src/reader/reader-api.ts';
import { healthyTmdb } from '../support/film-pages.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { times, titled } from '../support/placed-rows.ts';

const film = (id: number): TitleRef => ({ mediaType: 'movie', id });
const hundred = Array.from({ length: 100 }, (_, n) => film(n + 1));
const unknownId = 1_000_000;

describe('an id that TMDB does not know', () => {
  it('is asked for once, remembered for ten minutes, and then asked for again', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const reader = world.open();
    const read = async () => {
      const { absent, title, from, problem } = await reader.title('movie', unknownId);
      return [absent, title, from, problem];
    };
    const absent = [true, null, 'none', undefined];
    expect(await Promise.all(Array.from({ length: 50 }, read))).toEqual(Array.from({ length: 50 }, () => absent));
    await world.clock.advance(599_000);
    expect(await read()).toEqual(absent);
    expect(world.tmdb.requests).toHaveLength(1);
    await world.clock.advance(1_001);
    expect(await read()).toEqual(absent);
    expect(world.tmdb.requests).toHaveLength(2);
    await reader.settled();
    expect([world.jobs(), world.items()]).toEqual([[], []]);
  });

  it('may exist as the other kind of title', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const reader = world.open();
    expect(await reader.title('movie', unknownId)).toMatchObject({ absent: true });
    expect(await reader.title('tv', unknownId)).toMatchObject({ absent: true });
    expect(world.tmdb.requests.map(({ path }) => path)).toEqual(['/movie/1000000', '/tv/1000000']);
  });

  it('is found when it has come into the table', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const reader = world.open();
    await reader.title('movie', unknownId);
    await world.putRows(titled(unknownId, times(world.clock)));
    await world.clock.advance(30_001);
    expect(await reader.title('movie', unknownId)).toMatchObject({ from: 'table', absent: false });
    expect(world.tmdb.requests).toHaveLength(1);
  });
});

describe('several titles', () => {
  it('are one read of the table for a hundred, in the order asked for', async () => {
    const world = readerWorld();
    const life = times(world.clock);
    await world.putRows(...hundred.map(({ id }) => titled(id, life)));
    const backwards = hundred.toReversed();
    const answers = await world.open().titles(backwards);
    expect(answers.map(({ id, title }) => [id, title?.title])).toEqual(backwards.map(({ id }) => [id, `Film ${id}`]));
    expect(world.tableCalls('readTitles')).toBe(1);
  });

  it('may be the same ones', async () => {
    const world = readerWorld();
    const life = times(world.clock);
    await world.putRows(titled(1, life), titled(2, life));
    const refs = Array.from({ length: 100 }, (_, n) => film(1 + (n % 2)));
    const answers = await world.open().titles(refs);
    expect(answers.map(({ title }) => title?.id)).toEqual(refs.map(({ id }) => id));
    expect(world.tableCalls('readTitles')).toBe(1);
  });

  it('that share an id are two titles, if one is a film and one a series', async () => {
    const world = readerWorld();
    const life = times(world.clock);
    await world.putRows(titled(7, life), { ...titled(7, life), mediaType: 'tv', title: 'Series 7' });
    const answers = await world.open().titles([film(7), { mediaType: 'tv', id: 7 }, film(7)]);
    expect(answers.map(({ title }) => title?.title)).toEqual(['Film 7', 'Series 7', 'Film 7']);
  });

  it('that one request and another ask for at the same time are one read together', async () => {
    const world = readerWorld();
    const life = times(world.clock);
    await world.putRows(...hundred.map(({ id }) => titled(id, life)));
    const reader = world.open();
    await Promise.all([
      reader.titles(hundred.slice(0, 50)),
      reader.titles(hundred.slice(40, 90)),
      reader.title('movie', 1),
    ]);
    expect(world.tableCalls('readTitles')).toBe(1);
  });

  it('come from memory, table and TMDB, each saying which', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const life = times(world.clock);
    await world.putRows(titled(1, life), titled(2, life));
    const reader = world.open();
    await reader.title('movie', 1);
    const answers = await reader.titles([film(1), film(2), film(3), film(unknownId)]);
    expect(answers.map(({ from, absent }) => [from, absent])).toEqual([
      ['memory', false],
      ['table', false],
      ['tmdb', false],
      ['none', true],
    ]);
  });

  it('of no number are none', async () => {
    const world = readerWorld();
    expect(await world.open().titles([])).toEqual([]);
    expect(world.tableCalls('readTitles')).toBe(0);
  });
});

describe('a title that nobody has', () => {
  it('is fetched once for all who ask at the same time, sent on, and then in memory', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const reader = world.open();
    const answers = await Promise.all(Array.from({ length: 200 }, () => reader.title('movie', 550)));
    expect(answers.every(({ from, title }) => from === 'tmdb' && title?.title === 'Film 550')).toBe(true);
    await reader.settled();
    expect(world.tmdb.requests).toMatchObject([{ path: '/movie/550', query: { language: 'en-US' } }]);
    expect(world.items()).toMatchObject([{ kind: 'item-title', title: { id: 550, title: 'Film 550' } }]);
    expect(world.jobs()).toEqual([]);
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'memory' });
    await world.land(world.items());
    const next = await world.open().title('movie', 550);
    expect(next).toMatchObject({ from: 'table', title: { title: 'Film 550', genreIds: [18] } });
    expect(next.title).toEqual(answers[0]?.title);
  });
});
