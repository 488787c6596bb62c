import { counted, knownUntilHour, type PlanHour, type PlanRecord } from './plan-record.ts';
import type { PlanRules } from './plan-rules.ts';

/**
 * The pages of one feed that were planned in one hour. It is `used` when the feed was read from that hour up to its end, which is the
 * feed's next fetch or its hard TTL; `wasted` when its end came without a read; `open` while neither is known.
 */
export type JudgedFetch = {
  pages: number;
  /** Those that only warming asked for. */
  warmedPages: number;
  fate: 'used' | 'wasted' | 'open';
};

/** By feed, hours that lie ahead of the one that is judged. */
type NextHours = { read: Map<string, number>; fetch: Map<string, number> };

/** Every fetch of the record, latest first: walking back, the next read and the next fetch of each feed are known. */
export function judgeFetches(record: PlanRecord, rules: PlanRules): JudgedFetch[] {
  const untilHour = knownUntilHour(record);
  const next: NextHours = { read: new Map(), fetch: new Map() };
  const latestFirst = record.hours.toSorted((a, b) => b.hour - a.hour);
  return latestFirst.flatMap((at) => judgeHour(at, next, untilHour, rules));
}

function judgeHour({ hour, reads, plan }: PlanHour, next: NextHours, untilHour: number, rules: PlanRules) {
  for (const [feed, count] of reads) {
    if (counted(count) > 0) {
      next.read.set(feed, hour);
    }
  }
  return [...plan].flatMap(([feed, { planned, warmed }]): JudgedFetch[] => {
    const [pages, ttlHours] = [counted(planned), rules.hardTtlHours(feed)];
    if (pages === 0 || ttlHours === undefined) {
      return [];
    }
    const endHour = Math.min(next.fetch.get(feed) ?? Infinity, hour + ttlHours);
    next.fetch.set(feed, hour);
    const isRead = (next.read.get(feed) ?? Infinity) < endHour;
    const unread = endHour <= untilHour ? 'wasted' : 'open';
    return [{ pages, warmedPages: Math.min(pages, counted(warmed)), fate: isRead ? 'used' : unread }];
  });
}
