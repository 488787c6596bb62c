import type { Feed } from '../core/feed.ts';
import { customFeedOf } from '../core/feed-rules.ts';
import { connectionsOfWorkers } from './event-source-pollers.ts';
import type { ReaderSettings } from './reader-settings-schema.ts';
import type { Settings } from './settings-schema.ts';
import { defaultStackName, stackNames } from './stack-names.ts';

const defaultNames = stackNames(defaultStackName);

/**
 * The default settings of the reader. Weights were measured where possible; the others and the day-parts are an editorial choice
 * (docs/adr/0039). Genre ids are from TMDB's genre lists (November 2026).
 */
export const defaultReaderSettings: ReaderSettings = {
  memoryMb: 512,
  timeoutSeconds: 10,
  memory: { maxBytes: 33_554_432, listSeconds: 300, titleSeconds: 900, staleSeconds: 30, absentSeconds: 600 },
  tableTimeoutMs: 500,
  tableRestMs: 1_000,
  live: { rateShare: 0.1, connections: 4, waitMs: 1_000, timeoutMs: 2_000, failureSeconds: 2 },
  likedShare: 0.04,
  usage: { windowSeconds: 300, titlesPerWindow: 60, keepDays: 42 },
  ranking: {
    weights: {
      genre: 1,
      origin: 1,
      votes: 4,
      popularity: 2,
      year: 1,
      newness: 0,
      keywords: 1,
      people: 0.5,
      recommended: 0.5,
      freshness: 0.3,
      placement: 1,
      dayPart: 0.5,
    },
    voteFloor: 20,
    priorVotes: 300,
    popularityHalfLifeHours: 72,
    relevance: 0.95,
  },
  dayParts: [
    // Comedy, animation, family, documentary, kids.
    { name: 'morning', fromHour: 5, toHour: 12, genres: [35, 16, 10751, 99, 10762] },
    // Adventure, family, comedy, fantasy, action & adventure.
    { name: 'afternoon', fromHour: 12, toHour: 18, genres: [12, 10751, 35, 14, 10759] },
    // Drama, action, romance, crime, science fiction, sci-fi & fantasy.
    { name: 'evening', fromHour: 18, toHour: 23, genres: [18, 28, 10749, 80, 878, 10765] },
    // Thriller, horror, mystery, crime.
    { name: 'night', fromHour: 23, toHour: 5, genres: [53, 27, 9648, 80] },
  ],
};

/** Whether `hour` (0 to 23) is in the day-part, from `fromHour` up to but not including `toHour`. It may span midnight. */
export function isInDayPart(
  hour: number,
  { fromHour, toHour }: Pick<ReaderSettings['dayParts'][number], 'fromHour' | 'toHour'>,
): boolean {
  return fromHour <= toHour ? fromHour <= hour && hour < toHour : hour >= fromHour || hour < toHour;
}

/**
 * The settings of all parts: feeds, TTLs, schedules, rates and queues, shared by the functions, the command line and CDK. Change defaults
 * here. Overrides for one environment go into a JSON file of the same shape (`--settings FILE`, in a deployment `-c settings=FILE`), in
 * which every member is optional.
 */

/** The default settings. */
export const defaultSettings: Settings = {
  defaultLanguage: 'en-US',
  regions: [],
  feeds: {
    popular: { pages: 2, softTtlHours: 24 },
    trending: { pages: 1, softTtlHours: 4 },
    genre: { pages: 1, softTtlHours: 72, topGenres: 5, minVoteCount: 100 },
    keyword: { pages: 1, softTtlHours: 72, minVoteCount: 20 },
    hidden_gems: { pages: 1, softTtlHours: 72, minVoteAverage: 7.3, minVoteCount: 100, maxVoteCount: 1000 },
    award_winning: { pages: 1, softTtlHours: 168, minVoteAverage: 8, minVoteCount: 1000 },
    local_originals: { pages: 1, softTtlHours: 24, minVoteCount: 20 },
    custom: [],
  },
  ttl: { titleSoftHours: 168, titlePeriodHours: 12, hardFactor: 3, jitterShare: 0.1, maxHardDays: 180 },
  details: { enabled: true, ranksPerFeed: 20, callsPerDay: 250, softTtlHours: 336, watchSoftTtlHours: 72 },
  titleFigureStep: 0.1,
  schedules: { daily: { hourUtc: 8 }, weekly: { weekday: 0, hourUtc: 9 }, refresh: { everyHours: 4 } },
  // Three quarters of TMDB's documented limit, "somewhere in the 40 requests per second range" (November 2026).
  tmdb: {
    requestsPerSecond: 30,
    limitPerSecond: 40,
    connections: 20,
    requestTimeoutMs: 8_000,
    maxBodyBytes: 2_000_000,
    attempts: 5,
    backoffBaseMs: 250,
    backoffCapMs: 4_000,
    retryShare: 0.2,
    retryBurst: 10,
    maxAgeHours: 6,
  },
  rate: {
    floorPerSecond: 1,
    pauseCapMs: 60_000,
    slotToleranceMs: 50,
  },
  breaker: {
    failureShare: 0.7,
    lastCalls: 20,
    minimumCalls: 8,
    openMs: 15_000,
    openCapMs: 60_000,
    tokenOpenMs: 900_000,
    trialMs: 30_000,
  },
  // The units apply in the mode `provisioned` only; together they are the free units of an account. The index stores the pages of lists, the
  // table pages and titles.
  capacity: {
    mode: 'on-demand',
    catalog: { readUnits: 15, writeUnits: 19 },
    index: { readUnits: 10, writeUnits: 6 },
  },
  deployment: {
    stackName: defaultStackName,
    tokenParameter: defaultNames.tokenParameter,
    // The table is a cache whose rows can be fetched again, so it needs no recovery and is deleted with the stack.
    catalogTable: {
      name: defaultNames.catalogTable,
      existing: false,
      pointInTimeRecovery: false,
      removalPolicy: 'destroy',
    },
    reader: { url: 'iam', cdn: false, cors: { origins: [] }, readsPerDay: 1_000 },
    logRetentionDays: 14,
    tracing: false,
    rollback: 'none',
    monthlyBudgetUsd: 0.1,
  },
  planner: {
    memoryMb: 256,
    // Three tenths of it are for the pages of TMDB's lists of changes: some 110, at a quarter of a second each.
    timeoutSeconds: 120,
    maxBacklogJobs: 500,
    adaptive: {
      enabled: true,
      pagesPerDay: 50,
      writeUnitsPerDay: 1_500,
      maxPages: 5,
      leastReads: 0.2,
      historyDays: 28,
    },
  },
  worker: { memoryMb: 256, timeoutSeconds: 60, batchSize: 50, batchingWindowSeconds: 1, maximumConcurrency: 2 },
  writer: {
    memoryMb: 256,
    timeoutSeconds: 90,
    batchSize: 10,
    batchingWindowSeconds: 1,
    parallelWrites: 16,
  },
  reader: defaultReaderSettings,
  queues: {
    fetch: { maxReceiveCount: 5, retentionDays: 4, deadLetterRetentionDays: 14 },
    items: { maxReceiveCount: 5, retentionDays: 4, deadLetterRetentionDays: 14 },
  },
};

/** How many calls one invocation of the worker may have under way: the connections of workers, divided among all of them. */
export function callsOfAWorker(settings: Settings): number {
  return Math.floor(connectionsOfWorkers(settings) / settings.worker.maximumConcurrency);
}

/**
 * The language of a region if a request names none: the first that the settings have for the region, else `defaultLanguage`. `region` is
 * in canonical form; global lists have the default language.
 */
export function regionLanguage(
  region: string | undefined,
  { regions, defaultLanguage }: Pick<Settings, 'regions' | 'defaultLanguage'>,
): string {
  return regions.find((configured) => configured.region === region)?.language ?? defaultLanguage;
}

/** The language of a feed if a request names none: that of an own feed, else the region's. `region` is in canonical form. */
export function feedLanguage(
  { category, region }: Pick<Feed, 'category' | 'region'>,
  settings: Pick<Settings, 'feeds' | 'regions' | 'defaultLanguage'>,
): string {
  return customFeedOf(category, settings)?.language ?? regionLanguage(region, settings);
}

/** The languages in which the cards of whole titles are kept: the default one first, then those of the regions, each once. */
export function keptLanguages({ regions, defaultLanguage }: Pick<Settings, 'regions' | 'defaultLanguage'>): string[] {
  return [...new Set([defaultLanguage, ...regions.map(({ language }) => language)])];
}

/**
 * The countries for which certifications and services are kept: those of the regions, each once. Without regions it is the country of the
 * default language, which is where most readers of such a deployment are.
 */
export function keptCountries({ regions, defaultLanguage }: Pick<Settings, 'regions' | 'defaultLanguage'>): string[] {
  const configured = new Set(regions.map(({ region }) => region));
  return configured.size > 0 ? [...configured] : [defaultLanguage.slice(defaultLanguage.lastIndexOf('-') + 1)];
}
