import { describe, expect, it } from 'vitest';
import { workerBatch } from '../../src/worker/worker-batch.ts';
import { rejectionOf } from '../support/caught.ts';
import { fetchHarness } from '../support/fetch-harness.ts';
import { recordingQueue } from '../support/recording-queue.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { jsonAnswer, scriptedTmdb, tmdbError } from '../support/scripted-tmdb.ts';
import { listPage, movieRow } from '../support/tmdb-rows.ts';

const job = (n: number) => JSON.stringify(sampleJob({ jobId: `job-${n}` }));
const malformed = '{"kind":"fetch-job","jobId":"job-bad"}';
const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

function worker(over: Parameters<typeof fetchHarness>[1] = {}) {
  const harness = fetchHarness([jsonAnswer(200, listPage(movieRow()))], over);
  const deliver = async (...bodies: string[]) => {
    const event = { Records: bodies.map((body, n) => ({ messageId: `m${n}`, body })) };
    const answer = await workerBatch(harness.dependencies)(event, () => 60_000);
    return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  const failures = () => harness.telemetry.eventsOf('job-failed').map(({ jobId, code }) => ({ jobId, code }));
  return { ...harness, deliver, failures };
}

/** An item queue that does not take what is of one job. */
function itemsWithout(jobId: string, error: unknown) {
  const items = recordingQueue();
  const sendOne = (body: string) => (body.includes(jobId) ? Promise.reject(error) : items.send(body));
  return {
    ...items,
    sendEach: (messages: readonly { body: string }[]) => Promise.allSettled(messages.map(({ body }) => sendOne(body))),
  };
}

describe('a batch of the fetch queue', () => {
  it('is done when each message has an end', async () => {
    const own = worker();
    expect(await own.deliver(job(1), malformed, 'no JSON')).toEqual([]);
    expect(own.items.sent).toHaveLength(1);
    expect(own.deadLetters.bodies).toEqual([malformed, 'no JSON']);
  });

  it('tells what is known of the rate, once', async () => {
    const own = worker();
    await own.deliver(job(1), job(2));
    expect(own.telemetry.eventsOf('rate-seen')).toMatchObject([
      { configuredPerSecond: 30, perSecond: 30, ceilingPerSecond: null, answers: 2, refusals: 0 },
    ]);
  });

  it('gives back the one whose page could not be sent, and only that, with the code of the cause', async () => {
    const own = worker({ items: itemsWithout('job-2', refused) });
    expect(await own.deliver(job(1), job(2), malformed)).toEqual(['m1']);
    expect(own.failures()).toEqual([{ jobId: 'job-2', code: 'ECONNREFUSED' }]);
    expect(own.deadLetters.bodies).toEqual([malformed]);
  });

  it('is not thrown when nothing could be sent', async () => {
    const own = worker();
    own.items.failWith(refused);
    own.deadLetters.failWith(refused);
    expect((await own.deliver(job(1), malformed)).sort()).toEqual(['m0', 'm1']);
  });

  it('is not thrown for what is thrown without being an error', async () => {
    const own = worker({ items: itemsWithout('job-2', null) });
    expect(await own.deliver(job(1), job(2))).toEqual(['m1']);
    expect(own.failures()).toEqual([{ jobId: 'job-2', code: 'unexpected' }]);
  });

  it('has failures of its own when two are worked on at once', async () => {
    const own = worker({ items: itemsWithout('job-2', refused) });
    expect(await Promise.all([own.deliver(job(2)), own.deliver(job(1))])).toEqual([['m0'], []]);
  });

  it('sends its pages in requests of ten', async () => {
    const own = worker();
    expect(await own.deliver(...Array.from({ length: 23 }, (_, n) => job(n)))).toEqual([]);
    expect(own.items.batches).toEqual([10, 10, 3]);
    expect(new Set(own.items.bodies.map((body) => JSON.parse(body).jobId)).size).toBe(23);
  });

  it('sends pages that were not found with the others', async () => {
    const own = worker({ tmdb: scriptedTmdb(tmdbError(404, 34), jsonAnswer(200, listPage(movieRow()))) });
    await own.deliver(job(1), job(2));
    expect(own.items.batches).toEqual([2]);
  });

  it('sends back in one request what cannot be done now', async () => {
    const own = worker({ tmdb: scriptedTmdb(tmdbError(503, 9)) });
    expect(await own.deliver(job(1), job(2), malformed)).toEqual([]);
    expect(own.jobs.batches).toEqual([2]);
    expect(own.jobs.sent.every(({ delaySeconds }) => delaySeconds > 0)).toBe(true);
  });

  it('sends what it has when its time is over, and each job only once', async () => {
    const own = worker();
    const bodies = Array.from({ length: 9 }, (_, n) => job(n));
    const startedMs = own.clock.monotonicMs();
    const { requestTimeoutMs } = own.dependencies.settings.tmdb;
    // Enough for some of the slots only.
    const totalMs = requestTimeoutMs + 2_000 + 150;
    const event = { Records: bodies.map((body, n) => ({ messageId: `m${n}`, body })) };
    const left = () => totalMs - (own.clock.monotonicMs() - startedMs);
    expect(await workerBatch(own.dependencies)(event, left)).toEqual({ batchItemFailures: [] });
    const sent = [...own.items.bodies, ...own.jobs.bodies].map((body) => JSON.parse(body).jobId);
    expect(sent.sort()).toEqual(bodies.map((body) => JSON.parse(body).jobId).sort());
    expect(own.items.bodies.length).toBeGreaterThan(1);
    expect(own.jobs.bodies.length).toBeGreaterThan(1);
    expect(left()).toBeGreaterThan(2_000);
  });

  it('is answered in time when what was counted cannot be stored', async () => {
    const { dependencies, clock } = worker();
    const startedMs = clock.monotonicMs();
    const flush = () => new Promise<void>(() => undefined);
    const remainingMs = () => 60_000 - (clock.monotonicMs() - startedMs);
    const event = { Records: [{ messageId: 'm0', body: job(1) }] };
    const answered = workerBatch({ ...dependencies, flush })(event, remainingMs);
    await clock.advance(60_000);
    expect(await answered).toEqual({ batchItemFailures: [] });
  });

  it('is refused in one sentence when it is none', async () => {
    const { dependencies } = worker();
    expect(await rejectionOf(workerBatch(dependencies)({ Records: [7] }, () => 60_000))).toMatchObject({
      code: 'not_a_batch',
    });
  });
});
