import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmbeddedSqs } from '../../src/local/embedded-sqs.ts';
import { arnOf } from '../../src/local/stack-endpoints.ts';
import type { QueueDefinition } from '../../src/shared/queues/queue-definitions.ts';
import { sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { rejectionOf } from '../support/caught.ts';
import { outsideAddresses, tryToConnect } from '../support/local-addresses.ts';
import { testFolder } from '../support/scratch-folder.ts';

const queue: QueueDefinition = {
  name: 'jobs',
  deadLetterName: 'jobs-dlq',
  visibilityTimeoutSeconds: 77,
  maxReceiveCount: 6,
  retentionSeconds: 4 * 86_400,
  deadLetterRetentionSeconds: 14 * 86_400,
};

async function start(options: { port?: number; dataDir?: string; queues?: QueueDefinition[] } = {}) {
  const { port = 0, dataDir, queues = [queue] } = options;
  const server = await startEmbeddedSqs(queues, { port, dataDir });
  const client = sqsClient({ endpoint: server.endpoint, region: 'us-east-1' });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    client.destroy();
    stopped ??= server.stop();
    return stopped;
  };
  onTestFinished(stop);
  const QueueUrl = server.queueUrl('jobs');
  return {
    ...server,
    stop,
    client,
    port: Number(new URL(server.endpoint).port),
    send: (MessageBody: string, DelaySeconds = 0) =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds })),
    receive: async () => (await client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0],
    attributes: async (name: string) => {
      const command = new GetQueueAttributesCommand({ QueueUrl: server.queueUrl(name), AttributeNames: ['All'] });
      return (await client.send(command)).Attributes ?? {};
    },
  };
}

describe('embedded SQS', () => {
  it('cannot be reached by another address of this machine', async (context) => {
    const others = outsideAddresses();
    context.skip(others.length === 0, 'this machine has no address but loopback');
    const { endpoint, port } = await start();
    expect(endpoint).toBe(`http://127.0.0.1:${port}`);
    expect(await Promise.all(others.map((host) => tryToConnect(host, port)))).toEqual(others.map(() => 'ECONNREFUSED'));
  });

  it('has the queues with the attributes of their definitions', async () => {
    const { attributes } = await start();
    const jobs = await attributes('jobs');
    expect(jobs).toMatchObject({ VisibilityTimeout: '77', MessageRetentionPeriod: '345600', QueueArn: arnOf('jobs') });
    expect(JSON.parse(jobs.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: (await attributes('jobs-dlq')).QueueArn,
      maxReceiveCount: 6,
    });
    expect((await attributes('jobs-dlq')).MessageRetentionPeriod).toBe('1209600');
  });

  it('shows what a queue holds without receiving it', async () => {
    const { send, receive, inspect } = await start();
    await send('received');
    await receive();
    await send('ready');
    await send('delayed', 60);
    const held = [
      { body: 'ready', state: 'ready' },
      { body: 'delayed', state: 'delayed' },
      { body: 'received', state: 'inflight' },
    ];
    expect(inspect('jobs')).toEqual(held);
    expect(inspect('jobs')).toEqual(held);
    expect(inspect('jobs-dlq')).toEqual([]);
    expect(inspect('no-such-queue')).toEqual([]);
  });

  it('keeps messages and queues below a data folder; what somebody had received is there to be received again', async () => {
    const dataDir = testFolder();
    const first = await start({ dataDir });
    await first.send('received');
    await first.receive();
    await first.send('deleted');
    const { ReceiptHandle } = (await first.receive()) ?? {};
    await first.client.send(new DeleteMessageCommand({ QueueUrl: first.queueUrl('jobs'), ReceiptHandle }));
    await first.send('ready');
    await first.send('delayed', 60);
    await first.stop();

    const second = await start({ dataDir });
    expect(new Set(second.inspect('jobs'))).toEqual(
      new Set([
        { body: 'ready', state: 'ready' },
        { body: 'received', state: 'ready' },
        { body: 'delayed', state: 'delayed' },
      ]),
    );
    const bodies = [(await second.receive())?.Body, (await second.receive())?.Body];
    expect(bodies.sort()).toEqual(['ready', 'received']);
    const { RedrivePolicy = '' } = await second.attributes('jobs');
    expect(JSON.parse(RedrivePolicy)).toEqual({ deadLetterTargetArn: arnOf('jobs-dlq'), maxReceiveCount: 6 });
  });

  it.each(['one by one', 'as a batch'])(
    'keeps what is released %s: it comes again at once, and after a restart',
    async (way) => {
      const dataDir = testFolder();
      const own = await start({ dataDir });
      const QueueUrl = own.queueUrl('jobs');
      const release = (ReceiptHandle: string | undefined) => {
        const change = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
        const Entries = [{ Id: '0', ReceiptHandle, VisibilityTimeout: 0 }];
        return way === 'one by one'
          ? own.client.send(new ChangeMessageVisibilityCommand(change)).then(() => [])
          : own.client
              .send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))
              .then(({ Failed = [] }) => Failed);
      };
      await own.send('released');
      for (let look = 1; look <= 3; look += 1) {
        const message = await own.receive();
        expect(message?.Body).toBe('released');
        expect(await release(message?.ReceiptHandle)).toEqual([]);
        expect(own.inspect('jobs')).toEqual([{ body: 'released', state: 'ready' }]);
      }
      await own.stop();
      const second = await start({ dataDir });
      const command = new ReceiveMessageCommand({ QueueUrl: second.queueUrl('jobs'), AttributeNames: ['All'] });
      const { Messages = [] } = await second.client.send(command);
      expect(Messages).toMatchObject([{ Body: 'released', Attributes: { ApproximateReceiveCount: '4' } }]);
    },
  );

  it('keeps what is sent to kept queues', async () => {
    const dataDir = testFolder();
    await (await start({ dataDir })).stop();
    const second = await start({ dataDir });
    await second.send('sent to a queue that was loaded');
    await second.stop();
    const third = await start({ dataDir });
    expect(third.inspect('jobs')).toEqual([{ body: 'sent to a queue that was loaded', state: 'ready' }]);
  });

  it('gives kept queues the attributes of today', async () => {
    const dataDir = testFolder();
    await (await start({ dataDir })).stop();
    const { attributes } = await start({
      dataDir,
      queues: [{ ...queue, maxReceiveCount: 9, visibilityTimeoutSeconds: 5 }],
    });
    const jobs = await attributes('jobs');
    expect(jobs.VisibilityTimeout).toBe('5');
    expect(JSON.parse(jobs.RedrivePolicy ?? '')).toMatchObject({ maxReceiveCount: 9 });
  });

  it('counts requests as they are billed: one for each 64 KB begun, of what is sent or of what is received', async () => {
    const { send, receive, billedRequests } = await start();
    const billedFor = async (act: () => Promise<unknown>) => {
      const before = billedRequests();
      await act();
      return billedRequests() - before;
    };
    expect(await billedFor(() => receive())).toBe(1);
    expect(await billedFor(() => send('x'.repeat(1_000)))).toBe(1);
    expect(await billedFor(() => receive())).toBe(1);
    expect(await billedFor(() => send('x'.repeat(150_000)))).toBe(3);
    expect(await billedFor(() => receive())).toBe(3);
  });

  it('refuses a port in use, and listens on one that is free', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await rejectionOf(start({ port }))).toMatchObject({ code: 'EADDRINUSE' });
    other.close();
    await once(other, 'close');
    expect((await start({ port })).port).toBe(port);
  });

  it('listens no longer when it is stopped', async () => {
    const { port, stop } = await start();
    await stop();
    expect(await tryToConnect('127.0.0.1', port)).toBe('ECONNREFUSED');
  });
});
