import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { goodAnswer, inTurn, tmdbSays } from '../support/http-faults.ts';
import { startHttpServer, type TestHttpServer } from '../support/http-server.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { fetchEvent, startTappedWorker, type TappedWorker } from '../support/tapped-worker.ts';

let tapped: TappedWorker;
let tmdb: TestHttpServer;
beforeAll(async () => {
  [tapped, tmdb] = await Promise.all([startTappedWorker(), startHttpServer(goodAnswer)]);
});
beforeEach(async () => {
  await tapped.closeBreaker();
  tmdb.answerWith(goodAnswer);
});
afterAll(async () => {
  await Promise.all([tapped.stop(), tmdb.close()]);
});

const job = (page: number) => {
  const jobId = `0badcafe/popular/movie/global/en-US/${page}`;
  return JSON.stringify(sampleJob({ jobId, page, firstSeenAt: new Date().toISOString() }));
};
const counts = () => ({
  items: tapped.held('items').length,
  deferred: tapped.held('fetch').length,
  dead: tapped.held('fetchDeadLetters').length,
});
const nowhere = 'http://127.0.0.1:9/000000000000/none';

/** The worker's bundle as Lambda runs it, over real queues, a real table and HTTP. */
describe('the worker’s handler', () => {
  it('has no failure to report when every message of a batch ended, whichever way', async () => {
    const worker = tapped.open(`${tmdb.baseUrl}/3`, 'token');
    tmdb.answerWith(inTurn(goodAnswer, tmdbSays(404, 34), tmdbSays(422, 20), goodAnswer));
    const before = counts();
    const answer = await worker.invoke(fetchEvent(job(1), 'no job', job(2), job(3), job(4)));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(counts()).toEqual({ items: before.items + 3, deferred: before.deferred, dead: before.dead + 2 });
    expect(tapped.held('fetchDeadLetters')).toContain('no job');
  });

  it('reports those, and only those, whose page could not be sent', async () => {
    const worker = tapped.open(tmdb.baseUrl, 'token', { ITEM_QUEUE_URL: nowhere });
    const wrong = tmdbSays(422, 20);
    tmdb.answerWith((response, request) => (request.url?.includes('page=1') ? wrong : goodAnswer)(response, request));
    const answer = await worker.invoke(fetchEvent('no job', job(1), job(2)));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-2' }] });
  });

  it('reports a batch of which nothing could be sent, and does not throw', async () => {
    const worker = tapped.open(tmdb.baseUrl, 'token', { ITEM_QUEUE_URL: nowhere, FETCH_DLQ_URL: nowhere });
    const answer = await worker.invoke(fetchEvent('no job', job(1), '{}'));
    const { batchItemFailures } = answer as { batchItemFailures: { itemIdentifier: string }[] };
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(['m-0', 'm-1', 'm-2']);
  });

  it('sends back with a delay what the next invocation must not call for', async () => {
    const worker = tapped.open(tmdb.baseUrl, 'token');
    tmdb.answerWith(tmdbSays(401, 7));
    const before = counts();
    await worker.invoke(fetchEvent(job(1)));
    const seen = tmdb.seen.length;
    expect(await worker.invoke(fetchEvent(job(2), job(3)))).toEqual({ batchItemFailures: [] });
    expect(tmdb.seen.length).toBe(seen);
    expect(counts()).toEqual({ ...before, deferred: before.deferred + 3 });
    const deferrals = tapped.held('fetch').map((body) => (JSON.parse(body) as { attempt: number }).attempt);
    expect(deferrals.slice(-3)).toEqual([1, 1, 1]);
  });
});
