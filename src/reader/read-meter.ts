import { type Clock, dayMs, hourMs } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { feedId, rowsPerPage } from '../shared/core/feed.ts';
import type { Settings } from '../shared/settings/settings.ts';
import {
  counterName,
  feedUsageId,
  otherSubject,
  titleSubject,
  titleUsageId,
  type UsageCounters,
  type UsageKind,
  type UsageStore,
} from '../shared/tables/usage-store.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import type { Background } from './background.ts';
import type { ListAnswer, Origin, Provenance, RecommendAnswer, TitleAnswer } from './reader-api.ts';

/**
 * Counts reads in memory and adds them to the hour's counters once a window: two writes a window for one container (four where the
 * hour turned in it), and what a container that ends has not written yet is one window at the most.
 */

/** How a read went. `deepPages`: pages of a list that were asked for beyond its first. */
export type ReadOutcome = { hit: boolean; stale: boolean; deepPages?: number };

/** The counter of one process. */
export type UsageCounter = {
  feed(feedId: string, outcome: ReadOutcome): void;
  title(subject: string, outcome: ReadOutcome): void;
  /** Whether the window is over and something was counted in it. */
  due(): boolean;
  /** Writes what was counted. Never rejects: what cannot be written is counted on, and written with the next window. */
  flush(): Promise<void>;
};

type Counts = Map<string, Record<UsageKind, number>>;
type Window = { openedMs: number; hour: number; atMs: number; feeds: Counts; titles: Counts };

/** Subjects that are told apart in a window that cannot be written; what comes on top counts as `~other`. */
const mostSubjects = 2_000;
/** Counters in one update: DynamoDB takes an expression of 4 KB. */
const mostCounters = 200;

/** A counter that has counted nothing. */
export function usageCounter(
  store: UsageStore,
  usage: Settings['reader']['usage'],
  clock: Clock,
  telemetry: Pick<Telemetry, 'warn'>,
): UsageCounter {
  let window = newWindow(clock);
  /** Windows that ended with their hour and are not written yet. */
  let ended: Window[] = [];
  /** The window of this hour: a read counts in the hour that it was made in. */
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
    title: (subject, outcome) => count(opened().titles, subject, outcome),
    due: () => {
      const over = clock.monotonicMs() - window.openedMs >= usage.windowSeconds * 1_000;
      return ended.length > 0 || (!isEmpty(window) && (over || hourOf(clock.nowMs()) !== window.hour));
    },
    flush: async () => {
      const writes = [...ended, window].flatMap((full) => writesOf(full, usage));
      ended = [];
      window = newWindow(clock);
      await Promise.all(
        writes.map(async ({ id, counters, expiresAtMs, of, counts }) => {
          try {
            await store.add(id, counters, expiresAtMs);
          } catch (error) {
            const detail = messageOf(error);
            telemetry.warn('reads could not be counted, and will be with the next window', { detail });
            addAll(window[of], counts);
          }
        }),
      );
    },
  };
}

type Write = { id: string; counters: UsageCounters; expiresAtMs: number; of: 'feeds' | 'titles'; counts: Counts };

/** The updates that write a window: none for what was not read. */
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

function add(counts: Counts, subject: string, more: Record<UsageKind, number>): void {
  const name = counts.has(subject) || counts.size < mostSubjects ? subject : otherSubject;
  const known = counts.get(name) ?? { reads: 0, misses: 0, stale: 0, deep: 0 };
  counts.set(name, {
    reads: known.reads + more.reads,
    misses: known.misses + more.misses,
    stale: known.stale + more.stale,
    deep: known.deep + more.deep,
  });
}

function addAll(into: Counts, from: Counts): void {
  for (const [subject, counted] of from) {
    add(into, subject, counted);
  }
}

/** The `most` most read subjects by name, the others as one, and no more counters than an update takes. */
function countersOf(counts: Counts, most: number): UsageCounters {
  const ranked = [...counts].sort(([a, x], [b, y]) => y.reads - x.reads || (a < b ? -1 : 1));
  const kinds: readonly UsageKind[] = ['reads', 'misses', 'stale', 'deep'];
  const counters: Record<string, number> = {};
  for (const [place, [subject, counted]] of ranked.entries()) {
    const full = place >= most || Object.keys(counters).length > mostCounters - 2 * kinds.length;
    for (const kind of kinds.filter((known) => counted[known] > 0)) {
      const name = counterName(kind, full ? otherSubject : subject);
      counters[name] = (counters[name] ?? 0) + counted[kind];
    }
  }
  return counters;
}

/** What reads are measured with. */
export type MeterDependencies = {
  /** Where reads are counted; without it they are not. */
  usage?: UsageStore | undefined;
  background: Background;
  telemetry: Telemetry;
  clock: Clock;
  settings: Settings;
};

/** Measures reads: a metric for each, and the usage counters. */
export type ReadMeter = {
  /** @param limit - rows that were asked for. */
  list(limit: number): (answer: ListAnswer, latencyMs: number) => void;
  title(answer: TitleAnswer, latencyMs: number): void;
  /** One read, of every feed that it was made from. */
  recommendation(answer: RecommendAnswer, latencyMs: number): void;
  /** Writes the usage counters now. */
  flush(): Promise<void>;
};

/** A meter of one process. */
export function readMeter({ usage: store, telemetry, clock, settings, background }: MeterDependencies): ReadMeter {
  const usage = store && usageCounter(store, settings.reader.usage, clock, telemetry);
  const measure = (answer: Provenance, latencyMs: number): ReadOutcome => {
    const outcome = { hit: isHit(answer.from), stale: answer.stale };
    telemetry.metric('CacheHit', outcome.hit ? 1 : 0);
    telemetry.metric('StaleReads', outcome.stale ? 1 : 0);
    telemetry.metric('ReadLatency', Math.round(latencyMs * 100) / 100);
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
      count(answer, latencyMs, (to, outcome) => to.title(titleSubject(answer.mediaType, answer.id), outcome)),
    recommendation: (answer, latencyMs) =>
      count(answer, latencyMs, (to, outcome) => {
        for (const feed of answer.feeds) {
          to.feed(feed, outcome);
        }
      }),
    flush: async () => usage?.flush(),
  };
}

/** Whether TMDB was needed: the design's measure of the cache. */
function isHit(from: Origin): boolean {
  return from === 'memory' || from === 'table';
}
