import { describe, expect, it } from 'vitest';
import { rejectionOf } from '../support/caught.ts';
import { healthyTmdb } from '../support/film-pages.ts';
import { type OpenedReader, readerWorld } from '../support/memory-reader.ts';
import { placedList, times, titled } from '../support/placed-rows.ts';
import { sampleFeed } from '../support/sample-messages.ts';
import { tmdbError } from '../support/scripted-tmdb.ts';

const popular = { category: 'popular', media: 'movie' } as const;
const trending = { category: 'trending', media: 'movie' } as const;
const film = (id: number) => ({ mediaType: 'movie' as const, id });
/** Window of the default settings. */
const windowMs = 300_000;

/** A fresh popular list, a stale trending one, a fresh and a stale title; TMDB has everything else. */
async function filled() {
  const world = readerWorld({
    answer: (request) => (request.path.endsWith('/13') ? tmdbError(503, 9) : healthyTmdb(request)),
  });
  const [fresh, stale] = [times(world.clock), times(world.clock, { fetchedAgoHours: 9, staleInHours: -5 })];
  await world.putRows(...placedList(sampleFeed(), 20, fresh), ...placedList(sampleFeed(trending), 20, stale));
  await world.putRows(titled(1, fresh), titled(2, stale));
  return { world, reader: world.open() };
}

/** What a read is measured with: all its metrics, as `name value`, without those of reads before it. */
async function emitted(reader: OpenedReader, read: () => Promise<unknown>) {
  await reader.close();
  const before = reader.telemetry.metrics.length;
  await read();
  // Closing writes what is gathered.
  await reader.close();
  return reader.telemetry.metrics.slice(before).map(({ name, value }) => `${name} ${value}`);
}

describe('a read is one value of each metric', () => {
  const plain = (hit: number, stale: number, latencyMs = 0) => [
    `CacheHit ${hit}`,
    `StaleReads ${stale}`,
    `ReadLatency ${latencyMs}`,
  ];
  const cases: [name: string, read: (reader: OpenedReader) => Promise<unknown>, metrics: string[]][] = [
    ['a list from the table', (reader) => reader.list(popular), plain(1, 0)],
    ['a stale list', (reader) => reader.list(trending), plain(1, 1)],
    ['a list from TMDB', (reader) => reader.list({ ...popular, media: 'tv' }), plain(0, 0)],
    ['a title from the table', (reader) => reader.title('movie', 1), plain(1, 0)],
    ['a stale title', (reader) => reader.title('movie', 2), plain(1, 1)],
    ['a title from TMDB', (reader) => reader.title('movie', 3), plain(0, 0)],
    ['a title that no tier has', (reader) => reader.title('movie', 13), plain(0, 0)],
    ['a title by an id elsewhere', (reader) => reader.find('imdb', 'tt0137523'), plain(0, 0)],
    ['a title that is none', (reader) => reader.title('movie', 1_000_000), plain(0, 0)],
    [
      'two titles: the second with the record after that of the first',
      (reader) => reader.titles([film(1), film(2)]),
      [...plain(1, 0), ...plain(1, 1)],
    ],
    ['a recommendation', (reader) => reader.recommend(), plain(1, 1)],
  ];
  it.each(cases)('%s', async (_name, read, metrics) => {
    const { reader } = await filled();
    expect(await emitted(reader, () => read(reader))).toEqual(metrics);
  });

  it('from memory too', async () => {
    const { reader } = await filled();
    await reader.list(popular);
    expect(await emitted(reader, () => reader.list(popular))).toEqual(plain(1, 0));
  });

  it('with the time that it took', async () => {
    const { world, reader } = await filled();
    world.faults.use(async (_call, act) => {
      await world.clock.sleep(123.456);
      return act();
    });
    expect(await emitted(reader, () => reader.list(popular))).toEqual(plain(1, 0, 123.46));
  });

  it('and none where it asks for what does not exist', async () => {
    const { reader } = await filled();
    expect(await emitted(reader, () => rejectionOf(reader.list({ ...popular, category: 'worst' })))).toEqual([]);
  });
});

describe('reads are counted', () => {
  it('in memory while their window lasts, and written in two updates with the first read after it', async () => {
    const { world, reader } = await filled();
    await Promise.all(Array.from({ length: 1_000 }, () => reader.list(popular)));
    await reader.list(trending);
    await reader.titles([film(1), film(2), film(1), film(3)]);
    await reader.settled();
    await world.clock.advance(windowMs - 1);
    await reader.title('movie', 1);
    await reader.settled();
    expect(world.usage.adds).toEqual([]);
    await world.clock.advance(1);
    await reader.title('movie', 1);
    await reader.settled();
    const [feeds, titles, ...more] = world.usage.adds;
    expect(more).toEqual([]);
    expect(feeds).toEqual({
      id: 'usage#2026-11-23T08#feeds',
      expiresAtMs: expect.any(Number),
      counters: {
        'r:popular/movie/global/en-US': 1_000,
        'r:trending/movie/global/en-US': 1,
        's:trending/movie/global/en-US': 1,
      },
    });
    expect(titles?.id).toBe('usage#2026-11-23T08#titles#00');
    expect(titles?.counters).toEqual({
      'r:movie/1': 4,
      'r:movie/2': 1,
      's:movie/2': 1,
      'r:movie/3': 1,
      'm:movie/3': 1,
    });
    // Kept for six weeks.
    expect(feeds?.expiresAtMs).toBe(world.clock.nowMs() - windowMs + 42 * 86_400_000);
  });

  it('once for each feed that a recommendation was made from', async () => {
    const { world, reader } = await filled();
    await reader.recommend({ media: 'movie' });
    await reader.close();
    expect(world.usage.adds).toHaveLength(1);
    const reads = Object.entries(world.usage.adds[0]?.counters ?? {}).filter(([name]) => name.startsWith('r:'));
    expect(reads).toEqual([
      ['r:popular/movie/global/en-US', 1],
      ['r:trending/movie/global/en-US', 1],
    ]);
  });

  it('as misses where TMDB was needed', async () => {
    const { world, reader } = await filled();
    await reader.list({ ...popular, media: 'tv' });
    await reader.list({ ...popular, media: 'tv' });
    await reader.close();
    expect(world.usage.adds.map(({ counters }) => counters)).toEqual([
      { 'r:popular/tv/global/en-US': 2, 'm:popular/tv/global/en-US': 1 },
    ]);
  });

  it('to the last one when the reader is closed', async () => {
    const { world, reader } = await filled();
    await reader.list(popular);
    await reader.title('movie', 1);
    await reader.close();
    expect(world.usage.adds.map(({ id }) => id)).toEqual([
      'usage#2026-11-23T08#feeds',
      'usage#2026-11-23T08#titles#00',
    ]);
    await reader.close();
    expect(world.usage.adds).toHaveLength(2);
  });

  it('not at all by a reader without a store', async () => {
    const { world } = await filled();
    const reader = world.open({ counted: false });
    await reader.list(popular);
    await world.clock.advance(windowMs);
    await reader.list(popular);
    await reader.close();
    expect(world.usage.adds).toEqual([]);
    expect(reader.telemetry.valuesOf('CacheHit')).toEqual([1, 1]);
  });
});

describe('a store of counters that fails', () => {
  it('fails no read, and what was not written is written later', async () => {
    const { world, reader } = await filled();
    world.usage.failWith(new Error('the control table is away'));
    for (let n = 0; n < 10; n += 1) {
      expect(await reader.list(popular)).toMatchObject({ stale: false });
      expect(await reader.title('movie', 1)).toMatchObject({ stale: false });
      await world.clock.advance(windowMs);
    }
    await reader.settled();
    expect(world.usage.adds).toEqual([]);
    expect(reader.telemetry.warnings.length).toBeGreaterThan(0);
    expect(reader.telemetry.warnings[0]?.facts).toEqual({ detail: 'the control table is away' });
    world.usage.failWith(undefined);
    await reader.close();
    const total = (name: string) => world.usage.adds.reduce((sum, { counters }) => sum + (counters[name] ?? 0), 0);
    expect([total('r:popular/movie/global/en-US'), total('r:movie/1')]).toEqual([10, 10]);
  });

  it('does not keep a reader from being closed', async () => {
    const { world, reader } = await filled();
    world.usage.failWith(new Error('away'));
    await reader.list(popular);
    await reader.close();
    expect(reader.telemetry.warnings).toHaveLength(1);
  });
});
