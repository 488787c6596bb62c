import { ReceiveMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedSqs, startEmbeddedSqs } from '../../../src/local/embedded-sqs.ts';
import { writeStackFile } from '../../../src/local/stack-file.ts';
import { itemPageSchema } from '../../../src/shared/queues/item-page.ts';
import { fetchQueue, itemQueue } from '../../../src/shared/queues/queue-definitions.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { sqsClient } from '../../../src/shared/tables/aws-clients.ts';
import { runJson, startCli } from '../../support/cli-process.ts';
import { applyAtOnce, memoryWriter } from '../../support/deliver-pages.ts';
import { samplePage, sampleTitle } from '../../support/sample-messages.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { until } from '../../support/until.ts';

const letters = 2_000;
const kills = 50;
/** Long enough for a batch, short enough that a test can wait for what a killed process held. */
const holdSeconds = '2';
const reasons = ['too-old', 'refused-by-tmdb', 'malformed', undefined] as const;
const folder = scratchFolder();
const queues = [fetchQueue(defaultSettings), itemQueue(defaultSettings)] as const;
const target = { region: 'us-east-1' };
let sqs: EmbeddedSqs;
let client: SQSClient;

const depthOf = (name: string) => sqs.inspect(name).length;
const [, items] = queues;
const arguments_ = [
  ...['dlq', 'replay', 'items', '--match', 'reason=too-old', 'reason=refused-by-tmdb'],
  ...['--rate', '500', '--hold-seconds', holdSeconds],
];

/** The n-th dead letter: a page with one title of its own; every fourth of each reason, one without (SQS moved it). */
function letter(n: number) {
  const reason = reasons[n % reasons.length];
  const titles = [sampleTitle({ id: n + 1, title: `Title ${n}`, rank: (n % 20) + 1 })];
  const page = samplePage({ jobId: `0badcafe/popular/movie/global/en-US/${n}`, titles });
  return { reason, body: reason === 'malformed' ? `broken ${n}` : JSON.stringify(page) };
}

async function layAll(dlqUrl: string): Promise<void> {
  const all = Array.from({ length: letters }, (_, n) => letter(n));
  for (let start = 0; start < all.length; start += 50) {
    await Promise.all(
      all.slice(start, start + 50).map(({ reason, body }) =>
        client.send(
          new SendMessageCommand({
            QueueUrl: dlqUrl,
            MessageBody: body,
            ...(reason && { MessageAttributes: { reason: { DataType: 'String', StringValue: reason } } }),
          }),
        ),
      ),
    );
  }
}

const jobNumber = /global\/en-US\/(\d+)"/;

/** Whether the n-th letter has one of the reasons that are replayed. */
function isChosen(n: string | undefined): boolean {
  return n !== undefined && Number(n) % reasons.length < 2;
}

/** Takes everything out of the item queue. */
async function drained(queueUrl: string): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 3_600 }),
    );
    if (Messages.length === 0) {
      return bodies;
    }
    bodies.push(...Messages.map(({ Body }) => Body ?? ''));
  }
}

beforeAll(async () => {
  sqs = await startEmbeddedSqs(queues, { port: 0, dataDir: undefined });
  client = sqsClient({ endpoint: sqs.endpoint, ...target });
  const [fetch] = queues;
  writeStackFile(
    {
      processId: process.pid,
      region: target.region,
      endpoints: { sqs: sqs.endpoint, dynamodb: 'http://127.0.0.1:1', tmdb: 'http://127.0.0.1:1' },
      fetchQueueUrl: sqs.queueUrl(fetch.name),
      fetchDlqUrl: sqs.queueUrl(fetch.deadLetterName),
      itemQueueUrl: sqs.queueUrl(items.name),
      itemDlqUrl: sqs.queueUrl(items.deadLetterName),
      catalogTable: 'none',
      controlTable: 'none',
    },
    `${folder}/.local/stack.json`,
  );
  await layAll(sqs.queueUrl(items.deadLetterName));
});

afterAll(async () => {
  client?.destroy();
  await sqs?.stop();
});

describe('a replay whose process is killed fifty times', () => {
  it('replays every chosen message, keeps every other one, and changes the table as one delivery would', async () => {
    const random = seededRandom(20261125);
    for (let kill = 0; kill < kills; kill += 1) {
      const before = depthOf(items.name);
      const sends = 1 + Math.floor(random.next() * 30);
      const replay = startCli([...arguments_, '--json'], { cwd: folder });
      let over = false;
      void replay.ended.then(() => {
        over = true;
      });
      await until('some messages are sent', () => over || depthOf(items.name) >= before + sends, 60_000);
      replay.signal('SIGKILL');
      await replay.ended;
    }
    const dlq = () => sqs.inspect(items.deadLetterName);
    // What a killed process held comes back when its hold is over.
    const chosenLeft = () => dlq().filter(({ body }) => isChosen(jobNumber.exec(body)?.[1])).length;
    let lastRuns = 0;
    while (lastRuns === 0 || chosenLeft() > 0) {
      lastRuns += 1;
      expect(lastRuns).toBeLessThan(10);
      expect(await runJson(arguments_, { cwd: folder })).toMatchObject({ failed: [] });
    }
    const bodies = await drained(sqs.queueUrl(items.name));
    const replayed = bodies.map((body) => itemPageSchema.parse(JSON.parse(body)));
    const chosen = Array.from({ length: letters }, (_, n) => n).filter((n) => isChosen(String(n)));
    const ids = replayed.map(({ titles }) => (titles[0]?.id ?? 0) - 1);
    expect(new Set(ids)).toEqual(new Set(chosen));
    const duplicates = ids.length - chosen.length;
    console.info(`${kills} kills: ${chosen.length} chosen, ${duplicates} replayed twice`);
    expect(duplicates).toBeLessThanOrEqual(kills);
    // Nothing else is lost or hidden.
    expect(
      dlq()
        .map(({ body }) => body)
        .sort(),
    ).toEqual(
      Array.from({ length: letters }, (_, n) => letter(n))
        .filter((_letter, n) => n % reasons.length >= 2)
        .map(({ body }) => body)
        .sort(),
    );
    expect((await drained(sqs.queueUrl(items.deadLetterName))).length).toBe(letters - chosen.length);
    const [once, asReplayed] = [memoryWriter(), memoryWriter()];
    await applyAtOnce(
      chosen.map((n) => itemPageSchema.parse(JSON.parse(letter(n).body))),
      once,
    );
    await applyAtOnce(replayed, asReplayed);
    expect(asReplayed.store.rows()).toEqual(once.store.rows());
  }, 400_000);
});
