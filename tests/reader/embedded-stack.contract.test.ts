import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import type { CatalogRow } from '../../src/shared/tables/catalog.ts';
import { embeddedPipelines } from '../support/embedded-reader.ts';
import { describeOnEngine, type EmbeddedTables } from '../support/embedded-tables.ts';
import { placedList, times, titled } from '../support/placed-rows.ts';
import { sampleFeed } from '../support/sample-messages.ts';

const popular = { category: 'popular', media: 'movie' } as const;

/** The real tables, queues and HTTP, and the clock of the machine. */
describeOnEngine('dynoxide', 'readers on the embedded stack', (tables) => {
  const start = embeddedPipelines(tables);

  it('fetch a list that nobody has once for a thousand who read it at the same time', async () => {
    const { open, simulator, items, jobs } = await start();
    const reader = open();
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => reader.list(popular)));
    await reader.settled();
    expect(simulator.stats().requests).toBe(1);
    expect(items()).toMatchObject([{ kind: 'item-page', page: 1, pages: 2, feed: sampleFeed() }]);
    expect(jobs()).toMatchObject([{ kind: 'fetch-job', page: 2, pages: 2, feed: sampleFeed() }]);
    expect(new Set(answers.map(({ titles }) => JSON.stringify(titles))).size).toBe(1);
    expect(answers.every(({ from, titles }) => from === 'tmdb' && titles.length === 20)).toBe(true);
    expect(await reader.health()).toMatchObject({ table: 'ok', breaker: 'closed' });
  });

  it('ask for one job, whichever container fetched the page, and find it in the table once it is applied', async () => {
    const { open, simulator, items, jobs, land } = await start();
    const readers = [open(), open()];
    await Promise.all(readers.flatMap((reader) => Array.from({ length: 50 }, () => reader.list(popular))));
    await Promise.all(readers.map((reader) => reader.settled()));
    expect(simulator.stats().requests).toBe(2);
    const pages = items();
    expect(pages.map((item) => item.kind)).toEqual(['item-page', 'item-page']);
    // The two agree on run and job, unless a minute ended between them.
    expect(jobs().length).toBe(new Set(pages.map(({ jobId }) => jobId)).size);
    await land(pages);
    const next = await open().list(popular);
    expect(next).toMatchObject({ from: 'table', stale: false });
    expect(next.titles).toHaveLength(20);
    expect(simulator.stats().requests).toBe(2);
  });

  it('ask for one refresh of what is stale, over three containers and five hundred reads', async () => {
    const { open, simulator, jobs, catalog } = await start();
    const old = times(systemClock, { fetchedAgoHours: 30, staleInHours: -6, goneInHours: 48 });
    await put(tables, catalog, [...placedList(sampleFeed(), 20, old), titled(550, old)]);
    const readers = [open(), open(), open()];
    const reads = Array.from({ length: 500 }, (_, n) => readers[n % 3]?.list(popular));
    const answers = await Promise.all(reads);
    await Promise.all(readers.map((reader) => reader.title('movie', 550)));
    await Promise.all(readers.map((reader) => reader.settled()));
    expect(answers.every((answer) => answer?.stale === true && answer.from === 'table')).toBe(true);
    const asked = jobs().map((job) =>
      job.kind === 'fetch-job' ? `page ${job.page}` : job.jobId.split('/').slice(1, 4).join(' '),
    );
    expect(asked.sort()).toEqual(['page 1', 'page 2', 'title movie 550']);
    expect(simulator.stats().requests).toBe(0);
  });

  it('fetch a title once, send it on and find it in the table', async () => {
    const { open, simulator, items, land } = await start();
    const first = open();
    const listed = (await first.list(popular)).titles[0];
    const id = listed?.id ?? 0;
    const answers = await Promise.all(Array.from({ length: 100 }, () => first.title('movie', id)));
    await first.settled();
    expect(answers.every(({ from, title }) => from === 'tmdb' && title?.id === id)).toBe(true);
    expect(simulator.stats().requests).toBe(2);
    const titleItems = items().filter(({ kind }) => kind === 'item-title');
    expect(titleItems).toMatchObject([{ language: 'en-US', title: { id } }]);
    await land(titleItems);
    expect(await open().title('movie', id)).toMatchObject({ from: 'table', stale: false, absent: false });
  });

  it('count what was read when they are closed', async () => {
    const { open, control } = await start();
    const reader = open();
    await Promise.all(Array.from({ length: 7 }, () => reader.list(popular)));
    await reader.close();
    const counted = (await tables.scan(control)).filter(({ id }) => String(id).startsWith('usage#'));
    const sum = (name: string) => counted.reduce((total, item) => total + Number(item[name] ?? 0), 0);
    expect(['r:', 'm:', 's:'].map((kind) => sum(`${kind}popular/movie/global/en-US`))).toEqual([7, 7, 0]);
  });
});

async function put({ client }: EmbeddedTables, table: string, rows: readonly CatalogRow[]): Promise<void> {
  for (const row of rows) {
    await client.send(new PutCommand({ TableName: table, Item: row }));
  }
}
