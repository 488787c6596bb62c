import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/shared/core/errors.ts';
import { messageBody } from '../../src/shared/queues/parse-message.ts';
import { type WriterBatchDependencies, writerBatch } from '../../src/writer/writer-batch.ts';
import { type CallHook, failing, noHook } from '../support/call-hook.ts';
import { rejectionOf } from '../support/caught.ts';
import { memoryWriter } from '../support/deliver-pages.ts';
import { recordingQueue } from '../support/recording-queue.ts';
import { samplePage, sampleTitle } from '../support/sample-messages.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const page = (n: number) =>
  messageBody(samplePage({ jobId: `job-${n}`, page: n, pages: 9, titles: [sampleTitle({ id: n, rank: n })] }));
const malformed = '{"kind":"item-title","version":1,"jobId":"job-bad"}';
const throttled = Object.assign(new Error('the table is throttled'), {
  name: 'ProvisionedThroughputExceededException',
});
const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

function writer(hook: CallHook = noHook, over: Partial<WriterBatchDependencies> = {}) {
  const clock = virtualClock({ autoJump: true });
  const [tables, deadLetters] = [memoryWriter(hook), recordingQueue()];
  const deps = { ...tables, deadLetters, clock, ...over };
  const startedMs = clock.monotonicMs();
  const deliver = async (...bodies: string[]) => {
    const event = { Records: bodies.map((body, n) => ({ messageId: `m${n}`, body })) };
    const answer = await writerBatch(deps)(event, () => 90_000 - (clock.monotonicMs() - startedMs));
    return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  const failures = () =>
    tables.telemetry.eventsOf('job-failed').map(({ jobId, code, detail }) => ({ jobId, code, detail }));
  return { ...tables, clock, deadLetters, deliver, failures };
}

const tableAway = failing(({ name }) => (name === 'readPresent' ? refused : undefined));

describe('a batch of the item queue', () => {
  it('is done when its pages are in the table and its malformed messages in the dead-letter queue', async () => {
    const own = writer();
    expect(await own.deliver(page(1), malformed, 'no JSON', page(2))).toEqual([]);
    expect(own.heads.all()).toMatchObject([{ pagesApplied: [1, 2] }]);
    expect(own.deadLetters.sent.map(({ body }) => body)).toEqual([malformed, 'no JSON']);
  });

  it('gives back what applying reports as failed, and only that, with the code of the cause', async () => {
    const own = writer(failing(({ key }) => (key === '2\nmovie' ? throttled : undefined)));
    expect(await own.deliver(page(1), page(2), malformed)).toEqual(['m1']);
    const detail = '2 movie: the table is throttled';
    expect(own.failures()).toEqual([{ jobId: 'job-2', code: 'ProvisionedThroughputExceededException', detail }]);
  });

  it('keeps the codes of the pipeline’s own errors', async () => {
    const raced = new RetryableError('head_contended', 'the head changed twenty times');
    const own = writer(failing(({ name }) => (name === 'replaceHead' ? raced : undefined)));
    expect(await own.deliver(page(1))).toEqual(['m0']);
    expect(own.failures()).toMatchObject([{ code: 'head_contended' }]);
  });

  it('reads no title again that an earlier batch of the process has seen', async () => {
    const own = writer();
    const apply = writerBatch(own);
    const event = { Records: [{ messageId: 'm', body: page(1) }] };
    await apply(event, () => 90_000);
    await apply(event, () => 90_000);
    // Half a unit for each row read, and a whole one for the head: the page and its title first, then the page alone.
    expect(own.telemetry.eventsOf('batch-written').map(({ readUnits }) => readUnits)).toEqual([2, 1.5]);
  });

  it('is not thrown when the table is away: a malformed message is dead-lettered once over all deliveries', async () => {
    const own = writer(tableAway);
    let open = [page(1), malformed, page(2)];
    for (let delivery = 1; delivery <= 3; delivery += 1) {
      const failed = await own.deliver(...open);
      open = open.filter((_body, n) => failed.includes(`m${n}`));
    }
    expect(open).toEqual([page(1), page(2)]);
    expect(own.deadLetters.sent.map(({ body }) => body)).toEqual([malformed]);
    expect(own.failures().slice(0, 2)).toEqual([
      { jobId: 'job-1', code: 'ECONNREFUSED', detail: 'connect ECONNREFUSED' },
      { jobId: 'job-2', code: 'ECONNREFUSED', detail: 'connect ECONNREFUSED' },
    ]);
  });

  it('is answered before its invocation is over, also by a table that does not answer', async () => {
    const own = writer(async (_call, act) => {
      await own.clock.sleep(600_000);
      return act();
    });
    expect(await own.deliver(page(1), malformed)).toEqual(['m0']);
    expect(own.clock.monotonicMs()).toBeLessThan(90_000);
    expect(own.failures()).toMatchObject([{ jobId: 'job-1', code: 'out_of_time' }]);
  });

  it('gives back a malformed message that the dead-letter queue does not take; the others are applied', async () => {
    const own = writer();
    own.deadLetters.failWith(refused);
    expect(await own.deliver(malformed, page(1))).toEqual(['m0']);
    expect(own.failures()).toMatchObject([{ jobId: 'job-bad', code: 'ECONNREFUSED' }]);
    expect(own.heads.all()).toMatchObject([{ pagesApplied: [1] }]);
  });

  it('loses no row to one that cannot be built', async () => {
    const own = writer(noHook, {
      pace: {
        waitFor: async ({ mediaId }) => {
          if (mediaId === '1') {
            throw new RangeError('a row of no size');
          }
        },
      },
    });
    expect(await own.deliver(page(1), page(2))).toEqual(['m0']);
    expect(own.failures()).toMatchObject([{ jobId: 'job-1', code: 'unexpected', detail: '1 movie: a row of no size' }]);
  });

  it('fails no page for changes that could not be counted', async () => {
    const own = writer(noHook, { changes: () => Promise.reject(refused) });
    expect(await own.deliver(page(1))).toEqual([]);
    expect(own.telemetry.warnings).toMatchObject([{ facts: { code: 'ECONNREFUSED' } }]);
  });

  it('stores what was counted when it is over, however it ended', async () => {
    let flushes = 0;
    const flush = async () => {
      flushes += 1;
    };
    await writer(noHook, { flush }).deliver(page(1));
    await writer(tableAway, { flush }).deliver(page(1));
    expect(flushes).toBe(2);
  });

  it.each([undefined, null, {}, { Records: 7 }, { Records: [{ body: '{}' }] }])(
    'is refused in one sentence when it is none: %j',
    async (event) => {
      const { deadLetters, clock, ...tables } = writer();
      const apply = writerBatch({ ...tables, deadLetters, clock });
      expect(await rejectionOf(apply(event, () => 90_000))).toMatchObject({ code: 'not_a_batch' });
    },
  );
});
