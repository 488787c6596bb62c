import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { titlePartsSchema } from '../../../src/shared/queues/details/title-parts.ts';
import {
  type Job,
  jobSchema,
  type TitleJob,
  titleJobIdFor,
  titleJobSchema,
} from '../../../src/shared/queues/fetch-job.ts';
import { parseMessage } from '../../../src/shared/queues/parse-message.ts';
import { arbitraryEpochMs, arbitraryRunId } from '../../support/arbitrary-page.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';
import { caught } from '../../support/caught.ts';
import { sampleJob, sampleTitleJob } from '../../support/sample-messages.ts';
import { changed, without } from '../../support/without.ts';

const arbitraryTitleJob: fc.Arbitrary<TitleJob> = fc.record({
  kind: fc.constant('title-job' as const),
  version: fc.constant(1 as const),
  jobId: fc.string({ minLength: 1, maxLength: 200 }),
  runId: arbitraryRunId,
  origin: fc.constantFrom('reader', 'ad-hoc'),
  mediaType: fc.constantFrom('movie', 'tv'),
  id: fc.integer({ min: 1, max: 9_007_199_254_740_991 }),
  language: fc.constantFrom('en-US', 'de-DE', 'zh-TW'),
  attempt: fc.nat(1_000),
  firstSeenAt: arbitraryEpochMs.map((atMs) => new Date(atMs).toISOString()),
  why: arbitraryText(150),
});

const refusal = (value: unknown) =>
  (caught(() => parseMessage(titleJobSchema, JSON.stringify(value))) as Error).message;

describe('title job', () => {
  it.each(['tt0137523', 'tt12345678', 'tt123456789012'])('takes an id at IMDb that details keep: %s', (imdb) => {
    const parts = { externalIds: { externalIds: { imdb, tvdb: null, wikidata: null } } };
    expect(titlePartsSchema.parse(parts)).toEqual(parts);
    expect(titleJobSchema.parse({ ...sampleTitleJob(), imdbId: imdb })).toMatchObject({ imdbId: imdb });
  });

  it('survives the queue, as what the fetch queue carries', () => {
    fc.assert(
      fc.property(arbitraryTitleJob, (job) => {
        expect(parseMessage(jobSchema, JSON.stringify(job))).toEqual(job);
      }),
    );
  });

  it.each(Object.keys(sampleTitleJob()))('is refused without %s, by name', (member) => {
    expect(refusal(without(sampleTitleJob(), member)).startsWith(`${member}: `)).toBe(true);
  });

  it.each([
    ['kind', 'fetch-job'],
    ['version', 2],
    ['jobId', ''],
    ['jobId', 'x'.repeat(201)],
    ['runId', 'not-hex!'],
    ['origin', ''],
    ['origin', 'x'.repeat(41)],
    ['mediaType', 'all'],
    ['mediaType', 'person'],
    ['id', 0],
    ['id', -550],
    ['id', 1.5],
    ['id', '550'],
    ['language', 'de'],
    ['language', 'global'],
    ['attempt', -1],
    ['firstSeenAt', '2026-11-23'],
    ['why', 'x'.repeat(301)],
  ])('is refused with %s = %j, by name', (member, value) => {
    expect(refusal(changed(sampleTitleJob(), member, value)).startsWith(`${member}: `)).toBe(true);
  });
});

describe('the fetch queue', () => {
  it.each([
    ['a page', sampleJob()],
    ['a title', sampleTitleJob()],
  ] as [string, Job][])('carries jobs for %s', (_name, job) => {
    expect(parseMessage(jobSchema, JSON.stringify(job))).toEqual(job);
  });

  it.each([['item-title'], ['item-page'], [undefined]])('carries nothing of the kind %s, and says so', (kind) => {
    const error = caught(() => parseMessage(jobSchema, JSON.stringify({ ...sampleTitleJob(), kind })));
    expect((error as Error).message.startsWith('kind: ')).toBe(true);
  });

  it('takes no title job for a fetch job, nor the other way round', () => {
    for (const [job, kind] of [
      [sampleTitleJob(), 'fetch-job'],
      [sampleJob(), 'title-job'],
    ] as const) {
      expect(jobSchema.safeParse({ ...job, kind }).success).toBe(false);
    }
  });
});

describe('title job id', () => {
  it('is run, media type, id and language, and short enough for the message', () => {
    expect(titleJobIdFor('0badcafe', 'movie', 550, 'de-DE')).toBe('0badcafe/title/movie/550/de-DE');
    expect(titleJobIdFor('0badcafe', 'movie', Number.MAX_SAFE_INTEGER, 'tl-PH').length).toBeLessThan(60);
  });
});
