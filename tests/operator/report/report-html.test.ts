import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildReport, type Report } from '../../../src/operator/report/build-report.ts';
import { reportHtml } from '../../../src/operator/report/html/report-html.ts';
import { hourMs } from '../../../src/shared/core/clock.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { tmdbNotice } from '../../../src/shared/tmdb/attribution.ts';
import { pageStructure, type Tag } from '../../support/page-structure.ts';
import { busyWorld, reportNowMs, reportWorld } from '../../support/report-world.ts';

const reportOf = async (world: ReturnType<typeof busyWorld>, hours = 169) =>
  buildReport({ untilMs: reportNowMs, sinceMs: hours * hourMs, top: 10 }, await world, defaultSettings, reportNowMs);

let busy: Report;
beforeAll(async () => {
  busy = await reportOf(busyWorld());
});

const withClass = (tags: readonly Tag[], name: string) =>
  tags.filter(({ attributes }) => attributes.get('class')?.split(' ').includes(name));

describe('the page', () => {
  it.each([1, 24, 169, 24 * 40, 24 * 400])('is well-formed: %d hours', async (hours) => {
    const report = await reportOf(busyWorld(), hours);
    expect(pageStructure(reportHtml(report)).tags.length).toBeGreaterThan(100);
  });

  it('loads nothing, runs nothing, and says so to the browser', () => {
    const page = reportHtml(busy);
    const { tags } = pageStructure(page);
    expect(tags.map(({ name }) => name)).not.toContain('script');
    const addresses = tags.flatMap(({ attributes }) =>
      ['src', 'href', 'srcset', 'action', 'xlink:href', 'data'].flatMap((name) => attributes.get(name) ?? []),
    );
    expect(addresses).toEqual(['data:,']);
    expect(tags.flatMap(({ attributes }) => [...attributes.keys()]).filter((name) => name.startsWith('on'))).toEqual(
      [],
    );
    expect(page).not.toMatch(/url\(|@import|javascript:/);
    expect(page.replace('http://www.w3.org/1999/xhtml', '')).not.toMatch(/https?:/);
    const metas = tags.filter(({ name }) => name === 'meta').map(({ attributes }) => attributes);
    expect(metas.find((meta) => meta.get('http-equiv') === 'Content-Security-Policy')?.get('content')).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    );
    expect(metas.find((meta) => meta.get('name') === 'viewport')?.get('content')).toBe(
      'width=device-width, initial-scale=1',
    );
  });

  it("ends with TMDB's notice", () => {
    expect(pageStructure(reportHtml(busy)).texts.at(-1)).toContain(tmdbNotice);
  });

  it('shows how whole the titles are that readers ask for, and the calls for them', async () => {
    const { texts } = pageStructure(reportHtml(busy));
    const shown = ['Whole titles', '90.0%', '75.0%', '25.0%', '12', '17 calls for titles, whoever asked', '110', '42'];
    expect(texts).toEqual(expect.arrayContaining(shown));
    const nothing = 'No read asked for details in this period.';
    expect(texts).not.toContain(nothing);
    expect(pageStructure(reportHtml(await reportOf(reportWorld({})))).texts).toContain(nothing);
  });

  it('shows names as texts', () => {
    const { tags, texts } = pageStructure(reportHtml(busy));
    expect(texts).toContain('<script>alert("1")</script> & \'more\'');
    expect(texts).toContain('"><img src=x onerror=alert(1)>');
    expect(tags.filter(({ name }) => name === 'script' || name === 'img')).toEqual([]);
  });

  it('shows any name as a text, and is well-formed with it', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom('<', '>', '"', "'", '&', 'lt;', '/', '=', ' ', '\0', '\u001b', '\ud800', '\uffff'),
      }),
    );
    const skeleton = (page: string) => pageStructure(page).tags.map(({ name }) => name);
    const [first] = busy.mostRead.titles;
    const named = (title: string): Report => ({
      ...busy,
      // Charts hold no names, and take most of the time.
      series: { ...busy.series, points: [] },
      mostRead: { ...busy.mostRead, titles: first === undefined ? [] : [{ ...first, title }] },
    });
    const plain = skeleton(reportHtml(named('Fight Club')));
    fc.assert(
      fc.property(hostile, (title) => {
        const page = reportHtml(named(title));
        expect(skeleton(page)).toEqual(plain);
        // Neither half of a character nor one that no page may hold.
        expect(page.isWellFormed()).toBe(true);
        expect(page).not.toMatch(/[^\P{Cc}\n\t]|[\ufffe\uffff]/u);
      }),
      { numRuns: 25 },
    );
  });

  it('tells the figures of the report', () => {
    const text = pageStructure(reportHtml(busy)).texts.join('\n');
    for (const figure of [
      '199',
      '92.0%',
      '15.1%',
      '145 of feeds, 54 of titles',
      '400',
      '20 unchanged',
      '$0.0008',
      '3 throttled or failed',
      ...['75.2%', '109 reads of feeds', '4 read, 1 still open', '20.0%', '1 never read in time'],
      ...['0.50 for each page warmed', '26.4%', 'bias -10.9%'],
      'Over 2 forecasts 115 reads were expected and 129 counted.',
    ]) {
      expect(text).toContain(figure);
    }
    expect(text).toContain(
      '3 feeds: 1 fresh, 1 stale, 1 expired; median freshness 58.3%. Pages are missing in 1 of them.',
    );
    expect(text).toContain('5 more reads of titles were not counted by name.');
  });

  it('says of an error beyond measure that it is, and has a dash for none', () => {
    const told = (wape: number | null, bias: number | null) => {
      const plan = { ...busy.plan, forecast: { ...busy.plan.forecast, wape, bias } };
      const { texts } = pageStructure(reportHtml({ ...busy, plan }));
      return texts.slice(texts.indexOf('Forecast error') + 1).slice(0, 2);
    };
    expect(told(9.99, 9.99)).toEqual(['999.0%', 'bias +999.0%']);
    expect(told(1e9, 1e9)).toEqual(['> 999%', 'bias > +999%']);
    expect(told(0, 0)).toEqual(['0.0%', 'bias 0.0%']);
    expect(told(null, null)).toEqual(['–', 'bias –']);
  });

  it('draws bars as high as what they count, each with its figures', () => {
    const page = reportHtml(busy);
    const { tags } = pageStructure(page);
    const label = 'Reads by day: 183 hits, 16 misses, 30 stale answers';
    expect(tags.find(({ name }) => name === 'svg')?.attributes.get('aria-label')).toBe(label);
    // Eight days, of which two hold reads: 169 hits and 16 misses, then 14 hits.
    const svg = page.slice(page.indexOf('<svg'), page.indexOf('</svg>'));
    const bars = [...svg.matchAll(/<path d="M[\d.]+ [\d.]+l[\d.]+ 0l0 -([\d.]+)l.*?<title>(.*?)<\/title>/g)].map(
      ([, height, title]) => ({ height: Number(height), title }),
    );
    expect(bars.map(({ title }) => title)).toEqual([
      '24 Nov: 169 hits, 16 misses, 30 stale answers',
      '25 Nov: 14 hits, 0 misses, 0 stale answers',
      '24 Nov: 169 hits, 16 misses, 30 stale answers',
    ]);
    const [hits = 0, later = 0, misses = 0] = bars.map(({ height }) => height);
    // Bars end at whole pixels and parts of them.
    expect(Math.abs(hits / misses / (169 / 16) - 1)).toBeLessThan(0.1);
    expect(Math.abs(hits / later / (169 / 14) - 1)).toBeLessThan(0.1);
  });

  it('draws the same figures as the same page, with nothing that another page could share', () => {
    const page = reportHtml(busy);
    expect(reportHtml(busy)).toBe(page);
    const charts = [...page.matchAll(/<figure[\s\S]*?<\/figure>/g)].map(([figure]) => figure);
    expect(charts).toHaveLength(4);
    expect(charts.filter((chart) => /<style| style=| id=|zr\d|ecmeta|<defs/.test(chart))).toEqual([]);
  });

  it('tells each chart in words to whoever does not see it, and each table by headings', () => {
    const { tags } = pageStructure(reportHtml(busy));
    for (const { attributes } of tags.filter(({ name }) => name === 'svg')) {
      expect(attributes.get('aria-hidden') === 'true' || (attributes.get('aria-label') ?? '').length > 10).toBe(true);
    }
    expect(withClass(tags, 'chart')).toHaveLength(4);
    const tables = tags.filter(({ name }) => name === 'table').length;
    expect(tags.filter(({ name }) => name === 'thead')).toHaveLength(tables);
    expect(tags.filter(({ name, attributes }) => name === 'th' && !attributes.has('scope'))).toEqual([]);
    expect(tags.filter(({ name }) => name === 'h1')).toHaveLength(1);
    expect(tags.find(({ name }) => name === 'html')?.attributes.get('lang')).toBe('en');
  });

  it('says so where there is nothing to draw', async () => {
    const { tags, texts } = pageStructure(reportHtml(await reportOf(reportWorld({}))));
    expect(tags.filter(({ name }) => name === 'svg')).toEqual([]);
    expect(texts).toContain('There is no feed in the table yet.');
    expect(texts).toContain('No plan was counted in this period.');
    expect(texts.filter((text) => text === 'Nothing was counted in this period.')).toHaveLength(3);
  });
});
