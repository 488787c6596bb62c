/** How good plans were: each fetch by whether it was read, each forecast by what was read. */
import { counted, knownUntilHour, type PlanHour, type PlanRecord, type PlanRules } from './plan-record.ts';

/** `part` as a share of `whole`, to four digits; `null` where there is no whole. */
export function shareOf(part: number, whole: number): number | null {
  // A share of nothing negative is 0, not -0, which JSON does not hold.
  return whole > 0 ? Math.round((part / whole) * 1e4) / 1e4 + 0 : null;
}

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

/** How far off the expected reads were, over all forecasts whose time lies within the period. */
export type ForecastFigures = {
  /** Forecasts that were compared: one a refresh. */
  compared: number;
  expectedReads: number;
  countedReads: number;
  /** Weighted absolute percentage error: |expected - read| of each feed, summed, over the reads. `null` where nothing was read. */
  wape: number | null;
  /** (expected - read) / read of the sums: above 0 when too much was expected. */
  bias: number | null;
};

type Compared = { expected: ReadonlyMap<string, number>; read: ReadonlyMap<string, number> };

/** Nobody plans further ahead than a day. */
const longestHours = 24;

/**
 * Compares each hour's expected reads with what was read from that hour up to the next forecast, or to where this one's own time
 * ends. A feed that was read without being expected was expected to be read 0 times.
 */
export function judgeForecasts(record: PlanRecord, rules: PlanRules): ForecastFigures {
  const compared = comparedForecasts(record, rules);
  const pairs = compared.flatMap(({ expected, read }) =>
    [...new Set([...expected.keys(), ...read.keys()])].map((feed) => [expected.get(feed) ?? 0, read.get(feed) ?? 0]),
  ) as [expected: number, read: number][];
  const expectedReads = sumOf(pairs.map(([expected]) => expected));
  const countedReads = sumOf(pairs.map(([, read]) => read));
  return {
    compared: compared.length,
    expectedReads: Math.round(expectedReads * 100) / 100,
    countedReads,
    wape: shareOf(sumOf(pairs.map(([expected, read]) => Math.abs(expected - read))), countedReads),
    bias: shareOf(expectedReads - countedReads, countedReads),
  };
}

function comparedForecasts(record: PlanRecord, rules: PlanRules): Compared[] {
  const untilHour = knownUntilHour(record);
  const hours = record.hours.toSorted((a, b) => a.hour - b.hour);
  const expectedOf = ({ plan }: PlanHour) => sumByFeed([plan], (counts) => counts.expected, rules);
  const forecasts = hours
    .map((at) => ({ hour: at.hour, expected: expectedOf(at) }))
    .filter(({ expected }) => expected.size > 0);
  return forecasts.flatMap(({ hour, expected }, n) => {
    const nextHour = forecasts[n + 1]?.hour ?? Infinity;
    const endHour = Math.min(nextHour, hour + longestHours, rules.forecastEndHour(hour));
    const reads = hours.filter((at) => at.hour >= hour && at.hour < endHour).map((at) => at.reads);
    return endHour <= untilHour ? [{ expected, read: sumByFeed(reads, (count) => count, rules) }] : [];
  });
}

/** What was counted, by feed; none is zero. */
function sumByFeed<T>(
  parts: readonly ReadonlyMap<string, T>[],
  countOf: (one: T) => number | undefined,
  { hardTtlHours }: PlanRules,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const part of parts) {
    for (const [feed, one] of part) {
      const count = counted(countOf(one));
      if (count > 0 && hardTtlHours(feed) !== undefined) {
        sums.set(feed, (sums.get(feed) ?? 0) + count);
      }
    }
  }
  return sums;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

/** Pages that were planned, by what became of them: the first is the sum of the other three. */
export type FetchFigures = {
  fetchedPages: number;
  /** Read before the feed's next fetch and its hard TTL. */
  usedPages: number;
  /** Never read before that. */
  wastedPages: number;
  /** Not read yet, but there is time left, or the period ends before it. */
  openPages: number;
  /** Wasted ones among those that are not open, 0 to 1; `null` where there are none. */
  wastedShare: number | null;
};

/** What came of pages that only warming asked for. */
export type WarmingFigures = {
  warmedPages: number;
  /** Warmed fetches that were used: their first reader would have found nothing, or something stale; later ones would not. */
  callsSaved: number;
  /** Calls saved for each warmed page; `null` where nothing was warmed. */
  savedPerCall: number | null;
};

/** How good the plans of a period were. */
export type PlanQuality = { fetches: FetchFigures; warming: WarmingFigures; forecast: ForecastFigures };

/** Judges what was planned by what was read. Reads of an hour are taken to come after the fetch of the same hour. */
export function planQuality(record: PlanRecord, rules: PlanRules): PlanQuality {
  const judged = judgeFetches(record, rules);
  return { fetches: fetchFigures(judged), warming: warmingFigures(judged), forecast: judgeForecasts(record, rules) };
}

function fetchFigures(judged: readonly JudgedFetch[]): FetchFigures {
  const pagesOf = (fate: JudgedFetch['fate']) =>
    judged.reduce((sum, one) => sum + (one.fate === fate ? one.pages : 0), 0);
  const [usedPages, wastedPages, openPages] = [pagesOf('used'), pagesOf('wasted'), pagesOf('open')];
  return {
    fetchedPages: usedPages + wastedPages + openPages,
    usedPages,
    wastedPages,
    openPages,
    wastedShare: shareOf(wastedPages, usedPages + wastedPages),
  };
}

function warmingFigures(judged: readonly JudgedFetch[]): WarmingFigures {
  const warmed = judged.filter(({ warmedPages }) => warmedPages > 0);
  const warmedPages = warmed.reduce((sum, one) => sum + one.warmedPages, 0);
  const callsSaved = warmed.filter(({ fate }) => fate === 'used').length;
  return { warmedPages, callsSaved, savedPerCall: shareOf(callsSaved, warmedPages) };
}
