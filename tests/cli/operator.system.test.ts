import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { type RunningCli, startCli } from '../support/cli-process.ts';
import { cliServer } from '../support/cli-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

const { runCli, runJson } = cliServer();

const cwd = scratchFolder();
let local: RunningCli;

beforeAll(async () => {
  // With a data folder every change of a message is written through, which is where the emulator had lost some.
  local = startCli(['local', '--json', '--no-catch-up', '--data-dir', 'data'], { cwd });
  await local.line('stdout', '"ready":true');
});

type Enqueued = {
  sent: number;
  jobs: { jobId: string; feed: string }[];
  titles: { jobId: string; title: string }[];
  notes: string[];
  waited?: { applied: number };
};

/** Messages on the fetch queue, whether waiting, delayed or in flight. */
async function jobsOnQueue(): Promise<number> {
  const { queues } = await runJson<{ queues: { fetch: { queue: Record<string, number> } } }>(['status'], { cwd });
  return Object.values(queues.fetch.queue).reduce((sum, messages) => sum + messages, 0);
}

describe('enqueue on a running stack', () => {
  it('sends nothing in a dry run, and names the jobs', async () => {
    const dry = await runJson<Enqueued>(
      [
        'enqueue',
        '--category',
        'popular',
        '--media',
        'movie,tv',
        '--region',
        'DE,FR',
        '--language',
        'de-DE',
        '--pages',
        '2',
        '--dry-run',
      ],
      { cwd },
    );
    expect(dry.sent).toBe(0);
    expect(dry.jobs.map(({ feed }) => feed)).toEqual([
      ...['popular/movie/DE/de-DE', 'popular/movie/DE/de-DE', 'popular/movie/FR/de-DE', 'popular/movie/FR/de-DE'],
      ...['popular/tv/DE/de-DE', 'popular/tv/DE/de-DE', 'popular/tv/FR/de-DE', 'popular/tv/FR/de-DE'],
    ]);
    const status = await runJson<{ feeds: unknown[] }>(['status'], { cwd });
    expect(status.feeds).toEqual([]);
  });

  it('waits until the feeds are in the table, where they can be read', async () => {
    const feed = ['--region', 'DE', '--language', 'de-DE'];
    const run = await runJson<Enqueued>(['enqueue', '--category', 'popular', '--media', 'movie', ...feed, '--wait'], {
      cwd,
    });
    expect(run).toMatchObject({ sent: 1, notes: [], waited: { feeds: 1, applied: 1, deadLettered: [] } });
    const list = await runJson<{ from: string; titles: unknown[] }>(['read', 'list', 'popular', 'movie', ...feed], {
      cwd,
    });
    expect([list.from, list.titles.length]).toEqual(['table', 20]);
  });

  it('fetches whole titles, again and again, and waits for those that TMDB does not know too', async () => {
    const dry = await runJson<Enqueued>(['enqueue', '--title', 'movie:550,tv:1396', '--dry-run'], { cwd });
    expect(dry).toMatchObject({ sent: 0, jobs: [], titles: [{ title: 'movie:550' }, { title: 'tv:1396' }] });
    const list = await runJson<{ titles: { mediaType: string; id: number }[] }>(
      ['read', 'list', 'popular', 'movie', '--region', 'DE', '--language', 'de-DE'],
      { cwd },
    );
    const [first, second] = list.titles.map(({ mediaType, id }) => `${mediaType}:${id}`);
    const asked = ['enqueue', '--title', `${first},${second}`, '--wait'];
    // Nothing has changed when they are asked for again, and that ends the waiting too.
    for (const _time of ['first', 'second']) {
      const run = await runJson<Enqueued>(asked, { cwd });
      expect(run).toMatchObject({ sent: 2, jobs: [], notes: [], waited: { titles: 2, applied: 2, why: '' } });
    }
    const { titles } = await runJson<{ titles: { callsPlanned: number; sample: object } }>(['status'], { cwd });
    // Twice two; of the twenty films of the only list two have details.
    expect(titles).toMatchObject({ callsPlanned: 4, callsPerDay: 250 });
    expect(titles.sample).toMatchObject({ titles: 20, fresh: 2, stale: 0, missing: 18, freshShare: 0.1 });
    const unknown = await runCli(['enqueue', '--title', `${first},movie:999999999`, '--wait'], { cwd });
    expect(unknown.code).toBe(1);
    expect(unknown.stdout).toContain('1 of 2 titles are in the table\nmovie:999999999: not-found');
    expect(unknown.stderr).toMatch(/^error: 1 of 2 titles are unknown to TMDB: movie:999999999$/m);
  });

  it('leaves out what is in flight, says so, and sends it all the same with --force', async () => {
    // Held by the breaker, a job stays in flight.
    await runJson(['breaker', 'open', '--why', 'a test holds the calls'], { cwd });
    const asked = ['enqueue', '--category', 'trending', '--media', 'tv', '--region', 'JP', '--language', 'ja-JP'];
    const first = await runJson<Enqueued & { runId: string }>(asked, { cwd });
    expect(first.sent).toBe(1);
    const second = await runJson<Enqueued>(asked, { cwd });
    expect(second).toMatchObject({ sent: 0, jobs: [] });
    expect(second.notes).toEqual([
      expect.stringMatching(
        new RegExp(`^trending/tv/JP/ja-JP is in flight already, in run ${first.runId} since .*: not sent again$`),
      ),
    ]);
    const unsent = await runCli([...asked, '--wait', '--json'], { cwd });
    expect(unsent.code).toBe(1);
    expect(JSON.parse(unsent.stdout)).toMatchObject({ sent: 0, error: { code: 'not_waited' } });
    expect(await runJson<Enqueued>([...asked, '--force'], { cwd })).toMatchObject({ sent: 1, notes: [] });
    const impatient = await runCli([...asked, '--force', '--wait', '--timeout', '1s'], { cwd });
    expect(impatient).toMatchObject({ code: 1 });
    expect(impatient.stderr).toMatch(
      /^error: 1 of 1 feeds had not arrived: trending\/tv\/JP\/ja-JP: the time was up \(see --timeout\); the breaker is open \(by-hand: .*a test holds the calls\), until it is closed by hand/m,
    );
    expect((await runJson<{ breaker: object }>(['status'], { cwd })).breaker).toMatchObject({
      state: 'open',
      reason: 'by-hand',
      detail: expect.stringContaining('a test holds'),
    });
    // A deferred job is on the queue twice until its batch has ended.
    await until('three jobs are in flight', async () => (await jobsOnQueue()) === 3, 30_000);
    expect(await runJson(['breaker', 'reset', '--why', 'done'], { cwd })).toMatchObject({
      state: 'closed',
      reason: 'by-hand',
      throttles: [
        { of: 'all calls', configuredPerSecond: 30, ceilingPerSecond: null },
        { of: 'calls of readers', configuredPerSecond: 1.25, ceilingPerSecond: null },
      ],
    });
  });
});

describe('status', () => {
  it('tells queues, breaker, rate, feeds and next occurrences, for people too', async () => {
    const { code, stdout, stderr } = await runCli(['status'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    for (const part of [
      'fetch dead letters',
      'breaker closed',
      'rate 30 of 30',
      'next: daily ',
      'popular/movie/DE/de-DE',
    ]) {
      expect(stdout).toContain(part);
    }
    expect(stdout).not.toContain('\u001b');
  });

  it('watches until it is interrupted, and leaves with 0', async () => {
    const watching = startCli(['status', '--watch', '1s'], { cwd });
    const times = () => watching.stdout().match(/^status at /gm)?.length ?? 0;
    await until('it has looked twice', () => times() >= 2);
    watching.signal('SIGINT');
    expect((await watching.ended).code).toBe(0);
  });
});

describe('dead letters of a running stack', () => {
  it('are listed, shown and replayed', async () => {
    const { fetchDlqUrl, endpoints } = JSON.parse(local.stdout().split('\n')[0] ?? '');
    const client = sqsClient({ endpoint: endpoints.sqs, region: 'us-east-1' });
    const job = (id: string, region: string) => ({
      kind: 'fetch-job',
      version: 1,
      jobId: id,
      runId: '0badcafe',
      origin: 'ad-hoc',
      snapshot: '2026-11-23T08:00:00Z.0badcafe',
      feed: { category: 'popular', media: 'tv', region, language: 'en-US' },
      page: 1,
      pages: 1,
      attempt: 3,
      firstSeenAt: '2026-11-23T08:00:00.000Z',
      why: 'test',
    });
    for (const [id, region] of [
      ['0badcafe/a', 'GB'],
      ['0badcafe/b', 'US'],
    ] as const) {
      const attributes = { reason: 'too-old', code: 'breaker_open', detail: 'the breaker is open', jobId: id };
      await client.send(
        new SendMessageCommand({
          QueueUrl: fetchDlqUrl,
          MessageBody: JSON.stringify(job(id, region)),
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
          ),
        }),
      );
    }
    client.destroy();
    const listed = await runJson<{ messages: number; groups: { subject: string; count: number }[] }>(
      ['dlq', 'list', 'fetch'],
      { cwd },
    );
    expect(listed.messages).toBe(2);
    expect(listed.groups.map(({ subject, count }) => [subject, count])).toEqual([
      ['popular/tv/GB/en-US', 1],
      ['popular/tv/US/en-US', 1],
    ]);
    expect(await runJson(['dlq', 'show', 'fetch', '0badcafe/a'], { cwd })).toMatchObject({
      queue: 'fetch',
      reason: 'too-old',
      code: 'breaker_open',
      subject: 'popular/tv/GB/en-US',
      body: { attempt: 3 },
    });
    const match = ['--match', 'region=GB', 'reason=too-old'];
    expect(await runJson(['dlq', 'replay', 'fetch', ...match, '--dry-run'], { cwd })).toMatchObject({
      replayed: 1,
      left: 1,
    });
    expect(await runJson(['dlq', 'replay', 'fetch', ...match], { cwd })).toMatchObject({
      replayed: 1,
      left: 1,
      failed: [],
    });
    // It lands where it would have landed: under its old snapshot.
    await until(
      'the replayed job is in the table',
      async () => {
        const { feeds } = await runJson<{ feeds: { feed: string; snapshot: string }[] }>(['status'], { cwd });
        return feeds.some(
          ({ feed, snapshot }) => feed === 'popular/tv/GB/en-US' && snapshot === '2026-11-23T08:00:00Z.0badcafe',
        );
      },
      30_000,
    );
    expect(await runJson(['dlq', 'list', 'fetch'], { cwd })).toMatchObject({ messages: 1 });
    const text = await runCli(['dlq', 'list', 'fetch'], { cwd });
    expect(text.stdout).toContain('fetch: 1 dead letters');
    expect(await runCli(['dlq', 'show', 'fetch', 'nobody'], { cwd })).toMatchObject({
      code: 1,
      stderr: "error: the fetch dead-letter queue holds no message or job 'nobody' (it holds 1): see dlq list fetch\n",
    });
  });

  it('that nobody can read are all seen at every look, shown, tried and deleted', async () => {
    const { itemDlqUrl, endpoints } = JSON.parse(local.stdout().split('\n')[0] ?? '');
    const client = sqsClient({ endpoint: endpoints.sqs, region: 'us-east-1' });
    const bodies = ['{"kind":"item-title","version":1}', '[1,', 'null', '{"kind":"item-page","feed":null,"titles":{}}'];
    for (const MessageBody of bodies) {
      await client.send(new SendMessageCommand({ QueueUrl: itemDlqUrl, MessageBody }));
    }
    client.destroy();
    type Listed = { messages: number; letters: { id: string; messageId: string }[] };
    const looks: Listed[] = [];
    for (let look = 1; look <= 3; look += 1) {
      looks.push(await runJson<Listed>(['dlq', 'list', 'items'], { cwd }));
    }
    expect(looks.map(({ letters }) => letters.length)).toEqual([4, 4, 4]);
    const [letter] = looks[0]?.letters ?? [];
    const shown = await runJson<{ messageId: string }>(['dlq', 'show', 'items', letter?.id ?? ''], { cwd });
    expect(shown).toMatchObject({ messageId: letter?.messageId, reason: 'moved-by-sqs' });
    expect(await runJson(['dlq', 'replay', 'items', '--dry-run', '--max', '3'], { cwd })).toMatchObject({
      replayed: 3,
      left: 1,
    });
    const missed = await runCli(['dlq', 'delete', 'items', letter?.id ?? '', '--match', 'reason=too-old'], { cwd });
    expect(missed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: items: 0 deleted, .* does not match/m),
    });
    expect(await runJson(['dlq', 'delete', 'items', '--match', `messageId=${letter?.id}*`], { cwd })).toMatchObject({
      deleted: 1,
      left: 3,
    });
    expect(await runJson(['dlq', 'delete', 'items', '--all'], { cwd })).toMatchObject({ deleted: 3, left: 0 });
  });

  it('are not deleted, and not chosen, by a slip of the finger', async () => {
    expect(await runCli(['dlq', 'delete', 'items'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('name what is meant by an id or --match key=value, or say --all'),
    });
    expect(await runCli(['dlq', 'replay', 'items', '--match', 'reason=to-old'], { cwd })).toMatchObject({
      code: 2,
      stderr:
        "error: --match reason is 'to-old': allowed are malformed, refused-by-tmdb, too-old, undelivered, planner-failed, moved-by-sqs\n",
    });
  });
});
