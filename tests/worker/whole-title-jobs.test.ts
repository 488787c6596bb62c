import { describe, expect, it } from 'vitest';
import { titleJobSchema } from '../../src/shared/queues/fetch-job.ts';
import { itemDetailsSchema } from '../../src/shared/queues/item-page.ts';
import { parseMessage } from '../../src/shared/queues/parse-message.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { fetchHarness } from '../support/fetch-harness.ts';
import { sampleTitleJob } from '../support/sample-messages.ts';
import { jsonAnswer, type ScriptedAnswer, tmdbError } from '../support/scripted-tmdb.ts';
import { wholeMovie, wholeSeries } from '../support/tmdb-details.ts';

const settings = { ...defaultSettings, regions: [{ region: 'DE', language: 'de-DE' }] };
const jobId = '0badcafe/title/movie/550/details';
const film = sampleTitleJob({ jobId, details: true, language: 'en-US' });

async function worked(script: readonly ScriptedAnswer[], job = film) {
  const harness = fetchHarness(script, { settings });
  await harness.work(JSON.stringify(job));
  return harness;
}

/** The one message that was sent to the writer. */
function sentBy({ items }: ReturnType<typeof fetchHarness>) {
  expect(items.sent).toHaveLength(1);
  return parseMessage(itemDetailsSchema, items.bodies[0] ?? '');
}

describe('a job for a whole title', () => {
  it('is one call with all parts, in the default language', async () => {
    const { tmdb } = await worked([jsonAnswer(200, wholeMovie())]);
    expect(tmdb.requests).toEqual([
      {
        path: '/movie/550',
        query: {
          language: 'en-US',
          append_to_response:
            'keywords,credits,external_ids,release_dates,watch/providers,videos,recommendations,translations',
          include_video_language: 'en,null',
        },
      },
    ]);
  });

  it('says that somebody waits for its end, in its message or, where TMDB does not know it, in the event', async () => {
    const awaited = { ...film, awaited: true as const };
    expect(sentBy(await worked([jsonAnswer(200, wholeMovie())], awaited)).awaited).toBe(true);
    expect(sentBy(await worked([jsonAnswer(200, wholeMovie())])).awaited).toBeUndefined();
    const absent = await worked([tmdbError(404, 34)], awaited);
    expect(absent.telemetry.eventsOf('job-not-found')).toMatchObject([{ jobId, awaited: true }]);
    const [unawaited] = (await worked([tmdbError(404, 34)])).telemetry.eventsOf('job-not-found');
    expect(unawaited).not.toHaveProperty('awaited');
  });

  it('becomes one message with the cards of all configured languages and the parts', async () => {
    const harness = await worked([jsonAnswer(200, wholeMovie())]);
    const item = sentBy(harness);
    expect(item).toMatchObject({
      kind: 'item-details',
      jobId,
      mediaType: 'movie',
      id: 550,
      fetchedAt: '2026-11-23T08:00:00.000Z',
    });
    expect(item.cards.map(({ language, title }) => [language, title])).toEqual([
      ['en-US', 'Fight Club'],
      ['de-DE', 'Der Kampfklub'],
    ]);
    expect(Object.keys(item.parts)).toHaveLength(8);
    expect(item.parts.certifications).toEqual({ certifications: { DE: '18' } });
    expect(harness.telemetry.eventsOf('page-fetched')).toEqual([
      { event: 'page-fetched', runId: '0badcafe', jobId, rows: 1, rejected: 0, persons: 0 },
    ]);
  });

  it('is about a series as about a film', async () => {
    const series = { ...film, jobId: '0badcafe/title/tv/1396/details', mediaType: 'tv', id: 1396 } as const;
    const harness = await worked([jsonAnswer(200, wholeSeries())], series);
    expect(harness.tmdb.requests[0]?.query.append_to_response).toContain('aggregate_credits');
    expect(sentBy(harness).parts.base?.series?.seasons).toBe(5);
  });

  it('sends what is known where a part is missing, and is done', async () => {
    const harness = await worked([jsonAnswer(200, wholeMovie({ credits: undefined, keywords: undefined }))]);
    const { parts } = sentBy(harness);
    expect(Object.keys(parts)).not.toContain('credits');
    expect(Object.keys(parts)).toHaveLength(6);
    expect(harness.jobs.sent).toHaveLength(0);
  });

  it('is retried when the answer is about another title', async () => {
    const harness = await worked([jsonAnswer(200, wholeMovie({ id: 551 })), jsonAnswer(200, wholeMovie())]);
    expect(harness.tmdb.requests).toHaveLength(2);
    expect(sentBy(harness).id).toBe(550);
  });

  it('removes nothing when TMDB does not know the title', async () => {
    const harness = await worked([tmdbError(404, 34)]);
    expect([harness.items.sent, harness.jobs.sent, harness.deadLetters.sent].map(({ length }) => length)).toEqual([
      0, 0, 0,
    ]);
    expect(harness.telemetry.eventsOf('job-not-found')).toHaveLength(1);
  });

  it('says what was cut', async () => {
    const translations = { translations: [{ iso_639_1: 'de', iso_3166_1: 'DE', data: { title: 'x'.repeat(600) } }] };
    const harness = await worked([jsonAnswer(200, wholeMovie({ translations }))]);
    expect(harness.telemetry.eventsOf('answer-cut')).toEqual([
      { event: 'answer-cut', subject: jobId, losses: { 'title-too-long': 1 } },
    ]);
  });

  it('is a job like any other to earlier builds, which ignore that it is about the whole title', () => {
    expect(titleJobSchema.omit({ details: true }).parse(film)).toEqual(sampleTitleJob({ jobId, language: 'en-US' }));
  });
});
