import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/shared/core/errors.ts';
import { titleJobSchema } from '../../src/shared/queues/fetch-job.ts';
import { itemTitleSchema } from '../../src/shared/queues/item-page.ts';
import { parseMessage } from '../../src/shared/queues/parse-message.ts';
import { rejectionOf } from '../support/caught.ts';
import { fetchHarness, scriptedGate } from '../support/fetch-harness.ts';
import { sampleTitleJob } from '../support/sample-messages.ts';
import { jsonAnswer, noResponse, type ScriptedAnswer, tmdbError } from '../support/scripted-tmdb.ts';
import { movieDetails, seriesDetails } from '../support/tmdb-details.ts';
import { listPage, movieRow } from '../support/tmdb-rows.ts';

const jobId = '0badcafe/title/movie/550/de-DE';
const german = movieDetails({ title: 'Fight Club (de)', overview: 'Ein Club.' });
const okTitle = jsonAnswer(200, german);

/** The harness after one title job, from its body to its fate. */
async function worked(script: readonly ScriptedAnswer[], over: Parameters<typeof sampleTitleJob>[0] = {}) {
  const harness = fetchHarness(script);
  await harness.work(JSON.stringify(sampleTitleJob(over)));
  return harness;
}

function counts({ items, jobs, deadLetters }: ReturnType<typeof fetchHarness>) {
  return { items: items.sent.length, jobs: jobs.sent.length, deadLetters: deadLetters.sent.length };
}

describe('a title job', () => {
  it('becomes one message on the item queue, in its language', async () => {
    const harness = await worked([okTitle]);
    expect(counts(harness)).toEqual({ items: 1, jobs: 0, deadLetters: 0 });
    expect(parseMessage(itemTitleSchema, harness.items.bodies[0] ?? '')).toEqual({
      kind: 'item-title',
      version: 1,
      jobId,
      runId: '0badcafe',
      language: 'de-DE',
      fetchedAt: '2026-11-23T08:00:00.000Z',
      title: expect.objectContaining({
        mediaType: 'movie',
        id: 550,
        title: 'Fight Club (de)',
        originalTitle: 'Fight Club',
        overview: 'Ein Club.',
        posterPath: '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg',
        backdropPath: '/hZkgoQYus5vegHoetLkCJzb17zJ.jpg',
        releaseDate: '1999-10-15',
        voteAverage: 8.438,
        voteCount: 27_044,
        popularity: 73.433,
        genreIds: [18, 53],
        originalLanguage: 'en',
        originCountries: ['US'],
        adult: false,
      }),
    });
    expect(harness.telemetry.eventsOf('page-fetched')).toEqual([
      { event: 'page-fetched', runId: '0badcafe', jobId, rows: 1, rejected: 0, persons: 0 },
    ]);
  });

  it.each([
    ['a film', sampleTitleJob(), '/movie/550', 'de-DE'],
    ['a series', sampleTitleJob({ mediaType: 'tv', id: 1396, language: 'ja-JP' }), '/tv/1396', 'ja-JP'],
  ])('asks once, for the title alone: %s', async (_name, job, path, language) => {
    const harness = await worked([jsonAnswer(200, job.mediaType === 'tv' ? seriesDetails() : german)], job);
    expect(harness.tmdb.requests).toEqual([{ path, query: { language } }]);
    expect(harness.items.sent).toHaveLength(1);
  });

  it('is stamped with the time of its answer', async () => {
    const harness = fetchHarness([]);
    harness.dependencies.tmdb = { get: harness.after(2_500, okTitle) as never };
    await harness.work(JSON.stringify(sampleTitleJob()));
    expect(JSON.parse(harness.items.bodies[0] ?? '')).toMatchObject({ fetchedAt: '2026-11-23T08:00:02.500Z' });
  });

  it('for a title that is not there is skipped, and says so', async () => {
    const harness = await worked([tmdbError(404, 34)]);
    expect(counts(harness)).toEqual({ items: 0, jobs: 0, deadLetters: 0 });
    expect(harness.telemetry.eventsOf('job-not-found')).toEqual([
      { event: 'job-not-found', runId: '0badcafe', jobId, code: 'tmdb_34', detail: 'HTTP 404: message of code 34' },
    ]);
  });

  it.each([
    ['that TMDB refuses as wrong', tmdbError(422, 20), { items: 0, jobs: 0, deadLetters: 1 }],
    ['whose token is rejected', tmdbError(401, 7), { items: 0, jobs: 1, deadLetters: 0 }],
    ['that is throttled', tmdbError(429, 25), { items: 0, jobs: 1, deadLetters: 0 }],
    ['in an outage', tmdbError(503, 9), { items: 0, jobs: 1, deadLetters: 0 }],
    ['without an answer', noResponse('timeout'), { items: 0, jobs: 1, deadLetters: 0 }],
    [
      'whose answer is about another title',
      jsonAnswer(200, movieDetails({ id: 551 })),
      { items: 0, jobs: 1, deadLetters: 0 },
    ],
    ['whose answer is a list', jsonAnswer(200, listPage(movieRow())), { items: 0, jobs: 1, deadLetters: 0 }],
    ['whose answer is nothing', jsonAnswer(200, null), { items: 0, jobs: 1, deadLetters: 0 }],
  ] as const)('%s ends in one place', async (_name, answer, expected) => {
    expect(counts(await worked([answer]))).toEqual(expected);
  });

  it('is tried again at once when the first answer was about another title', async () => {
    const harness = await worked([jsonAnswer(200, movieDetails({ id: 551 })), okTitle]);
    expect(counts(harness)).toEqual({ items: 1, jobs: 0, deadLetters: 0 });
    expect(harness.tmdb.requests).toHaveLength(2);
    expect(harness.telemetry.eventsOf('tmdb-call').map(({ outcome }) => outcome)).toEqual(['failed', 'ok']);
  });

  it('whose answer stays about another title is deferred, and says why', async () => {
    const harness = await worked([jsonAnswer(200, movieDetails({ id: 551 }))]);
    expect(harness.tmdb.requests).toHaveLength(5);
    expect(harness.telemetry.eventsOf('job-deferred')).toMatchObject([
      { jobId, code: 'not_the_title', detail: 'the answer is JSON but does not describe the title, after 5 calls' },
    ]);
  });
});

describe('a deferred title job', () => {
  it('is the same job, one deferral older, as old as ever', async () => {
    const job = sampleTitleJob({
      attempt: 4,
      waitedSeconds: 77,
      firstSeenAt: '2026-11-23T06:30:00.000Z',
      why: '“映画” 🎬',
    });
    const harness = await worked([tmdbError(503, 9)], job);
    expect(parseMessage(titleJobSchema, harness.jobs.bodies[0] ?? '')).toEqual({
      ...job,
      attempt: 5,
      waitedSeconds: 77 + (harness.jobs.sent[0]?.delaySeconds ?? 0),
    });
    expect(harness.jobs.sent[0]?.delaySeconds).toBeGreaterThan(0);
    expect(harness.telemetry.eventsOf('job-deferred')).toMatchObject([{ jobId, deferrals: 5 }]);
  });

  it('is what the gate makes of it when it lets nobody through', async () => {
    const harness = fetchHarness([okTitle]);
    const gate = scriptedGate({ kind: 'refused', code: 'breaker_open', detail: 'not now', retryInMs: 15_000 });
    await harness.work(JSON.stringify(sampleTitleJob()), 60_000, gate);
    expect(harness.tmdb.requests).toEqual([]);
    expect(parseMessage(titleJobSchema, harness.jobs.bodies[0] ?? '')).toEqual(
      sampleTitleJob({ attempt: 1, waitedSeconds: harness.jobs.sent[0]?.delaySeconds }),
    );
  });

  it('is dead once it is too old, with what kept it', async () => {
    const harness = await worked([tmdbError(503, 9)], { attempt: 130, waitedSeconds: 6 * 3_600 + 1 });
    expect(counts(harness)).toEqual({ items: 0, jobs: 0, deadLetters: 1 });
    expect(harness.deadLetters.sent[0]?.attributes).toMatchObject({ reason: 'too-old', code: 'tmdb_9', jobId });
  });
});

describe('a title job that can never be worked', () => {
  it.each([
    ['a member short', { ...sampleTitleJob(), language: undefined }, /^language: /],
    ['no language', { ...sampleTitleJob(), language: 'german' }, /^language: unknown language 'german'/],
    ['no id', { ...sampleTitleJob(), id: 0 }, /^id: /],
    ['of another version', { ...sampleTitleJob(), version: 2 }, /^version: /],
    ['for a person', { ...sampleTitleJob(), mediaType: 'person' }, /^mediaType: /],
  ])('is a dead letter that names what is wrong, and no call is made: %s', async (_name, job, detail) => {
    const harness = fetchHarness([]);
    const body = `  ${JSON.stringify(job)}\n`;
    await harness.work(body);
    expect(harness.deadLetters.sent).toMatchObject([
      { body, attributes: { reason: 'malformed', detail: expect.stringMatching(detail), jobId } },
    ]);
    expect(harness.tmdb.requests).toEqual([]);
  });

  it('is a dead letter when TMDB refuses it as wrong', async () => {
    const harness = await worked([tmdbError(400, 22)]);
    expect(harness.deadLetters.sent[0]?.attributes).toMatchObject({
      reason: 'refused-by-tmdb',
      code: 'tmdb_22',
      jobId,
    });
  });
});

describe('a title that the item queue does not take', () => {
  it('is fetched again: the message stays where it is', async () => {
    const full = new RetryableError('send_failed', 'the queue did not take it');
    const harness = fetchHarness([okTitle]);
    harness.items.failWith(full);
    expect(await rejectionOf(harness.work(JSON.stringify(sampleTitleJob())))).toBe(full);
    expect(counts(harness)).toEqual({ items: 0, jobs: 0, deadLetters: 0 });
    expect(harness.telemetry.eventsOf('page-fetched')).toEqual([]);
  });
});
