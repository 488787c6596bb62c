import { ReceiveMessageCommand, type SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedSqs, startEmbeddedSqs } from '../../../src/local/embedded-sqs.ts';
import { RetryableError } from '../../../src/shared/core/errors.ts';
import { messageBody } from '../../../src/shared/queues/parse-message.ts';
import { sqsMessageSender } from '../../../src/shared/queues/sqs-message-sender.ts';
import { sqsClient } from '../../../src/shared/tables/aws-clients.ts';
import { rejectionOf } from '../../support/caught.ts';
import { brokenSenderContract, messageSenderContract } from '../../support/message-sender-contract.ts';
import { recordingQueue } from '../../support/recording-queue.ts';
import { type Refusal, type RefusingQueue, startRefusingQueue } from '../../support/refusing-queue.ts';
import { constantRandom } from '../../support/seeded-random.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { virtualQueue } from '../../support/virtual-queue.ts';

describe('on a queue that keeps what it is sent', () => {
  const open = async () => {
    const [sender, broken] = [recordingQueue(), recordingQueue()];
    broken.failWith(new Error('by script'));
    return { sender, broken, held: () => [...sender.bodies] };
  };
  messageSenderContract(open);
  brokenSenderContract(open);
});

describe('on virtual time', () => {
  messageSenderContract(async () => {
    const sender = virtualQueue(virtualClock());
    return { sender, held: sender.held };
  });
});

describe('on the embedded SQS', () => {
  let sqs: EmbeddedSqs;
  let queues = 0;
  beforeAll(async () => {
    const definitions = Array.from({ length: 30 }, (_, n) => ({
      name: `queue-${n}`,
      deadLetterName: `queue-${n}-dlq`,
      visibilityTimeoutSeconds: 30,
      maxReceiveCount: 5,
      retentionSeconds: 3600,
      deadLetterRetentionSeconds: 3600,
    }));
    sqs = await startEmbeddedSqs(definitions, { port: 0, dataDir: undefined });
  });
  afterAll(() => sqs.stop());

  const open = async () => {
    const name = `queue-${queues}`;
    queues += 1;
    const client = sqsClient({ endpoint: sqs.endpoint, region: 'us-east-1' });
    const senderTo = (url: string) => sqsMessageSender(client, url, virtualClock(), constantRandom(0.5));
    return {
      name,
      client,
      sender: senderTo(sqs.queueUrl(name)),
      held: () => sqs.inspect(name).map(({ body }) => body),
      broken: senderTo(sqs.queueUrl('no-such-queue')),
    };
  };

  messageSenderContract(open);
  brokenSenderContract(open);

  it('delays a message when asked to, and no other', async () => {
    const { name, sender } = await open();
    await sender.send('{"n":1}', { delaySeconds: 60 });
    await sender.send('{"n":2}', { delaySeconds: 0 });
    await sender.send('{"n":3}');
    const states = Object.fromEntries(sqs.inspect(name).map(({ body, state }) => [body, state]));
    expect(states).toEqual({ '{"n":1}': 'delayed', '{"n":2}': 'ready', '{"n":3}': 'ready' });
  });

  it('delays those of a batch that ask for it', async () => {
    const { name, sender } = await open();
    await sender.sendEach([{ body: '1', delaySeconds: 60 }, { body: '2', delaySeconds: 0 }, { body: '3' }]);
    const states = Object.fromEntries(sqs.inspect(name).map(({ body, state }) => [body, state]));
    expect(states).toEqual({ 1: 'delayed', 2: 'ready', 3: 'ready' });
  });

  it('sends attributes as texts', async () => {
    const { name, client, sender } = await open();
    await sender.send('{}', { attributes: { reason: 'too-old', detail: 'Überraschung' } });
    const { Messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: sqs.queueUrl(name), MessageAttributeNames: ['All'] }),
    );
    expect(Messages?.[0]?.MessageAttributes).toMatchObject({
      reason: { DataType: 'String', StringValue: 'too-old' },
      detail: { DataType: 'String', StringValue: 'Überraschung' },
    });
  });

  it.each(['🎬', '𠮷野家', '\uffff'])('takes a title with %s in it', async (title) => {
    const { sender, held } = await open();
    await sender.send(messageBody({ title }));
    expect(held().map((body) => JSON.parse(body))).toEqual([{ title }]);
  });
});

describe('with a queue that refuses entries', () => {
  let queue: RefusingQueue | undefined;
  afterEach(async () => {
    await queue?.stop();
  });

  const busy: Refusal = { code: 'ServiceUnavailable', senderFault: false };
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => `body ${n}`);
  const open = async (refuse: Parameters<typeof startRefusingQueue>[0]) => {
    queue = await startRefusingQueue(refuse);
    const clock = virtualClock({ autoJump: true });
    const client = sqsClient({ endpoint: queue.endpoint, region: 'us-east-1' });
    return { queue, clock, sender: sqsMessageSender(client, queue.url, clock, constantRandom(0.5)) };
  };
  const byteSize = (texts: readonly string[]) => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

  it('splits after ten messages, and sends a batch whole where nothing is refused', async () => {
    const opened = await open(() => undefined);
    await opened.sender.sendAll(numbered(23));
    expect(opened.queue.batches().map((batch) => batch.length)).toEqual([10, 10, 3]);
    expect(opened.queue.taken).toEqual(numbered(23));
    expect(opened.clock.askedDelaysMs).toEqual([]);
  });

  it('splits before a batch is larger than 1 MiB, counting bytes, not characters', async () => {
    const opened = await open(() => undefined);
    const quarter = (n: number) => `${n}${'ü'.repeat(131_071)}x`;
    const bodies = [0, 1, 2, 3, 4].map(quarter);
    expect(byteSize(bodies)).toBe(5 * 262_144);
    await opened.sender.sendAll([...bodies, '']);
    expect(opened.queue.batches()).toEqual([bodies.slice(0, 4), [bodies[4], '']]);
    expect(Math.max(...opened.queue.batches().map(byteSize))).toBe(1_048_576);
  });

  it('gives a message of its own size a batch of its own', async () => {
    const opened = await open(() => undefined);
    const huge = 'x'.repeat(1_048_576);
    await opened.sender.sendAll(['first', huge, 'last']);
    expect(opened.queue.batches()).toEqual([['first'], [huge], ['last']]);
  });

  it('sends the refused again, and only those', async () => {
    const opened = await open((body, before) =>
      (body === 'body 0' && before < 1) || (body === 'body 14' && before < 3) ? busy : undefined,
    );
    await opened.sender.sendAll(numbered(15));
    expect([...opened.queue.taken].sort()).toEqual(numbered(15).sort());
    expect(opened.queue.batches().slice(2)).toEqual([['body 0', 'body 14'], ['body 14'], ['body 14']]);
  });

  it('waits twice as long before each round, less than a second before the first', async () => {
    const opened = await open((_body, before) => (before < 3 ? busy : undefined));
    await opened.sender.sendAll(['one']);
    const [first = 0, second = 0, third = 0] = opened.clock.askedDelaysMs;
    expect(opened.clock.askedDelaysMs).toHaveLength(3);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(1000);
    expect([second / first, third / second]).toEqual([2, 2]);
  });

  it('gives up after four rounds in a row that take nothing, and says how many were not taken', async () => {
    const opened = await open((body) => (body === 'body 3' || body === 'body 11' ? busy : undefined));
    const error = await rejectionOf(opened.sender.sendAll(numbered(12)));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'send_incomplete', message: expect.stringContaining('2 of 12 messages') });
    expect(opened.queue.batches()).toHaveLength(2 + 4);
    expect(opened.queue.taken).toHaveLength(10);
  });

  it('names what is refused for good also where others were refused for a while, until the end', async () => {
    const opened = await open((body) => {
      const isBad = body === 'body 2';
      return isBad ? { code: 'InvalidMessageContents', senderFault: true } : body === 'body 3' ? busy : undefined;
    });
    const error = await rejectionOf(opened.sender.sendAll(numbered(12)));
    expect(error).toBeInstanceOf(RetryableError);
    const { message } = error as Error;
    expect(message).toMatch(
      /1 of 12 messages were not accepted .*ServiceUnavailable.*; refused permanently: .*InvalidMessageContents/,
    );
    expect(opened.queue.taken).toHaveLength(10);
  });

  it('does not repeat what was the sender’s fault', async () => {
    const opened = await open(() => ({ code: 'InvalidMessageContents', senderFault: true }));
    const error = await rejectionOf(opened.sender.sendAll(numbered(2)));
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(RetryableError);
    expect((error as Error).message).toContain('InvalidMessageContents');
    expect(opened.queue.batches()).toHaveLength(1);
    expect(opened.clock.askedDelaysMs).toEqual([]);
  });

  it.each([
    'ThrottlingException',
    'Throttling',
    'RequestThrottled',
    'RequestThrottledException',
    'KmsThrottled',
    'KMS.ThrottlingException',
    'OverLimit',
    'AWS.SimpleQueueService.OverLimit',
    'com.amazonaws.sqs#RequestThrottled',
    'TooManyRequestsException',
    'SlowDown',
    'RequestLimitExceeded',
    'ServiceUnavailable',
  ])('repeats an entry that is refused for a while although SQS calls it the sender’s fault: %s', async (code) => {
    const opened = await open((body, before) =>
      before === 0 && body === 'body 1' ? { code, senderFault: true } : undefined,
    );
    await opened.sender.sendAll(numbered(3));
    expect([...opened.queue.taken].sort()).toEqual(numbered(3));
    expect(opened.queue.batches()).toEqual([numbered(3), ['body 1']]);
  });

  it('names what will never be taken, once all the others were sent', async () => {
    const job = (n: number) => JSON.stringify({ jobId: `run/popular/movie/${n}` });
    const bodies = [...numbered(9), job(1), job(2), ...numbered(3)];
    const opened = await open((body, before) =>
      body === job(2) ? { code: 'InvalidMessageContents', senderFault: true } : before === 0 ? busy : undefined,
    );
    const error = await rejectionOf(opened.sender.sendAll(bodies));
    expect(error).toMatchObject({
      code: 'send_refused',
      message: expect.stringContaining('run/popular/movie/2: InvalidMessageContents'),
    });
    expect([...opened.queue.taken].sort()).toEqual(bodies.filter((body) => body !== job(2)).sort());
  });

  describe('each message of which has an outcome of its own', () => {
    const each = (bodies: readonly string[]) => bodies.map((body) => ({ body }));
    const bad: Refusal = { code: 'InvalidMessageContents', senderFault: true };

    it('says which were not accepted, and why', async () => {
      const opened = await open((body) => (body === 'body 1' ? bad : body === 'body 12' ? busy : undefined));
      const outcomes = await opened.sender.sendEach(each(numbered(14)));
      const failed = outcomes.flatMap((outcome, n) => (outcome.status === 'rejected' ? [[n, outcome.reason]] : []));
      expect(failed).toMatchObject([
        [1, { code: 'send_refused', message: expect.stringContaining('InvalidMessageContents') }],
        [12, { code: 'send_incomplete', message: expect.stringContaining('ServiceUnavailable') }],
      ]);
      expect(failed.map(([, reason]) => reason instanceof RetryableError)).toEqual([false, true]);
      expect([...opened.queue.taken].sort()).toEqual(
        numbered(14)
          .filter((body) => body !== 'body 1' && body !== 'body 12')
          .sort(),
      );
    });

    it('sends again what was refused for a while, and gives up within a second of waiting', async () => {
      const opened = await open((body, before) => (body === 'body 3' && before < 2 ? busy : undefined));
      expect(await opened.sender.sendEach(each(numbered(5)))).toEqual(
        numbered(5).map(() => ({ status: 'fulfilled', value: undefined })),
      );
      expect(opened.queue.batches()).toEqual([numbered(5), ['body 3'], ['body 3']]);
      const hopeless = await open(() => busy);
      await hopeless.sender.sendEach(each(numbered(2)));
      expect(hopeless.queue.batches()).toHaveLength(2);
      expect(hopeless.clock.monotonicMs()).toBeLessThan(1_000);
    });

    it('fails all messages of a call that fails, and of no other call', async () => {
      const down = new Error('down');
      const client = {
        send: async ({ input }: SendMessageBatchCommand) => {
          const entries = input.Entries ?? [];
          return entries.length === 10 ? Promise.reject(down) : { Successful: entries.map(({ Id }) => ({ Id })) };
        },
      } as unknown as SQSClient;
      const sender = sqsMessageSender(client, 'http://queue', virtualClock({ autoJump: true }), constantRandom(0.5));
      const outcomes = await sender.sendEach(each(numbered(12)));
      expect(outcomes.slice(0, 10)).toEqual(numbered(10).map(() => ({ status: 'rejected', reason: down })));
      expect(outcomes.slice(10).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    });

    it('does not fail what was accepted before a call failed', async () => {
      const down = new Error('down');
      const answers = [{ Successful: [{ Id: '0' }], Failed: [{ Id: '1', Code: 'InternalError' }] }];
      const client = { send: async () => answers.shift() ?? Promise.reject(down) } as unknown as SQSClient;
      const sender = sqsMessageSender(client, 'http://queue', virtualClock({ autoJump: true }), constantRandom(0.5));
      expect(await sender.sendEach(each(['a', 'b']))).toEqual([
        { status: 'fulfilled', value: undefined },
        { status: 'rejected', reason: down },
      ]);
    });

    it('holds for any subset of refusals', async () => {
      const scripts = {
        taken: () => undefined,
        'taken later': (before: number) => (before === 0 ? busy : undefined),
        busy: () => busy,
        bad: () => bad,
      } as const;
      const names = Object.keys(scripts) as (keyof typeof scripts)[];
      const fates = fc.array(fc.constantFrom(...names), { maxLength: 25 });
      await fc.assert(
        fc.asyncProperty(fates, async (all) => {
          const opened = await open((body, before) => scripts[all[Number(body)] ?? 'taken'](before));
          const outcomes = await opened.sender.sendEach(each(all.map((_, n) => String(n))));
          await opened.queue.stop();
          const isTaken = (fate: string) => fate === 'taken' || fate === 'taken later';
          expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(all.map(isTaken));
          expect(opened.queue.taken.map(Number).sort()).toEqual(
            all.flatMap((fate, n) => (isTaken(fate) ? [n] : [])).sort(),
          );
        }),
        { numRuns: 25 },
      );
    });
  });

  it('sends again what the answer does not name', async () => {
    const answers = [
      { Successful: [{ Id: '0' }], Failed: [{ Id: 'other', Code: 'InternalError', SenderFault: false }] },
      { Successful: [{ Id: '0' }] },
    ];
    const sent: (string | undefined)[][] = [];
    const client = {
      send: async ({ input }: SendMessageBatchCommand) => {
        sent.push((input.Entries ?? []).map(({ MessageBody }) => MessageBody));
        return answers.shift();
      },
    } as unknown as SQSClient;
    await sqsMessageSender(client, 'http://queue', virtualClock({ autoJump: true }), constantRandom(0.5)).sendAll([
      'a',
      'b',
    ]);
    expect(sent).toEqual([['a', 'b'], ['b']]);
  });

  it('passes on what the SDK says when a whole call fails', async () => {
    const down = Object.assign(new Error('The specified queue does not exist'), { name: 'QueueDoesNotExist' });
    const client = { send: async () => Promise.reject(down) } as unknown as SQSClient;
    const sender = sqsMessageSender(client, 'http://queue', virtualClock({ autoJump: true }), constantRandom(0.5));
    expect(await rejectionOf(sender.sendAll(['a']))).toBe(down);
  });
});
