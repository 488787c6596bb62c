/**
 * What a reader asks of the pipeline, at most once for each stale thing over all containers: refreshes by the fetch queue, and
 * pages and titles that it has fetched itself by the item queue.
 */
import { LRUCache } from 'lru-cache';
import { type Clock, hourMs, isoFromMs, minuteMs } from '../shared/core/clock.ts';
import { type Feed, feedId, type MediaType } from '../shared/core/feed.ts';
import { runIdFor, snapshotFor } from '../shared/core/snapshot.ts';
import {
  fetchJobsFor,
  type JobRun,
  jobIdFor,
  type TitleJob,
  titleJobIdFor,
  titleJobSchema,
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
import { feedKindOf, type Settings } from '../shared/settings/settings.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import type { NormalizedPage } from '../shared/tmdb/normalize-page.ts';
import type { Background } from './background.ts';

/**
 * Who asks for a refresh. A lease is on a feed or a title (`subject`); `seen` names what was found stale, as a text that grows
 * with time (a snapshot, a fetch time).
 */
export type RefreshLeases = {
  /**
   * Takes the lease, for one caller over all containers: unless one was taken for the same `seen` or a newer one within the
   * last `periodMs`. Says whether it did.
   */
  take(subject: string, seen: string, nowMs: number, periodMs: number): Promise<boolean>;
  /** Gives it back: what it was taken for could not be asked for. */
  release(subject: string): Promise<void>;
};

/** Requests of one process. All of them go on in the background. */
export type PipelineRequests = {
  /** A feed is stale since the snapshot `seen`. */
  refreshFeed(feed: Feed, seen: string): void;
  /** A title is stale since it was fetched at `seen`, or is not there in this language (`''`). */
  refreshTitle(mediaType: MediaType, id: number, language: string, seen: string): void;
  /** Sends a first page on, and asks for the others; for all of them where it could not be sent. */
  sendPage(page: ItemPage): void;
  /** Sends a title on. */
  sendTitle(item: ItemTitle): void;
};

/** What they need. */
export type RequestDependencies = {
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

/** Subjects that this process knows to have been asked for: each saves a refused write. */
const rememberedSubjects = 5_000;
const origin = 'reader';

/** Runs that readers cause. A run lasts a minute: readers that miss the same list at the same time make the same pages. */
export function readerRun(feed: Feed, nowMs: number): JobRun {
  const atMs = Math.floor(nowMs / minuteMs) * minuteMs;
  const runId = runIdFor(`${origin}@${feedId(feed)}@${isoFromMs(atMs)}`);
  return { runId, snapshot: snapshotFor(atMs, runId), origin, firstSeenAt: isoFromMs(nowMs) };
}

/** The message that a page makes which a reader has fetched. */
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
    pages: settings.feeds[feedKindOf(feed)].pages,
    fetchedAt: isoFromMs(nowMs),
    ...normalized,
  });
}

/** The message that a title makes which a reader has fetched. */
export function titleMessage(title: DescribedTitle, language: string, nowMs: number): ItemTitle {
  const runId = titleRunId(title.mediaType, title.id, language, nowMs);
  const jobId = titleJobIdFor(runId, title.mediaType, title.id, language);
  const fetchedAt = isoFromMs(nowMs);
  return itemTitleSchema.parse({ kind: 'item-title', version: 1, jobId, runId, language, fetchedAt, title });
}

/** Requests over the queues of one pipeline. */
export function pipelineRequests(deps: RequestDependencies): PipelineRequests {
  const { settings, clock } = deps;
  const ask = askOnce(deps);
  return {
    refreshFeed: (feed, seen) => {
      const { pages, softTtlHours } = settings.feeds[feedKindOf(feed)];
      const why = 'a reader found it stale';
      ask(feedId(feed), seen, softTtlHours * hourMs, () =>
        fetchJobsFor(readerRun(feed, clock.nowMs()), { feed, pages, why }),
      );
    },
    refreshTitle: (mediaType, id, language, seen) => {
      const periodMs = settings.ttl.titleSoftHours * hourMs;
      ask(`${mediaType}/${id}/${language}`, seen, periodMs, () => [
        titleJob(mediaType, id, language, seen, clock.nowMs()),
      ]);
    },
    sendPage: (page) => {
      const { runId, snapshot, feed, pages } = page;
      const askFrom = (from: number): void => {
        const run = { runId, snapshot, origin, firstSeenAt: isoFromMs(clock.nowMs()) };
        const why = 'a reader found the list missing and fetched its first page';
        const periodMs = settings.feeds[feedKindOf(feed)].softTtlHours * hourMs;
        ask(feedId(feed), snapshot, periodMs, () => fetchJobsFor(run, { feed, pages, why, from }));
      };
      deps.background.run('sending a page on', async () => {
        try {
          await deps.items.send(messageBody(page));
        } catch (error) {
          // Without it the table would have a list that begins in the middle.
          askFrom(1);
          throw error;
        }
        // Behind an empty first page there is nothing.
        if (pages > 1 && page.titles.length > 0) {
          askFrom(2);
        }
      });
    },
    sendTitle: (item) => deps.background.run('sending a title on', () => deps.items.send(messageBody(item))),
  };
}

/** Asks for what `makeJobs` makes, unless it has been asked for: known here without a write, elsewhere by the lease. */
function askOnce({ leases, jobs, background, telemetry, clock }: RequestDependencies) {
  const asked = new LRUCache<string, { seen: string; untilMs: number }>({ max: rememberedSubjects });
  return (subject: string, seen: string, periodMs: number, makeJobs: () => object[]): void => {
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

function titleJob(mediaType: MediaType, id: number, language: string, seen: string, nowMs: number): TitleJob {
  const runId = titleRunId(mediaType, id, language, nowMs);
  return titleJobSchema.parse({
    kind: 'title-job',
    version: 1,
    jobId: titleJobIdFor(runId, mediaType, id, language),
    runId,
    origin,
    mediaType,
    id,
    language,
    attempt: 0,
    firstSeenAt: isoFromMs(nowMs),
    why: seen === '' ? 'a reader missed it in this language' : 'a reader found it stale',
  });
}

function titleRunId(mediaType: MediaType, id: number, language: string, nowMs: number): string {
  const atMs = Math.floor(nowMs / minuteMs) * minuteMs;
  return runIdFor(`${origin}@${mediaType}/${id}/${language}@${isoFromMs(atMs)}`);
}
