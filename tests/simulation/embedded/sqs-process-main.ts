/** The SQS emulator in a process of its own: says when it listens, tells on request what its queues hold. */
import { startEmbeddedSqs } from '../../../src/local/embedded-sqs.ts';
import type { QueueDefinition } from '../../../src/shared/queues/queue-definitions.ts';

const [dataDir, portText, queuesJson] = process.argv.slice(2);
const queues = JSON.parse(queuesJson ?? '[]') as QueueDefinition[];
const sqs = await startEmbeddedSqs(queues, { port: Number(portText), dataDir });

process.on('disconnect', () => process.exit(0));
process.on('message', async ({ id, ask }: { id: number; ask: 'depths' | 'stop' }) => {
  if (ask === 'stop') {
    await sqs.stop();
    process.exit(0);
  }
  const names = queues.flatMap(({ name, deadLetterName }) => [name, deadLetterName]);
  process.send?.({ id, depths: Object.fromEntries(names.map((name) => [name, sqs.inspect(name).length])) });
});
process.send?.({ id: 0 });
