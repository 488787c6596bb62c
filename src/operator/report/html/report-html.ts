/** The report as one page: no script, nothing from anywhere else, well-formed as XML too. */
import type { Report } from '../build-report.ts';
import { callsChart, readsChart, rowsChart, seriesTable } from './activity-charts.ts';
import { type Fact, factTiles } from './fact-tiles.ts';
import { countText, momentText, shareText, tileText, usdText } from './figures.ts';
import { freshnessSection } from './freshness-section.ts';
import { html, type Markup } from './markup.ts';
import { pageStyle } from './page-style.ts';
import { planSection } from './plan-section.ts';
import { feedRanking, titleRanking } from './ranking-table.ts';

/** Nothing is loaded and nothing runs, whatever the figures hold. */
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** The page's text. */
export function reportHtml(report: Report): string {
  const { period, series } = report;
  const span = `${momentText(period.from)} to ${momentText(period.to)}`;
  return html`<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta name="referrer" content="no-referrer" />
<title>TMDB pipeline: report of ${span}</title>
<link rel="icon" href="data:," />
<style>${{ markup: pageStyle }}</style>
</head>
<body>
<header><h1>TMDB pipeline report</h1><p class="period">${span} (${countText(period.hours)} hours)</p></header>
<main>
${tiles(report)}
${card('Reads', html`<p class="hint">By ${series.step}, in UTC; the period may hold a part of the first and of the last. A miss is a read that neither memory nor table could answer.</p>${readsChart(series)}${seriesTable(series)}`)}
${card('Freshness now', freshnessSection(report.freshness))}
${card('Plan quality', planSection(report.plan))}
${card('Feeds', rankings('feeds', report))}
${card('Titles', rankings('titles', report))}
${card('Pipeline', html`<div class="columns"><div><h3>TMDB calls</h3>${callsChart(series)}</div><div><h3>Rows</h3>${rowsChart(series)}</div></div>${costText(report)}`)}
${card('How to read this', html`<ul class="notes">${report.notes.map((note) => html`<li>${note}</li>`)}</ul>`)}
</main>
<footer><p>Made at ${momentText(report.asOf)} by tmdb-pipeline. This product uses the TMDB API but is not endorsed or certified by TMDB.</p></footer>
</body>
</html>
`.markup;
}

function card(heading: string, content: Markup): Markup {
  return html`<section class="card"><h2>${heading}</h2>${content}</section>`;
}

function tiles({ reads: { all, feeds, titles }, pipeline, cost }: Report): Markup {
  const troubles = pipeline.throttles + pipeline.failures;
  const facts: Fact[] = [
    ['Reads', tileText(all.reads), `${tileText(feeds.reads)} of feeds, ${tileText(titles.reads)} of titles`],
    ['Hit ratio', shareText(all.hitRatio), `${tileText(all.misses)} misses`],
    ['Stale share', shareText(all.staleShare), `${tileText(all.stale)} stale answers`],
    ['TMDB calls', tileText(pipeline.calls), `${tileText(troubles)} throttled or failed`],
    ['Rows written', tileText(pipeline.rowsWritten), `${tileText(pipeline.rowsUnchanged)} unchanged`],
    ['Writing cost', usdText(cost.writingUsd), 'measured, list prices'],
  ];
  return factTiles(facts);
}

function rankings(what: 'feeds' | 'titles', { mostRead, leastRead, notByName }: Report): Markup {
  const [most, least] =
    what === 'feeds'
      ? [feedRanking('Most read', mostRead.feeds, true), feedRanking('Least read', leastRead.feeds, false)]
      : [titleRanking('Most read', mostRead.titles, true), titleRanking('Least read', leastRead.titles, false)];
  const others = notByName[what];
  return html`<div class="columns"><div>${most}</div><div>${least}</div></div>${others > 0 ? html`<p class="hint">${countText(others)} more reads of ${what} were not counted by name.</p>` : ''}`;
}

function costText({ cost }: Report): Markup {
  return html`<h3>Cost</h3><p class="lead">${usdText(cost.writingUsd)} for ${cost.covers}.</p>`;
}
