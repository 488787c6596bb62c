import { describe, expect, it } from 'vitest';
import { pageMessage, readerRun, titleMessage } from '../../src/reader/pipeline-requests.ts';
import { snapshotSchema } from '../../src/shared/core/snapshot.ts';
import { type Job, jobSchema } from '../../src/shared/queues/fetch-job.ts';
import { itemPageSchema, itemTitleSchema } from '../../src/shared/queues/item-page.ts';
import { parseMessage } from '../../src/shared/queues/parse-message.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { requestsWorld } from '../support/requests-world.ts';
import { sampleFeed, samplePage, sampleTitle } from '../support/sample-messages.ts';

const monday = '2026-11-22T08:00:00Z.0badcafe';
const { rank: _rank, ...described } = sampleTitle();

const jobsOf = ({ jobs }: ReturnType<typeof requestsWorld>): Job[] =>
  jobs.bodies.map((body) => parseMessage(jobSchema, body));

const germanRegion = sampleFeed({ region: 'DE', language: 'de-DE' });

describe('a page that a reader has fetched', () => {
  const nowMs = Date.UTC(2026, 10, 23, 8, 0, 20);
  const page = pageMessage(germanRegion, { titles: [sampleTitle()], rejected: 1, persons: 0 }, nowMs, defaultSettings);

  it('is a message that the writer understands: the first of the pages that its feed has', () => {
    expect(parseMessage(itemPageSchema, JSON.stringify(page))).toEqual(page);
    expect(page).toMatchObject({
      feed: germanRegion,
      page: 1,
      pages: 2,
      fetchedAt: '2026-11-23T08:00:20.000Z',
      titles: [{ id: 550 }],
      rejected: 1,
      persons: 0,
    });
    expect(page.snapshot).toBe(`2026-11-23T08:00:00Z.${page.runId}`);
    expect(page.jobId).toBe(`${page.runId}/popular/movie/DE/de-DE/1`);
  });

  it('is sent on, and the other pages of the same run are asked for, once', async () => {
    const world = requestsWorld();
    const processes = [world.process(), world.process()];
    for (const process of processes) {
      process.sendPage({ ...page, pages: 4 });
      await process.settled();
    }
    expect(world.items.bodies.map((body) => parseMessage(itemPageSchema, body))).toEqual(
      Array(2).fill({ ...page, pages: 4 }),
    );
    const { runId, snapshot, feed } = page;
    expect(jobsOf(world)).toMatchObject(
      [2, 3, 4].map((n) => ({ kind: 'fetch-job', runId, snapshot, feed, page: n, pages: 4, origin: 'reader' })),
    );
    expect(jobsOf(world).map(({ jobId }) => jobId)).toEqual(
      [2, 3, 4].map((n) => `${runId}/popular/movie/DE/de-DE/${n}`),
    );
  });

  it('of a feed of one page is sent on, and nothing is asked for', async () => {
    const world = requestsWorld();
    const process = world.process();
    process.sendPage(samplePage({ pages: 1 }));
    await process.settled();
    expect([world.items.sent.length, world.jobs.sent.length, world.leases.takes.length]).toEqual([1, 0, 0]);
  });

  it('that the item queue does not take is a warning, and asked for with the other pages', async () => {
    const world = requestsWorld();
    const process = world.process();
    world.items.failWith(new Error('the queue is full'));
    process.sendPage(page);
    await process.settled();
    expect(world.telemetry.warnings.map(({ message }) => message)).toEqual(['sending a page to the writer failed']);
    expect(jobsOf(world)).toMatchObject([
      { page: 1, snapshot: page.snapshot },
      { page: 2, snapshot: page.snapshot },
    ]);
  });

  it('is no reason to ask for its feed as stale', async () => {
    const world = requestsWorld();
    const process = world.process();
    process.sendPage(page);
    await process.settled();
    process.refreshFeed(germanRegion, page.snapshot);
    process.refreshFeed(germanRegion, monday);
    await process.settled();
    expect(world.jobs.sent).toHaveLength(1);
  });
});

describe('a title that a reader has fetched', () => {
  it('is sent on as a message that the writer understands', async () => {
    const world = requestsWorld();
    const process = world.process();
    const item = titleMessage(described, 'de-DE', Date.UTC(2026, 10, 23, 8, 0, 20));
    process.sendTitle(item);
    await process.settled();
    expect(world.items.bodies.map((body) => parseMessage(itemTitleSchema, body))).toEqual([item]);
    expect(item).toMatchObject({
      kind: 'item-title',
      language: 'de-DE',
      fetchedAt: '2026-11-23T08:00:20.000Z',
      title: { mediaType: 'movie', id: 550, title: 'Fight Club' },
    });
    expect(item.jobId).toBe(`${item.runId}/title/movie/550/de-DE`);
    expect(world.jobs.sent).toEqual([]);
  });

  it('that the item queue does not take is a warning', async () => {
    const world = requestsWorld();
    const process = world.process();
    world.items.failWith(new Error('the queue is full'));
    process.sendTitle(titleMessage(described, 'de-DE', 0));
    await process.settled();
    expect(world.telemetry.warnings.map(({ message }) => message)).toEqual(['sending a title to the writer failed']);
  });
});

describe('runs that readers cause', () => {
  const at = (second: number, ms = 0) => Date.UTC(2026, 10, 23, 8, 0, second, ms);

  it('agree in one minute, over all processes, and differ from minute to minute and feed to feed', () => {
    const runOf = (nowMs: number, feed = germanRegion) => readerRun(feed, nowMs).snapshot;
    expect(new Set([at(0), at(20), at(59, 999)].map((nowMs) => runOf(nowMs))).size).toBe(1);
    expect(runOf(at(60))).not.toBe(runOf(at(59)));
    expect(runOf(at(60)) > runOf(at(59))).toBe(true);
    expect(runOf(at(0), sampleFeed())).not.toBe(runOf(at(0)));
    expect(snapshotSchema.safeParse(runOf(at(7))).success).toBe(true);
  });

  it('have a snapshot that says when, and first seen the moment itself', () => {
    const { runId, snapshot, origin, firstSeenAt } = readerRun(germanRegion, at(42, 7));
    expect(snapshot).toBe(`2026-11-23T08:00:00Z.${runId}`);
    expect([origin, firstSeenAt]).toEqual(['reader', '2026-11-23T08:00:42.007Z']);
  });

  it('for titles agree in one minute too, with the job as with the message', async () => {
    const world = requestsWorld();
    const process = world.process();
    process.refreshTitle('movie', 550, 'de-DE', '');
    await process.settled();
    const item = titleMessage(described, 'de-DE', at(59));
    expect(jobsOf(world)[0]).toMatchObject({ runId: item.runId, jobId: item.jobId });
    expect(titleMessage(described, 'de-DE', at(60)).runId).not.toBe(item.runId);
    expect(titleMessage(described, 'en-US', at(59)).runId).not.toBe(item.runId);
  });
});
