import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/shared/core/errors.ts';
import { arbitraryText } from '../support/arbitrary-text.ts';
import { rejectionOf } from '../support/caught.ts';
import { fetchHarness } from '../support/fetch-harness.ts';
import { isSqsText } from '../support/recording-queue.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { jsonAnswer, tmdbError } from '../support/scripted-tmdb.ts';

const jobId = '0badcafe/popular/movie/global/en-US/1';
const failedAt = '2026-11-23T08:00:00.000Z';
const oldJob = JSON.stringify(sampleJob({ attempt: 130, waitedSeconds: 6 * 3_600 + 1 }));

describe('a dead letter', () => {
  it('of a job that TMDB refuses says why', async () => {
    const harness = fetchHarness([tmdbError(400, 22)]);
    const body = `  ${JSON.stringify(sampleJob())}\n`;
    await harness.work(body);
    const attributes = {
      reason: 'refused-by-tmdb',
      code: 'tmdb_22',
      detail: 'HTTP 400: message of code 22',
      jobId,
      failedAt,
    };
    expect(harness.deadLetters.sent).toEqual([{ body, delaySeconds: 0, attributes }]);
    const { failedAt: _failedAt, ...death } = attributes;
    expect(harness.telemetry.eventsOf('job-dead-lettered')).toEqual([{ event: 'job-dead-lettered', ...death }]);
  });

  it('of a job that is too old says what kept it', async () => {
    const harness = fetchHarness([tmdbError(503, 9)]);
    await harness.work(oldJob);
    expect(harness.deadLetters.sent).toMatchObject([
      {
        body: oldJob,
        attributes: {
          reason: 'too-old',
          code: 'tmdb_9',
          detail: 'HTTP 503: message of code 9, after 5 calls',
          jobId,
          failedAt: '2026-11-23T08:00:01.875Z',
        },
      },
    ]);
  });

  it.each([
    ['no JSON', 'page 1, please', 'the message body is not JSON', 'unknown'],
    ['a member short', '{"kind":"fetch-job","jobId":"j-1"}', /^version: /, 'j-1'],
    ['of another version', JSON.stringify({ ...sampleJob(), version: 2 }), /^version: /, jobId],
    ['of another kind', JSON.stringify({ ...sampleJob(), kind: 'item-page' }), /^kind: /, jobId],
    ['with a page too many', JSON.stringify(sampleJob({ page: 501 })), /^page: /, jobId],
    ['a list', '[]', /./, 'unknown'],
    ['null', 'null', /./, 'unknown'],
    ['a number for an id', '{"jobId":17}', /./, 'unknown'],
  ])('of a message that is %s names what is wrong, and no call is made', async (_name, body, detail, id) => {
    const harness = fetchHarness([]);
    await harness.work(body);
    const expected = typeof detail === 'string' ? detail : expect.stringMatching(detail);
    expect(harness.deadLetters.sent).toEqual([
      {
        body,
        delaySeconds: 0,
        attributes: { reason: 'malformed', code: 'malformed_message', detail: expected, jobId: id, failedAt },
      },
    ]);
    expect(harness.tmdb.requests).toEqual([]);
    expect(harness.telemetry.eventsOf('job-dead-lettered')).toHaveLength(1);
  });

  it('keeps any message byte for byte that a queue can hold', async () => {
    const anyBody = fc.oneof(
      arbitraryText(200, 1),
      fc.json(),
      fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc
        .dictionary(fc.constantFrom('kind', 'version', 'page', 'feed', 'other'), fc.jsonValue())
        .map((o) => JSON.stringify(o)),
    );
    await fc.assert(
      fc.asyncProperty(anyBody.filter(isSqsText), async (body) => {
        const harness = fetchHarness([]);
        await harness.work(body);
        expect(harness.deadLetters.sent).toHaveLength(1);
        expect(Buffer.from(harness.deadLetters.sent[0]?.body ?? '')).toEqual(Buffer.from(body));
        expect(Object.keys(harness.deadLetters.sent[0]?.attributes ?? {}).sort()).toEqual([
          'code',
          'detail',
          'failedAt',
          'jobId',
          'reason',
        ]);
        expect(harness.jobs.sent).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('has texts that an attribute can hold, whatever control characters TMDB’s words or the id have', async () => {
    const words = { status_code: 20, status_message: 'line\r\n\t\u0000\u0007\u009f end 映画' };
    const harness = fetchHarness([jsonAnswer(422, words)]);
    await harness.work(JSON.stringify(sampleJob({ jobId: 'a\u0001b\nc' })));
    expect(harness.deadLetters.sent[0]?.attributes).toMatchObject({
      jobId: 'a b c',
      detail: 'HTTP 422: line       end 映画',
    });
  });

  it('has texts of bounded length', async () => {
    const harness = fetchHarness([]);
    await harness.work(JSON.stringify({ jobId: 'x'.repeat(200_000) }));
    expect(harness.deadLetters.sent[0]?.attributes.jobId).toHaveLength(500);
  });

  it('is logged with texts of bounded length', async () => {
    const harness = fetchHarness([]);
    await harness.work(JSON.stringify({ jobId: 'x'.repeat(200_000) }));
    expect(JSON.stringify(harness.telemetry.events).length).toBeLessThan(2_000);
  });

  it('is not written when the dead-letter queue takes nothing: the message stays where it is', async () => {
    for (const body of ['no job', oldJob]) {
      const full = new RetryableError('send_failed', 'the queue did not take it');
      const harness = fetchHarness([tmdbError(503, 9)]);
      harness.deadLetters.failWith(full);
      expect(await rejectionOf(harness.work(body))).toBe(full);
      expect(harness.telemetry.eventsOf('job-dead-lettered')).toEqual([]);
    }
  });

  it.each([
    ['half a pair in the id', '{"jobId":"\\ud83c"}'],
    ['a non-character in the id', '{"jobId":"\\uffff"}'],
    ['an emoji across the cut', JSON.stringify({ jobId: `${'x'.repeat(499)}🎬` })],
  ])('is written for a message with %s', async (_name, body) => {
    const harness = fetchHarness([]);
    await harness.work(body);
    expect(harness.deadLetters.bodies).toEqual([body]);
  });

  it('is written when TMDB’s words hold half a pair', async () => {
    const harness = fetchHarness([jsonAnswer(422, { status_code: 20, status_message: 'bad \ud83c' })]);
    await harness.work();
    expect(harness.deadLetters.sent).toHaveLength(1);
  });
});
