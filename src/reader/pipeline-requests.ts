/**
 * What a reader sends to the pipeline: requests for refreshes (fetch queue), one over all containers for each stale list or title, and the
 * pages and titles that it has fetched itself (item queue).
 */
import { LRUCache } from 'lru-cache';
import { type Clock, hourMs, isoFromMs, minuteMs } from '../shared/core/clock.ts';
import { type Feed, feedId, type MediaType } from '../shared/core/feed.ts';
import { feedRules } from '../shared/core/feed-rules.ts';
import { runIdFor, snapshotFor } from '../shared/core/snapshot.ts';
import {
  fetchJobsFor,
  type JobRun,
  jobIdFor,
  newTitleJob,
  type TitleJob,
  titleJobIdFor,
} from '../shared/queues/fetch-job.ts';
import {
  type DescribedTitle,
  type ItemPage,
  type ItemTitle,
  itemPageSchema,
  itemTitleSchema,
} from '../shared/queues/item-page.ts';
import type { MessageSender } from '../shared/queues/message-sender.ts';
import { messageBody } from '../shared/queues/parse-message.ts';
import { keptLanguages } from '../shared/settings/settings.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import type { NormalizedPage } from '../shared/tmdb/normalize-page.ts';
import type { Background } from './background.ts';

/**
 * Leases on requesting a refresh: over all containers the lease holder alone requests it. A lease is on a feed or a title (`subject`);
 * `seen` is the version that was found stale, a text that sorts by time (a snapshot, a fetch time).
 */
export type RefreshLeases = {
  /**
   * Takes the lease, unless one was taken for the same or a newer `seen` within the last `periodMs`.
   * @returns whether the caller is the lease holder.
   */
  take(subject: string, seen: string, nowMs: number, periodMs: number): Promise<boolean>;
  /** Gives the lease back, when the refresh could not be requested. */
  release(subject: string): Promise<void>;
};

/** Requests of one process. All of them run in the background, and none rejects. */
export type PipelineRequests = {
  /** Requests a feed that was found stale in snapshot `seen`. */
  refreshFeed(feed: Feed, seen: string): void;
  /**
   * Requests a title that was found stale as fetched at `seen`, or missing in this language (`''`). Where details are enabled and the
   * language is kept, the title is requested as a whole: that is one call for all languages.
   */
  refreshTitle(mediaType: MediaType, id: number, language: string, seen: string): void;
  /**
   * Requests a title as a whole. `seen` is when the youngest of what was found stale was fetched; `''`: all of that is missing. `imdbId`: its id
   * at IMDb, where it is known, by which it is found if TMDB has merged it into another title.
   */
  refreshWhole(mediaType: MediaType, id: number, seen: string, imdbId?: string | null): void;
  /** Sends a first page to the writer, and requests the other pages; all of them where it could not be sent. */
  sendPage(page: ItemPage): void;
  /** Sends a title to the writer. */
  sendTitle(item: ItemTitle): void;
};

/** What requests need. */
type RequestDependencies = {
  leases: RefreshLeases;
  /** The fetch queue. */
  jobs: MessageSender;
  /** The item queue. */
  items: MessageSender;
  background: Background;
  telemetry: Telemetry;
  clock: Clock;
  settings: Settings;
};

/** Subjects whose requests this process remembers: each saves a conditional write that would be refused. */
const rememberedSubjects = 5_000;
const origin = 'reader';

/** The run of a reader's request. Its id changes once a minute, so that readers which miss the same list together make the same pages. */
export function readerRun(feed: Feed, nowMs: number): JobRun {
  const atMs = Math.floor(nowMs / minuteMs) * minuteMs;
  const runId = runIdFor(`${origin}@${feedId(feed)}@${isoFromMs(atMs)}`);
  return { runId, snapshot: snapshotFor(atMs, runId), origin, firstSeenAt: isoFromMs(nowMs) };
}

/** The message to the writer for a page that a reader has fetched. */
export function pageMessage(feed: Feed, normalized: NormalizedPage, nowMs: number, settings: Settings): ItemPage {
  const { runId, snapshot } = readerRun(feed, nowMs);
  return itemPageSchema.parse({
    kind: 'item-page',
    version: 1,
    jobId: jobIdFor(runId, feed, 1),
    runId,
    snapshot,
    feed,
    page: 1,
    pages: feedRules(feed, settings).pages,
    fetchedAt: isoFromMs(nowMs),
    ...normalized,
  });
}

/**
 * The message to the writer for a title that a reader has fetched.
 * @param foundBy - the id elsewhere by which it was found (`imdb:tt0137523`).
 */
export function titleMessage(
  title: DescribedTitle,
  language: string,
  nowMs: number,
  foundBy?: string | undefined,
): ItemTitle {
  const runId = titleRunId(title.mediaType, title.id, language, nowMs);
  const jobId = titleJobIdFor(runId, title.mediaType, title.id, language);
  const fetchedAt = isoFromMs(nowMs);
  return itemTitleSchema.parse({ kind: 'item-title', version: 1, jobId, runId, language, fetchedAt, title, foundBy });
}

/** Requests over the queues of one pipeline. */
export function pipelineRequests(deps: RequestDependencies): PipelineRequests {
  const { settings, clock, background, items } = deps;
  const ask = askOnce(deps);
  const refreshWhole: PipelineRequests['refreshWhole'] = (mediaType, id, seen, imdbId) => {
    const periodMs = Math.min(settings.ttl.titleSoftHours, settings.details.watchSoftTtlHours) * hourMs;
    ask(`${mediaType}/${id}/details`, seen, periodMs, () => [
      titleJob(
        { mediaType, id, language: settings.defaultLanguage, details: true, imdbId: imdbId ?? undefined },
        seen,
        clock.nowMs(),
      ),
    ]);
  };
  return {
    refreshFeed: (feed, seen) => {
      const { pages, softTtlHours } = feedRules(feed, settings);
      const why = 'a reader found it stale';
      ask(feedId(feed), seen, softTtlHours * hourMs, () =>
        fetchJobsFor(readerRun(feed, clock.nowMs()), { feed, pages, why }),
      );
    },
    refreshWhole,
    refreshTitle: (mediaType, id, language, seen) => {
      if (comesWhole(language, settings)) {
        refreshWhole(mediaType, id, seen);
        return;
      }
      const periodMs = settings.ttl.titleSoftHours * hourMs;
      ask(`${mediaType}/${id}/${language}`, seen, periodMs, () => [
        titleJob({ mediaType, id, language }, seen, clock.nowMs()),
      ]);
    },
    sendPage: (page) => background.run('sending a page to the writer', () => sendPage(page, ask, deps)),
    sendTitle: (item) => background.run('sending a title to the writer', () => items.send(messageBody(item))),
  };
}

async function sendPage(page: ItemPage, ask: Ask, { items, clock, settings }: RequestDependencies): Promise<void> {
  const { runId, snapshot, feed, pages } = page;
  const askFrom = (from: number): void => {
    const run = { runId, snapshot, origin, firstSeenAt: isoFromMs(clock.nowMs()) };
    const why = 'a reader found the list missing and fetched its first page';
    const periodMs = feedRules(feed, settings).softTtlHours * hourMs;
    ask(feedId(feed), snapshot, periodMs, () => fetchJobsFor(run, { feed, pages, why, from }));
  };
  try {
    await items.send(messageBody(page));
  } catch (error) {
    // All pages are requested: without the first one the table would hold a list that starts in the middle.
    askFrom(1);
    throw error;
  }
  // After an empty first page there are no others.
  if (pages > 1 && page.titles.length > 0) {
    askFrom(2);
  }
}

type Ask = (subject: string, seen: string, periodMs: number, makeJobs: () => object[]) => void;

/** Sends the jobs of `makeJobs`, unless this process remembers that they were sent, or another process holds the lease. */
function askOnce({ leases, jobs, background, telemetry, clock }: RequestDependencies): Ask {
  const asked = new LRUCache<string, { seen: string; untilMs: number }>({ max: rememberedSubjects });
  return (subject, seen, periodMs, makeJobs) => {
    const known = asked.get(subject);
    if (known !== undefined && seen <= known.seen && clock.monotonicMs() < known.untilMs) {
      return;
    }
    asked.set(subject, { seen, untilMs: clock.monotonicMs() + periodMs });
    background.run(`asking for ${subject}`, async () => {
      try {
        if (await leases.take(subject, seen, clock.nowMs(), periodMs)) {
          await sendOrRelease(subject, makeJobs());
        }
      } catch (error) {
        asked.delete(subject);
        throw error;
      }
    });
  };

  async function sendOrRelease(subject: string, made: object[]): Promise<void> {
    try {
      await jobs.sendAll(made.map(messageBody));
    } catch (error) {
      await leases.release(subject);
      throw error;
    }
    telemetry.event({ event: 'refresh-asked', subject, jobs: made.length });
  }
}

/** Whether a title's card in `language` is fetched together with the whole title. */
export function comesWhole(language: string, settings: Settings): boolean {
  return settings.details.enabled && keptLanguages(settings).includes(language);
}

function titleJob(
  title: Pick<TitleJob, 'mediaType' | 'id' | 'language' | 'details' | 'imdbId'>,
  seen: string,
  nowMs: number,
): TitleJob {
  const { mediaType, id, language, details } = title;
  const runId = titleRunId(mediaType, id, details ? 'details' : language, nowMs);
  return newTitleJob({
    runId,
    origin,
    ...title,
    firstSeenAt: isoFromMs(nowMs),
    why: seen !== '' ? 'a reader found it stale' : `a reader missed ${details ? 'it' : 'it in this language'}`,
  });
}

/** `what`: the language, or `details`. */
function titleRunId(mediaType: MediaType, id: number, what: string, nowMs: number): string {
  const atMs = Math.floor(nowMs / minuteMs) * minuteMs;
  return runIdFor(`${origin}@${mediaType}/${id}/${what}@${isoFromMs(atMs)}`);
}
