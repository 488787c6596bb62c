import { describe, expect, it } from 'vitest';
import { hourMs } from '../../src/shared/core/clock.ts';
import { type FetchJob, titleJobSchema } from '../../src/shared/queues/fetch-job.ts';
import { type OpenedReader, type ReaderWorld, readerWorld } from '../support/memory-reader.ts';
import { listPage, placedList, times, titled } from '../support/placed-rows.ts';
import { sampleFeed, samplePage, sampleTitle } from '../support/sample-messages.ts';

const popular = { category: 'popular', media: 'movie' } as const;
const feed = sampleFeed();

/** Fetched 30 hours ago, stale for six, gone in two days. */
const old = { fetchedAgoHours: 30, staleInHours: -6, goneInHours: 48 };

/** Three containers on tables that hold a stale list. */
async function threeReaders() {
  const world = readerWorld();
  await world.putRows(...placedList(feed, 20, times(world.clock, old)));
  return { world, readers: [world.open(), world.open(), world.open()] as const };
}

/** Five hundred reads, all at once, over the readers by turns. */
async function fiveHundred(readers: readonly OpenedReader[]) {
  const reads = Array.from({ length: 500 }, (_, n) => readers[n % readers.length]?.list(popular));
  const answers = (await Promise.all(reads)).filter((answer) => answer !== undefined);
  await Promise.all(readers.map((reader) => reader.settled()));
  return answers;
}

/** What the worker makes of jobs now: pages of two films each. */
function pagesOf(jobs: readonly FetchJob[], { clock }: ReaderWorld) {
  return jobs.map((job) => {
    const ranks = [1, 2].map((place) => (job.page - 1) * 20 + place);
    const titles = ranks.map((rank) => sampleTitle({ rank, id: 5_000 + rank, title: `New ${rank}` }));
    const { runId, snapshot, page, pages, jobId } = job;
    return samplePage({
      runId,
      snapshot,
      page,
      pages,
      jobId,
      fetchedAt: new Date(clock.nowMs()).toISOString(),
      titles,
    });
  });
}

describe('a stale list', () => {
  it('is served at once as stale, and its refresh asked for once over all containers', async () => {
    const { world, readers } = await threeReaders();
    const startedMs = world.clock.monotonicMs();
    const answers = await fiveHundred(readers);
    expect(world.clock.monotonicMs()).toBe(startedMs);
    expect(answers).toHaveLength(500);
    for (const { stale, from, titles, ageSeconds, problem } of answers) {
      expect([stale, from, titles.length, ageSeconds, problem]).toEqual([true, 'table', 20, 30 * 3_600, undefined]);
      expect(titles.every((entry) => entry.stale)).toBe(true);
    }
    expect(world.tmdb.requests).toEqual([]);
    const jobs = world.pageJobs();
    expect(jobs.map(({ page, pages }) => [page, pages])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(new Set(jobs.map(({ runId }) => runId)).size).toBe(1);
    expect(jobs[0]).toMatchObject({ feed, origin: 'reader', snapshot: expect.stringMatching(/^2026-11-23T08:00:00Z/) });
    expect(readers.flatMap(({ telemetry }) => telemetry.eventsOf('refresh-asked'))).toEqual([
      { event: 'refresh-asked', subject: 'popular/movie/global/en-US', jobs: 2 },
    ]);
  });

  it('is asked for again when it has become stale again after the refresh landed, and not before', async () => {
    const { world, readers } = await threeReaders();
    await fiveHundred(readers);
    await world.land(pagesOf(world.pageJobs(), world));
    await world.clock.advance(31_000);
    const fresh = await fiveHundred(readers);
    expect(fresh.every(({ stale, titles }) => !stale && titles[0]?.title === 'New 1')).toBe(true);
    // A day and its jitter of a tenth.
    await world.clock.advance(27 * hourMs);
    const stale = await fiveHundred(readers);
    expect(stale.every((answer) => answer.stale)).toBe(true);
    expect(world.pageJobs().map(({ page }) => page)).toEqual([1, 2, 1, 2]);
    expect(new Set(world.pageJobs().map(({ snapshot }) => snapshot)).size).toBe(2);
    expect(world.tmdb.requests).toEqual([]);
  });

  it('is asked for once in each soft period while the refresh does not land', async () => {
    const { world, readers } = await threeReaders();
    const jobsAfter = async (hours: number) => {
      await world.clock.advance(hours * hourMs);
      await fiveHundred([...readers, world.open()]);
      return world.pageJobs().length;
    };
    expect(await jobsAfter(0)).toBe(2);
    expect(await jobsAfter(12)).toBe(2);
    expect(await jobsAfter(11.9)).toBe(2);
    expect(await jobsAfter(0.2)).toBe(4);
    expect(await jobsAfter(20)).toBe(4);
  });

  it('is asked for by the next reader where the fetch queue refused it', async () => {
    const { world, readers } = await threeReaders();
    const [first, second] = readers;
    world.queues.jobs.failWith(new Error('SQS is away'));
    expect((await first.list(popular)).titles).toHaveLength(20);
    await first.settled();
    expect(first.telemetry.warnings).toMatchObject([{ facts: { detail: 'SQS is away' } }]);
    world.queues.jobs.failWith(undefined);
    await second.list(popular);
    await second.settled();
    await fiveHundred(readers);
    expect(world.pageJobs()).toHaveLength(2);
  });

  it('is not asked for by a reader that has no queues', async () => {
    const { world } = await threeReaders();
    const reader = world.open({ live: false, pipeline: false });
    expect(await reader.list(popular)).toMatchObject({ stale: true, from: 'table' });
    await reader.settled();
    expect(world.control.calls).toEqual([]);
  });

  it('is one whose first page is stale: an older page behind it fills it up', async () => {
    const world = readerWorld();
    const [fresh, stale] = [times(world.clock), times(world.clock, old)];
    await world.putRows(listPage(feed, 1, fresh, [{ id: 77 }]), listPage(feed, 2, stale, [{ rank: 21 }, { rank: 22 }]));
    const reader = world.open();
    const mixed = await reader.list(popular);
    expect(mixed.titles.map((title) => [title.id, title.stale])).toEqual([
      [77, false],
      [1_021, true],
      [1_022, true],
    ]);
    expect(mixed.stale).toBe(false);
    await reader.settled();
    expect(world.pageJobs()).toEqual([]);
  });

  it('is one whose first page is still in flight, though a later one has come', async () => {
    const world = readerWorld();
    const [fresh, stale] = [times(world.clock), times(world.clock, old)];
    await world.putRows(listPage(feed, 1, stale, [{ id: 77 }]), listPage(feed, 2, fresh, [{ rank: 21 }]));
    const reader = world.open();
    const mixed = await reader.list(popular);
    expect(mixed.titles.map((title) => [title.id, title.stale])).toEqual([
      [77, true],
      [1_021, false],
    ]);
    expect(mixed.stale).toBe(true);
    await reader.settled();
    expect(world.pageJobs().map(({ page }) => page)).toContain(1);
  });
});

describe('a stale title', () => {
  it('is served at once, and asked for once over all containers', async () => {
    const world = readerWorld();
    await world.putRows(titled(550, times(world.clock, old)));
    const readers = [world.open(), world.open(), world.open()];
    for (const reader of [...readers, ...readers]) {
      expect(await reader.title('movie', 550)).toMatchObject({ stale: true, title: { title: 'Film 550' } });
      await reader.settled();
    }
    const jobs = world.jobs().map((job) => titleJobSchema.parse(job));
    expect(jobs).toMatchObject([{ mediaType: 'movie', id: 550, language: 'en-US', why: 'a reader found it stale' }]);
    expect(world.tmdb.requests).toEqual([]);
  });
});
