/**
 * What was read and done in a period, what its plans were worth, and how fresh the feeds are now. Costs a read of each counter item of the period, and one of
 * the whole control table.
 */

import { isoFromMs } from '../../shared/core/clock.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import type { CatalogReader } from '../../shared/tables/catalog.ts';
import type { FeedHeads } from '../../shared/tables/feed-heads.ts';
import { otherSubject, type UsageStore } from '../../shared/tables/usage-store.ts';
import { type FreshnessNow, freshnessNow } from './feed-freshness.ts';
import { type Activity, type HourUsage, readHours, sumActivity, sumBySubject, sumOf } from './hour-usage.ts';
import { nameTitles, parseTitleSubject, type TitleRef } from './name-titles.ts';
import { type PlanFigures, planFigures, planNotes } from './plan-figures.ts';
import { type Ranked, rankSubjects } from './rank-subjects.ts';
import { addReads, type ReadFigures, withShares } from './read-figures.ts';
import { type ReportPeriod, reportPeriod, stepFor } from './report-period.ts';
import { type UsageSeries, usageSeries } from './usage-series.ts';

/** A feed in a ranking. */
export type RankedFeed = { feed: string } & ReadFigures;

/** A title in a ranking; `title` is `null` where the table does not hold it. */
export type RankedTitle = TitleRef & { title: string | null } & ReadFigures;

/** The whole report, as `--json` prints it. */
export type Report = {
  /** When it was made, which is when the feeds were as fresh as it says. */
  asOf: string;
  period: { from: string; to: string; hours: number };
  reads: { all: ReadFigures; feeds: ReadFigures; titles: ReadFigures };
  mostRead: { feeds: RankedFeed[]; titles: RankedTitle[] };
  leastRead: { feeds: RankedFeed[]; titles: RankedTitle[] };
  /** Reads that are in the sums and in no ranking: beyond the subjects that a reader counts by name. */
  notByName: { feeds: number; titles: number };
  freshness: FreshnessNow;
  plan: PlanFigures;
  pipeline: Omit<Activity, 'costMicroUsd'>;
  cost: { writingUsd: number; covers: string };
  series: UsageSeries;
  notes: string[];
};

/** What a report reads. */
export type ReportSources = { usage: UsageStore; heads: Pick<FeedHeads, 'list'>; catalog: CatalogReader };

/** What a report is asked for. */
export type ReportRequest = { untilMs: number; sinceMs: number; top: number };

/** What the measured cost is, in words. */
export const costCovers =
  'writing: DynamoDB units and SQS requests of the pages written, at list prices, without the free tier; functions and what stands idle are not in it, see the command cost';

/** Reads and puts together. */
export async function buildReport(
  request: ReportRequest,
  { usage, heads, catalog }: ReportSources,
  settings: Settings,
  nowMs: number,
): Promise<Report> {
  const period = reportPeriod(request.untilMs, request.sinceMs, nowMs);
  const [hours, allHeads] = await Promise.all([readHours(usage, period.hoursMs), heads.list()]);
  const freshness = freshnessNow(allHeads, nowMs);
  const inTable = freshness.feeds.filter(({ state }) => state !== 'expired').map(({ feed }) => feed);
  const feedReads = sumBySubject(hours.map(({ feeds }) => feeds));
  const titleReads = sumBySubject(hours.map(({ titles }) => titles));
  const feeds = rankSubjects(feedReads, request.top, inTable);
  const titles = rankSubjects(namedTitles(titleReads), request.top);
  const subjects = [...titles.most, ...titles.least].map(({ subject }) => subject);
  const names = await nameTitles(catalog, subjects, settings, nowMs);
  const titled = (ranked: readonly Ranked[]) => ranked.flatMap((one) => rankedTitle(one, names));
  return {
    asOf: isoFromMs(nowMs),
    period: { from: period.from, to: period.to, hours: period.hoursMs.length },
    reads: {
      all: withShares(addReads(sumOf(feedReads), sumOf(titleReads))),
      feeds: withShares(sumOf(feedReads)),
      titles: withShares(sumOf(titleReads)),
    },
    mostRead: { feeds: feeds.most.map(rankedFeed), titles: titled(titles.most) },
    leastRead: { feeds: feeds.least.map(rankedFeed), titles: titled(titles.least) },
    notByName: { feeds: feeds.notByName, titles: titles.notByName },
    freshness,
    plan: planFigures(hours, settings, nowMs),
    ...workOf(hours),
    series: usageSeries(hours, stepFor(period)),
    notes: notesOf(period, settings),
  };
}

function workOf(hours: readonly HourUsage[]): Pick<Report, 'pipeline' | 'cost'> {
  const { costMicroUsd, ...pipeline } = sumActivity(hours.map(({ activity }) => activity));
  return { pipeline, cost: { writingUsd: Math.round(costMicroUsd) / 1e6, covers: costCovers } };
}

/** Without what names no title: it is in the sums. */
function namedTitles<T>(reads: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...reads].filter(([subject]) => subject === otherSubject || parseTitleSubject(subject)));
}

function rankedFeed({ subject, ...figures }: Ranked): RankedFeed {
  return { feed: subject, ...figures };
}

function rankedTitle({ subject, ...figures }: Ranked, names: ReadonlyMap<string, string>): RankedTitle[] {
  const ref = parseTitleSubject(subject);
  return ref === undefined ? [] : [{ ...ref, title: names.get(subject) ?? null, ...figures }];
}

function notesOf({ hoursMs }: ReportPeriod, { reader }: Settings): string[] {
  const { keepDays, windowSeconds, titlesPerWindow } = reader.usage;
  return [
    'Counters are kept by the hour, so the period is every hour that it touches.',
    `A reader writes its counts every ${windowSeconds} seconds: the latest reads may not be in yet.`,
    'A recommendation counts as a read of each list that it was made from.',
    `Titles are counted by name up to ${titlesPerWindow} in such a window, most read first: the least read ones are the least read of those.`,
    'Stale answers are hits or misses too.',
    "Calls are the worker's: what a reader asks TMDB for itself is among the misses.",
    ...planNotes,
    ...(hoursMs.length > keepDays * 24
      ? [`Counters are kept ${keepDays} days: what is older is not in the figures.`]
      : []),
  ];
}
