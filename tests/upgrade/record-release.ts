/**
 * `node tests/upgrade/record-release.ts COMMIT [--output FOLDER]`: runs the release of that commit on an embedded stack until tables, queues and dead-letter
 * queues hold something of every kind, kills it, and writes what it left to tests/fixtures/previous-release/COMMIT.jsonl. The release is
 * operated by its own command line alone, so any commit can be recorded that has these commands and needs no other packages.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { startEmbeddedSqs } from '../../src/local/embedded-sqs.ts';
import type { StackEndpoints } from '../../src/local/stack-endpoints.ts';
import { hourMs } from '../../src/shared/core/clock.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { fetchQueue, itemQueue } from '../../src/shared/queues/queue-definitions.ts';
import { sqsMessageSource } from '../../src/shared/queues/sqs-message-source.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { dynamoClient, sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { clockSkewedBy } from '../support/clock-skewed-by.ts';
import { repositoryRoot } from '../support/shared-data.ts';
import { dumpTables, scanAll } from '../support/table-dump.ts';
import { until } from '../support/until.ts';
import { countMessages } from './queue-count.ts';
import { type RecordedMessage, type Recording, recordingsFolder, recordingText } from './recording.ts';
import { startUpgradeTmdb, type UpgradeTmdb } from './upgrade-tmdb.ts';

const malformed = '{"kind":"fetch-job","version":1,"jobId":"cut off';

/** The checked-out release, and the folder in which its commands run and keep their data. */
type Release = { checkout: string; folder: string; environment: Record<string, string> };

/** Starts a command of the release; its clock is off by `skewMs`. */
function start(release: Release, args: readonly string[], skewMs = 0) {
  const program = join(release.checkout, 'src/cli/main.ts');
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...clockSkewedBy(skewMs), program, ...args],
    {
      cwd: release.folder,
      env: release.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
}

/** Runs a command to its end. Exit code 1 is a result too: some of what is asked for does not exist. */
async function run(release: Release, args: readonly string[], skewMs?: number): Promise<void> {
  const child = start(release, args, skewMs);
  child.stdout.resume();
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0 && code !== 1) {
    throw new Error(`${args.join(' ')} ended with ${code}`);
  }
}

/** Runs `local` while `act` works with it, and ends it by `signal`. */
async function withLocal(
  release: Release,
  settings: object,
  signal: NodeJS.Signals,
  act: (stack: StackEndpoints) => Promise<void>,
): Promise<void> {
  const file = join(release.folder, 'settings.json');
  writeFileSync(file, JSON.stringify(settings));
  const child = start(release, ['local', '--json', '--no-catch-up', '--data-dir', 'data', '--settings', file]);
  const ended = once(child, 'exit');
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    await act(JSON.parse(line) as StackEndpoints);
  } finally {
    child.kill(signal);
    await ended;
  }
}

/** Reads over HTTP, whose counts a container stores once its window is over; the window is made short for that. */
async function readUntilCounted(stack: StackEndpoints, paths: readonly string[]): Promise<void> {
  await until('reads of lists and titles were counted', async () => {
    for (const path of paths) {
      await (await fetch(`${stack.endpoints.http}${path}`)).arrayBuffer();
    }
    const ids = await controlIds(stack);
    return ids.some((id) => /^usage#.*#feeds/.test(id)) && ids.some((id) => /^usage#.*#titles/.test(id));
  });
}

/** The ids of all items of the control table. */
async function controlIds(stack: StackEndpoints): Promise<string[]> {
  const client = dynamoClient({ endpoint: stack.endpoints.dynamodb, region: stack.region });
  const items = await scanAll(client, stack.controlTable);
  client.destroy();
  return items.map(({ id }) => String(id));
}

async function send(stack: StackEndpoints, QueueUrl: string, MessageBody: string): Promise<void> {
  const client = sqsClient({ endpoint: stack.endpoints.sqs, region: stack.region });
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  client.destroy();
}

const popular = ['enqueue', '--category', 'popular', '--media', 'movie'];

/** A good day: lists, titles and reads; lists that TMDB refuses or does not have; messages that are none. */
async function fill(release: Release, tmdb: UpgradeTmdb): Promise<void> {
  // So long ago that trending lists are stale by now.
  await run(release, ['run', 'daily', '--data-dir', 'data'], -5 * hourMs);
  await withLocal(release, { reader: { usage: { windowSeconds: 1 } } }, 'SIGINT', async (stack) => {
    for (const region of ['FR', 'IT', 'DE']) {
      await run(release, [...popular, '--region', region, '--wait']);
    }
    await send(stack, stack.fetchQueueUrl, malformed);
    await send(stack, stack.itemQueueUrl, malformed);
    const [first] = tmdb.rows('/movie/popular', 1);
    await run(release, ['read', 'list', 'popular', 'movie']);
    await run(release, ['read', 'list', 'trending', 'movie']);
    await run(release, ['read', 'title', 'movie', String(first?.id)]);
    await run(release, ['read', 'title', 'movie', '4242']);
    await readUntilCounted(stack, ['/v1/lists/popular/movie', `/v1/titles/movie/${first?.id}`]);
    await until('two fetch jobs and a page are dead letters', async () => {
      return (await countMessages(stack, 'fetchDlqUrl')) === 2 && (await countMessages(stack, 'itemDlqUrl')) === 1;
    });
    await until(
      'the queues are empty',
      async () => (await countMessages(stack, 'fetchQueueUrl')) + (await countMessages(stack, 'itemQueueUrl')) === 0,
    );
  });
}

/** TMDB goes away, and the release is killed in the middle of its work: pages wait for the writer, deferred jobs for TMDB. */
async function interrupt(release: Release, tmdb: UpgradeTmdb): Promise<void> {
  const slowWriter = { writer: { batchingWindowSeconds: 300 } };
  await withLocal(release, slowWriter, 'SIGKILL', async (stack) => {
    const [first] = tmdb.rows('/movie/popular', 1);
    await run(release, [...popular, '--force']);
    await run(release, ['read', 'title', 'tv', '4243']);
    await until(
      'a page and a title wait for the writer',
      async () => (await countMessages(stack, 'itemQueueUrl')) >= 2,
    );
    tmdb.goAway();
    await run(release, ['enqueue', '--category', 'trending', '--media', 'tv', '--force']);
    await run(release, [...popular, '--region', 'GB,ES,PT']);
    await run(release, ['read', 'title', 'movie', String(first?.id), '--language', 'de-DE']);
    await until(
      'all jobs were deferred, one of them again',
      async () =>
        (await countMessages(stack, 'fetchQueueUrl', ['Delayed'])) >= 5 &&
        (await controlIds(stack)).some((id) => id.startsWith('deferred#')),
      120_000,
    );
  });
}

/** What is left in the data folder. */
async function leftIn(dataDir: string): Promise<Omit<Recording, 'commit' | 'stoppedAtMs'>> {
  const [fetch, items] = [fetchQueue(defaultSettings), itemQueue(defaultSettings)];
  const sqs = await startEmbeddedSqs([fetch, items], { port: 0, dataDir: join(dataDir, 'sqs') });
  const client = sqsClient({ endpoint: sqs.endpoint, region: 'us-east-1' });
  const waiting = (name: string) => sqs.inspect(name).map(({ body }): RecordedMessage => ({ body }));
  const dead = async (name: string): Promise<RecordedMessage[]> => {
    const received = await sqsMessageSource(client, sqs.queueUrl(name)).receive(60);
    return received.map(({ body, attributes }) => ({ body, attributes }));
  };
  const [fetchJobs, pages] = [waiting(fetch.name), waiting(items.name)];
  const left = {
    ...(await dumpTables(dataDir)),
    fetchQueue: fetchJobs,
    itemQueue: pages,
    // SQS itself moves messages there without attributes, after too many receives.
    fetchDeadLetters: [...(await dead(fetch.deadLetterName)), ...fetchJobs.slice(0, 1)],
    itemDeadLetters: [...(await dead(items.deadLetterName)), ...pages.slice(0, 1)],
  };
  client.destroy();
  await sqs.stop();
  return left;
}

async function record(revision: string, output: string): Promise<void> {
  const git = (...args: string[]) => execFileSync('git', ['-C', repositoryRoot, ...args], { encoding: 'utf8' }).trim();
  const commit = git('rev-parse', '--verify', `${revision}^{commit}`);
  const folder = mkdtempSync(join(tmpdir(), 'tmdb-release-'));
  const checkout = join(folder, 'checkout');
  git('worktree', 'add', '--quiet', '--detach', checkout, commit);
  const tmdb = await startUpgradeTmdb();
  try {
    symlinkSync(join(repositoryRoot, 'node_modules'), join(checkout, 'node_modules'));
    const environment = { PATH: process.env.PATH ?? '', TMDB_BASE_URL: tmdb.baseUrl, TMDB_API_TOKEN: 'recorded' };
    const release = { checkout, folder, environment };
    await fill(release, tmdb);
    await interrupt(release, tmdb);
    const recording = { commit, stoppedAtMs: systemClock.nowMs(), ...(await leftIn(join(folder, 'data'))) };
    mkdirSync(output, { recursive: true });
    writeFileSync(join(output, `${commit.slice(0, 8)}.jsonl`), recordingText(recording));
  } finally {
    await tmdb.close();
    git('worktree', 'remove', '--force', checkout);
    rmSync(folder, { recursive: true, force: true });
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { output: { type: 'string', default: recordingsFolder } },
});
if (positionals.length !== 1) {
  process.stderr.write('error: name one commit, such as HEAD~20: its release is recorded\n');
  process.exitCode = 2;
} else {
  await record(String(positionals[0]), values.output);
}
