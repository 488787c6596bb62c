import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/operator/report/build-report.ts';
import { reportHtml } from '../../../src/operator/report/html/report-html.ts';
import { dayMs } from '../../../src/shared/core/clock.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { describeInBrowser, type View } from '../../support/real-browser.ts';
import { busyWorld, reportNowMs, reportWorld } from '../../support/report-world.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const folder = scratchFolder();
const most = 987_654_321_098;
const worlds: Record<string, typeof busyWorld> = {
  nothing: () => reportWorld({}),
  millions: () =>
    reportWorld({
      usage: {
        'usage#2026-11-25T01#feeds': { 'r:popular/movie/global/en-US': most, 's:popular/movie/global/en-US': most },
        'usage#2026-11-25T01#titles#05': { 'r:movie/1234567890': most, 'm:movie/1234567890': most, 'r:~other': most },
        'usage#2026-11-25T01#pipeline': {
          'p:calls': most,
          'p:failures': most,
          'p:rowsWritten': most,
          'p:rowsUnchanged': most,
        },
        'usage#2026-11-24T21#feeds': { 'r:popular/movie/global/en-US': 1 },
        'usage#2026-11-24T20#plan': { 'f:popular/movie/global/en-US': most, 'w:popular/movie/global/en-US': most },
        'usage#2026-11-24T21#plan': { 'f:popular/movie/global/en-US': most, 'x:popular/movie/global/en-US': most },
      },
    }),
};
/** Reports of some hours, of days, of many weeks, of nothing, and of more than anybody reads. */
const files = { hours: 1, days: 7, weeks: 400, nothing: 7, millions: 7 };
const fileOf = (name: string) => join(folder, `${name}.html`);

beforeAll(async () => {
  for (const [name, days] of Object.entries(files)) {
    const world = await (worlds[name] ?? busyWorld)();
    const request = { untilMs: reportNowMs, sinceMs: days * dayMs, top: 10 };
    writeFileSync(fileOf(name), reportHtml(await buildReport(request, world, defaultSettings, reportNowMs)));
  }
});

const views: [string, View][] = [
  ['a phone', { width: 360, height: 740, colorScheme: 'light' }],
  ['a phone at night', { width: 360, height: 740, colorScheme: 'dark' }],
  ['a desk', { width: 1280, height: 800, colorScheme: 'light' }],
  ['a desk at night', { width: 1280, height: 800, colorScheme: 'dark' }],
];

/** The page is asked in its own words: these tests know no types of a browser. */
const ask = <T>(page: Page, expression: string) => page.evaluate(expression) as Promise<T>;
const overflow = 'document.documentElement.scrollWidth - window.innerWidth';
const cutTiles = '[...document.querySelectorAll(".tile dd")].filter((one) => one.scrollWidth > one.clientWidth).length';
const smallestText =
  'Math.min(...[...document.body.querySelectorAll("*")].map((one) => parseFloat(getComputedStyle(one).fontSize)))';
const openDetails = 'document.querySelectorAll("details").forEach((one) => { one.open = true; })';
const sizes = (selector: string) =>
  `[...document.querySelectorAll('${selector}')].map((one) => { const { width, height } = one.getBoundingClientRect(); return [width, height]; })`;

describeInBrowser('the page in a browser', (browser) => {
  describe.each(views)('on %s', (_name, view) => {
    it.each(Object.keys(files))('fits, can be read, loads nothing and complains of nothing: %s', async (name) => {
      const { page, requests, troubles } = await browser.open(fileOf(name), view);
      expect(await ask<number>(page, overflow)).toBeLessThanOrEqual(0);
      await ask(page, openDetails);
      expect(await ask<number>(page, overflow)).toBeLessThanOrEqual(0);
      expect(await ask<number>(page, cutTiles)).toBe(0);
      expect(await ask<number>(page, smallestText)).toBeGreaterThanOrEqual(12);
      expect(requests).toEqual([`file://${fileOf(name)}`]);
      expect(troubles).toEqual([]);
      await page.close();
    });

    it('shows every chart in the size that fits, bars in it, and texts that can be read', async () => {
      const { page } = await browser.open(fileOf('days'), view);
      const drawn = (await ask<[number, number][]>(page, sizes('svg'))).filter(([width]) => width > 0);
      // Reads, states, freshness, calls, rows; and a bar for each of four feeds and three titles.
      expect(drawn).toHaveLength(5 + 4 + 3);
      expect(drawn.every(([width, height]) => width > 60 && height > 4)).toBe(true);
      for (const chart of ['Reads', 'Feeds by freshness', 'TMDB calls', 'Rows']) {
        const svg = `svg[aria-label^="${chart}"]`;
        const bars = (await ask<[number, number][]>(page, sizes(`${svg} path.mark`))).filter(([width]) => width > 0);
        expect(bars.length, chart).toBeGreaterThan(0);
        expect(
          bars.every(([width]) => width > 3),
          chart,
        ).toBe(true);
        const texts = (await ask<[number, number][]>(page, sizes(`${svg} text`))).filter(([width]) => width > 0);
        expect(Math.min(...texts.map(([, height]) => height)), chart).toBeGreaterThanOrEqual(11);
      }
      await page.close();
    });
  });

  it('changes its colours with the scheme', async () => {
    const [light, dark] = await Promise.all(
      [views[0]?.[1], views[1]?.[1]].map(async (view) => {
        const { page } = await browser.open(fileOf('days'), view as View);
        const colour = await ask<string>(page, 'getComputedStyle(document.body).backgroundColor');
        await page.close();
        return colour;
      }),
    );
    expect(light).toBe('rgb(243, 245, 248)');
    expect(dark).toBe('rgb(13, 17, 23)');
  });

  it('is read as HTML and as XML alike, names as texts', async () => {
    const { page, troubles } = await browser.open(fileOf('days'), views[0]?.[1] as View);
    const text = readFileSync(fileOf('days'), 'utf8');
    const parsed = await page.evaluate(
      `(() => { const page = new DOMParser().parseFromString(${JSON.stringify(text)}, 'application/xhtml+xml');
        return [page.querySelectorAll('parsererror').length, page.querySelectorAll('*').length, document.querySelectorAll('*').length]; })()`,
    );
    const [errors, asXml, asHtml] = parsed as [number, number, number];
    expect([errors, asXml]).toEqual([0, asHtml]);
    expect(await ask(page, 'document.querySelectorAll("script, img, iframe, object").length')).toBe(0);
    const names = await ask<string[]>(page, '[...document.querySelectorAll("bdi")].map((one) => one.textContent)');
    expect(names).toContain('<script>alert("1")</script> & \'more\'');
    expect(names).toContain('"><img src=x onerror=alert(1)>');
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('lets nothing run, even if something got in', async () => {
    const text = readFileSync(fileOf('days'), 'utf8');
    const inlet = '<script>document.title = "run"</script><img src="https://example.invalid/x.png" /><main>';
    writeFileSync(fileOf('broken-into'), text.replace('<main>', inlet));
    const { page, troubles } = await browser.open(fileOf('broken-into'), views[2]?.[1] as View);
    expect(await page.title()).toMatch(/^TMDB pipeline: report of /);
    const refusals = troubles.filter((trouble) => trouble.includes('Content Security Policy')).join('\n');
    expect(refusals).toContain('inline script');
    expect(refusals).toContain('https://example.invalid/x.png');
    await page.close();
  });
});
