import { createHash } from 'node:crypto';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { numbered, queueToHandler } from '../support/queue-to-handler.ts';
import { until } from '../support/until.ts';

const allGood = () => ({ batchItemFailures: [] });

describe('event source', () => {
  it('hands a message over as Lambda does', async () => {
    const { sqs, queueUrl, connect, event } = await queueToHandler(allGood);
    const client = sqsClient({ endpoint: sqs.endpoint, region: 'us-east-1' });
    const sentFromMs = Date.now();
    const sent = await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: '{"é":1}',
        MessageAttributes: {
          reason: { DataType: 'String', StringValue: 'too old' },
          age: { DataType: 'Number', StringValue: '7' },
        },
      }),
    );
    client.destroy();
    connect();
    const { Records } = await event(1);
    expect(Records).toEqual([
      {
        messageId: sent.MessageId,
        receiptHandle: expect.stringMatching(/.+/),
        body: '{"é":1}',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          reason: { dataType: 'String', stringValue: 'too old', stringListValues: [], binaryListValues: [] },
          age: { dataType: 'Number', stringValue: '7', stringListValues: [], binaryListValues: [] },
        },
        md5OfBody: createHash('md5').update('{"é":1}').digest('hex'),
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:jobs',
        awsRegion: 'us-east-1',
      },
    ]);
    expect(Number(Records[0]?.attributes.SentTimestamp)).toBeGreaterThanOrEqual(sentFromMs);
  });

  it('deletes what the function has done', async () => {
    const { sqs, send, connect, events } = await queueToHandler(allGood);
    await send('a', 'b', 'c');
    connect();
    await until('the queue is empty', () => sqs.inspect('jobs').length === 0);
    expect(events).toHaveLength(1);
  });

  it('waits for messages that come later', async () => {
    const { send, connect, event, bodies } = await queueToHandler(allGood);
    connect();
    await send('first');
    await event(1);
    await send('second');
    await event(2);
    expect(bodies()).toEqual([['first'], ['second']]);
  });

  it('gathers a batch beyond the ten of one call while its window is open', async () => {
    const { sqs, send, connect, event, bodies } = await queueToHandler(allGood);
    await send(...numbered(14));
    connect({ batchSize: 20, batchingWindowMs: 1_000 });
    await event(1);
    expect(bodies()).toEqual([numbered(14)]);
    await until('all fourteen are deleted', () => sqs.inspect('jobs').length === 0);
  });

  it('takes into the batch what comes before its window is over', async () => {
    const { sqs, send, connect, event, bodies } = await queueToHandler(allGood);
    await send('first');
    connect({ batchSize: 20, batchingWindowMs: 1_000 });
    await until('the first is received', () => sqs.inspect('jobs')[0]?.state === 'inflight');
    await send('second');
    await event(1);
    expect(bodies()).toEqual([['first', 'second']]);
  });

  it('invokes as soon as the batch is full, however long its window is', async () => {
    const { send, connect, event, bodies } = await queueToHandler(allGood);
    await send(...numbered(24));
    connect({ batchSize: 12, batchingWindowMs: 300_000 });
    await event(2);
    expect(bodies().map(({ length }) => length)).toEqual([12, 12]);
    expect(bodies().flat().sort()).toEqual(numbered(24));
  });

  it('never makes a batch larger than its size', async () => {
    const { send, connect, event, events, bodies } = await queueToHandler(allGood);
    await send(...numbered(7));
    connect({ batchSize: 3 });
    await until('all have come', () => bodies().flat().length === 7);
    await event(3);
    expect(Math.max(...events.map(({ Records }) => Records.length))).toBe(3);
  });

  it('has at most as many invocations under way as it may', async () => {
    const { promise: gate, resolve: release } = Promise.withResolvers<void>();
    let underWay = 0;
    let most = 0;
    const { sqs, send, connect, events } = await queueToHandler(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await gate;
      underWay -= 1;
      return allGood();
    });
    onTestFinished(() => release());
    await send(...numbered(6));
    const source = connect({ batchSize: 1, maximumConcurrency: 2 });
    await until('two are under way', () => source.activeInvocations() === 2);
    expect(sqs.inspect('jobs').filter(({ state }) => state === 'ready')).toHaveLength(4);
    release();
    // The queue is empty a moment before the source knows it.
    await until('all have ended', () => sqs.inspect('jobs').length === 0 && source.activeInvocations() === 0);
    expect(events).toHaveLength(6);
    expect(most).toBe(2);
  });

  it('finishes what is under way when it is stopped, and receives nothing more', async () => {
    const { promise: gate, resolve: release } = Promise.withResolvers<void>();
    const { sqs, send, connect, event, events, problems } = await queueToHandler(() => gate.then(allGood));
    onTestFinished(() => release());
    await send('under way', 'under way too');
    const source = connect({ batchSize: 1, maximumConcurrency: 3 });
    await event(2);
    let stopped = false;
    const stopping = source.stop().then(() => {
      stopped = true;
    });
    await send('too late');
    expect(stopped).toBe(false);
    expect(source.activeInvocations()).toBe(2);
    release();
    await stopping;
    expect(sqs.inspect('jobs').map(({ body }) => body)).toEqual(['too late']);
    expect(events).toHaveLength(2);
    expect(problems).toEqual([]);
  });

  it('is stopped at once while it waits for messages', async () => {
    const { connect, receives, events, problems } = await queueToHandler(allGood);
    const source = connect({ maximumConcurrency: 3 });
    await until('all three wait', () => receives() === 3);
    await source.stop();
    expect(events).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('hands over what it has gathered when it is stopped before its window is over', async () => {
    const { send, connect, receives, bodies } = await queueToHandler(allGood);
    await send('early');
    const source = connect({ batchSize: 100, batchingWindowMs: 300_000 });
    await until('the first is received, and more is waited for', () => receives() === 2);
    await source.stop();
    expect(bodies()).toEqual([['early']]);
  });
});
