import type { PlanFigures, Report } from '../operator/report/build-report.ts';
import type { FreshnessNow } from '../operator/report/feed-freshness.ts';
import type { ReadFigures, UsageSeries } from '../operator/report/hour-usage.ts';
import type { RankedFeed, RankedTitle } from '../operator/report/rankings.ts';
import type { Status } from '../operator/status/describe-status.ts';
import type { Depth } from '../operator/status/why-waiting.ts';
import { cleanLine } from '../shared/core/clean-text.ts';
import { cutTo } from './display-columns.ts';
import { rateText } from './format-rate.ts';
import { shareText, table, title } from './format-text.ts';

/** A status for people: what is wrong first. */
export function formatStatus({ at, troubles, queues, breaker, rate, next, titles, feeds }: Status): string {
  const counts = (depth: Depth) => [depth.visible, depth.delayed, depth.inFlight].map(String);
  const queueRows =
    queues === null
      ? []
      : Object.entries(queues).flatMap(([name, { queue, deadLetters }]) => [
          [name, ...counts(queue)],
          [`${name} dead letters`, ...counts(deadLetters)],
        ]);
  const why = breaker.reason === undefined ? '' : ` since ${breaker.since} (${breaker.reason}: ${breaker.detail})`;
  return [
    title(`status at ${at}`),
    ...troubles.map(({ text }) => `! ${text}`),
    ...(queueRows.length > 0 ? [table(['queue', 'waiting', 'delayed', 'in flight'], queueRows)] : []),
    `breaker ${breaker.state}${why}`,
    `rate ${rateText(rate)}`,
    `next: ${Object.entries(next)
      .map(([name, time]) => `${name} ${time}`)
      .join(', ')}`,
    ...(titles === null ? [] : [titlesLine(titles)]),
    table(
      ['feed', 'state', 'last answer', 'freshness', 'age', 'pages', 'snapshot'],
      feeds.map((feed) => [
        feed.feed,
        feed.state,
        feed.outcome,
        feed.freshness.toFixed(2),
        ageText(feed.ageSeconds),
        feed.pages,
        feed.snapshot,
      ]),
    ),
  ].join('\n');
}

/** `details of a sample of 60 titles: 71.7% fresh, 12 stale, 5 missing; 180 of 250 calls for titles planned in 24 hours`. */
function titlesLine({ sample, callsPlanned, callsPerDay }: NonNullable<Status['titles']>): string {
  const { titles, freshShare, stale, missing } = sample;
  const states = titles === 0 ? '' : `: ${shareText(freshShare)} fresh, ${stale} stale, ${missing} missing`;
  return `details of a sample of ${titles} titles${states}; ${callsPlanned} of ${callsPerDay} calls for titles planned in 24 hours`;
}

/** `42 s`, `17 min`, `5.2 h`, `3.1 d`. */
export function ageText(seconds: number): string {
  const steps: [limit: number, unit: number, name: string, digits: number][] = [
    [60, 1, 's', 0],
    [3_600, 60, 'min', 0],
    [86_400, 3_600, 'h', 1],
  ];
  const [, unit, name, digits] = steps.find(([limit]) => seconds < limit) ?? [0, 86_400, 'd', 1];
  return `${(seconds / unit).toFixed(digits)} ${name}`;
}

/** Of a title's name. */
const mostColumns = 40;
const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const wholeCount = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A report for people at a terminal. */
export function formatReport(report: Report): string {
  const { period, mostRead, leastRead, cost, notes } = report;
  const heading = `report of ${minute(period.from)} to ${minute(period.to)}, ${count.format(period.hours)} hours`;
  const sections = [
    [title(heading), readsTable(report.reads)],
    [title('pipeline'), pipelineTable(report)],
    [title('plan'), ...planTables(report.plan)],
    [title('whole titles'), titlesTable(report)],
    freshnessLines(report.freshness),
    ranking('most read feeds', 'feed', mostRead.feeds, ({ feed }) => feed),
    ranking('least read feeds', 'feed', leastRead.feeds, ({ feed }) => feed),
    ranking('most read titles', 'title', mostRead.titles, nameOf),
    ranking('least read titles', 'title', leastRead.titles, nameOf),
    otherLines(report.notByName),
    seriesLines(report.series),
    [title('notes'), `The cost is that of ${cost.covers}.`, ...notes],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** How whole the titles are that readers ask for, and what keeps them so. */
function titlesTable({ wholeTitles, pipeline }: Report): string {
  const { asked, detailsShare, certificationShare, servicesShare, planned, changesCalls, changesSaved } = wholeTitles;
  return table(
    [
      ...['details asked', 'had', 'certification', 'services'],
      ...['title calls', 'titles planned', 'calls for changes', 'saved by these'],
    ],
    [
      [
        count.format(asked),
        ...[detailsShare, certificationShare, servicesShare].map(shareText),
        ...[pipeline.titleCalls, planned, changesCalls, changesSaved].map((figure) => count.format(figure)),
      ],
    ],
  );
}

function pipelineTable({ pipeline, cost }: Report): string {
  const { calls, throttles, failures, rowsWritten, rowsUnchanged } = pipeline;
  const figures = [calls, throttles, failures, rowsWritten, rowsUnchanged].map((figure) => count.format(figure));
  return table(
    ['calls', 'throttled', 'failed', 'rows written', 'rows unchanged', 'writing, USD'],
    [[...figures, cost.writingUsd.toFixed(6)]],
  );
}

function readsTable({ feeds, titles, all }: Report['reads']): string {
  const row = (name: string, figures: ReadFigures) => [name, ...cells(figures)];
  return table(
    ['reads of', 'reads', 'hits', 'misses', 'stale', 'hit ratio', 'stale share'],
    [row('feeds', feeds), row('titles', titles), row('all', all)],
  );
}

/** What plans were worth, as two tables of one line. */
export function planTables({ freshShare, fetches, warming, forecast }: PlanFigures): string[] {
  const { fetchedPages, wastedPages, openPages, wastedShare } = fetches;
  const { warmedPages, callsSaved, savedPerCall } = warming;
  const [fetched, wasted, open, warmed, saved] = [fetchedPages, wastedPages, openPages, warmedPages, callsSaved].map(
    (figure) => wholeCount.format(figure),
  ) as [string, string, string, string, string];
  return [
    table(
      ['served fresh', 'pages fetched', 'wasted', 'open', 'wasted share'],
      [[shareText(freshShare), fetched, wasted, open, shareText(wastedShare)]],
    ),
    table(
      ['pages warmed', 'calls saved', 'saved per call', 'forecasts', 'forecast error', 'bias'],
      [
        [
          ...[warmed, saved, savedPerCall === null ? '' : savedPerCall.toFixed(2)],
          ...[wholeCount.format(forecast.compared), shareText(forecast.wape), biasText(forecast.bias)],
        ],
      ],
    ),
  ];
}

/** Above 0 with its sign too. */
function biasText(bias: number | null): string {
  return bias !== null && bias > 0 ? `+${shareText(bias)}` : shareText(bias);
}

function freshnessLines(freshness: FreshnessNow): string[] {
  const { total, fresh, stale, expired, incomplete, median, buckets } = freshness;
  const troubles = freshness.troubles.map(({ feed, at, detail }) => cleanLine(`${feed}, ${at}: ${detail}`));
  if (total === 0) {
    return [title('feeds now: none in the table'), ...troubles];
  }
  const missing = incomplete === 0 ? '' : `, ${incomplete} with pages missing`;
  const percent = (bound: number) => `${Math.round(bound * 100)}%`;
  return [
    title(
      `feeds now: ${total}, of which ${fresh} fresh, ${stale} stale, ${expired} expired${missing}; median freshness ${(median ?? 0).toFixed(2)}`,
    ),
    ...troubles,
    table(
      ['freshness', 'fresh', 'stale', 'expired'],
      buckets
        .filter((bucket) => bucket.fresh + bucket.stale + bucket.expired > 0)
        .map((bucket) => [
          `${percent(bucket.from)} to ${percent(bucket.to)}`,
          ...[bucket.fresh, bucket.stale, bucket.expired].map(String),
        ]),
    ),
  ];
}

function ranking<T extends RankedFeed | RankedTitle>(
  heading: string,
  what: string,
  ranked: readonly T[],
  name: (one: T) => string,
): string[] {
  if (ranked.length === 0) {
    return [title(`${heading}: none`)];
  }
  const rows = ranked.map((one) => [name(one), ...cells(one)]);
  return [title(heading), table([what, 'reads', 'hits', 'misses', 'stale', 'hit ratio', 'stale share'], rows)];
}

function otherLines({ feeds, titles }: Report['notByName']): string[] {
  return feeds + titles === 0 ? [] : [`not counted by name: ${feeds} reads of feeds, ${titles} of titles`];
}

/** What nothing happened in is left out. */
function seriesLines({ step, points }: UsageSeries): string[] {
  const rows = points
    .filter(({ reads, calls, rowsWritten, rowsUnchanged }) => reads + calls + rowsWritten + rowsUnchanged > 0)
    .map((point) => [
      step === 'hour' ? minute(point.from) : point.from.slice(0, 10),
      ...cells(point),
      ...[point.calls, point.rowsWritten, point.rowsUnchanged].map((figure) => count.format(figure)),
    ]);
  const heads = ['reads', 'hits', 'misses', 'stale', 'hit ratio', 'stale share', 'calls', 'written', 'unchanged'];
  return rows.length === 0 ? [] : [title(`by ${step}`), table([step, ...heads], rows)];
}

function cells({ reads, hits, misses, stale, hitRatio, staleShare }: ReadFigures): string[] {
  return [
    ...[reads, hits, misses, stale].map((figure) => count.format(figure)),
    shareText(hitRatio),
    shareText(staleShare),
  ];
}

function nameOf({ mediaType, id, title: name }: RankedTitle): string {
  return name === null ? `${mediaType} ${id}` : `${cutTo(cleanLine(name), mostColumns)} (${mediaType} ${id})`;
}

/** `2026-11-25T02:00Z`. */
function minute(iso: string): string {
  return `${iso.slice(0, 16)}Z`;
}
