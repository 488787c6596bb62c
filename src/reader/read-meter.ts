/**
 * Measures reads: metrics of each one, gathered into one record in ten seconds, and usage counters, from which the planner learns what is
 * read. Counts are collected in memory and added to the counters of their hour once per window. That takes two writes per window and
 * container (four when the hour changed in it), and a container that is stopped loses one window at most.
 */
import { type Clock, dayMs, hourMs } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { feedId, rowsPerPage } from '../shared/core/feed.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import {
  type CoverageKind,
  counterName,
  feedUsageId,
  otherSubject,
  titleSubject,
  titleUsageId,
  type UsageCounters,
  type UsageKind,
  type UsageStore,
  usageKinds,
} from '../shared/tables/usage-store.ts';
import { metricGatherer } from '../shared/telemetry/gathered-metrics.ts';
import { type Telemetry, writeGathered } from '../shared/telemetry/telemetry.ts';
import type { Background } from './background.ts';
import { coverageOf, type Detailed } from './provenance.ts';
import type { FindAnswer, ListAnswer, Origin, Provenance, RecommendAnswer, TitleAnswer } from './reader-api.ts';

/** What reads are measured with. */
export type MeterDependencies = {
  /** Where reads are counted; without it they are not. */
  usage?: UsageStore | undefined;
  background: Background;
  telemetry: Telemetry;
  clock: Clock;
  settings: Settings;
};

/** The meter of one process. */
type ReadMeter = {
  /** @param limit - rows that were asked for. */
  list(limit: number): (answer: ListAnswer, latencyMs: number) => void;
  /** A title that was asked for by an id elsewhere, and is not known, counts among all others. */
  title(answer: (TitleAnswer | FindAnswer) & Detailed, latencyMs: number): void;
  /** Counts as one read of every feed that it was made from. */
  recommendation(answer: RecommendAnswer, latencyMs: number): void;
  /** Writes the metrics and the usage counters now. */
  flush(): Promise<void>;
};

/** A meter. Counts are written in the background when their window is over. */
export function readMeter({ usage: store, telemetry, clock, settings, background }: MeterDependencies): ReadMeter {
  const usage = store && usageCounter(store, settings.reader.usage, clock, telemetry);
  const metrics = metricGatherer((gathered) => writeGathered(telemetry, gathered), clock);
  const measure = (answer: Provenance, latencyMs: number): ReadOutcome => {
    const outcome = { hit: isHit(answer.from), stale: answer.stale };
    metrics.add({
      CacheHit: outcome.hit ? 1 : 0,
      StaleReads: outcome.stale ? 1 : 0,
      ReadLatency: Math.round(latencyMs * 100) / 100,
    });
    return outcome;
  };
  const flushWhenDue = () => {
    if (usage?.due()) {
      background.run('counting reads', () => usage.flush());
    }
  };
  const count = (answer: Provenance, latencyMs: number, add: (to: UsageCounter, outcome: ReadOutcome) => void) => {
    const outcome = measure(answer, latencyMs);
    if (usage !== undefined) {
      add(usage, outcome);
      flushWhenDue();
    }
  };
  return {
    list: (limit) => (answer, latencyMs) =>
      count(answer, latencyMs, (to, outcome) =>
        to.feed(feedId(answer.feed), { ...outcome, deepPages: Math.ceil(limit / rowsPerPage) - 1 }),
      ),
    title: (answer, latencyMs) =>
      count(answer, latencyMs, (to, outcome) =>
        to.title(subjectOf(answer), { ...outcome, coverage: coverageOf(answer) }),
      ),
    recommendation: (answer, latencyMs) =>
      count(answer, latencyMs, (to, outcome) => {
        for (const feed of answer.feeds) {
          to.feed(feed, outcome);
        }
      }),
    flush: async () => {
      metrics.flush();
      await usage?.flush();
    },
  };
}

function subjectOf({ mediaType, id }: TitleAnswer | FindAnswer): string {
  return mediaType === null || id === null ? otherSubject : titleSubject(mediaType, id);
}

/** Whether the cache had the answer. */
function isHit(from: Origin): boolean {
  return from === 'memory' || from === 'table';
}

/**
 * The outcome of a read. `hit`: TMDB was not needed; `deepPages`: pages of a list that were asked for after its first; `coverage`: what the
 * answer of a title had, where details were asked for.
 */
export type ReadOutcome = { hit: boolean; stale: boolean; deepPages?: number; coverage?: readonly CoverageKind[] };

/** The usage counter of one process. */
type UsageCounter = {
  feed(feedId: string, outcome: ReadOutcome): void;
  title(subject: string, outcome: ReadOutcome): void;
  /** Whether the window is over and something was counted in it. */
  due(): boolean;
  /** Writes the counts. Never rejects: counts that cannot be written are kept, and written with the next window. */
  flush(): Promise<void>;
};

type Counts = Map<string, Record<UsageKind, number>>;
type Window = { openedMs: number; hour: number; atMs: number; feeds: Counts; titles: Counts };

/** The most subjects that a window tells apart, so that memory stays bounded when nothing can be written; others count as `~other`. */
const mostSubjects = 2_000;
/** The most counters in one update: DynamoDB limits an expression to 4 KB. */
const mostCounters = 200;

/** A counter that starts at zero. */
export function usageCounter(
  store: UsageStore,
  usage: Settings['reader']['usage'],
  clock: Clock,
  telemetry: Pick<Telemetry, 'warn'>,
): UsageCounter {
  let window = newWindow(clock);
  /** Windows that ended because their hour did, not written yet. */
  let ended: Window[] = [];
  /** The window of the current hour, in which a read counts. */
  const opened = (): Window => {
    const atMs = clock.nowMs();
    if (isEmpty(window)) {
      window = { ...window, atMs, hour: hourOf(atMs) };
    } else if (hourOf(atMs) !== window.hour) {
      ended.push(window);
      window = { ...newWindow(clock), openedMs: window.openedMs };
    }
    return window;
  };
  return {
    feed: (feedId, outcome) => count(opened().feeds, feedId, outcome),
    title: (subject, outcome) => {
      const { titles } = opened();
      count(titles, subject, outcome);
      const { coverage = [] } = outcome;
      if (coverage.length > 0) {
        add(titles, otherSubject, Object.fromEntries(coverage.map((kind) => [kind, 1])));
      }
    },
    due: () => {
      const over = clock.monotonicMs() - window.openedMs >= usage.windowSeconds * 1_000;
      return ended.length > 0 || (!isEmpty(window) && (over || hourOf(clock.nowMs()) !== window.hour));
    },
    flush: async () => {
      const writes = [...ended, window].flatMap((full) => writesOf(full, usage));
      ended = [];
      window = newWindow(clock);
      const keep = ({ of, counts }: Write) => addAll(window[of], counts);
      await Promise.all(writes.map((write) => storeOrKeep(write, keep, store, telemetry)));
    },
  };
}

function newWindow(clock: Clock): Window {
  const atMs = clock.nowMs();
  return { openedMs: clock.monotonicMs(), hour: hourOf(atMs), atMs, feeds: new Map(), titles: new Map() };
}

function isEmpty({ feeds, titles }: Window): boolean {
  return feeds.size + titles.size === 0;
}

function hourOf(nowMs: number): number {
  return Math.floor(nowMs / hourMs);
}

function count(counts: Counts, subject: string, { hit, stale, deepPages = 0 }: ReadOutcome): void {
  add(counts, subject, { reads: 1, misses: hit ? 0 : 1, stale: stale ? 1 : 0, deep: deepPages });
}

function add(counts: Counts, subject: string, more: Partial<Record<UsageKind, number>>): void {
  const name = counts.has(subject) || counts.size < mostSubjects ? subject : otherSubject;
  const known = counts.get(name);
  const sums = usageKinds.map((kind) => [kind, (known?.[kind] ?? 0) + (more[kind] ?? 0)]);
  counts.set(name, Object.fromEntries(sums) as Record<UsageKind, number>);
}

function addAll(into: Counts, from: Counts): void {
  for (const [subject, counted] of from) {
    add(into, subject, counted);
  }
}

type Write = { id: string; counters: UsageCounters; expiresAtMs: number; of: 'feeds' | 'titles'; counts: Counts };

/** Adds to the stored counters. What cannot be stored is kept for the next window. Never rejects. */
async function storeOrKeep(
  write: Write,
  keep: (write: Write) => void,
  store: UsageStore,
  telemetry: Pick<Telemetry, 'warn'>,
): Promise<void> {
  try {
    await store.add(write.id, write.counters, write.expiresAtMs);
  } catch (error) {
    telemetry.warn('reads could not be counted, and will be with the next window', { detail: messageOf(error) });
    keep(write);
  }
}

/** The updates that write a window; none for a kind of which nothing was read. */
function writesOf({ atMs, feeds, titles }: Window, usage: Settings['reader']['usage']): Write[] {
  const expiresAtMs = atMs + usage.keepDays * dayMs;
  const ofFeeds = { id: feedUsageId(atMs), counters: countersOf(feeds, Number.POSITIVE_INFINITY) };
  const ofTitles = { id: titleUsageId(atMs), counters: countersOf(titles, usage.titlesPerWindow) };
  const both: Write[] = [
    { ...ofFeeds, expiresAtMs, of: 'feeds', counts: feeds },
    { ...ofTitles, expiresAtMs, of: 'titles', counts: titles },
  ];
  return both.filter(({ counts }) => counts.size > 0);
}

/** Counters of the `most` most read subjects, of the others as one, and no more than an update takes. */
function countersOf(counts: Counts, most: number): UsageCounters {
  const ranked = [...counts].sort(([a, x], [b, y]) => y.reads - x.reads || (a < b ? -1 : 1));
  const counters: Record<string, number> = {};
  for (const [place, [subject, counted]] of ranked.entries()) {
    const full = place >= most || Object.keys(counters).length > mostCounters - 2 * usageKinds.length;
    for (const kind of usageKinds.filter((known) => counted[known] > 0)) {
      const name = counterName(kind, full ? otherSubject : subject);
      counters[name] = (counters[name] ?? 0) + counted[kind];
    }
  }
  return counters;
}
