import { hourMs } from '../shared/core/clock.ts';
import { nextOccurrenceMs } from '../shared/settings/schedule.ts';
import { feedKindOf, type Settings } from '../shared/settings/settings.ts';

/** What the settings say about feeds and forecasts, in hours. */
export type PlanRules = {
  /** Age at which nobody is served from a feed any more; `undefined` for what is no feed: that is not judged. */
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

function hardTtlHoursOf(feed: string, { feeds, ttl }: Settings): number | undefined {
  const [category = '', ...rest] = feed.split('/');
  const kind = feedKindOf({ category });
  return rest.length === 3 && Object.hasOwn(feeds, kind)
    ? Math.min(ttl.hardFactor * feeds[kind].softTtlHours, ttl.maxHardDays * 24)
    : undefined;
}
