/** What the usage counters teach the plan: how much a feed will be read, how deep, and how much of it will have changed. */
import { hourMs } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { type Feed, feedId } from '../shared/core/feed.ts';
import { feedRules } from '../shared/core/feed-rules.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import {
  type ChangeCounts,
  type DemandHistory,
  type FeedHistory,
  type HistorySources,
  readDemandHistory,
} from './demand-history.ts';
import { globalShape } from './demand-shape.ts';
import { expectedReads, type Forecast, forecastDemand } from './forecast.ts';
import { type PlanQuality, planQuality } from './plan-quality.ts';
import { type PlanRecord, planRules } from './plan-record.ts';

/** Answers about feeds, as of one moment. Times are epoch milliseconds. */
export type LearnedDemand = {
  /** Reads expected in a time that lies within the next days. */
  reads(feed: Feed, fromMs: number, toMs: number): number;
  /** Of the reads that ask for a page, the share that asks for the next one too. */
  deeperShare(feed: Feed): number;
  /** Share of the feed that has changed `hours` after it was fetched. */
  changed(feed: Feed, hours: number): number;
  /** Whether a run planned the feed within the last week. */
  planned(feed: Feed): boolean;
  /** Pages of the last 24 hours, whoever asked for them. */
  pagesOfDay: number;
  /** How good the plans of the last week were. */
  quality(): PlanQuality;
  /** Feeds that were read by name, as ids. */
  readFeeds(): string[];
  /** Reads of each feed in the whole history. */
  readsSoFar(id: string): number;
};

/** The longest time between two occurrences of the daily schedule, and an hour. */
const horizonHours = 25;

/** Rows that the assumption weighs as much as: two pages, so that two refreshes outvote it. */
const priorRows = 40;

/** What the counters teach: of feeds, and expected reads a day of titles, by `movie/550`. `notes`: what they do not say, in sentences. */
type Learned = { demand: LearnedDemand | undefined; titles: ReadonlyMap<string, number>; notes: string[] };

/** Reads and learns. `demand` is `undefined` where the counters say nothing of feeds: then the base plan stands. */
export async function learnDemand(
  sources: HistorySources | undefined,
  nowMs: number,
  settings: Settings,
): Promise<Learned> {
  if (!settings.planner.adaptive.enabled || sources === undefined) {
    return { demand: undefined, titles: new Map(), notes: [] };
  }
  try {
    const history = await readDemandHistory(sources, nowMs, settings);
    const silent = ![...history.feeds.values()].some(({ reads }) => readsOf(reads.counts) > 0);
    return silent
      ? { demand: undefined, titles: history.titles, notes: ['no read was counted yet, so the base plan runs'] }
      : { demand: demandFrom(history, settings), titles: history.titles, notes: [] };
  } catch (error) {
    const notes = [`the usage counters cannot be read, so the base plan runs: ${messageOf(error)}`];
    return { demand: undefined, titles: new Map(), notes };
  }
}

/** What a history teaches. */
function demandFrom(history: DemandHistory, settings: Settings): LearnedDemand {
  const { untilHour, pagesOfDay, feeds } = history;
  const shape = globalShape([...feeds.values()].map(({ reads }) => reads));
  const forecasts = new Map<string, Forecast>();
  const forecastOf = (id: string, known: FeedHistory) => {
    const forecast = forecasts.get(id) ?? forecastDemand(known.reads, horizonHours, shape);
    forecasts.set(id, forecast);
    return forecast;
  };
  return {
    reads: (feed, fromMs, toMs) => {
      const known = feeds.get(feedId(feed));
      const [from, to] = [fromMs, toMs].map((atMs) => Math.max(0, atMs / hourMs - untilHour)) as [number, number];
      return known === undefined ? 0 : expectedReads(forecastOf(feedId(feed), known), from, to);
    },
    deeperShare: (feed) => {
      const { deep = 0, reads } = feeds.get(feedId(feed)) ?? {};
      return deep / Math.max(1, deep + readsOf(reads?.counts ?? []));
    },
    changed: (feed, hours) =>
      changedShare(feeds.get(feedId(feed))?.changes ?? {}, feedRules(feed, settings).softTtlHours, hours),
    planned: (feed) => feeds.get(feedId(feed))?.planned ?? false,
    pagesOfDay,
    quality: () => planQuality(recordOf(history), planRules(settings)),
    readFeeds: () => [...feeds].flatMap(([id, { reads }]) => (readsOf(reads.counts) > 0 ? [id] : [])),
    readsSoFar: (id) => readsOf(feeds.get(id)?.reads.counts ?? []),
  };
}

/**
 * The share of a list that has changed `hours` after it was fetched, 0 to 1, as rows that change independently at a constant rate.
 * The rate is learned from what was compared; before that, half of a list is taken to change within its soft TTL.
 */
export function changedShare(counts: ChangeCounts, softTtlHours: number, hours: number): number {
  const { compared = 0, changed = 0, rowHours = 0 } = counts;
  const rowsChanged = Math.min(changed, compared) + priorRows / 2;
  const rowsCompared = compared + priorRows;
  const meanHours = (rowHours + priorRows * softTtlHours) / rowsCompared;
  // All changed: the rate could be anything from here up.
  const share = Math.min(rowsChanged / rowsCompared, 1 - 1 / (2 * rowsCompared));
  const ratePerHour = -Math.log(1 - share) / Math.max(meanHours, 1 / 60);
  return 1 - Math.exp(-ratePerHour * Math.max(0, hours));
}

/** The hours of the plans, and those between them and after. */
function recordOf({ untilHour, plans, feeds }: DemandHistory): PlanRecord {
  const from = Math.min(untilHour, ...plans.keys());
  const hours = Array.from({ length: untilHour - from }, (_, index) => {
    const hour = from + index;
    const reads = [...feeds].flatMap(([id, { reads: series }]) => {
      const count = series.counts[hour - series.startHour] ?? 0;
      return count > 0 ? [[id, count] as const] : [];
    });
    return { hour, reads: new Map(reads), plan: plans.get(hour) ?? new Map() };
  });
  return { hours, nowMs: untilHour * hourMs };
}

/** Feeds that were read, as ids, the most read first. */
export function byReads(demand: LearnedDemand): string[] {
  return demand.readFeeds().sort((a, b) => demand.readsSoFar(b) - demand.readsSoFar(a) || (a < b ? -1 : 1));
}

function readsOf(counts: readonly (number | undefined)[]): number {
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}
