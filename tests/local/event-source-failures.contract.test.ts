import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { failing, numbered, queueToHandler } from '../support/queue-to-handler.ts';
import { until } from '../support/until.ts';

const receiveCounts = (event: SQSEvent) =>
  Object.fromEntries(event.Records.map(({ body, attributes }) => [body, attributes.ApproximateReceiveCount]));

describe('event source when a function fails', () => {
  it('deletes what succeeded; what failed comes again after its visibility time-out, and at last is a dead letter', async () => {
    const { sqs, send, connect, event, events } = await queueToHandler((event) => failing(event, 'b'), {
      visibilityTimeoutSeconds: 1,
      maxReceiveCount: 2,
    });
    await send('a', 'b', 'c');
    connect();
    await event(1);
    await until('a and c are deleted', () => sqs.inspect('jobs').length === 1);
    expect(sqs.inspect('jobs')).toEqual([{ body: 'b', state: 'inflight' }]);
    expect(receiveCounts(await event(2))).toEqual({ b: '2' });
    await until('b is a dead letter', () => sqs.inspect('jobs-dlq').length === 1);
    expect(sqs.inspect('jobs-dlq')).toEqual([{ body: 'b', state: 'ready' }]);
    expect(sqs.inspect('jobs')).toEqual([]);
    expect(events.map(receiveCounts)).toEqual([{ a: '1', b: '1', c: '1' }, { b: '2' }]);
  });

  it('that fails part of a batch beyond ten has exactly the rest deleted', async () => {
    const failed = ['message 02', 'message 11', 'message 14'];
    const { sqs, send, connect, event } = await queueToHandler((event) => failing(event, ...failed));
    await send(...numbered(14));
    connect({ batchSize: 14, batchingWindowMs: 300_000 });
    await event(1);
    await until('the rest is deleted', () => sqs.inspect('jobs').length === 3);
    expect(
      sqs
        .inspect('jobs')
        .map(({ body }) => body)
        .sort(),
    ).toEqual(failed);
  });

  it('that throws has nothing deleted, and says so; the whole batch comes again', async () => {
    const { sqs, send, connect, event, problems } = await queueToHandler(
      (event, call) => {
        if (call === 1) {
          throw new Error('tmdb-worker: the execution environment ended');
        }
        return failing(event);
      },
      { visibilityTimeoutSeconds: 1 },
    );
    await send('a', 'b');
    connect({ batchingWindowMs: 300_000, batchSize: 2 });
    expect(receiveCounts(await event(2))).toEqual({ a: '2', b: '2' });
    expect(problems).toEqual(['tmdb-worker: the execution environment ended']);
    await until('the queue is empty', () => sqs.inspect('jobs').length === 0);
  });

  it.each([
    ['a text', 'done'],
    ['a number', 7],
    ['no list', { batchItemFailures: 'all' }],
    ['a list of texts', { batchItemFailures: ['a'] }],
    ['another key', { batchItemFailures: [{ id: 'a' }] }],
    ['an identifier of null', { batchItemFailures: [{ itemIdentifier: null }] }],
  ])('that answers with %s has failed with its whole batch', async (_what, answer) => {
    const { sqs, send, connect, problems } = await queueToHandler(() => answer);
    await send('a', 'b');
    connect();
    await until('the failure is told', () => problems.length > 0);
    expect(sqs.inspect('jobs')).toHaveLength(2);
  });

  it.each([
    ['empty', ''],
    ['of another message', '00000000-0000-0000-0000-000000000000'],
  ])('that names an identifier that is %s has failed with its whole batch', async (_what, itemIdentifier) => {
    const { sqs, send, connect, problems } = await queueToHandler(() => ({ batchItemFailures: [{ itemIdentifier }] }));
    await send('a', 'b');
    connect();
    await until('the batch has an end', () => problems.length > 0 || sqs.inspect('jobs').length === 0);
    expect(sqs.inspect('jobs')).toHaveLength(2);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['no failures', { batchItemFailures: [] }],
  ])('that answers with %s has done its whole batch', async (_what, answer) => {
    const { sqs, send, connect, problems } = await queueToHandler(() => answer);
    await send('a', 'b');
    connect();
    await until('the queue is empty', () => sqs.inspect('jobs').length === 0);
    expect(problems).toEqual([]);
  });

  it.each([
    ['an empty object', {}],
    ['null in place of the list', { batchItemFailures: null }],
  ])('that answers with %s has done its whole batch', async (_what, answer) => {
    const { sqs, send, connect, problems } = await queueToHandler(() => answer);
    await send('a', 'b');
    connect();
    await until('the batch has an end', () => problems.length > 0 || sqs.inspect('jobs').length === 0);
    expect(problems).toEqual([]);
  });

  it('goes on when its queue cannot be received from', async () => {
    const { sqs, connect, problems } = await queueToHandler(() => undefined);
    const source = connect({ queueUrl: sqs.queueUrl('no-such-queue') });
    await until('it has tried twice', () => problems.length >= 2);
    expect(new Set(problems).size).toBe(1);
    expect(problems[0]).not.toContain('\n');
    await source.stop();
  });
});
