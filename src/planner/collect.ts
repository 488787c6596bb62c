/** Step 1 of 4: what an occurrence could fetch, and what the tables and the queue say of it. Reads, and decides nothing. */

import type { HistorySources } from '../demand/demand-history.ts';
import type { LearnedDemand } from '../demand/learned-demand.ts';
import type { Clock } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { genreIdOf, type MediaType, mediaTypes, parseFeedId, rowsPerPage } from '../shared/core/feed.ts';
import type { QueueDepth } from '../shared/queues/message-source.ts';
import { nextOccurrenceMs } from '../shared/settings/schedule.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { CatalogReader } from '../shared/tables/catalog.ts';
import { type FeedHead, feedHeadId, headAt } from '../shared/tables/feed-head.ts';
import type { FeedHeads } from '../shared/tables/feed-heads.ts';
import { assembleList, type ListEntry } from '../shared/tables/read-list.ts';
import {
  type BasePlan,
  dailyPlan,
  dueFeeds,
  keptFeeds,
  type Occurrence,
  type PlannedFeed,
  type TopGenres,
  weeklyPlan,
} from './base-plan.ts';
import { type WarmFeed, warmFeeds } from './warm-feeds.ts';

/** Where a scheduled plan's facts are read. Without `backlog` nothing is trimmed, without `history` the base plan runs. */
export type PlanSources = {
  catalog: CatalogReader;
  heads: Pick<FeedHeads, 'read'>;
  /** Depth of the fetch queue. */
  backlog?: QueueDepth | undefined;
  history?: HistorySources | undefined;
  /** Absent where no call may be made. */
  changes?: ReadChanges | undefined;
  clock: Clock;
  settings: Settings;
};

/** A title whose details are kept: when they were fetched (epoch milliseconds), and expected reads a day. */
export type KeptTitle = { subject: string; fetchedAtMs: number; reads: number };

/** Reads which of the titles that are kept have changed, with at most `calls` calls of TMDB. @throws when the control table cannot be read. */
export type ReadChanges = (kept: readonly KeptTitle[], calls: number, nowMs: number) => Promise<ChangesRead>;

/** What TMDB's lists of changes said. */
export type ChangesRead = {
  /** By title (`movie/550`): epoch milliseconds before which a fetch does not hold the change. */
  changed: ReadonlyMap<string, number>;
  /** Calls that were made and not counted yet, and calls for titles that these made needless. */
  calls: number;
  callsSaved: number;
  /** Calls that must be left for the next reading. */
  reserved?: number | undefined;
  /** The media types of which lists decide, with the time since when these are known without a gap: what was fetched before is due by age. */
  followed?: ReadonlyMap<MediaType, number> | undefined;
  /** What decides: the lists of changes, or age alone. */
  by: 'age' | 'changes';
  /** The share of kept titles that change in a day, by media type, as far as lists of changes have told it. */
  rates?: { movie?: number; tv?: number } | undefined;
  /** What could not be read, and why. */
  notes: string[];
  /** Is told which titles were sent, after they were. */
  commit(sent: ReadonlySet<string>): Promise<void>;
};

/** What the next steps choose from, and choose by. */
export type Collected = Occurrence & {
  /** Until when the occurrence plans: the next one of its schedule; of a weekly run the next daily one. Epoch milliseconds. */
  untilMs: number;
  /** The feeds of all schedules, for the titles in them; a daily run knows those of the weekly one as far as the catalog tells their genres. */
  kept: readonly PlannedFeed[];
  /** What the base plan fetches. */
  due: readonly PlannedFeed[];
  /** What warming proposes: nothing without demand, nor while jobs wait, and only in a refresh. */
  proposed: readonly WarmFeed[];
  /** By id; of the feeds above. */
  heads: ReadonlyMap<string, FeedHead>;
  /** Jobs on the fetch queue; 0 where it could not be asked. */
  waitingJobs: number;
  /** What could not be collected, and why. */
  notes: string[];
};

/** Collects. Without `demand` a daily or weekly run needs no head. */
export async function collect(
  occurrence: Occurrence,
  demand: LearnedDemand | undefined,
  sources: PlanSources,
): Promise<Collected> {
  const { schedule, nowMs } = occurrence;
  const { settings } = sources;
  const { base, notes } = await basePlan(occurrence, demand, sources);
  const backlog = await readBacklog(sources);
  const untilMs = nextOccurrenceMs(schedule === 'weekly' ? 'daily' : schedule, nowMs, settings.schedules);
  const kept = keptFeeds(schedule, base);
  const warms = demand !== undefined && schedule === 'refresh' && backlog.waitingJobs === 0;
  const proposed = warms ? warmFeeds(kept, demand, nowMs, untilMs, settings) : [];
  const needsHeads = demand !== undefined || schedule === 'refresh';
  const heads = needsHeads ? await readHeads([...kept, ...proposed], sources, nowMs) : new Map<string, FeedHead>();
  const due = dueFeeds(occurrence, base, heads, settings);
  const { waitingJobs } = backlog;
  const allKept = keptFeeds('refresh', base);
  const all = [...notes, ...backlog.notes];
  return { ...occurrence, untilMs, kept: allKept, due, proposed, heads, waitingJobs, notes: all };
}

/** Beyond so many daily lists a daily run leaves the titles of the weekly lists to the other runs: it would read all lists for their genres. */
const mostWeighed = 200;

/** The lists of a daily run do without the weekly run's feeds, for whose genres the catalog is read: then that may fail. */
async function basePlan(
  { schedule }: Occurrence,
  demand: LearnedDemand | undefined,
  { catalog, clock, history, settings }: PlanSources,
): Promise<{ base: BasePlan; notes: string[] }> {
  const daily = dailyPlan(settings);
  const plansTitles = settings.details.enabled && history !== undefined && daily.length <= mostWeighed;
  if (schedule === 'daily' && !plansTitles) {
    return { base: { daily, weekly: [] }, notes: [] };
  }
  try {
    const { genres, notes } = await weighGenres(demand, catalog, clock.nowMs(), settings);
    return { base: { daily, weekly: weeklyPlan(genres, settings) }, notes: schedule === 'daily' ? [] : notes };
  } catch (error) {
    if (schedule === 'daily') {
      return { base: { daily, weekly: [] }, notes: [] };
    }
    throw error;
  }
}

/** A queue that cannot be asked trims nothing. */
async function readBacklog({ backlog }: PlanSources): Promise<Pick<Collected, 'waitingJobs' | 'notes'>> {
  try {
    const depth = await backlog?.read();
    return { waitingJobs: depth === undefined ? 0 : depth.visible + depth.delayed, notes: [] };
  } catch (error) {
    return { waitingJobs: 0, notes: [`the backlog is unknown, so nothing was trimmed: ${messageOf(error)}`] };
  }
}

/** The heads of feeds, each asked for once. */
async function readHeads(feeds: readonly Pick<PlannedFeed, 'feed'>[], sources: PlanSources, nowMs: number) {
  const { heads } = await sources.heads.read([...new Set(feeds.map(({ feed }) => feedHeadId(feed)))]);
  return new Map([...heads].map(([id, head]) => [id, headAt(head, nowMs)]));
}

/**
 * The genres with the most weight in what the table's daily lists hold and in what is read, as many as the settings say, and a note for
 * each media type whose lists name fewer. Reads the catalog.
 */
async function weighGenres(
  demand: LearnedDemand | undefined,
  catalog: Pick<CatalogReader, 'listPages'>,
  nowMs: number,
  settings: Settings,
): Promise<{ genres: TopGenres; notes: string[] }> {
  const count = settings.feeds.genre.topGenres;
  const [movie = [], tv = []] = await Promise.all(
    mediaTypes.map(async (media) => {
      const feeds = dailyPlan(settings).filter(({ feed }) => feed.media === media);
      const lists = await Promise.all(
        feeds.map(async ({ feed, pages }) => {
          const rows = pages * rowsPerPage;
          return assembleList(await catalog.listPages(feed, rows), rows, nowMs);
        }),
      );
      return topGenres(lists.flat(), media, count, genreReads(media, demand));
    }),
  );
  const genres = { movie, tv };
  return { genres, notes: mediaTypes.flatMap((media) => missingGenres(media, genres, count)) };
}

/** Reads of genre feeds by genre id. */
function genreReads(media: MediaType, demand: LearnedDemand | undefined): Map<number, number> {
  const reads = new Map<number, number>();
  for (const id of demand?.readFeeds() ?? []) {
    const feed = parseFeedId(id);
    const genre = feed?.media === media ? genreIdOf(feed.category) : undefined;
    if (genre !== undefined) {
      reads.set(genre, (reads.get(genre) ?? 0) + (demand?.readsSoFar(id) ?? 0));
    }
  }
  return reads;
}

function missingGenres(media: MediaType, genres: TopGenres, count: number): string[] {
  const missing = count - genres[media].length;
  return missing === 0
    ? []
    : [`${missing} ${media} genre feeds left out: the table's lists name ${genres[media].length} genres so far`];
}

/**
 * The `count` genres of `mediaType` that weigh most: the share of a genre in `entries` and its share in the reads of genre feeds
 * (`reads`, by genre id), added. In `entries` a title gives each of its genres 1 / log2(rank + 1), the discount that ranked retrieval
 * is measured with (DCG). Equal weights go to the smaller id.
 */
export function topGenres(
  entries: readonly ListEntry[],
  mediaType: MediaType,
  count: number,
  reads: ReadonlyMap<number, number> = new Map(),
): number[] {
  const inLists = genreWeights(entries, mediaType);
  const [listed, read] = [sumOf(inLists), sumOf(reads)];
  const share = (genre: number) =>
    (inLists.get(genre) ?? 0) / Math.max(1, listed) + (reads.get(genre) ?? 0) / Math.max(1, read);
  return [...new Set([...inLists.keys(), ...reads.keys()])]
    .filter(isGenre)
    .sort((a, b) => share(b) - share(a) || a - b)
    .slice(0, count);
}

/** A row of TMDB's may name what is no genre, such as 0: a feed of it cannot be asked for. */
function isGenre(id: number): boolean {
  return genreIdOf(`genre_${id}`) === id;
}

function sumOf(weights: ReadonlyMap<number, number>): number {
  return [...weights.values()].reduce((sum, weight) => sum + weight, 0);
}

function genreWeights(entries: readonly ListEntry[], mediaType: MediaType): Map<number, number> {
  const weights = new Map<number, number>();
  for (const entry of entries) {
    if (entry.mediaType === mediaType) {
      for (const genre of new Set(entry.genreIds)) {
        weights.set(genre, (weights.get(genre) ?? 0) + discount(entry.rank));
      }
    }
  }
  return weights;
}

/** In whole millionths: sums of fractions would depend on the order of the entries in their last bit. */
function discount(rank: number): number {
  return Math.round(1e6 / Math.log2(rank + 1));
}
