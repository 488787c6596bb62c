/**
 * What the console's page takes in a browser, beside the least that any page takes: a document of one line, served by Node alone. The console is
 * the command, with a local stack of its own, whose functions work meanwhile.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { sqsClient } from '../src/shared/tables/aws-clients.ts';
import {
  type BenchReport,
  type BenchResult,
  type BenchTarget,
  benchEnvironment,
  quantile,
  spreadOf,
} from './bench-report.ts';

const executablePath = '/usr/bin/chromium';
const program = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const paintSamples = 7;
const changeSamples = 9;
const letters = 10_000;
const scrollShares = [0.1, 0.3, 0.5, 0.7, 0.9, 1];

/** What a person takes for at once is below these: the issue of a page that feels frozen begins above. */
const targetsMs = { paint: 1_000, data: 1_000, change: 2_000, task: 200 };

type Console = { address: string; sqs: SQSClient; fetchDlqUrl: string; stop(): Promise<void> };

/** Runs the comparison. @throws where there is no Chromium. */
export async function benchConsole(): Promise<BenchReport> {
  if (!existsSync(executablePath)) {
    throw new Error(`there is no ${executablePath}: the page needs a browser`);
  }
  const plain = await startPlainPage();
  const served = await startConsole();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const paints = await paintTimes(browser, served.address, plain.address);
    const changes = await changeTimes(browser, served);
    const browsed = await browseLetters(browser, served);
    const results = [
      ...spreadOf('plain page', 'first paint', 'ms', paints.plain),
      ...spreadOf('console', 'first paint', 'ms', paints.paint),
      ...spreadOf('console', 'first figures', 'ms', paints.data),
      ...spreadOf('console', 'a dead letter is shown', 'ms after it was sent', changes),
      ...browsed,
    ];
    return {
      bench: 'console',
      method: `${paintSamples} openings of each page in turn; ${changeSamples} changes of a queue; ${letters} dead letters, scrolled to ${scrollShares.length} places`,
      environment: benchEnvironment({ chromium: browser.version() }),
      results,
      targets: targetsOf(paints, changes, browsed),
    };
  } finally {
    await browser.close();
    await served.stop();
    plain.stop();
  }
}

type Paints = { plain: number[]; paint: number[]; data: number[] };

function targetsOf(paints: Paints, changes: readonly number[], browsed: readonly BenchResult[]): BenchTarget[] {
  const longest = browsed.find(({ metric }) => metric === 'longest task')?.value ?? Number.NaN;
  const target = (name: string, value: number, most: number): BenchTarget => ({
    name,
    value: Math.round(value),
    target: `at most ${most} ms`,
    met: value <= most,
  });
  return [
    target('first paint, median', quantile(paints.paint, 0.5), targetsMs.paint),
    target('first figures, median', quantile(paints.data, 0.5), targetsMs.data),
    target('a change is shown, slowest', Math.max(...changes), targetsMs.change),
    target(`longest task with ${letters} dead letters`, longest, targetsMs.task),
  ];
}

async function paintTimes(browser: Browser, ours: string, plain: string): Promise<Paints> {
  const paints: Paints = { plain: [], paint: [], data: [] };
  const painted = 'performance.getEntriesByName("first-contentful-paint")[0]?.startTime';
  // The first opening of each is not counted: it starts processes of the browser.
  for (let sample = 0; sample <= paintSamples; sample += 1) {
    const one = await openPage(browser, plain);
    const plainMs = await waited(one, painted);
    await one.close();
    const page = await openPage(browser, ours);
    const dataMs = await waited(page, 'performance.getEntriesByName("first-status")[0]?.startTime');
    const paintMs = await waited(page, painted);
    await page.close();
    if (sample > 0) {
      paints.plain.push(plainMs);
      paints.paint.push(paintMs);
      paints.data.push(dataMs);
    }
  }
  return paints;
}

/** From the request that sends a dead letter to the frame that shows one more. */
async function changeTimes(browser: Browser, { address, sqs, fetchDlqUrl }: Console): Promise<number[]> {
  const page = await openPage(browser, address);
  const times: number[] = [];
  for (let sample = 1; sample <= changeSamples; sample += 1) {
    const sentAtMs = Date.now();
    await sendLetters(sqs, fetchDlqUrl, 1);
    await page.waitForSelector(`tr[data-queue=fetch-dead] td:text-is("${sample}")`);
    const shown = 'performance.timeOrigin + performance.getEntriesByName("status-shown").at(-1)?.startTime';
    times.push((await waited(page, shown)) - sentAtMs);
  }
  await page.close();
  return times;
}

async function browseLetters(browser: Browser, { address, sqs, fetchDlqUrl }: Console): Promise<BenchResult[]> {
  await sendLetters(sqs, fetchDlqUrl, letters - changeSamples);
  const page = await openPage(browser, address);
  await page.evaluate(
    'window.tasks = [0]; new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((task) => task.duration))).observe({ type: "longtask" })',
  );
  const askedAtMs = Date.now();
  await page.evaluate("location.hash = '#/letters'");
  await page.waitForSelector(`main >> text=${letters} of ${letters} dead letters`, { timeout: 120_000 });
  const lookedMs = Date.now() - askedAtMs;
  const scrolls: number[] = [];
  for (const share of scrollShares) {
    const startedMs = Date.now();
    await page.evaluate(
      `{ const box = document.querySelector('[role=listbox]'); box.scrollTop = ${share} * box.scrollHeight; }`,
    );
    await page.waitForSelector(`#row-${Math.min(letters - 1, Math.floor(share * letters))} bdi`);
    scrolls.push(Date.now() - startedMs);
  }
  const tasks = (await page.evaluate('window.tasks')) as number[];
  await page.close();
  return [
    { subject: 'console', metric: `look into ${letters} dead letters`, value: lookedMs, unit: 'ms' },
    ...spreadOf('console', 'a place in the list is shown', 'ms', scrolls),
    { subject: 'console', metric: 'longest task', value: Math.max(...tasks), unit: 'ms' },
  ];
}

async function openPage(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(address);
  return page;
}

/** The number that `expression` is, once it is one. Asked from here: the page's policy lets nothing in it wait for a text of code. */
async function waited(page: Page, expression: string): Promise<number> {
  for (const giveUpAtMs = Date.now() + 30_000; Date.now() < giveUpAtMs; ) {
    const value = await page.evaluate(expression);
    if (typeof value === 'number') {
      return value;
    }
    await setTimeout(10);
  }
  throw new Error(`'${expression}' is no number after 30 s`);
}

async function sendLetters(sqs: SQSClient, queueUrl: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += 10) {
    const some = Array.from({ length: Math.min(10, count - from) }, (_, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify({ kind: 'fetch-job', version: 1, jobId: `bench/${from + index}` }),
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: some }));
  }
}

async function startPlainPage(): Promise<{ address: string; stop: () => Server }> {
  const page = '<!DOCTYPE html><html lang="en"><title>plain</title><p>A page.</p></html>';
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(page));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, stop: () => server.close() };
}

async function startConsole(): Promise<Console> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-console-'));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'console', '--json'], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ready = lineOf(child, 'stdout', '"ready"');
  const filled = lineOf(child, 'stderr', 'done: weekly');
  const { address } = JSON.parse(await ready) as { address: string };
  await filled;
  const { endpoints, fetchDlqUrl } = JSON.parse(readFileSync(join(folder, '.local', 'stack.json'), 'utf8')) as {
    endpoints: { sqs: string };
    fetchDlqUrl: string;
  };
  const sqs = sqsClient({ endpoint: endpoints.sqs, region: 'us-east-1' });
  return {
    address,
    sqs,
    fetchDlqUrl,
    stop: async () => {
      sqs.destroy();
      child.kill('SIGTERM');
      await once(child, 'close');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first line with `text`. @throws where the process ends without one. */
async function lineOf(child: ChildProcess, stream: 'stdout' | 'stderr', text: string): Promise<string> {
  const input = child[stream];
  if (input !== null) {
    for await (const line of createInterface({ input })) {
      if (line.includes(text)) {
        input.resume();
        return line;
      }
    }
  }
  throw new Error(`the console has ended without a line with '${text}'`);
}
