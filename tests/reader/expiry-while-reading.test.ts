import { describe, expect, it } from 'vitest';
import { dayMs } from '../../src/shared/core/clock.ts';
import { healthyTmdb } from '../support/film-pages.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { placed, times, titled } from '../support/placed-rows.ts';
import { sampleFeed } from '../support/sample-messages.ts';

const german = sampleFeed({ language: 'de-DE' });
const secondHours = 1 / 3_600;

/** A world in which titles take 400 ms to be read, lists no time at all. */
function slowTitles() {
  const world = readerWorld();
  world.faults.use(async (call, act) => {
    const answer = act();
    await world.clock.sleep(call.name === 'readTitles' ? 400 : 0);
    return answer;
  });
  // Whole seconds are what a row's end is given in: it comes in the middle of such a read.
  const [going, staying] = [times(world.clock, { goneInHours: secondHours }), times(world.clock)];
  return { world, reader: world.open({ live: false }), going, staying };
}

describe('what expires while its other languages are read', () => {
  it('is not in a list any more', async () => {
    const { world, reader, going, staying } = slowTitles();
    const partly = { overview: '' };
    await world.putRows(placed(german, 1, going, partly), placed(german, 2, staying, partly), titled(1_001, staying));
    await world.clock.advance(800);
    const answer = await reader.list(german);
    expect(answer.titles.map(({ rank }) => rank)).toEqual([2]);
    expect(Date.parse(answer.expiresAt ?? '')).toBe(staying.expiresAt * 1_000);
  });

  it('leaves an empty list to come from no tier', async () => {
    const { world, reader, going } = slowTitles();
    await world.putRows(placed(german, 1, going, { overview: '' }));
    await world.clock.advance(800);
    expect(await reader.list(german)).toMatchObject({ from: 'none', titles: [], fetchedAt: null, freshness: 0 });
  });

  it('is not recommended any more', async () => {
    const { world, reader, going, staying } = slowTitles();
    const trending = sampleFeed({ category: 'trending' });
    const other = placed(trending, 2, staying, { id: 7, overview: '' });
    await world.putRows(placed(sampleFeed(), 1, going, { overview: '' }), other);
    await world.clock.advance(800);
    const answer = await reader.recommend({ language: 'de-DE' });
    expect(answer.picks.map(({ id }) => id)).toEqual([7]);
    expect(answer.feeds).toEqual(['trending/movie/global/en-US']);
    expect(Date.parse(answer.expiresAt ?? '')).toBe(staying.expiresAt * 1_000);
  });

  it('is in no field of an entry whose title was in memory', async () => {
    const { world, reader, going, staying } = slowTitles();
    await world.putRows(placed(german, 1, staying, { overview: '' }), placed(german, 2, staying, { overview: '' }));
    await world.putRows(titled(1_001, going), titled(1_002, staying));
    await reader.title('movie', 1_001);
    await world.clock.advance(400);
    const { titles } = await reader.list(german);
    expect(titles.map(({ overview, fellBack }) => [overview === '', fellBack.overview])).toEqual([
      [true, undefined],
      [false, 'en-US'],
    ]);
  });
});

describe('a wall clock that is set forward', () => {
  it.each([0, 900, 1_100, 600_000])('makes nobody serve a title that TMDB gave %i ms before', async (laterMs) => {
    const world = readerWorld({ answer: healthyTmdb });
    const reader = world.open();
    const before = await reader.title('movie', 550);
    await world.clock.advance(laterMs);
    world.clock.jumpWallClock(30 * dayMs);
    const after = await reader.title('movie', 550);
    expect(before.from).toBe('tmdb');
    expect(after.fetchedAt).not.toBe(before.fetchedAt);
    expect(after.title === null).toBe(after.from === 'none');
    expect(world.tmdb.requests).toHaveLength(after.from === 'tmdb' ? 2 : 1);
  });

  it.each([0, 900, 1_100, 60_000])('makes nobody serve a list that TMDB gave %i ms before', async (laterMs) => {
    const world = readerWorld({ answer: healthyTmdb });
    const reader = world.open();
    const before = await reader.list({ category: 'popular', media: 'movie' });
    await world.clock.advance(laterMs);
    world.clock.jumpWallClock(30 * dayMs);
    const after = await reader.list({ category: 'popular', media: 'movie' });
    expect(before.from).toBe('tmdb');
    expect(after.fetchedAt).not.toBe(before.fetchedAt);
    expect(after.titles.length === 0).toBe(after.from === 'none');
    expect(world.tmdb.requests).toHaveLength(after.from === 'tmdb' ? 2 : 1);
  });
});
