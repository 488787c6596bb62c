import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Report } from '../../src/operator/report/build-report.ts';
import { dynamoClient } from '../../src/shared/tables/aws-clients.ts';
import { dynamoUsageStore } from '../../src/shared/tables/dynamo-usage-store.ts';
import { counterName, feedUsageId } from '../../src/shared/tables/usage-store.ts';
import { askOverHttp } from '../support/ask-over-http.ts';
import { type RunningCli, startCli } from '../support/cli-process.ts';
import { cliServer } from '../support/cli-server.ts';
import { startDescribedStack } from '../support/described-stack.ts';
import { pageStructure } from '../support/page-structure.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

const { runCli, runJson } = cliServer();

type Ready = { endpoints: { http: string; dynamodb: string }; catalogTable: string; controlTable: string };
type List = { titles: { id: number; title: string }[] };

const cwd = scratchFolder();
/** Where no stack runs. */
const scratch = scratchFolder();
const settings = ['--settings', 'settings.json'];
let local: RunningCli;
let ready: Ready;
let film: List['titles'][number];
let report: Report;

const ask = async <T>(target: string): Promise<T> => {
  const { status, text } = await askOverHttp(ready.endpoints.http, target);
  expect(status, target).toBe(200);
  return JSON.parse(text) as T;
};
const times = async (count: number, target: string) => {
  for (let n = 0; n < count; n += 1) {
    await ask(target);
  }
};
const readsOf = ({ mostRead }: Report, feed: string) => mostRead.feeds.find((one) => one.feed === feed);

/** A stack, and readers over HTTP whose counts are written with the first read after them. */
beforeAll(async () => {
  writeFileSync(join(cwd, 'settings.json'), JSON.stringify({ reader: { usage: { windowSeconds: 0.05 } } }));
  local = startCli(['local', '--json', ...settings], { cwd });
  ready = JSON.parse(await local.line('stdout', '"ready":true')) as Ready;
  await local.line('stderr', 'done: weekly');
  const list = await ask<List>('/v1/lists/popular/movie');
  film = list.titles[0] as typeof film;
  await times(11, '/v1/lists/popular/movie');
  await times(4, '/v1/lists/popular/tv?region=DE&language=de-DE');
  await times(3, `/v1/titles/movie/${film.id}`);
  await until('the reads are counted and the page that was asked for is written', async () => {
    await ask('/v1/lists/trending/all');
    report = await runJson<Report>(['report', '--since', '24h', ...settings], { cwd });
    const read = (report.reads.titles.reads ?? 0) === 3 && (report.reads.feeds.reads ?? 0) > 16;
    // Nineteen feeds of the two plans, and the one that its first reader had fetched: its page is written a moment later. What worker
    // and writer did they count at the end of their invocations.
    const { calls, rowsWritten } = report.pipeline;
    return read && report.freshness.total === 20 && calls >= 21 && rowsWritten > 21 * 10;
  });
});

describe('report on a running stack', () => {
  it('tells what was read, and what missed', () => {
    expect(readsOf(report, 'popular/movie/global/en-US')).toMatchObject({
      reads: 12,
      hits: 12,
      misses: 0,
      hitRatio: 1,
    });
    expect(readsOf(report, 'popular/tv/DE/de-DE')).toMatchObject({ reads: 4, hits: 3, misses: 1, hitRatio: 0.75 });
    expect(report.mostRead.feeds[0]?.feed).toBe('popular/movie/global/en-US');
    expect(report.mostRead.titles).toMatchObject([{ mediaType: 'movie', id: film.id, title: film.title, reads: 3 }]);
    expect(report.leastRead.feeds[0]).toMatchObject({ reads: 0, hitRatio: null });
    const { all, feeds, titles } = report.reads;
    for (const reads of [all, feeds, titles, ...report.mostRead.feeds]) {
      expect(reads.hits + reads.misses).toBe(reads.reads);
    }
    expect(all.reads).toBe(feeds.reads + titles.reads);
  });

  it('tells what the pipeline did, and how fresh the feeds are', () => {
    // Seven jobs of the daily plan and fourteen of the weekly one, each a call; a page holds 20 titles, some of them on several pages.
    expect(report.pipeline.calls).toBeGreaterThanOrEqual(21);
    expect(report.pipeline).toMatchObject({ throttles: 0, failures: 0 });
    expect(report.pipeline.rowsWritten).toBeGreaterThan(21 * 10);
    expect(report.cost.writingUsd).toBeGreaterThan(0);
    expect(report.cost.writingUsd).toBeLessThan(0.01);
    const { total, fresh, stale, expired, median, feeds } = report.freshness;
    expect([total, fresh, stale, expired]).toEqual([20, 20, 0, 0]);
    expect(median).toBeGreaterThan(0.9);
    expect(feeds.map(({ feed }) => feed)).toContain('popular/tv/DE/de-DE');
  });

  it('adds up over time', () => {
    const { step, points } = report.series;
    expect([step, points.length]).toEqual(['hour', 25]);
    const sum = (member: 'reads' | 'misses' | 'calls' | 'rowsWritten') =>
      points.reduce((total, point) => total + point[member], 0);
    expect([sum('reads'), sum('misses')]).toEqual([report.reads.all.reads, report.reads.all.misses]);
    expect([sum('calls'), sum('rowsWritten')]).toEqual([report.pipeline.calls, report.pipeline.rowsWritten]);
  });

  it('has nothing to tell of a time before, but of the feeds as they are now', async () => {
    const args = ['report', '--since', '30d', '--until', '2020-02-01T00:00:00Z'];
    const before = await runJson<Report>(args, { cwd });
    expect(before).toMatchObject({
      period: { from: '2020-01-02T00:00:00.000Z', to: '2020-02-01T00:00:00.000Z', hours: 720 },
      reads: { all: { reads: 0, hitRatio: null } },
      pipeline: { calls: 0 },
      freshness: { total: 20 },
    });
  });

  it('is a text for people, without colours on a pipe', async () => {
    const { code, stdout, stderr } = await runCli(['report', '--top', '2'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('\u001b');
    for (const part of [
      '169 hours',
      'hit ratio',
      'rows written',
      'pages fetched',
      'forecast error',
      'whole titles\ndetails asked  had',
      'feeds now: 20, of which 20 fresh',
      'by day',
    ]) {
      expect(stdout).toContain(part);
    }
    expect(stdout).toMatch(/^popular\/movie\/global\/en-US +12 +12 +0 +0 +100\.0% +0\.0%$/m);
    expect(stdout).toContain(`${film.title.slice(0, 39)}`);
    expect(stdout.match(/most read feeds\n.*\n.*\n.*\n\n/)).not.toBeNull();
  });
});

describe('report --html', () => {
  it('writes one well-formed page in place of what was there, and leaves nothing else', async () => {
    const folder = join(cwd, 'pages');
    mkdirSync(folder);
    writeFileSync(join(folder, 'report.html'), 'old');
    const args = ['report', '--json', '--html', 'pages/report.html'];
    const refused = await runCli(args, { cwd });
    expect([refused.code, refused.stderr]).toEqual([
      1,
      "error: 'pages/report.html' is there already: choose another name, or replace it with --force\n",
    ]);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe('old');
    const { code, stdout, stderr } = await runCli([...args, '--force'], { cwd });
    expect([code, stderr]).toEqual([0, 'written: pages/report.html\n']);
    expect(JSON.parse(stdout)).toMatchObject({ freshness: { total: 20 } });
    expect(readdirSync(folder)).toEqual(['report.html']);
    const { texts } = pageStructure(readFileSync(join(folder, 'report.html'), 'utf8'));
    expect(texts).toContain(film.title);
  });

  it.each([
    [
      'nowhere/report.html',
      "'nowhere/report.html' cannot be written: there is no folder 'nowhere', name one that exists",
    ],
    [
      'settings.json/report.html',
      "'settings.json/report.html' cannot be written: there is no folder 'settings.json', name one that exists",
    ],
    ['.local', "'.local' cannot be written: it is a folder"],
  ])('says in a sentence that %s cannot be written', async (file, sentence) => {
    const result = await runCli(['report', '--html', file], { cwd });
    expect(result).toEqual({ code: 1, signal: null, stdout: '', stderr: `error: ${sentence}\n` });
  });
});

describe('report on another place', () => {
  it('is the same on a deployed stack, by the names of its outputs', async () => {
    const cloud = await startDescribedStack({ CatalogTable: ready.catalogTable, ControlTable: ready.controlTable });
    onTestFinished(() => cloud.close());
    const environment = {
      AWS_ENDPOINT_URL_CLOUDFORMATION: cloud.baseUrl,
      AWS_ENDPOINT_URL_DYNAMODB: ready.endpoints.dynamodb,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    const deployed = await runJson<Report>(['report', '--stack', 'aws'], { cwd: scratch, environment });
    const here = await runJson<Report>(['report'], { cwd });
    expect(cloud.seen).toHaveLength(1);
    expect(deployed.reads).toEqual(here.reads);
    expect(deployed.mostRead).toEqual(here.mostRead);
    expect(deployed.pipeline).toEqual(here.pipeline);
  });

  it('reads the tables of a folder', async () => {
    await runJson(['run', 'daily', '--data-dir', 'kept'], { cwd: scratch });
    const kept = await runJson<Report>(['report', '--data-dir', 'kept', '--since', '1h'], { cwd: scratch });
    expect(kept).toMatchObject({ pipeline: { calls: 7 }, freshness: { total: 5 }, reads: { all: { reads: 0 } } });
  });
});

describe.concurrent('report refuses', () => {
  const durations = 'allowed are durations such as 90s, 15m, 2h or 7d';
  it.each([
    ['--since 0d', `--since is '0d': ${durations}`],
    ['--since week', `--since is 'week': ${durations}`],
    ['--since 401d', "--since is '401d': allowed are durations of up to 400d, as long as counters are kept"],
    ['--until yesterday', "--until is 'yesterday': allowed are 'now' and UTC times such as 2026-11-23T08:00:00Z"],
    ['--top 0', "--top is '0': allowed are whole numbers from 1 to 100"],
    ['--top 101', "--top is '101': allowed are whole numbers from 1 to 100"],
    ['--stack gcp', "unknown stack 'gcp': allowed are local, aws"],
    ['--force', '--force replaces the file of --html: leave it out, or name one'],
    ['--html=', "--html is '': allowed are names of files"],
    ['--html', "option '--html <file>' argument missing"],
    ['', 'there are no tables to read: start the stack with `local`, or name a --data-dir'],
  ])('%s', async (typed, sentence) => {
    const args = ['report', ...typed.split(' ').filter((part) => part !== '')];
    const result = await runCli(args, { cwd: scratch });
    expect(result).toEqual({ code: 2, signal: null, stdout: '', stderr: `error: ${sentence}\n` });
    expect(existsSync(join(scratch, '.local'))).toBe(false);
  });
});

describe('cost', () => {
  it('prices the plan that the stack runs: by demand, once the hours that are over have reads', async () => {
    const client = dynamoClient({ endpoint: ready.endpoints.dynamodb, region: 'us-east-1' });
    const twoHoursAgoMs = Date.now() - 7_200_000;
    const counters = { [counterName('reads', 'popular/movie/global/en-US')]: 5 };
    const store = dynamoUsageStore(client, ready.controlTable);
    await store.add(feedUsageId(twoHoursAgoMs), counters, twoHoursAgoMs + 86_400_000);
    client.destroy();
    const { plan } = await runJson<{ plan: object }>(['cost', ...settings], { cwd });
    expect(plan).toMatchObject({ kind: 'demand', why: 'reads are counted', jobs: 1_500 });
  });
});
