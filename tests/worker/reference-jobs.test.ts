import { describe, expect, it } from 'vitest';
import { jobSchema, type ReferenceJob } from '../../src/shared/queues/fetch-job.ts';
import { itemSchema } from '../../src/shared/queues/item-page.ts';
import { parseMessage } from '../../src/shared/queues/parse-message.ts';
import { fetchHarness, scriptedGate } from '../support/fetch-harness.ts';
import { sampleImages, sampleReferenceJob } from '../support/sample-messages.ts';
import { jsonAnswer, noResponse, type ScriptedAnswer, tmdbError } from '../support/scripted-tmdb.ts';

const images = {
  secure_base_url: 'https://image.tmdb.org/t/p/',
  poster_sizes: ['w92', 'w500', 'original'],
  backdrop_sizes: ['w300', 'original'],
  profile_sizes: ['w45', 'h632', 'original'],
  logo_sizes: ['w45', 'original'],
  still_sizes: ['w92', 'original'],
};
const configuration = jsonAnswer(200, { images });
const providers = jsonAnswer(200, {
  results: [
    { provider_id: 8, provider_name: 'Netflix ', logo_path: '/n.jpg', display_priorities: { US: 0 } },
    { provider_id: 9, provider_name: 'Elsewhere', logo_path: '/e.jpg', display_priorities: { FR: 0 } },
  ],
});
const seriesServices = { what: 'tv-services', jobId: '0badcafe/reference/tv-services' } as const;

async function worked(script: readonly ScriptedAnswer[], over: Partial<ReferenceJob> = {}) {
  const harness = fetchHarness(script);
  await harness.work(JSON.stringify(sampleReferenceJob(over)));
  return harness;
}

const counts = ({ items, jobs, deadLetters }: ReturnType<typeof fetchHarness>) => ({
  items: items.sent.length,
  jobs: jobs.sent.length,
  deadLetters: deadLetters.sent.length,
});

describe('a job for reference data', () => {
  it('asks where images are, and sends it to the writer', async () => {
    const harness = await worked([configuration]);
    expect(harness.tmdb.requests).toEqual([{ path: '/configuration', query: {} }]);
    expect(harness.items.bodies.map((body) => parseMessage(itemSchema, body))).toEqual([
      {
        kind: 'item-reference',
        version: 1,
        jobId: '0badcafe/reference/configuration',
        runId: '0badcafe',
        fetchedAt: '2026-11-23T08:00:00.000Z',
        reference: { what: 'configuration', images: sampleImages() },
      },
    ]);
    expect(harness.telemetry.eventsOf('page-fetched')).toMatchObject([{ rows: 1, rejected: 0 }]);
    expect(harness.telemetry.eventsOf('tmdb-call')).toMatchObject([{ attempt: 1, outcome: 'ok' }]);
  });

  it('asks for the services of a kind, and sends those of the kept countries', async () => {
    const harness = await worked([providers], seriesServices);
    expect(harness.tmdb.requests).toEqual([{ path: '/watch/providers/tv', query: { language: 'en-US' } }]);
    expect(harness.items.bodies.map((body) => parseMessage(itemSchema, body))).toMatchObject([
      {
        reference: {
          what: 'tv-services',
          countries: ['US'],
          services: [{ id: 8, name: 'Netflix', logoPath: '/n.jpg' }],
        },
      },
    ]);
  });

  it.each([
    ['in an outage', tmdbError(503, 9), { items: 0, jobs: 1, deadLetters: 0 }],
    ['without an answer', noResponse('timeout'), { items: 0, jobs: 1, deadLetters: 0 }],
    ['whose answer is something else', jsonAnswer(200, { results: [] }), { items: 0, jobs: 1, deadLetters: 0 }],
    ['whose answer is wrong for TMDB', tmdbError(422, 5), { items: 0, jobs: 0, deadLetters: 1 }],
    ['that TMDB does not know', tmdbError(404, 34), { items: 0, jobs: 0, deadLetters: 0 }],
  ] as const)('%s ends in one place', async (_name, answer, expected) => {
    expect(counts(await worked([answer]))).toEqual(expected);
    expect(counts(await worked([answer], seriesServices))).toEqual(expected);
  });

  it('is deferred by the gate like any other, as the same job', async () => {
    const harness = fetchHarness([configuration]);
    const gate = scriptedGate({ kind: 'refused', code: 'breaker_open', detail: 'not now', retryInMs: 15_000 });
    await harness.work(JSON.stringify(sampleReferenceJob()), 60_000, gate);
    expect(harness.tmdb.requests).toEqual([]);
    expect(parseMessage(jobSchema, harness.jobs.bodies[0] ?? '')).toEqual(
      sampleReferenceJob({ attempt: 1, waitedSeconds: harness.jobs.sent[0]?.delaySeconds }),
    );
  });

  it('is dead once it is too old, or names what there is not', async () => {
    const old = await worked([tmdbError(503, 9)], { attempt: 130, waitedSeconds: 6 * 3_600 + 1 });
    expect(old.deadLetters.sent[0]?.attributes).toMatchObject({ reason: 'too-old', code: 'tmdb_9' });
    const odd = await worked([configuration], { what: 'mood' as 'configuration' });
    expect(odd.deadLetters.sent[0]?.attributes).toMatchObject({ reason: 'malformed' });
    expect(odd.tmdb.requests).toEqual([]);
  });
});
