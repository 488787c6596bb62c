import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { oneDocument, type RunningCli, runCli, runJson, startCli } from '../support/cli-process.ts';
import { startDescribedStack } from '../support/described-stack.ts';
import { describeInBrowser, type View } from '../support/real-browser.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { seedDeadLetters } from '../support/seed-dead-letters.ts';
import { until } from '../support/until.ts';

type Ready = { ready: boolean; address: string; port: number; stack: string };
type Endpoints = {
  endpoints: { sqs: string; dynamodb: string };
  fetchDlqUrl: string;
  catalogTable: string;
  controlTable: string;
  region: string;
};

const cwd = scratchFolder();
const stackFile = join(cwd, '.local', 'stack.json');
const desk: View = { width: 1280, height: 900, colorScheme: 'light' };
let running: RunningCli;
let ready: Ready;
let endpoints: Endpoints;

// No stack runs: the command starts one, as somebody does who has just cloned the repository.
beforeAll(async () => {
  running = startCli(['console', '--json'], { cwd });
  ready = JSON.parse(await running.line('stdout', '"ready"', 120_000)) as Ready;
  await running.line('stderr', 'done: weekly', 120_000);
  endpoints = JSON.parse(readFileSync(stackFile, 'utf8')) as Endpoints;
});

const upperFirst = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const ask = <T>(page: Page, expression: string) => page.evaluate(expression) as Promise<T>;
const seed = () => seedDeadLetters(endpoints.endpoints.sqs, endpoints.fetchDlqUrl);
const deadLetters = async () =>
  (await runJson<{ letters: { reason: string; jobId: string }[] }>(['dlq', 'list', 'fetch'], { cwd })).letters;

// The tests of this file stand in the order in which the stack lives and ends.
describe('the command `console`', () => {
  it('says on stdout where its page is, and on stderr what it has started', () => {
    expect(oneDocument(running.stdout())).toEqual({
      ready: true,
      address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32}$/),
      port: expect.any(Number),
      stack: 'local',
    });
    expect(running.stderr()).toContain('no stack is running: starting a local one, which ends with the console');
  });

  it('says so when its port is taken', async () => {
    const { code, stderr } = await runCli(['console', '--port', String(ready.port)], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining(`port ${ready.port} is taken: choose another --port`)]);
    // Where it would start a stack too, which it then does not.
    const elsewhere = await runCli(['console', '--port', String(ready.port)], { cwd: scratchFolder() });
    expect([elsewhere.code, elsewhere.stderr]).toEqual([2, stderr]);
  });
});

describeInBrowser('the console of a local stack', (browser) => {
  const open = async (view = 'now') => {
    const { page } = await browser.open(ready.address, desk);
    await page.waitForSelector('text=Told');
    await ask(page, `location.hash = '#/${view}'`);
    return page;
  };
  const confirm = async (page: Page, preview: string, verb: string, done: string) => {
    await page.waitForSelector(`dialog >> text=${preview}`);
    await page.click(`dialog >> text=/^${verb}$/`);
    await page.waitForSelector(`dialog >> text=${done}`, { timeout: 60_000 });
    const command = await page.textContent('dialog code');
    await page.click('dialog >> text=Close');
    return command;
  };

  it('shows each change of a queue by itself, and what to do about it', async () => {
    const page = await open();
    for (const count of [3, 6, 9]) {
      await seed();
      await page.waitForSelector(`tr[data-queue=fetch-dead] td:text-is("${count}")`);
    }
    await page.waitForSelector('text=9 dead letters: see');
    await page.close();
  });

  it('replays the one that is chosen, as the command that it shows would', async () => {
    const page = await open('letters');
    await page.click('[role=option] >> text=too-old');
    await page.click('text=Replay this one');
    const command = await confirm(page, '1 would be replayed', 'Replay', '1 replayed');
    expect(command).toMatch(/^npx tmdb-pipeline dlq replay fetch --match=messageId=[\w-]{36}$/);
    await page.waitForSelector('text=/^8 of 8 dead letters/');
    await page.close();
    expect(await deadLetters()).toHaveLength(8);
  });

  it('deletes those that match, and no other', async () => {
    const page = await open('letters');
    await page.fill('input', 'reason=malformed');
    await page.click('text=/^Show$/');
    await page.waitForSelector('text=/^3 of 8 dead letters/');
    await page.click('text=Delete the 3 that match');
    const command = await confirm(page, '3 would be deleted, 5 left', 'Delete', '3 deleted');
    expect(command).toBe('npx tmdb-pipeline dlq delete fetch --match=reason=malformed');
    await page.close();
    expect((await deadLetters()).map(({ reason }) => reason).sort()).toEqual([
      ...Array(3).fill('refused-by-tmdb'),
      ...Array(2).fill('too-old'),
    ]);
  });

  it('says what is wrong with what was typed, and does nothing', async () => {
    const page = await open('letters');
    await page.fill('input', 'raeson=malformed');
    await page.click('text=/^Show$/');
    await page.waitForSelector("text=--match holds 'raeson=malformed'");
    await ask(page, "location.hash = '#/jobs'");
    await page.fill('input[list]', 'no_such_category');
    await page.click('text=Show what would be sent');
    await page.waitForSelector('dialog >> text=no_such_category');
    expect(await ask(page, 'document.querySelectorAll("dialog button.act").length')).toBe(0);
    await page.close();
    expect(await deadLetters()).toHaveLength(5);
  });

  it('sends ad-hoc jobs after a dry run, whose list is then there', async () => {
    const page = await open('jobs');
    await page.fill('input[list]', 'genre_27');
    await page.fill('label:has-text("Languages") input', 'de-DE');
    await page.click('text=Show what would be sent');
    await page.waitForSelector('dialog >> text=genre_27/movie/global/de-DE, page 1 of 1');
    const command = await confirm(page, '1 job would be sent', 'Send', '1 job sent');
    expect(command).toBe('npx tmdb-pipeline enqueue --category=genre_27 --media=movie --language=de-DE --pages=1');
    await ask(page, "location.hash = '#/feeds'");
    const feed = 'tr:has-text("genre_27/movie"):has-text("de-DE") a >> nth=0';
    await page.waitForSelector(feed, { timeout: 60_000 });
    await page.click(feed);
    await page.waitForSelector('.posters li');
    const titles = await ask<number>(page, 'document.querySelectorAll(".posters li").length');
    const { titles: inTable } = await runJson<{ titles: unknown[] }>(
      ['read', 'list', 'genre_27', 'movie', '--language', 'de-DE', '--limit', '40'],
      { cwd },
    );
    expect(titles).toBe(inTable.length);
    await page.close();
  });

  it('opens and closes the breaker with the reason that was given', async () => {
    const page = await open();
    for (const [button, verb, state] of [
      ['Open it by hand', 'Open it', 'open'],
      ['Close it by hand', 'Close it', 'closed'],
    ]) {
      await page.click(`text=${button}`);
      await page.fill('dialog input', `rehearsal of ${state}`);
      await page.click(`dialog >> text=/^${verb}$/`);
      await page.waitForSelector(`dialog >> text=the breaker is ${state}`);
      await page.click('dialog >> text=Close');
      await page.waitForSelector(`text=rehearsal of ${state}`);
      const shown = await runJson<{ state: string; detail: string }>(['breaker', 'show'], { cwd });
      expect([shown.state, shown.detail]).toEqual([state, expect.stringContaining(`rehearsal of ${state}`)]);
    }
    await page.close();
  });

  it('shows the plan with why, and the charts of what was done', async () => {
    const page = await open('plan');
    await page.waitForSelector('text=part of every daily run');
    await page.click('text=/^weekly$/');
    await page.waitForSelector('text=part of every weekly run');
    await ask(page, "location.hash = '#/report'");
    await page.waitForSelector('figure.chart path.mark', { timeout: 60_000 });
    await page.close();
  });

  it('says when its stack has gone, and goes on with the next one', async () => {
    const elsewhere = scratchFolder();
    const local = startCli(['local', '--json', '--no-catch-up'], { cwd: elsewhere });
    await local.line('stdout', '"ready"', 120_000);
    const other = startCli(['console', '--json'], { cwd: elsewhere });
    const { address } = JSON.parse(await other.line('stdout', '"ready"')) as Ready;
    const { page } = await browser.open(address, desk);
    await page.waitForSelector('text=Told');
    local.signal('SIGINT');
    await local.ended;
    await page.waitForSelector('text=the stack cannot be looked at');
    const next = startCli(['local', '--json', '--no-catch-up'], { cwd: elsewhere });
    await next.line('stdout', '"ready"', 120_000);
    await page.waitForSelector('text=nothing is wrong', { timeout: 30_000 });
    next.signal('SIGINT');
    other.signal('SIGINT');
    expect((await other.ended).code).toBe(0);
    await next.ended;
    await page.close();
  });

  it('acts on a deployed stack with --stack aws, as the commands that it shows say', async () => {
    const { endpoints: at, catalogTable, controlTable, region } = endpoints;
    const queues = Object.entries(endpoints).filter(([name]) => name.endsWith('QueueUrl') || name.endsWith('DlqUrl'));
    const cloud = await startDescribedStack({
      ...Object.fromEntries(queues.map(([name, url]) => [upperFirst(name), String(url)])),
      CatalogTable: catalogTable,
      ControlTable: controlTable,
    });
    const environment = {
      AWS_ENDPOINT_URL_CLOUDFORMATION: cloud.baseUrl,
      AWS_ENDPOINT_URL_SQS: at.sqs,
      AWS_ENDPOINT_URL_DYNAMODB: at.dynamodb,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    const other = startCli(['console', '--json', '--stack', 'aws'], { environment, cwd: scratchFolder() });
    const { address, stack } = JSON.parse(await other.line('stdout', '"ready"')) as Ready;
    expect(stack).toBe('TmdbPipeline');
    const { page } = await browser.open(address, desk);
    await page.waitForSelector('text=5 dead letters: see');
    await ask(page, "location.hash = '#/letters'");
    await page.click('text=Delete all 5');
    await page.waitForSelector('dialog >> text=5 would be deleted, 0 left');
    expect(await page.textContent('dialog code')).toBe('npx tmdb-pipeline dlq delete fetch --all --stack=aws');
    await page.click('dialog >> text=/^Delete$/');
    await page.waitForSelector('dialog >> text=5 deleted', { timeout: 60_000 });
    expect(await deadLetters()).toEqual([]);
    other.signal('SIGINT');
    expect((await other.ended).code).toBe(0);
    await page.close();
    await cloud.close();
  });

  it('shows a data folder, which it can look at only', async () => {
    const folder = scratchFolder();
    expect((await runCli(['run', 'daily', '--data-dir', folder])).code).toBe(0);
    const other = startCli(['console', '--json', '--data-dir', folder]);
    const { address } = JSON.parse(await other.line('stdout', '"ready"')) as Ready;
    const { page } = await browser.open(address, desk);
    await page.waitForSelector('text=These are tables without queues');
    await page.click('text=Open it by hand');
    await page.fill('dialog input', 'a try');
    await page.click('dialog >> text=/^Open it$/');
    await page.waitForSelector('dialog >> text=is open to look at it only');
    await page.click('dialog >> text=Close');
    await ask(page, "location.hash = '#/lists'");
    await page.waitForSelector('.posters li');
    other.signal('SIGINT');
    expect((await other.ended).code).toBe(0);
    await page.close();
  });
});

describe('the end', () => {
  it('drains the stack that the console has started', async () => {
    running.signal('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(stderr).toContain('draining');
    await until('the stack file is gone', () => !existsSync(stackFile));
  });
});
