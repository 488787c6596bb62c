import { describe, expect, it } from 'vitest';
import { builtInImages } from '../../src/reader/reference-tier.ts';
import { hourMs, minuteMs } from '../../src/shared/core/clock.ts';
import type { Item } from '../../src/shared/queues/item-page.ts';
import { type ReaderWorld, readerWorld } from '../support/memory-reader.ts';
import { settingsWith } from '../support/reader-settings.ts';
import { sampleFeed, sampleItemDetails, sampleItemReference, samplePage } from '../support/sample-messages.ts';

const images = { ...builtInImages, baseUrl: 'https://images.example/', posterSizes: ['w1', 'original'] };
const country = 'US';
const details = sampleItemDetails({ parts: { watch: { watch: { [country]: { link: null, rent: [2, 3] } } } } });
const services = (fetchedAt: string, name: string): Item =>
  sampleItemReference({
    fetchedAt,
    reference: { what: 'movie-services', countries: [country], services: [{ id: 2, name, logoPath: '/logo.jpg' }] },
  });
const configuration = (fetchedAt: string): Item =>
  sampleItemReference({ fetchedAt, reference: { what: 'configuration', images } });
const today = '2026-11-23T07:00:00.000Z';

/** How often the reference data was read. */
function countingReads(world: ReaderWorld): () => number {
  let reads = 0;
  world.faults.use(async (call, act) => {
    reads += call.name === 'readReference' ? 1 : 0;
    return act();
  });
  return () => reads;
}

describe('images', () => {
  it('are in every answer: the built-in ones until the table has been read behind the first one', async () => {
    const world = readerWorld();
    await world.land([samplePage(), details, configuration(today)]);
    const reader = world.open({ live: false });
    const list = async () => (await reader.list(sampleFeed())).images;
    expect(await list()).toEqual(builtInImages);
    await reader.settled();
    expect(await list()).toEqual(images);
    expect((await reader.recommend()).images).toEqual(images);
    expect((await reader.title('movie', 550)).images).toEqual(images);
    expect((await reader.title('movie', 999)).images).toEqual(images);
  });

  it('are the built-in ones again past the hard TTL of their row', async () => {
    const world = readerWorld();
    await world.land([configuration('2026-11-20T07:00:00.000Z')]);
    const reader = world.open({ live: false });
    await reader.list(sampleFeed());
    await reader.settled();
    expect((await reader.list(sampleFeed())).images).toEqual(images);
    await world.clock.advance(181 * 24 * hourMs);
    expect((await reader.list(sampleFeed())).images).toEqual(builtInImages);
  });
});

describe('names of services', () => {
  it('are there in the first answer that has services, and unknown ones have none', async () => {
    const world = readerWorld();
    await world.land([details, services(today, 'Apple TV')]);
    const answer = await world.open({ live: false }).title('movie', 550, { details: true });
    expect(answer.details?.watch?.rent).toEqual([
      { id: 2, name: 'Apple TV', logoPath: '/logo.jpg' },
      { id: 3, name: null, logoPath: null },
    ]);
  });

  it('do not hold up an answer longer than the table may take', async () => {
    const world = readerWorld();
    await world.land([details, services(today, 'Apple TV')]);
    world.faults.use(async (call, act) => {
      await (call.name === 'readReference' ? world.clock.sleep(60_000) : undefined);
      return act();
    });
    const startedMs = world.clock.monotonicMs();
    const answer = await world.open({ live: false }).title('movie', 550, { details: true });
    expect(answer.details?.watch?.rent[0]).toEqual({ id: 2, name: null, logoPath: null });
    expect(world.clock.monotonicMs() - startedMs).toBe(world.settings.reader.tableTimeoutMs);
  });
});

describe('reference data', () => {
  it('is read once an hour, whatever is read beside it', async () => {
    const world = readerWorld();
    const all = [configuration(today), services(today, 'Apple TV')];
    await world.land([samplePage(), details, ...all]);
    const reads = countingReads(world);
    const reader = world.open({ live: false });
    for (let minute = 0; minute < 119; minute += 1) {
      await reader.list(sampleFeed());
      await reader.title('movie', 550, { details: true });
      await reader.settled();
      await world.clock.advance(minuteMs);
    }
    expect(reads()).toBe(2);
  });

  it('that is missing is looked for every five minutes, and is there then', async () => {
    const world = readerWorld();
    await world.land([details]);
    const reads = countingReads(world);
    const reader = world.open({ live: false });
    const nameIn = async () => (await reader.title('movie', 550, { details: true })).details?.watch?.rent[0]?.name;
    expect(await nameIn()).toBeNull();
    await world.land([services(today, 'Apple TV')]);
    await world.clock.advance(4 * minuteMs);
    await nameIn();
    expect(reads()).toBe(1);
    await world.clock.advance(minuteMs);
    await nameIn();
    await reader.settled();
    expect([await nameIn(), reads()]).toEqual(['Apple TV', 2]);
  });

  it('that cannot be read costs no answer anything, and nobody hears of it', async () => {
    const world = readerWorld();
    await world.land([samplePage(), details]);
    world.faults.use(async (call, act) => {
      if (call.name === 'readReference') {
        throw new Error('ECONNREFUSED');
      }
      return act();
    });
    const reader = world.open({ live: false });
    const answers = [await reader.list(sampleFeed()), await reader.title('movie', 550, { details: true })];
    await reader.settled();
    expect(answers.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    expect([reader.telemetry.warnings, (await reader.health()).table]).toEqual([[], 'ok']);
  });

  it('is not read where details are switched off', async () => {
    const { details: kept } = settingsWith({});
    const world = readerWorld({ settings: settingsWith({}, { details: { ...kept, enabled: false } }) });
    const reads = countingReads(world);
    const reader = world.open({ live: false });
    await reader.title('movie', 550, { details: true });
    await reader.settled();
    expect(reads()).toBe(0);
  });
});
