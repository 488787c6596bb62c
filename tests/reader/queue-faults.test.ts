import { describe, expect, it } from 'vitest';
import { healthyTmdb } from '../support/film-pages.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { placedList, times, titled } from '../support/placed-rows.ts';
import { sampleFeed } from '../support/sample-messages.ts';

const popular = { category: 'popular', media: 'movie' } as const;
const away = new Error('SQS is away');

describe('while the item queue is down', () => {
  it('a list is fetched and served all the same, and the pipeline is asked for all of its pages', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    world.queues.items.failWith(away);
    const reader = world.open();
    const answer = await reader.list(popular);
    expect(answer).toMatchObject({ from: 'tmdb' });
    expect([answer.titles.length, answer.problem]).toEqual([20, undefined]);
    await reader.settled();
    expect(reader.telemetry.warnings).toMatchObject([{ facts: { detail: 'SQS is away' } }]);
    // Without the first one the table would have a list that begins at rank 21.
    expect(world.pageJobs().map(({ page, pages }) => [page, pages])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(await reader.list(popular)).toMatchObject({ from: 'memory' });
    expect(world.tmdb.requests).toHaveLength(1);
  });

  it('a title is fetched and served all the same', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    world.queues.items.failWith(away);
    const reader = world.open();
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'tmdb', title: { id: 550 } });
    await reader.settled();
    expect(reader.telemetry.warnings).toHaveLength(1);
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'memory', title: { id: 550 } });
  });
});

describe('while the fetch queue is down', () => {
  it('a list that nobody has is fetched, served and sent on', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    world.queues.jobs.failWith(away);
    const reader = world.open();
    expect((await reader.list(popular)).titles).toHaveLength(20);
    await reader.settled();
    expect(world.items()).toHaveLength(1);
    expect(reader.telemetry.warnings).toHaveLength(1);
  });

  it('what is stale is served, and the next to read it asks again', async () => {
    const world = readerWorld();
    const old = times(world.clock, { fetchedAgoHours: 30, staleInHours: -6, goneInHours: 48 });
    await world.putRows(...placedList(sampleFeed(), 20, old), titled(550, old));
    world.queues.jobs.failWith(away);
    const reader = world.open();
    expect(await reader.list(popular)).toMatchObject({ from: 'table', stale: true });
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'table', stale: true });
    await reader.settled();
    expect(reader.telemetry.warnings).toHaveLength(2);
    world.queues.jobs.failWith(undefined);
    await reader.list(popular);
    await reader.title('movie', 550);
    await reader.settled();
    expect(world.jobs().map(({ kind }) => kind)).toEqual(['fetch-job', 'fetch-job', 'title-job']);
  });
});
