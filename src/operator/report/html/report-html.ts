/** The report as one page: no script, nothing from anywhere else, well-formed as XML too. */
import { tmdbNotice } from '../../../shared/tmdb/attribution.ts';
import type { PlanFigures, Report } from '../build-report.ts';
import type { FeedNow, FeedState, FreshnessNow } from '../feed-freshness.ts';
import type { ReadFigures } from '../hour-usage.ts';
import type { RankedFeed, RankedTitle } from '../rankings.ts';
import { callsChart, readsChart, rowsChart, seriesTable } from './charts.ts';
import { barChart } from './draw-chart.ts';
import { balanceText, countText, errorText, momentText, shareText, tileText, usdText } from './figures.ts';
import { type Fact, factTiles, feedName, html, type Markup } from './markup.ts';
import { pageStyle, type Tone } from './page-style.ts';

/** Nothing is loaded and nothing runs, whatever the figures hold. */
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const states: readonly FeedState[] = ['fresh', 'stale', 'expired'];

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
${card('Whole titles', titlesSection(report))}
${card('Feeds', rankings('feeds', report))}
${card('Titles', rankings('titles', report))}
${card('Pipeline', html`<div class="columns"><div><h3>TMDB calls</h3>${callsChart(series)}</div><div><h3>Rows</h3>${rowsChart(series)}</div></div>${costText(report)}`)}
${card('How to read this', html`<ul class="notes">${report.notes.map((note) => html`<li>${note}</li>`)}</ul>`)}
</main>
<footer><p>Made at ${momentText(report.asOf)} by tmdb-pipeline. ${tmdbNotice}</p></footer>
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

/** How many feeds are fresh, stale and expired, by how fresh they are, and each of them. */
function freshnessSection(freshness: FreshnessNow): Markup {
  if (freshness.total === 0) {
    return html`<p class="nothing">There is no feed in the table yet.</p>
${troubleList(freshness)}`;
  }
  const counts = states.map((state) => `${countText(freshness[state])} ${state}`).join(', ');
  const incomplete =
    freshness.incomplete === 0 ? '' : ` Pages are missing in ${countText(freshness.incomplete)} of them.`;
  return html`<p class="lead">${countText(freshness.total)} ${freshness.total === 1 ? 'feed' : 'feeds'}: ${counts}; median freshness ${shareText(freshness.median)}.${incomplete}</p>
${troubleList(freshness)}
${shareBar(freshness, counts)}
<h3>Feeds by freshness</h3>
<p class="hint">100% is just fetched, 0% is past the hard TTL.</p>
${histogram(freshness)}
${feedTable(freshness.feeds)}`;
}

/** What TMDB did not answer as it should have, feed by feed. */
function troubleList({ troubles }: FreshnessNow): Markup | '' {
  return troubles.length === 0
    ? ''
    : html`<h3>Feeds without a list in TMDB's newest answer</h3>
<ul class="notes">${troubles.map(({ feed, at, detail }) => html`<li>${feedName(feed)}, ${momentText(at)}: ${detail}.</li>`)}</ul>`;
}

function shareBar(freshness: FreshnessNow, counts: string): Markup {
  let x = 0;
  const rects = states.map((state) => {
    const rect = html`<rect class="tone-${state}" x="${x}" y="0" width="${freshness[state]}" height="10" />`;
    x += freshness[state];
    return rect;
  });
  return html`<svg class="share-bar" role="img" aria-label="Feeds now: ${counts}" viewBox="0 0 ${freshness.total} 10" preserveAspectRatio="none">${rects}</svg>`;
}

function histogram({ buckets }: FreshnessNow): Markup {
  const percent = (share: number) => `${Math.round(share * 100)}%`;
  const names = buckets.map(({ from, to }) => `${percent(from)} to ${percent(to)}`);
  const filled = buckets.flatMap((bucket, n) => {
    const feeds = states.reduce((sum, state) => sum + bucket[state], 0);
    return feeds === 0 ? [] : [`${countText(feeds)} at ${names[n]}`];
  });
  return barChart({
    label: `Feeds by freshness: ${filled.join(', ')}`,
    points: names,
    ticks: buckets.map(({ from }) => percent(from)),
    layers: states.map((state) => ({ name: state, tone: state, values: buckets.map((bucket) => bucket[state]) })),
  });
}

function feedTable(feeds: readonly FeedNow[]): Markup {
  return html`<details><summary>Every feed, stalest first</summary><div class="scroll" tabindex="0" role="region" aria-label="Every feed"><table>
<thead><tr><th scope="col">feed</th><th scope="col">state</th><th scope="col" class="figure">freshness</th><th scope="col">fetched</th><th scope="col">fresh until</th></tr></thead>
<tbody>${feeds.map(
    (
      feed,
    ) => html`<tr><th scope="row">${feedName(feed.feed)}</th><td><span class="swatch tone-${feed.state}"></span> ${feed.state}${feed.complete ? '' : ' (pages missing)'}</td><td class="figure">${shareText(feed.freshness)}</td><td>${momentText(feed.fetchedAt)}</td><td>${momentText(feed.freshUntil)}</td></tr>
`,
  )}</tbody>
</table></div></details>`;
}

/** Whether what was planned was worth it, and whether as much was read as expected. */
function planSection({ freshReads, freshShare, fetches, warming, forecast }: PlanFigures): Markup {
  const { fetchedPages, usedPages, wastedPages, openPages, wastedShare } = fetches;
  const { warmedPages, callsSaved, savedPerCall } = warming;
  const { compared, expectedReads, countedReads, wape, bias } = forecast;
  const perPage = savedPerCall === null ? 'no page warmed' : `${savedPerCall.toFixed(2)} for each page warmed`;
  const facts: Fact[] = [
    ['Served fresh', shareText(freshShare), `${tileText(freshReads)} reads of feeds`],
    ['Pages fetched', tileText(fetchedPages), `${tileText(usedPages)} read, ${tileText(openPages)} still open`],
    ['Pages wasted', shareText(wastedShare), `${tileText(wastedPages)} never read in time`],
    ['Pages warmed', tileText(warmedPages), 'only warming asked for them'],
    ['Calls saved', tileText(callsSaved), perPage],
    ['Forecast error', errorText(wape), `bias ${balanceText(bias)}`],
  ];
  const reads = `${tileText(expectedReads)} reads were expected and ${tileText(countedReads)} counted`;
  const forecasts = `${countText(compared)} ${compared === 1 ? 'forecast' : 'forecasts'}`;
  return html`${factTiles(facts)}${fetchedPages === 0 ? html`<p class="nothing">No plan was counted in this period.</p>` : ''}${compared === 0 ? '' : html`<p class="hint">Over ${forecasts} ${reads}.</p>`}`;
}

/** How whole the titles are that readers ask for, and what keeps them so. */
function titlesSection({ wholeTitles, pipeline }: Report): Markup {
  const { asked, detailsShare, certificationShare, servicesShare, planned, changesCalls, changesSaved } = wholeTitles;
  const facts: Fact[] = [
    ['With details', shareText(detailsShare), `${tileText(asked)} reads asked for them`],
    ['With a certification', shareText(certificationShare), "for the reader's country"],
    ['With services', shareText(servicesShare), "in the reader's country"],
    ['Titles planned', tileText(planned), `${tileText(pipeline.titleCalls)} calls for titles, whoever asked`],
    ['Calls for changes', tileText(changesCalls), "TMDB's lists of changes"],
    ['Calls saved', tileText(changesSaved), 'by knowing what has changed'],
  ];
  return html`${factTiles(facts)}${asked === 0 ? html`<p class="nothing">No read asked for details in this period.</p>` : ''}`;
}

/** A ranking as a table; with bars, each as long as its reads are to the first one's. */
function feedRanking(caption: string, ranked: readonly RankedFeed[], bars: boolean): Markup {
  return rankingTable(caption, 'feed', ranked, ({ feed }) => feedName(feed), bars);
}

/** The same of titles. */
function titleRanking(caption: string, ranked: readonly RankedTitle[], bars: boolean): Markup {
  return rankingTable(caption, 'title', ranked, titleName, bars);
}

function rankingTable<T extends ReadFigures>(
  caption: string,
  what: string,
  ranked: readonly T[],
  nameOf: (one: T) => Markup,
  bars: boolean,
): Markup {
  if (ranked.length === 0) {
    return html`<h3>${caption}</h3><p class="nothing">None was read in this period.</p>`;
  }
  const most = Math.max(...ranked.map(({ reads }) => reads));
  const legend = bars ? html`<span class="hint">bars: ${swatch('hit')} hits ${swatch('miss')} misses</span>` : '';
  return html`<table class="ranking"><caption>${caption} ${legend}</caption>
<thead><tr><th scope="col">${what}</th><th scope="col" class="figure">reads</th><th scope="col" class="figure">hits</th><th scope="col" class="figure">stale</th></tr></thead>
<tbody>${ranked.map(
    (
      one,
    ) => html`<tr><th scope="row">${nameOf(one)}${bars ? rankBar(one, most) : ''}</th><td class="figure">${countText(one.reads)}</td><td class="figure">${shareText(one.hitRatio)}</td><td class="figure">${shareText(one.staleShare)}</td></tr>
`,
  )}</tbody>
</table>`;
}

function swatch(tone: Tone): Markup {
  return html`<span class="swatch tone-${tone}"></span>`;
}

/** Hidden from screen readers: its figures are in the row. */
function rankBar({ hits, misses }: ReadFigures, most: number): Markup {
  return html`<svg class="rank-bar" aria-hidden="true" viewBox="0 0 ${most} 10" preserveAspectRatio="none"><rect class="tone-hit" x="0" y="0" width="${hits}" height="10" /><rect class="tone-miss" x="${hits}" y="0" width="${misses}" height="10" /></svg>`;
}

function titleName({ mediaType, id, title }: RankedTitle): Markup {
  const ref = `${mediaType} ${id}`;
  return title === null
    ? html`<bdi>${ref}</bdi><small>not in the table</small>`
    : html`<bdi>${title}</bdi><small>${ref}</small>`;
}
