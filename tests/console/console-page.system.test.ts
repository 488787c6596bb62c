import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tmdbNotice } from '../../src/shared/tmdb/attribution.ts';
import { startHttpServer } from '../support/http-server.ts';
import { describeInBrowser, type OpenedPage, type View } from '../support/real-browser.ts';
import { agedHead } from '../support/report-world.ts';
import { calmReadings, hostile, type ScriptedConsole, startScriptedConsole } from '../support/scripted-console.ts';
import { repositoryRoot } from '../support/shared-data.ts';
import { until } from '../support/until.ts';

const many = 10_000;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const desk: View = { width: 1280, height: 900, colorScheme: 'light' };
const looks: [string, View][] = [
  ['a desk', desk],
  ['a desk at night', { ...desk, colorScheme: 'dark' }],
  ['a phone', { width: 360, height: 740, colorScheme: 'light' }],
  ['a phone at night', { width: 360, height: 740, colorScheme: 'dark' }],
  ['a wide screen', { width: 2_200, height: 1_200, colorScheme: 'light' }],
];
/** What stands in each view once it has what it shows. */
const views = {
  now: 'text=Told',
  feeds: 'text=genre_18/movie',
  letters: '[role=option] bdi',
  jobs: 'text=Fetch lists now',
  plan: 'text=part of every daily run',
  report: 'figure.chart',
  lists: '.posters li',
} as const;

let served: ScriptedConsole;
beforeAll(async () => {
  served = await startScriptedConsole({ letters: many });
});
afterAll(() => served.stop());

/** The page is asked in its own words: these tests know no types of a browser. */
const ask = <T>(page: Page, expression: string) => page.evaluate(expression) as Promise<T>;

async function show(page: Page, view: keyof typeof views, more = ''): Promise<void> {
  await ask(page, `location.hash = '#/${view}${more}'`);
  await page.waitForSelector(views[view], { timeout: 60_000 });
}

/** What axe-core finds wrong, each in a line. It is run by the test and not by the page, whose policy refuses it. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await ask<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>(
    page,
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 150)}: ${failureSummary}`),
  );
}

describeInBrowser('the page of the console', (browser) => {
  const open = (view: View = desk) => browser.open(served.address, view);
  const expectQuiet = ({ requests, troubles }: OpenedPage) => {
    expect(requests.filter((address) => !address.startsWith(served.origin))).toEqual([]);
    expect(troubles).toEqual([]);
  };

  describe.each(looks)('on %s', (_name, view) => {
    it('has views without a violation of accessibility, which fit, and asks nobody else', async () => {
      const opened = await open(view);
      const { page } = opened;
      for (const name of Object.keys(views) as (keyof typeof views)[]) {
        await show(page, name);
        expect(await violations(page), name).toEqual([]);
        expect(await ask(page, 'document.documentElement.scrollWidth - window.innerWidth'), name).toBeLessThanOrEqual(
          0,
        );
      }
      await page.click('text=Lists');
      expectQuiet(opened);
      await page.close();
    });
  });

  it("has TMDB's notice below each view", async () => {
    const { page } = await open();
    for (const name of Object.keys(views) as (keyof typeof views)[]) {
      await show(page, name);
      expect(await page.textContent('footer'), name).toBe(tmdbNotice);
    }
    await page.close();
  });

  it('takes the token out of the address, keeps it over a reload, and needs it', async () => {
    const { page } = await open();
    await page.waitForSelector(views.now);
    expect(page.url()).toBe(`${served.origin}/#/now`);
    expect(await ask(page, 'document.documentElement.outerHTML')).not.toContain(served.token);
    await page.reload();
    await page.waitForSelector(views.now);
    await page.close();
    const stranger = await browser.open(`${served.origin}/`, desk);
    await stranger.page.waitForSelector('text=This page is not admitted');
    expect(await stranger.page.textContent('main')).not.toContain('Queues');
    await stranger.page.close();
    const wrong = await browser.open(`${served.origin}/#token=wrong`, desk);
    await wrong.page.waitForSelector('text=This page is not admitted');
    await wrong.page.close();
  });

  it('shows markup in titles, reasons and notes as text, and runs nothing of it', async () => {
    const opened = await open();
    const { page } = opened;
    for (const name of ['now', 'letters', 'plan', 'lists'] as const) {
      await show(page, name);
      expect(await page.textContent('main'), name).toContain(hostile.slice(0, 40));
      expect(await ask(page, 'document.querySelectorAll("main img, main script").length'), name).toBe(0);
    }
    expect(await page.title()).toBe('Lists - TMDB pipeline console');
    expectQuiet(opened);
    await page.close();
  });

  it('is not framed by another origin, and answers none of its calls', async () => {
    const evil = await startHttpServer((response) =>
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<p>another page</p><iframe src="${served.address}"></iframe>`),
    );
    const before = served.ran.length;
    const { page, troubles } = await browser.open(evil.baseUrl, desk);
    await until('the frame is refused', () => troubles.some((trouble) => trouble.includes('frame-ancestors')));
    const attacks = await page.evaluate(`(async () => {
      const body = '{"do":"delete","queue":"fetch","match":[],"dryRun":false}';
      const told = (answer) => answer.type === 'opaque' ? 'opaque' : answer.status;
      const ask = (init) => fetch('${served.origin}/api/command', { method: 'POST', body, ...init }).then(told, () => 'refused');
      const headers = { 'x-console-token': '${served.token}', 'content-type': 'application/json' };
      return [await ask({ headers }), await ask({ mode: 'no-cors' })];
    })()`);
    // Without CORS it would be an answer that nobody can read; it is none at all, because of its resource policy.
    expect(attacks).toEqual(['refused', 'refused']);
    expect(served.ran).toHaveLength(before);
    await page.close();
    await evil.close();
  });

  it('shows a change when it comes, without moving the focus', async () => {
    const { page } = await open();
    await page.waitForSelector(views.now);
    await page.focus('text=Reset what was learnt');
    const focused = 'document.activeElement.textContent';
    const before = await ask<string>(page, focused);
    served.tell({
      queues: {
        fetch: {
          queue: { visible: 77, delayed: 0, inFlight: 0 },
          deadLetters: { visible: 3, delayed: 0, inFlight: 0 },
        },
        items: { queue: { visible: 4, delayed: 0, inFlight: 1 }, deadLetters: { visible: 0, delayed: 0, inFlight: 0 } },
      },
    });
    await page.waitForSelector('tr[data-queue=fetch] td:text-is("77")');
    expect(await ask(page, focused)).toBe(before);
    await page.close();
  });

  it('says that the connection was lost, and goes on when the console is there again', async () => {
    const other = await startScriptedConsole();
    const { page } = await browser.open(other.address, desk);
    await page.waitForSelector(views.now);
    await other.stop();
    await page.waitForSelector('text=connection lost');
    expect(await page.textContent('main')).toContain('Told');
    const again = await startScriptedConsole({}, Number(new URL(other.origin).port));
    await page.waitForSelector('text=things are wrong', { timeout: 30_000 });
    await again.stop();
    await page.close();
  });

  it('holds the rows in sight of 10,000 dead letters, wherever one scrolls', async () => {
    const { page } = await open();
    await show(page, 'letters');
    expect(await page.textContent('main')).toContain(`${many} of ${many} dead letters`);
    const rows = () => ask<number>(page, 'document.querySelectorAll("[role=option]").length');
    expect(await rows()).toBeLessThan(60);
    for (const share of [0.1, 0.3, 0.5, 0.7, 0.9, 1]) {
      await ask(
        page,
        `(() => { const box = document.querySelector('[role=listbox]'); box.scrollTop = ${share} * box.scrollHeight; })()`,
      );
      const at = Math.min(many - 1, Math.floor(share * many));
      await page.waitForSelector(`#row-${at} bdi`);
      expect(await rows()).toBeLessThan(60);
    }
    await page.close();
  });

  it('shows the letters that are asked for, and none of the question before', async () => {
    const { page } = await open();
    await show(page, 'letters');
    await page.fill('input', 'reason=too-old');
    await page.click('text=/^Show$/');
    await page.waitForSelector(`text=/^6666 of ${many} dead letters/`);
    await page.waitForSelector('[role=option] .reason');
    const reasons = await page.$$eval('[role=option] .reason', (all) => all.map(({ textContent }) => textContent));
    expect(new Set(reasons)).toEqual(new Set(['too-old']));
    await page.fill('input', 'too-old');
    await page.click('text=/^Show$/');
    await page.waitForSelector("text=--match holds 'too-old'");
    expect(await ask(page, 'document.querySelectorAll("[role=option], .danger").length')).toBe(0);
    await page.click('text=of the item queue');
    await page.fill('input', '');
    await page.click('text=/^Show$/');
    await page.waitForSelector('text=There is none.');
    await page.close();
  });

  it('shows the letter that is marked, also when its row comes late', async () => {
    const { page } = await open();
    await show(page, 'letters');
    await page.focus('[role=listbox]');
    await page.keyboard.press('Home');
    await page.waitForSelector('.letter >> text=message-0');
    let admit: () => void = () => undefined;
    const admitted = new Promise<void>((resolve) => {
      admit = resolve;
    });
    await page.route('**/api/letters', async (route) => {
      await admitted;
      await route.continue();
    });
    await page.keyboard.press('End');
    await page.waitForSelector(`#row-${many - 1}[aria-selected=true]`);
    expect(await page.$('.letter')).toBeNull();
    admit();
    await page.waitForSelector(`.letter >> text=message-${many - 1}`);
    await page.close();
  });

  it('listens only while it is in sight: a browser has six connections for all of its tabs', async () => {
    const watched = await startScriptedConsole();
    const tabs: Page[] = [];
    const setHidden = (page: Page, hidden: boolean) =>
      ask(
        page,
        `(() => { Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
          document.dispatchEvent(new Event('visibilitychange')); })()`,
      );
    // Pages of one context share their connections, as the tabs of a window do.
    const context = (await browser.open(watched.address, desk)).page.context().browser()?.newContext();
    for (let count = 0; count < 9; count += 1) {
      const page = (await (await context)?.newPage()) as Page;
      await page.goto(watched.address);
      await page.waitForSelector('text=Told');
      await setHidden(page, true);
      tabs.push(page);
    }
    const [first] = tabs as [Page];
    watched.tell({ breaker: undefined });
    await setHidden(first, false);
    await first.waitForSelector('text=it was never open');
    expect(await first.textContent('.health')).not.toContain('lost');
    await (await context)?.close();
    await watched.stop();
  });

  it('takes the token of an address that is opened in its tab', async () => {
    const { page } = await browser.open(`${served.origin}/#token=that-of-an-earlier-start`, desk);
    await page.waitForSelector('text=This page is not admitted.');
    await ask(page, `location.hash = '#token=${served.token}'`);
    await page.waitForSelector('text=Told');
    expect(page.url()).not.toContain(served.token);
    await page.close();
  });

  it('has no view by the name of something else', async () => {
    const { page, troubles } = await open();
    for (const name of ['toString', '__proto__', 'constructor', 'none', '%']) {
      await ask(page, `location.hash = '#/${name}'`);
      await page.waitForSelector('h1:text-is("Now")');
    }
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('goes on showing the list that it began with', async () => {
    const ages = (de: number, fr: number) => ({
      heads: [agedHead('popular/movie/DE/de-DE', de), agedHead('popular/movie/FR/fr-FR', fr)],
    });
    const lists = await startScriptedConsole({ readings: ages(2, 30) });
    const { page } = await browser.open(lists.address, desk);
    await show(page, 'lists');
    await page.waitForSelector('h2:text-is("popular/movie/FR/fr-FR")');
    lists.tell({ heads: [...ages(30, 2).heads, agedHead('trending/all/global/en-US', 1)] });
    await page.waitForSelector('option:text("trending")', { state: 'attached' });
    expect(await page.inputValue('select')).toBe('popular/movie/FR/fr-FR');
    await page.close();
    await lists.stop();
  });

  it('looks again when an act has ended whose question was closed meanwhile', async () => {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const slow = await startScriptedConsole({
      end: async (argv) => {
        await (argv.includes('--dry-run') ? undefined : ended);
        return { exitCode: 0, document: { replayed: 3, left: 0 }, notes: [] };
      },
    });
    const { page } = await browser.open(slow.address, desk);
    await show(page, 'letters');
    await page.click('text=Replay all 3');
    await page.click('dialog >> text=/^Replay$/');
    await page.waitForSelector('dialog >> text=at work');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    const looked = page.waitForRequest((request) => /"again":true/.test(request.postData() ?? ''));
    end();
    await looked;
    await page.close();
    await slow.stop();
  });

  it('fetches a feed by all of its pages', async () => {
    const heads = [{ ...agedHead('popular/movie/DE/de-DE', 30), pages: 2 }];
    const stale = await startScriptedConsole({ readings: { ...calmReadings, breaker: undefined, heads } });
    const { page } = await browser.open(stale.address, desk);
    await page.click('text=Fetch it now');
    await page.waitForSelector('text=Fetch lists now');
    expect(await page.inputValue('input[list]')).toBe('popular');
    expect(await page.inputValue('input[type=number]')).toBe('2');
    await page.close();
    await stale.stop();
  });

  it('is worked by the keyboard alone: a letter is chosen, looked at, and replayed after a question', async () => {
    const { page } = await open();
    await show(page, 'letters');
    const tabTo = async (what: string) => {
      for (let presses = 0; presses < 80; presses += 1) {
        await page.keyboard.press('Tab');
        if (
          await ask<boolean>(
            page,
            `document.activeElement.matches(${JSON.stringify(what)}) && document.activeElement.matches(':focus-visible')`,
          )
        ) {
          return;
        }
      }
      throw new Error(`the keyboard does not reach ${what}`);
    };
    await tabTo('[role=listbox]');
    for (const key of ['End', 'Home', 'PageDown', 'ArrowDown', 'ArrowUp']) {
      await page.keyboard.press(key);
    }
    await page.waitForSelector('[role=option][aria-selected=true]#row-10');
    await page.waitForSelector('pre');
    await tabTo('.letter button');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open] >> text=3 would be replayed');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    expect(served.ran.at(-1)).toBe('dlq replay fetch --match=messageId=message-10 --dry-run --stack=aws');
    expect(await ask(page, 'document.activeElement.textContent')).toBe('Replay this one');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open] >> text=3 would be replayed');
    await tabTo('dialog button.act');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open] >> text=3 replayed');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    // The letter and its button are gone; the focus is not lost with them.
    expect(await ask(page, 'document.activeElement.id')).toBe('main');
    await page.waitForSelector('[role=option] bdi');
    expect(served.ran.at(-1)).toBe('dlq replay fetch --match=messageId=message-10 --stack=aws');
    await page.close();
  });

  it('asks why before it changes the breaker, and changes nothing without', async () => {
    const { page } = await open();
    await page.waitForSelector(views.now);
    const before = served.ran.length;
    await page.click('text=Close the breaker');
    await page.waitForSelector('text=npx tmdb-pipeline breaker close --why=why --stack=aws');
    await page.click('dialog >> text=Close it');
    await page.keyboard.press('Escape');
    expect(served.ran).toHaveLength(before);
    await page.click('text=Close the breaker');
    await page.fill('dialog input', "TMDB said it's over");
    await page.waitForSelector("text=npx tmdb-pipeline breaker close '--why=TMDB said it'\\''s over' --stack=aws");
    expect(await violations(page)).toEqual([]);
    await page.click('dialog >> text=Close it');
    await page.waitForSelector('text=the breaker is closed');
    expect(served.ran.slice(before)).toEqual(["breaker close --why=TMDB said it's over --stack=aws"]);
    await page.close();
  });

  it('asks for pictures only where they are switched on, and only of their host', async () => {
    const { page, requests, troubles } = await open();
    await show(page, 'lists');
    await page.click('text=Load the posters');
    await page.waitForSelector('.posters li');
    await until('a picture is asked for', () =>
      requests.some((address) => address.startsWith('https://image.tmdb.org/t/p/w185/')),
    );
    expect(
      requests.filter((address) => !/^(http:\/\/127\.0\.0\.1:|https:\/\/image\.tmdb\.org\/t\/p\/)/.test(address)),
    ).toEqual([]);
    expect(troubles.filter((trouble) => trouble.includes('Content Security Policy'))).toEqual([]);
    await page.close();
  });

  it('has a picture in the docs, which is drawn anew with RENEW_PICTURES=1', async () => {
    const path = join(repositoryRoot, 'docs/console.png');
    const calm = await startScriptedConsole({ name: 'local', readings: calmReadings });
    const { page } = await browser.open(calm.address, { width: 1_120, height: 860, colorScheme: 'light' });
    await page.waitForSelector(views.now);
    const picture = await page.screenshot();
    if (process.env.RENEW_PICTURES === '1' || !existsSync(path)) {
      writeFileSync(path, picture);
    }
    const kept = readFileSync(path);
    expect([kept.readUInt32BE(16), kept.readUInt32BE(20)]).toEqual([1_120, 860]);
    expect(kept.length).toBeLessThan(200_000);
    await page.close();
    await calm.stop();
  });
});
