/**
 * What was read and done in a period, what its plans were worth, and how fresh the feeds are now. It reads each counter item of the
 * period, and the whole control table once.
 */
import { type PlanQuality, planQuality, shareOf } from '../../demand/plan-quality.ts';
import { planRules } from '../../demand/plan-record.ts';
import { isoFromMs } from '../../shared/core/clock.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { CatalogReader } from '../../shared/tables/catalog.ts';
import type { FeedHeads } from '../../shared/tables/feed-heads.ts';
import { otherSubject, parseTitleSubject, type UsageStore } from '../../shared/tables/usage-store.ts';
import { type FreshnessNow, freshnessNow } from './feed-freshness.ts';
import {
  type Activity,
  addReads,
  type HourUsage,
  type ReadFigures,
  type ReportPeriod,
  readHours,
  reportPeriod,
  stepFor,
  sumActivity,
  sumBySubject,
  sumOf,
  type UsageSeries,
  usageSeries,
  withShares,
} from './hour-usage.ts';
import { nameTitles, type Ranked, type RankedFeed, type RankedTitle, rankSubjects } from './rankings.ts';

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
type ReportRequest = { untilMs: number; sinceMs: number; top: number };

/** What the measured cost is, in words. */
const costCovers =
  'writing: DynamoDB units and SQS requests of the pages written, at list prices, without the free tier; functions and what stands idle are not in it, see the command cost';

/** Reads the counters and the heads, and puts the report together. */
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

/** Without subjects that name no title; their reads are in the sums. */
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

/** What the plans of a period were worth. Shares are from 0 to 1, and `null` where there is nothing to share. */
export type PlanFigures = {
  /** Reads of feeds that were hits and not stale. */
  freshReads: number;
  freshShare: number | null;
} & PlanQuality;

/** Judges the plans of these hours by what was read in them, as known at `nowMs`. */
function planFigures(hours: readonly HourUsage[], settings: Settings, nowMs: number): PlanFigures {
  const { reads, hits, stale } = sumOf(sumBySubject(hours.map(({ feeds }) => feeds)));
  // A stale answer that was a miss too is subtracted twice: the counters do not tell it apart, and it is rare.
  const freshReads = Math.max(0, hits - stale);
  const record = { hours: hours.map(({ plan }) => plan), nowMs };
  return { freshReads, freshShare: shareOf(freshReads, reads), ...planQuality(record, planRules(settings)) };
}

/** What each figure means, in a sentence. */
const planNotes: readonly string[] = [
  'Served fresh is the share of reads of feeds that were hits and not stale; a stale answer that was a miss too is taken off twice.',
  'Fetched pages are those that runs planned in the period.',
  "Wasted pages were not read before their feed's next fetch or its hard TTL, open ones were not read yet and have time left; the wasted share is of all that are not open.",
  'Warmed pages are those that only warming asked for.',
  'A call is saved by each warmed fetch that was read in time: its first reader would have waited for TMDB, or been served something stale.',
  'The forecast error (WAPE) is the sum of the differences between expected and counted reads, by feed and refresh, as a share of the reads.',
  'The bias is by how much more (+) or less (-) was expected than read in all.',
];
