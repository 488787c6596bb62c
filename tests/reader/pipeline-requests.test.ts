import { describe, expect, it } from 'vitest';
import { dayMs } from '../../src/shared/core/clock.ts';
import { type Job, jobSchema } from '../../src/shared/queues/fetch-job.ts';
import { parseMessage } from '../../src/shared/queues/parse-message.ts';
import { requestsWorld } from '../support/requests-world.ts';
import { sampleFeed } from '../support/sample-messages.ts';

const monday = '2026-11-22T08:00:00Z.0badcafe';
const tuesday = '2026-11-23T07:00:00Z.0badcafe';

const jobsOf = ({ jobs }: ReturnType<typeof requestsWorld>): Job[] =>
  jobs.bodies.map((body) => parseMessage(jobSchema, body));

const germanRegion = sampleFeed({ region: 'DE', language: 'de-DE' });

describe('a stale feed', () => {
  it('is asked for as jobs for all its pages, which the worker understands', async () => {
    const world = requestsWorld();
    const process = world.process();
    process.refreshFeed(germanRegion, monday);
    await process.settled();
    const jobs = jobsOf(world);
    expect(jobs).toMatchObject(
      [1, 2].map((page) => ({
        kind: 'fetch-job',
        origin: 'reader',
        feed: germanRegion,
        page,
        pages: 2,
        attempt: 0,
        firstSeenAt: '2026-11-23T08:00:00.000Z',
        why: 'a reader found it stale',
      })),
    );
    expect(new Set(jobs.map(({ jobId }) => jobId)).size).toBe(2);
    expect(new Set(jobs.map(({ runId }) => runId)).size).toBe(1);
    expect(world.telemetry.eventsOf('refresh-asked')).toEqual([
      { event: 'refresh-asked', subject: 'popular/movie/DE/de-DE', jobs: 2 },
    ]);
    expect(world.items.sent).toEqual([]);
  });

  it('is asked for with the pages that its category has', async () => {
    const world = requestsWorld();
    const process = world.process();
    process.refreshFeed(sampleFeed({ category: 'genre_18' }), monday);
    process.refreshFeed(sampleFeed({ category: 'trending', media: 'all' }), monday);
    await process.settled();
    expect(world.jobs.sent).toHaveLength(2);
  });

  it('gets a snapshot that is newer than the one that was seen, of the minute it was asked for in', async () => {
    const world = requestsWorld();
    await world.clock.advance(59_999);
    const process = world.process();
    process.refreshFeed(germanRegion, monday);
    await process.settled();
    const [job] = jobsOf(world);
    const snapshot = job?.kind === 'fetch-job' ? job.snapshot : '';
    expect(snapshot > monday).toBe(true);
    expect(snapshot).toMatch(/^2026-11-23T08:00:00Z\.[0-9a-f]{8}$/);
  });
});

describe('a stale title', () => {
  it('is asked for as a job, which the worker understands', async () => {
    const world = requestsWorld();
    const process = world.process();
    process.refreshTitle('tv', 1399, 'de-DE', '2026-11-01T00:00:00.000Z');
    process.refreshTitle('movie', 550, 'de-DE', '');
    await process.settled();
    expect(jobsOf(world)).toMatchObject([
      {
        kind: 'title-job',
        origin: 'reader',
        mediaType: 'tv',
        id: 1399,
        language: 'de-DE',
        why: 'a reader found it stale',
      },
      { kind: 'title-job', mediaType: 'movie', id: 550, attempt: 0, why: 'a reader missed it in this language' },
    ]);
    expect(world.telemetry.eventsOf('refresh-asked')).toMatchObject([
      { subject: 'tv/1399/de-DE', jobs: 1 },
      { subject: 'movie/550/de-DE', jobs: 1 },
    ]);
  });

  it('is told apart by media, id and language', async () => {
    const world = requestsWorld();
    const process = world.process();
    process.refreshTitle('movie', 550, 'en-US', '');
    process.refreshTitle('movie', 550, 'de-DE', '');
    process.refreshTitle('tv', 550, 'en-US', '');
    process.refreshTitle('movie', 551, 'en-US', '');
    process.refreshTitle('movie', 551, 'en-US', '');
    await process.settled();
    expect(new Set(jobsOf(world).map(({ jobId }) => jobId)).size).toBe(4);
    expect(world.jobs.sent).toHaveLength(4);
  });
});

describe('what is stale is asked for once', () => {
  it('by one process, however many readers find it so: one lease is taken', async () => {
    const world = requestsWorld();
    const process = world.process();
    for (let reader = 0; reader < 50; reader += 1) {
      process.refreshFeed(germanRegion, monday);
    }
    await process.settled();
    process.refreshFeed(germanRegion, monday);
    await process.settled();
    expect(world.jobs.sent).toHaveLength(2);
    expect(world.leases.takes).toHaveLength(1);
  });

  it('by all processes together', async () => {
    const world = requestsWorld();
    const processes = Array.from({ length: 10 }, () => world.process());
    for (const process of processes) {
      process.refreshFeed(germanRegion, monday);
      process.refreshTitle('movie', 550, 'de-DE', '');
    }
    await Promise.all(processes.map(({ settled }) => settled()));
    expect(world.jobs.sent).toHaveLength(3);
    expect(world.leases.takes.filter(({ taken }) => taken)).toHaveLength(2);
  });

  it('and, by who was refused the lease, not asked for again either: each try is a write', async () => {
    const world = requestsWorld();
    const [first, second] = [world.process(), world.process()];
    first.refreshFeed(germanRegion, monday);
    await first.settled();
    for (let reader = 0; reader < 50; reader += 1) {
      second.refreshFeed(germanRegion, monday);
      await second.settled();
    }
    expect(world.leases.takes).toHaveLength(2);
  });

  it('a soft TTL of its category long; then again', async () => {
    const world = requestsWorld();
    const process = world.process();
    const ask = async () => {
      process.refreshFeed(germanRegion, monday);
      await process.settled();
      return world.jobs.sent.length;
    };
    expect(await ask()).toBe(2);
    await world.clock.advance(dayMs - 1);
    expect(await ask()).toBe(2);
    await world.clock.advance(1);
    expect(await ask()).toBe(4);
    expect(world.leases.takes.map(({ periodMs }) => periodMs)).toEqual([dayMs, dayMs]);
  });

  it('a week long, when it is a title', async () => {
    const world = requestsWorld();
    const process = world.process();
    process.refreshTitle('movie', 550, 'de-DE', '');
    await process.settled();
    expect(world.leases.takes).toEqual([{ subject: 'movie/550/de-DE', seen: '', periodMs: 7 * dayMs, taken: true }]);
  });

  it('but anew when it is stale once more: what was seen is newer', async () => {
    const world = requestsWorld();
    const process = world.process();
    for (const seen of [monday, tuesday, monday, tuesday]) {
      process.refreshFeed(germanRegion, seen);
      await process.settled();
    }
    expect(world.jobs.sent).toHaveLength(4);
    expect(world.leases.takes.map(({ seen }) => seen)).toEqual([monday, tuesday]);
  });

  it('anew when a title came that was missing, and has grown stale', async () => {
    const world = requestsWorld();
    const process = world.process();
    for (const seen of ['', '2026-11-23T00:00:00.000Z', '']) {
      process.refreshTitle('movie', 550, 'de-DE', seen);
      await process.settled();
    }
    expect(world.jobs.sent).toHaveLength(2);
  });
});

describe('when asking fails', () => {
  it('at the queue, the lease is given back, and whoever comes next asks', async () => {
    const world = requestsWorld();
    const [first, second] = [world.process(), world.process()];
    world.jobs.failWith(new Error('the queue is full'));
    first.refreshFeed(germanRegion, monday);
    await first.settled();
    expect(world.leases.released).toEqual(['popular/movie/DE/de-DE']);
    expect(world.telemetry.warnings).toEqual([
      { message: 'asking for popular/movie/DE/de-DE failed', facts: { detail: 'the queue is full' } },
    ]);
    expect(world.telemetry.events).toEqual([]);
    world.jobs.failWith(undefined);
    for (const process of [first, second]) {
      process.refreshFeed(germanRegion, monday);
      await process.settled();
    }
    expect(world.jobs.sent).toHaveLength(2);
  });

  it('at the control table, nothing is sent, and the next reader tries again', async () => {
    const world = requestsWorld();
    let away = true;
    const leases = {
      ...world.leases,
      take: async (...asked: Parameters<typeof world.leases.take>) => {
        if (away) {
          throw new Error('the control table is away');
        }
        return world.leases.take(...asked);
      },
    };
    const process = world.process({ leases });
    process.refreshFeed(germanRegion, monday);
    await process.settled();
    expect([world.jobs.sent, world.telemetry.warnings.length]).toEqual([[], 1]);
    away = false;
    process.refreshFeed(germanRegion, monday);
    await process.settled();
    expect(world.jobs.sent).toHaveLength(2);
  });

  it('while many ask, all of them are answered by the one warning', async () => {
    const world = requestsWorld();
    const process = world.process();
    world.jobs.failWith(new Error('the queue is full'));
    for (let reader = 0; reader < 20; reader += 1) {
      process.refreshFeed(germanRegion, monday);
    }
    await process.settled();
    expect(world.telemetry.warnings).toHaveLength(1);
  });
});
