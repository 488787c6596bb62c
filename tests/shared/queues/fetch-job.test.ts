import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FetchJob, fetchJobSchema, jobIdFor } from '../../../src/shared/queues/fetch-job.ts';
import { parseMessage } from '../../../src/shared/queues/parse-message.ts';
import { arbitraryFeed } from '../../support/arbitrary-feed.ts';
import { arbitraryEpochMs, arbitraryRunId, arbitrarySnapshot } from '../../support/arbitrary-page.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';
import { caught } from '../../support/caught.ts';
import { sampleFeed, sampleJob } from '../../support/sample-messages.ts';
import { changed, without } from '../../support/without.ts';

const arbitraryJob: fc.Arbitrary<FetchJob> = fc.record({
  kind: fc.constant('fetch-job' as const),
  version: fc.constant(1 as const),
  jobId: fc.string({ minLength: 1, maxLength: 200 }),
  runId: arbitraryRunId,
  origin: fc.constantFrom('daily', 'weekly', 'refresh', 'ad-hoc'),
  snapshot: arbitrarySnapshot,
  feed: arbitraryFeed,
  page: fc.integer({ min: 1, max: 500 }),
  pages: fc.integer({ min: 1, max: 500 }),
  attempt: fc.nat(1_000),
  firstSeenAt: arbitraryEpochMs.map((atMs) => new Date(atMs).toISOString()),
  why: arbitraryText(150),
});

const refusal = (value: unknown) =>
  (caught(() => parseMessage(fetchJobSchema, JSON.stringify(value))) as Error).message;

describe('fetch job', () => {
  it('survives the queue', () => {
    fc.assert(
      fc.property(arbitraryJob, (job) => {
        expect(parseMessage(fetchJobSchema, JSON.stringify(job))).toEqual(job);
      }),
    );
  });

  it.each([...Object.keys(sampleJob()), 'feed.category', 'feed.media', 'feed.region', 'feed.language'])(
    'is refused without %s, by name',
    (member) => {
      expect(refusal(without(sampleJob(), member)).startsWith(`${member}: `)).toBe(true);
    },
  );

  it.each([
    ['kind', 'item-page'],
    ['version', 2],
    ['version', '1'],
    ['jobId', ''],
    ['jobId', 'x'.repeat(201)],
    ['runId', '0badcaf'],
    ['origin', ''],
    ['origin', 'x'.repeat(41)],
    ['snapshot', '2026-11-23T08:00:00Z'],
    ['feed', 'popular/movie/global/en-US'],
    ['feed.media', 'person'],
    ['feed.language', 'en'],
    ['page', 0],
    ['page', 501],
    ['page', 1.5],
    ['page', '1'],
    ['pages', 0],
    ['pages', 501],
    ['attempt', -1],
    ['firstSeenAt', 'yesterday'],
    ['firstSeenAt', '2026-11-23'],
    ['firstSeenAt', '2026-11-23T08:00:00+01:00'],
    ['why', 'x'.repeat(301)],
    ['why', null],
  ])('is refused with %s = %j, by name', (member, value) => {
    expect(refusal(changed(sampleJob(), member, value)).startsWith(`${member}: `)).toBe(true);
  });

  it('is refused for a feed that TMDB does not have', () => {
    expect(refusal(sampleJob({ feed: sampleFeed({ media: 'all' }) }))).toMatch(/^feed: media 'all' exists only/);
  });
});

describe('job id', () => {
  it('is run, feed and page', () => {
    expect(jobIdFor('0badcafe', sampleFeed(), 2)).toBe('0badcafe/popular/movie/global/en-US/2');
  });

  it('is short enough for the message, whatever the feed', () => {
    fc.assert(
      fc.property(arbitraryRunId, arbitraryFeed, fc.integer({ min: 1, max: 500 }), (runId, feed, page) => {
        expect(jobIdFor(runId, feed, page).length).toBeLessThanOrEqual(60);
      }),
    );
  });
});
