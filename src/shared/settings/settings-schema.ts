/** The schema of the settings. It is in its own file, so that a function that runs on the defaults does not load it. */
import * as z from 'zod';
import {
  askedLanguageSchema,
  askedRegionSchema,
  customDefaults,
  globalRegion,
  maxPage,
  mediaTypes,
  rowsPerPage,
} from '../core/feed.ts';
import { capacitySchema, deploymentSchema, queueSchema } from './deployment-settings-schema.ts';
import { connectionsOfWorkers, writersAtMost } from './event-source-pollers.ts';
import { readerSchema } from './reader-settings-schema.ts';

/** TMDB: "somewhere in the 40 requests per second range", and 20 connections for one address. Source: rate limiting, November 2026. */
const documentedLimitPerSecond = 40;
const documentedConnections = 20;

const count = z.int().positive();
const pages = z.int().min(1).max(maxPage);
const share = z.number().min(0).max(1);
const hours = z.number().positive();

/** Concurrent invocations by an event source; Lambda's minimum is 2. */
const maximumConcurrency = z.int().min(2).max(1000);

const consumerSchema = z.strictObject({
  memoryMb: z.int().min(128).max(10_240),
  timeoutSeconds: z.int().min(1).max(900),
  batchSize: z.int().min(1).max(10_000),
  /** Longest time to collect a batch. A batchSize above 10 needs at least one second. */
  batchingWindowSeconds: z.int().min(0).max(300),
  maximumConcurrency,
});

/** Write units of the largest recorded page's row, for the table and again for its index. Source: docs/adr/0017. */
const unitsPerPageRow = 8;
export const unitsPerPage = { catalog: unitsPerPageRow + rowsPerPage, index: unitsPerPageRow };

/** Share of the writer's time-out that a batch may take if all of its rows are written at the table's pace. */
const pacedShare = 0.8;

/** Lambda refuses an SQS event source otherwise. */
const windowForLargeBatches = [
  ({ batchSize, batchingWindowSeconds }: { batchSize: number; batchingWindowSeconds: number }) =>
    batchSize <= 10 || batchingWindowSeconds >= 1,
  'a batchSize above 10 needs a batchingWindowSeconds of at least 1',
] as const;

/** An own feed whose query has been checked (custom-feeds-schema.ts). */
export const customFeedSchema = z.strictObject({
  name: z.string(),
  media: z.enum(mediaTypes, `allowed are ${mediaTypes.join(' and ')}`),
  query: z.record(z.string(), z.string()),
  pages: pages.default(customDefaults.pages),
  softTtlHours: hours.default(customDefaults.softTtlHours),
  /** The run that keeps it; refreshes do so between. */
  schedule: z.enum(['daily', 'weekly'], 'allowed are daily and weekly').default(customDefaults.schedule),
  /** In which it is planned, and read where a reader names none. Default: `defaultLanguage`. */
  language: askedLanguageSchema.optional(),
});

/** The schema of the settings. Names end in their unit. */
export const settingsSchema = z
  .strictObject({
    /** Default language of every feed; title rows in it have a key without a language suffix. */
    defaultLanguage: askedLanguageSchema,
    /** Regions of the daily plan: for each it fetches popular, trending and local originals. */
    regions: z
      .array(
        z.strictObject({
          region: askedRegionSchema.refine((region) => region !== globalRegion, 'a configured region is a country'),
          language: askedLanguageSchema,
        }),
      )
      .refine(
        (regions) => new Set(regions.map(({ region, language }) => `${region}/${language}`)).size === regions.length,
        'a region is configured twice',
      ),
    feeds: z.strictObject({
      popular: z.strictObject({ pages, softTtlHours: hours }),
      trending: z.strictObject({ pages, softTtlHours: hours }),
      genre: z.strictObject({ pages, softTtlHours: hours, topGenres: count, minVoteCount: count }),
      /** Not in the base plan: fetched when it is requested, read, or in season. */
      keyword: z.strictObject({ pages, softTtlHours: hours, minVoteCount: count }),
      hidden_gems: z
        .strictObject({
          pages,
          softTtlHours: hours,
          minVoteAverage: z.number().min(0).max(10),
          minVoteCount: count,
          maxVoteCount: count,
        })
        .refine((feed) => feed.minVoteCount <= feed.maxVoteCount, 'minVoteCount is greater than maxVoteCount'),
      award_winning: z.strictObject({
        pages,
        softTtlHours: hours,
        minVoteAverage: z.number().min(0).max(10),
        minVoteCount: count,
      }),
      local_originals: z.strictObject({ pages, softTtlHours: hours, minVoteCount: count }),
      /** Own feeds, each with its category `custom_<name>`. */
      custom: z.array(customFeedSchema),
    }),
    ttl: z.strictObject({
      /** Soft TTL of title rows: a title's texts change more slowly than its rank. */
      titleSoftHours: hours,
      /** An unchanged title row is written at most once in each period of this length. */
      titlePeriodHours: hours,
      /** Hard TTL = this factor × soft TTL. */
      hardFactor: z.number().min(1),
      /** Soft TTLs vary by ± this share between feeds and between titles. */
      jitterShare: share,
      /** Longest hard TTL. TMDB's terms allow caching for six months. */
      maxHardDays: z.number().positive().max(180),
    }),
    /** Whole titles: which of them are kept, and how long their details are fresh. The hard TTLs follow from `ttl`. */
    details: z.strictObject({
      /** Without it no details are planned, and readers ask for cards only. */
      enabled: z.boolean(),
      /** The planner keeps the details of the titles in the first ranks of each feed, and of those that are read. */
      ranksPerFeed: z
        .int()
        .min(0)
        .max(maxPage * rowsPerPage),
      /** Most calls that the planner makes or plans for titles in any 24 hours, those for TMDB's lists of changes included. */
      callsPerDay: z.int().min(0).max(1_000_000),
      softTtlHours: hours,
      /** Where to watch a title changes more often than the rest, and no list of changes tells it. */
      watchSoftTtlHours: hours,
    }),
    /** Title rows round vote count and popularity to steps of this share. Smaller differences are not a change. */
    titleFigureStep: z.number().min(0.01).max(1),
    schedules: z.strictObject({
      daily: z.strictObject({ hourUtc: z.int().min(0).max(23) }),
      weekly: z.strictObject({ weekday: z.int().min(0).max(6), hourUtc: z.int().min(0).max(23) }),
      refresh: z.strictObject({ everyHours: z.literal([1, 2, 3, 4, 6, 8, 12]) }),
    }),
    tmdb: z.strictObject({
      /** Calls a second, over all functions together. The throttle goes below it when TMDB refuses calls. */
      requestsPerSecond: z.number().min(0.1).max(documentedLimitPerSecond),
      /** TMDB's limit in calls a second: a call that is late is not made if it could exceed this. */
      limitPerSecond: z.number().min(0.1).max(documentedLimitPerSecond),
      /** Most calls under way at once, over all workers, readers and the planner together. */
      connections: z.int().min(2).max(documentedConnections),
      /** Time-out of a call, including connecting, waiting and the whole body. */
      requestTimeoutMs: count,
      maxBodyBytes: count,
      /** Attempts: the most calls of one job within one invocation. */
      attempts: z.int().min(1).max(5),
      backoffBaseMs: count,
      backoffCapMs: count,
      /** Retry budget: retries earned by each call, and the most that it can hold (`retryBurst`). */
      retryShare: share,
      retryBurst: count,
      /** An older job is not deferred again but becomes a dead letter. */
      maxAgeHours: hours,
    }),
    rate: z.strictObject({
      /** Lowest rate: without any calls it would not be noticed that TMDB accepts calls again. */
      floorPerSecond: z.number().positive(),
      /** Longest pause that a Retry-After asks for. */
      pauseCapMs: count,
      /** A slot may always be used this late; later only if the limit allows it. */
      slotToleranceMs: count,
    }),
    breaker: z
      .strictObject({
        failureShare: z.number().gt(0).lt(1),
        lastCalls: count,
        minimumCalls: count,
        openMs: count,
        openCapMs: count,
        tokenOpenMs: count,
        trialMs: count,
      })
      .refine((breaker) => breaker.minimumCalls <= breaker.lastCalls, 'minimumCalls is greater than lastCalls'),
    /** Capacity of the catalog table and its index. The control table is always on demand. */
    capacity: capacitySchema,
    deployment: deploymentSchema,
    planner: z.strictObject({
      memoryMb: z.int().min(128).max(10_240),
      timeoutSeconds: z.int().min(1).max(900),
      /** Jobs on the fetch queue above which a refresh is trimmed (backpressure). Other runs keep what the base plan has. */
      maxBacklogJobs: count,
      /** The adaptive plan, which follows demand. If it is disabled, or no read was counted yet, the base plan runs. */
      adaptive: z.strictObject({
        enabled: z.boolean(),
        /** Budget of pages and write units for any 24 hours. The minimum of the base plan counts towards it but is never cut. */
        pagesPerDay: count,
        writeUnitsPerDay: count,
        /** Most pages of one feed, however often it is read. */
        maxPages: z.int().min(1).max(20),
        /** Expected reads of changed content that a page needs when the budget is spent. It needs fewer while budget is left. */
        leastReads: z.number().positive(),
        historyDays: z.int().min(7).max(60),
      }),
    }),
    worker: consumerSchema.refine(...windowForLargeBatches),
    writer: consumerSchema
      .extend({
        /** None by default, on demand. With provisioned capacity it is 2 unless it is set: the writers divide the units among them. */
        maximumConcurrency: maximumConcurrency.optional(),
        /** Puts of one invocation at a time. */
        parallelWrites: count,
      })
      .refine(...windowForLargeBatches),
    reader: readerSchema,
    queues: z.strictObject({ fetch: queueSchema, items: queueSchema }),
  })
  .refine(({ tmdb }) => tmdb.limitPerSecond >= tmdb.requestsPerSecond, {
    path: ['tmdb', 'limitPerSecond'],
    message: 'the limit is below the configured rate: use at least tmdb.requestsPerSecond',
  })
  .refine((settings) => connectionsOfWorkers(settings) >= settings.worker.maximumConcurrency, {
    path: ['worker', 'maximumConcurrency'],
    message:
      'there is not one connection for each worker: use at most tmdb.connections less reader.live.connections, and with details.enabled less one for the planner',
  })
  .refine(({ worker, tmdb }) => worker.timeoutSeconds * 1_000 >= 2 * tmdb.requestTimeoutMs + 5_000, {
    path: ['worker', 'timeoutSeconds'],
    message: 'the time-out leaves no room for a call: use at least twice tmdb.requestTimeoutMs plus five seconds',
  })
  .refine(
    ({ capacity, writer }) =>
      capacity.mode === 'on-demand' ||
      writer.batchSize *
        (writersAtMost({ capacity, writer }) ?? 1) *
        Math.max(unitsPerPage.catalog / capacity.catalog.writeUnits, unitsPerPage.index / capacity.index.writeUnits) <=
        pacedShare * writer.timeoutSeconds,
    {
      path: ['writer', 'batchSize'],
      message:
        'a batch would take longer than the time-out of the writer at the provisioned pace: use a smaller batch or a longer time-out',
    },
  );

/** The settings. Names end in their unit. */
export type Settings = z.infer<typeof settingsSchema>;
