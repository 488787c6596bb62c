/** What plans are judged by: the reads and the plans of each hour, and what the settings say. */
import { hourMs } from '../shared/core/clock.ts';
import { feedKindOf } from '../shared/core/feed.ts';
import { feedRules } from '../shared/core/feed-rules.ts';
import { nextOccurrenceMs } from '../shared/settings/schedule.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { feedCounts, type PlanKind, planUsageId } from '../shared/tables/feed-counters.ts';
import { feedUsageId, parseCounterName, type UsageCounters } from '../shared/tables/usage-store.ts';

/** What a plan counted of one feed: pages planned, those of them that only warming asked for, reads expected. */
export type PlanCounts = Readonly<Partial<Record<PlanKind, number>>>;

/** One hour: how often each feed was read, and what was planned of it. */
export type PlanHour = {
  /** Whole hours since the epoch. */
  hour: number;
  /** By feed id, as `plan` is. */
  reads: ReadonlyMap<string, number>;
  plan: ReadonlyMap<string, PlanCounts>;
};

/** What plans are judged by. Each hour stands in it once; a period without gaps ends with the last of them, or at `nowMs`. */
export type PlanRecord = { hours: readonly PlanHour[]; nowMs: number };

/** Limits that keep damaged counters from making sums infinite or NaN. Expected reads are counted in hundredths. */
const leastCounted = 0.01;
const mostCounted = 1e9;

/** The items of `PipelineControl` that an hour of a record is made from. */
export function planHourIds(startMs: number): string[] {
  return [feedUsageId(startMs), planUsageId(startMs)];
}

/** The hour that begins at `startMs`; nothing was counted where there is no item. */
export function planHour(startMs: number, items: ReadonlyMap<string, UsageCounters>): PlanHour {
  const reads = Object.entries(items.get(feedUsageId(startMs)) ?? {}).flatMap(([name, count]) => {
    const counter = parseCounterName(name);
    return counter?.kind === 'reads' ? [[counter.subject, count] as const] : [];
  });
  return {
    hour: Math.floor(startMs / hourMs),
    reads: new Map(reads),
    plan: feedCounts(items.get(planUsageId(startMs)) ?? {}),
  };
}

/** A counter as a number to reckon with: 0 for what cannot have been counted. */
export function counted(count: number | undefined): number {
  return count !== undefined && Number.isFinite(count) && count >= leastCounted ? Math.min(count, mostCounted) : 0;
}

/** The hour, whole or not, up to which a record knows all reads: the end of its last hour, or now. */
export function knownUntilHour({ hours, nowMs }: PlanRecord): number {
  const last = Math.max(...hours.map(({ hour }) => hour));
  return Math.min(last + 1, nowMs / hourMs);
}

/** What the settings say about feeds and forecasts, in hours. */
export type PlanRules = {
  /** Hard TTL of a feed; `undefined` if the id is not that of a feed, which is then not judged. */
  hardTtlHours(feed: string): number | undefined;
  /** The first hour that a forecast made in `hour` says nothing of. Both are hours since the epoch. */
  forecastEndHour(hour: number): number;
};

/** The rules of the settings. The jitter of up to a tenth by which feeds live longer is left out. */
export function planRules(settings: Settings): PlanRules {
  const known = new Map<string, number | undefined>();
  return {
    hardTtlHours: (feed) => {
      if (!known.has(feed)) {
        known.set(feed, hardTtlHoursOf(feed, settings));
      }
      return known.get(feed);
    },
    forecastEndHour: (hour) => nextOccurrenceMs('refresh', hour * hourMs, settings.schedules) / hourMs,
  };
}

function hardTtlHoursOf(feed: string, settings: Settings): number | undefined {
  const { feeds, ttl } = settings;
  const [category = '', ...rest] = feed.split('/');
  return rest.length === 3 && Object.hasOwn(feeds, feedKindOf({ category }))
    ? Math.min(ttl.hardFactor * feedRules({ category }, settings).softTtlHours, ttl.maxHardDays * 24)
    : undefined;
}
