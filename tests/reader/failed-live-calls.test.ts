import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { healthyTmdb } from '../support/film-pages.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { tmdbError } from '../support/scripted-tmdb.ts';

const popular = { category: 'popular', media: 'movie' } as const;
const { live, memory } = defaultSettings.reader;

/** TMDB that answers the first call with `first`, and well from then on. */
const failingAtFirst = (first: ReturnType<typeof tmdbError>) => {
  let calls = 0;
  return readerWorld({
    answer: (request) => {
      calls += 1;
      return calls === 1 ? first : healthyTmdb(request);
    },
  });
};

describe('a live call that failed', () => {
  it.each<[string, (reader: ReturnType<ReturnType<typeof readerWorld>['open']>) => Promise<{ from: string }>]>([
    ['a list', (reader) => reader.list(popular)],
    ['a title', (reader) => reader.title('movie', 550)],
  ])('for %s is made again after seconds, not only when an absence would be asked about anew', async (_name, read) => {
    const world = failingAtFirst(tmdbError(503, 9));
    const reader = world.open();
    expect(await read(reader)).toMatchObject({ from: 'none' });
    expect(await read(reader)).toMatchObject({ from: 'none' });
    expect(world.tmdb.requests).toHaveLength(1);
    await world.clock.advance(1_000 * live.failureSeconds + 1);
    expect(live.failureSeconds).toBeLessThan(memory.absentSeconds / 10);
    expect((await read(reader)).from).not.toBe('none');
    expect(world.tmdb.requests).toHaveLength(2);
  });

  it('for a title that is not there is not made again so soon', async () => {
    const world = failingAtFirst(tmdbError(404, 34));
    const reader = world.open();
    expect(await reader.title('movie', 550)).toMatchObject({ absent: true });
    await world.clock.advance(1_000 * live.failureSeconds + 1);
    expect(await reader.title('movie', 550)).toMatchObject({ absent: true });
    expect(world.tmdb.requests).toHaveLength(1);
  });
});
