/** The shape of the settings, apart from the settings themselves: a function that runs on the defaults never loads it. */
import * as z from 'zod';
import { askedLanguageSchema, askedRegionSchema, globalRegion, maxPage, rowsPerPage } from '../core/feed.ts';
import { readerSchema } from './reader-settings-schema.ts';

const units = z.int().min(1);
/** Units of a table or an index, or of both together. */
const throughput = z.strictObject({ readUnits: units, writeUnits: units });

/** What an account has free of charge, over all its tables and indexes. Source: DynamoDB pricing, November 2026. */
const freeProvisionedUnits = 25;

/** Capacity of the catalog table and its index. */
const capacitySchema = z
  .strictObject({
    /** `on-demand` is billed by the unit; `provisioned` has the units below, and the writer keeps to them. */
    mode: z.enum(['on-demand', 'provisioned']),
    catalog: throughput,
    index: throughput,
  })
  .refine(
    ({ mode, catalog, index }) =>
      mode === 'on-demand' ||
      Math.max(catalog.readUnits + index.readUnits, catalog.writeUnits + index.writeUnits) <= freeProvisionedUnits,
    `catalog and index together are beyond the ${freeProvisionedUnits} free units: use the mode on-demand`,
  );

/** Retention periods that CloudWatch Logs knows, up to a year. Source: PutRetentionPolicy, November 2026. */
const retentionDays = z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365]);

/** What concerns the deployment alone: no function is told. */
const deploymentSchema = z.strictObject({
  /** Schedule group and queues are named after it, and a group's name ends at 64 characters. */
  stackName: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,53}$/, 'a stack name has up to 54 letters, digits and hyphens'),
  /** Where alarms go. Without it they go to the topic only, which nobody hears until somebody subscribes. */
  alarmEmail: z.email().optional(),
  /** Where this repository's docs/operations.md can be read: alarms link to its sections. */
  runbookUrl: z.url().optional(),
  /** SecureString parameter that holds the TMDB token. */
  tokenParameter: z.string().regex(/^(\/[\w.-]+)+$/, 'a parameter name is a path such as /tmdb-pipeline/tmdb-token'),
  catalogTable: z.strictObject({
    name: z.string().regex(/^[\w.-]{3,255}$/, 'a table name has 3 to 255 letters, digits, _ . -'),
    /** Whether the table is there already: then it is used as it is, and not created. */
    existing: z.boolean(),
    /** Restore to any second of the last 35 days; billed by size. */
    pointInTimeRecovery: z.boolean(),
    /** What becomes of the table when the stack is deleted. */
    removalPolicy: z.enum(['destroy', 'retain']),
  }),
  reader: z.strictObject({
    /** Who may call the reader's URL: who IAM lets (`iam`), or everybody (`public`); `none`: there is no URL, only the library. */
    url: z.enum(['iam', 'public', 'none']),
    /** Reads that are expected; only the modelled bill knows them. */
    readsPerDay: z.int().min(0),
  }),
  logRetentionDays: retentionDays,
  /** What the month may cost: the line in the dashboard's cost graph. */
  monthlyBudgetUsd: z.number().positive(),
});

const count = z.int().positive();
const pages = z.int().min(1).max(maxPage);
const share = z.number().min(0).max(1);
const hours = z.number().positive();

const queueSchema = z
  .strictObject({
    /** Receives after which SQS moves a message to the dead-letter queue: crashes and poison only. */
    maxReceiveCount: z.int().min(5),
    retentionDays: z.number().min(1).max(4),
    deadLetterRetentionDays: z.number().min(1).max(14),
  })
  .refine(({ retentionDays, deadLetterRetentionDays }) => deadLetterRetentionDays > retentionDays, {
    path: ['deadLetterRetentionDays'],
    message:
      'SQS counts the age of a dead letter from its first sending, so one could expire as it arrives: allowed is more than retentionDays',
  });

const consumerSchema = z.strictObject({
  memoryMb: z.int().min(128).max(10_240),
  timeoutSeconds: z.int().min(1).max(900),
  batchSize: z.int().min(1).max(10_000),
  /** How long a batch may gather. A batch beyond 10 needs at least one second of it. */
  batchingWindowSeconds: z.int().min(0).max(300),
  /** Concurrent invocations by the event source; Lambda's floor is 2. */
  maximumConcurrency: z.int().min(2).max(1000),
});

/** Write units of the largest recorded page's row, of the table and once more of its index. Source: docs/adr/0017. */
const unitsPerPageRow = 8;
const unitsPerPage = { catalog: unitsPerPageRow + rowsPerPage, index: unitsPerPageRow };

/** The share of the writer's time-out that a batch may take when every row of it is written at the table's pace. */
const pacedShare = 0.8;

/** SQS refuses an event source otherwise. */
const windowForLargeBatches = [
  ({ batchSize, batchingWindowSeconds }: { batchSize: number; batchingWindowSeconds: number }) =>
    batchSize <= 10 || batchingWindowSeconds >= 1,
  'a batchSize beyond 10 needs a batchingWindowSeconds of at least 1',
] as const;

/** The shape of the settings, with the unit in each name. */
export const settingsSchema = z
  .strictObject({
    /** Language whose title rows have no suffix; default language of every feed. */
    defaultLanguage: askedLanguageSchema,
    /** Regional feeds of the daily plan: popular, trending and local originals of each of these. */
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
      /** In no schedule: fetched when it is asked for, read, or in season. */
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
    }),
    ttl: z.strictObject({
      /** Titles are their own kind of content: what a film is called changes more slowly than where it ranks. */
      titleSoftHours: hours,
      /** A title row is renewed once in each such period at the most, unless its content changed. */
      titlePeriodHours: hours,
      /** Hard TTL = factor × soft. */
      hardFactor: z.number().min(1),
      /** Soft TTLs vary by ± this share, from feed to feed and from title to title. */
      jitterShare: share,
      /** TMDB's terms: nothing is cached longer than six months. */
      maxHardDays: z.number().positive().max(180),
    }),
    /** Vote counts and popularity move in steps of this share in a title row: what moves less is no change. */
    titleFigureStep: z.number().min(0.01).max(1),
    schedules: z.strictObject({
      daily: z.strictObject({ hourUtc: z.int().min(0).max(23) }),
      weekly: z.strictObject({ weekday: z.int().min(0).max(6), hourUtc: z.int().min(0).max(23) }),
      refresh: z.strictObject({ everyHours: z.literal([1, 2, 3, 4, 6, 8, 12]) }),
    }),
    tmdb: z.strictObject({
      requestsPerSecond: z.number().min(0.1).max(40),
      /** Covers connecting, waiting and the whole body. */
      requestTimeoutMs: count,
      maxBodyBytes: count,
      /** Calls of one job within one invocation. */
      attempts: z.int().min(1).max(5),
      backoffBaseMs: count,
      backoffCapMs: count,
      /** Immediate retries allowed for each call, and how many at once. */
      retryShare: share,
      retryBurst: count,
      /** A job that is older is not deferred again but dead-lettered. */
      maxAgeHours: hours,
    }),
    rate: z.strictObject({
      floorPerSecond: z.number().positive(),
      slowdown: z.number().min(0.1).max(0.95),
      recoveryPerMinute: z.number().positive(),
      pauseMs: count,
      pauseCapMs: count,
      /** A slot that was missed by more than this is void. */
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
    /** Of the catalog table and its index; the control table is always on demand. */
    capacity: capacitySchema,
    deployment: deploymentSchema,
    planner: z.strictObject({
      memoryMb: z.int().min(128).max(10_240),
      timeoutSeconds: z.int().min(1).max(900),
      /** Jobs that may wait on the fetch queue before a refresh is trimmed; daily, weekly and ad-hoc runs keep what the base plan has. */
      maxBacklogJobs: count,
      /** The plan that follows demand; without it, and while no read was counted, the base plan runs. */
      adaptive: z.strictObject({
        enabled: z.boolean(),
        /** Pages and write units of any 24 hours. The base plan's minimum counts, and is never cut. */
        pagesPerDay: count,
        writeUnitsPerDay: count,
        /** Pages of one feed at the most, however much it is read. */
        maxPages: z.int().min(1).max(20),
        /** Expected reads of changed content that make a page worth it when the budget is spent; it is worth it sooner when less is. */
        leastReads: z.number().positive(),
        historyDays: z.int().min(7).max(60),
      }),
    }),
    worker: consumerSchema.refine(...windowForLargeBatches),
    writer: consumerSchema.extend({ parallelWrites: count }).refine(...windowForLargeBatches),
    reader: readerSchema,
    queues: z.strictObject({ fetch: queueSchema, items: queueSchema }),
  })
  .refine(({ worker, tmdb }) => worker.timeoutSeconds * 1_000 >= 2 * tmdb.requestTimeoutMs + 5_000, {
    path: ['worker', 'timeoutSeconds'],
    message: 'the time-out leaves no room for a call: allowed are two tmdb.requestTimeoutMs and five seconds, or more',
  })
  .refine(
    ({ capacity, writer }) =>
      capacity.mode === 'on-demand' ||
      writer.batchSize *
        writer.maximumConcurrency *
        Math.max(unitsPerPage.catalog / capacity.catalog.writeUnits, unitsPerPage.index / capacity.index.writeUnits) <=
        pacedShare * writer.timeoutSeconds,
    {
      path: ['writer', 'batchSize'],
      message:
        'a batch would outlast the writer at the pace of capacity: a smaller batch or a longer time-out is needed',
    },
  );

/** The settings, with the unit in each name. */
export type Settings = z.infer<typeof settingsSchema>;
