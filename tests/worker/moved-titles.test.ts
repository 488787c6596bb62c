import { describe, expect, it } from 'vitest';
import { itemDetailsSchema } from '../../src/shared/queues/item-page.ts';
import { parseMessage } from '../../src/shared/queues/parse-message.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { fetchHarness, go, scriptedGate } from '../support/fetch-harness.ts';
import { sampleTitleJob } from '../support/sample-messages.ts';
import { jsonAnswer, noResponse, type ScriptedAnswer, tmdbError } from '../support/scripted-tmdb.ts';
import { wholeMovie, wholeSeries } from '../support/tmdb-details.ts';

const jobId = '0badcafe/title/movie/600/en-US';
const gone = sampleTitleJob({ jobId, id: 600, language: 'en-US', details: true, imdbId: 'tt0137523' });
const notThere = tmdbError(404, 34);
const nothing = {
  movie_results: [],
  tv_results: [],
  person_results: [],
  tv_episode_results: [],
  tv_season_results: [],
};
const found = (...ids: unknown[]) => jsonAnswer(200, { ...nothing, movie_results: ids.map((id) => ({ id })) });

async function worked(script: readonly ScriptedAnswer[], job = gone) {
  const harness = fetchHarness(script);
  await harness.work(JSON.stringify(job));
  return harness;
}

const paths = ({ tmdb }: ReturnType<typeof fetchHarness>) => tmdb.requests.map(({ path }) => path);
const counts = ({ items, jobs, deadLetters }: ReturnType<typeof fetchHarness>) =>
  [items, jobs, deadLetters].map(({ sent }) => sent.length);

describe('a whole title that TMDB does not know any more', () => {
  it('is looked for by its id at IMDb, and what has it now is fetched whole', async () => {
    const harness = await worked([notThere, found(550), jsonAnswer(200, wholeMovie())]);
    expect(paths(harness)).toEqual(['/movie/600', '/find/tt0137523', '/movie/550']);
    expect(harness.tmdb.requests[1]?.query).toEqual({ external_source: 'imdb_id', language: 'en-US' });
    expect(harness.tmdb.requests[2]?.query.append_to_response).toContain('credits');
    expect(harness.items.bodies.map((body) => parseMessage(itemDetailsSchema, body))).toMatchObject([
      { jobId, id: 550, movedFrom: 600, mediaType: 'movie' },
    ]);
    expect(harness.telemetry.eventsOf('title-moved')).toEqual([
      { event: 'title-moved', runId: '0badcafe', jobId, from: 600, to: 550 },
    ]);
    expect(harness.telemetry.eventsOf('job-not-found')).toEqual([]);
    expect(harness.telemetry.eventsOf('tmdb-call')).toHaveLength(3);
  });

  it('passes the gate for each of these calls', async () => {
    let entered = 0;
    const gate = {
      enter: async () => {
        entered += 1;
        return go;
      },
    };
    const harness = fetchHarness([notThere, found(550), jsonAnswer(200, wholeMovie())]);
    await harness.work(JSON.stringify(gone), 60_000, gate);
    expect(entered).toBe(3);
    expect(harness.budget.earned()).toBe(3);
  });

  it('is a series among series', async () => {
    const series = { ...gone, mediaType: 'tv', jobId: '0badcafe/title/tv/600/en-US', imdbId: 'tt0903747' } as const;
    const both = jsonAnswer(200, { ...nothing, movie_results: [{ id: 550 }], tv_results: [{ id: 1396 }] });
    const harness = await worked([notThere, both, jsonAnswer(200, wholeSeries())], series);
    expect(paths(harness)).toEqual(['/tv/600', '/find/tt0903747', '/tv/1396']);
  });

  it.each([
    ['nothing', found(), /no other title has its id tt0137523 at IMDb$/],
    ['the same title', found(600), /no other title/],
    ['a series only', jsonAnswer(200, { ...nothing, tv_results: [{ id: 7 }] }), /no other title/],
    ['two titles', found(550, 551), /2 titles have its id tt0137523 at IMDb$/],
    ['rows without ids', found('x', null, 0), /no other title/],
  ] as const)('is not found where that leads to %s, and this is said', async (_name, answer, words) => {
    const harness = await worked([notThere, answer]);
    expect(paths(harness)).toHaveLength(2);
    expect(counts(harness)).toEqual([0, 0, 0]);
    const [said, ...others] = harness.telemetry.eventsOf('job-not-found');
    expect([said?.jobId, said?.code, others.length]).toEqual([jobId, 'tmdb_34', 0]);
    expect(said?.detail).toMatch(words);
  });

  it('is found under one other id, however often that is named', async () => {
    expect(paths(await worked([notThere, found(600, 550, 550), jsonAnswer(200, wholeMovie())]))).toHaveLength(3);
  });

  it('is not found where the other one is not there either', async () => {
    const harness = await worked([notThere, found(550), notThere]);
    expect(paths(harness)).toHaveLength(3);
    expect(harness.telemetry.eventsOf('job-not-found')).toHaveLength(1);
    expect(counts(harness)).toEqual([0, 0, 0]);
  });

  it.each([
    ['the search', [notThere, tmdbError(503, 9)]],
    ['the search without an answer', [notThere, noResponse('timeout')]],
    ['the search with another answer', [notThere, jsonAnswer(200, { results: [] })]],
    ['the other title', [notThere, found(550), tmdbError(503, 9)]],
  ])('starts over later when %s fails', async (_name, script) => {
    const harness = await worked(script);
    expect(counts(harness)).toEqual([0, 1, 0]);
    expect(JSON.parse(harness.jobs.bodies[0] ?? '')).toMatchObject({ id: 600, imdbId: 'tt0137523', attempt: 1 });
  });

  it('is deferred when the gate lets it call no further', async () => {
    const closed = { kind: 'refused', code: 'breaker_open', detail: 'not now', retryInMs: 15_000 } as const;
    const harness = fetchHarness([notThere]);
    await harness.work(JSON.stringify(gone), 60_000, scriptedGate(go, closed));
    expect(paths(harness)).toEqual(['/movie/600']);
    expect(counts(harness)).toEqual([0, 1, 0]);
  });

  it.each([
    ['is not known at IMDb', { ...gone, imdbId: undefined }],
    ['was asked for in one language', { ...gone, details: undefined }],
  ])('is not looked for where it %s', async (_name, job) => {
    const harness = await worked([notThere], job);
    expect(paths(harness)).toEqual(['/movie/600']);
    expect(harness.telemetry.eventsOf('job-not-found')).toHaveLength(1);
  });

  it('is retried where something in between says 404', async () => {
    const html = { kind: 'response', status: 404, body: '<html>', retryAfter: undefined } as const;
    const harness = await worked([html]);
    expect(new Set(paths(harness))).toEqual(new Set(['/movie/600']));
    expect(counts(harness)).toEqual([0, 1, 0]);
  });

  it.each(['tt12', 'nm0000093', 'tt1234567890123', 7, ''])('is refused with an id that is none: %j', async (imdbId) => {
    const harness = await worked([notThere], { ...gone, imdbId: imdbId as string });
    expect(harness.deadLetters.sent[0]?.attributes?.detail).toMatch(/^imdbId: /);
  });
});

describe('a whole title that is too large', () => {
  const large = noResponse('answer_too_large');

  it('is fetched without its credits, which stay unknown', async () => {
    const { credits: _credits, ...others } = wholeMovie();
    const job = { ...gone, id: 550 };
    const harness = await worked([large, jsonAnswer(200, others)], job);
    const asked = harness.tmdb.requests.map(({ query }) => (query.append_to_response ?? '').split(','));
    expect(asked[0]?.filter((part) => !asked[1]?.includes(part))).toEqual(['credits']);
    const [item] = harness.items.bodies.map((body) => parseMessage(itemDetailsSchema, body));
    expect(Object.keys(item?.parts ?? {})).not.toContain('credits');
    expect(Object.keys(item?.parts ?? {})).toHaveLength(7);
  });

  it('is a series without its aggregated credits', async () => {
    const series = { ...gone, mediaType: 'tv', id: 1396 } as const;
    const harness = await worked([large, jsonAnswer(200, wholeSeries({ aggregate_credits: undefined }))], series);
    expect(harness.tmdb.requests[1]?.query.append_to_response).not.toContain('credits');
    expect(counts(harness)).toEqual([1, 0, 0]);
  });

  it('is a dead letter that says so when it stays too large', async () => {
    const young = await worked([large]);
    expect(young.telemetry.eventsOf('job-deferred')).toMatchObject([{ code: 'answer_too_large' }]);
    const old = await worked([large], {
      ...gone,
      attempt: 130,
      waitedSeconds: defaultSettings.tmdb.maxAgeHours * 3_600 + 1,
    });
    expect(counts(old)).toEqual([0, 0, 1]);
    expect(old.deadLetters.sent[0]?.attributes).toMatchObject({ reason: 'too-old', code: 'answer_too_large' });
  });
});
