/**
 * The one settings file: feeds, times to live, schedules, rates and queues, shared by the planner, the worker, the writer,
 * the command line and CDK. Change the defaults here; one environment's differences go into a JSON file of the same shape
 * (`--settings FILE`), of which every member is optional.
 */
import * as z from 'zod';
import { UsageError } from './errors.ts';
import { type Feed, genreIdOf, languageSchema, regionSchema } from './feed.ts';

const count = z.int().positive();
const share = z.number().min(0).max(1);
const hours = z.number().positive();

const queueSchema = z.strictObject({
  /** Receives after which SQS moves a message to the dead-letter queue: crashes and poison only. */
  maxReceiveCount: z.int().min(5),
  retentionDays: z.number().min(1).max(4),
  deadLetterRetentionDays: z.number().min(1).max(14),
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

/** The shape of the settings, with the unit in each name. */
export const settingsSchema = z.strictObject({
  /** Language whose title rows have no suffix; default language of every feed. */
  defaultLanguage: languageSchema,
  /** Regional feeds of the daily plan: popular, trending and local originals of each of these. */
  regions: z.array(z.strictObject({ region: regionSchema, language: languageSchema })),
  feeds: z.strictObject({
    popular: z.strictObject({ pages: count, softTtlHours: hours }),
    trending: z.strictObject({ pages: count, softTtlHours: hours }),
    genre: z.strictObject({ pages: count, softTtlHours: hours, topGenres: count, minVoteCount: count }),
    hidden_gems: z.strictObject({
      pages: count,
      softTtlHours: hours,
      minVoteAverage: z.number().min(0).max(10),
      minVoteCount: count,
      maxVoteCount: count,
    }),
    award_winning: z.strictObject({
      pages: count,
      softTtlHours: hours,
      minVoteAverage: z.number().min(0).max(10),
      minVoteCount: count,
    }),
    local_originals: z.strictObject({ pages: count, softTtlHours: hours, minVoteCount: count }),
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
  titleFigureStep: z.number().min(0.001).max(1),
  schedules: z.strictObject({
    daily: z.strictObject({ hourUtc: z.int().min(0).max(23) }),
    weekly: z.strictObject({ weekday: z.int().min(0).max(6), hourUtc: z.int().min(0).max(23) }),
    refresh: z.strictObject({ everyHours: z.int().refine((every) => [1, 2, 3, 4, 6, 8, 12].includes(every)) }),
  }),
  tmdb: z.strictObject({
    requestsPerSecond: z.number().min(0.1).max(40),
    /** Covers connecting, waiting and the whole body. */
    requestTimeoutMs: count,
    maxBodyBytes: count,
    attempts: z.int().min(1).max(5),
    backoffBaseMs: count,
    backoffCapMs: count,
  }),
  planner: z.strictObject({ memoryMb: z.int().min(128).max(10_240), timeoutSeconds: z.int().min(1).max(900) }),
  worker: consumerSchema,
  writer: consumerSchema.extend({ parallelWrites: count }),
  queues: z.strictObject({ fetch: queueSchema, items: queueSchema }),
});

export type Settings = z.infer<typeof settingsSchema>;

/** Categories that stand in the settings; every genre feed shares the entry `genre`. */
export type FeedKind = keyof Settings['feeds'];

/** The settings entry that a feed follows. */
export function feedKindOf(feed: Pick<Feed, 'category'>): FeedKind {
  return genreIdOf(feed.category) === undefined ? (feed.category as FeedKind) : 'genre';
}

/** What is deployed unless a settings file says otherwise. */
export const defaultSettings: Settings = {
  defaultLanguage: 'en-US',
  regions: [],
  feeds: {
    popular: { pages: 2, softTtlHours: 24 },
    trending: { pages: 1, softTtlHours: 4 },
    genre: { pages: 1, softTtlHours: 72, topGenres: 5, minVoteCount: 100 },
    hidden_gems: { pages: 1, softTtlHours: 72, minVoteAverage: 7.3, minVoteCount: 100, maxVoteCount: 1000 },
    award_winning: { pages: 1, softTtlHours: 168, minVoteAverage: 8, minVoteCount: 1000 },
    local_originals: { pages: 1, softTtlHours: 24, minVoteCount: 20 },
  },
  ttl: { titleSoftHours: 168, titlePeriodHours: 12, hardFactor: 3, jitterShare: 0.1, maxHardDays: 180 },
  titleFigureStep: 0.1,
  schedules: { daily: { hourUtc: 8 }, weekly: { weekday: 0, hourUtc: 9 }, refresh: { everyHours: 4 } },
  // TMDB documents "somewhere in the 40 requests per second range" (November 2026): three quarters of it.
  tmdb: {
    requestsPerSecond: 30,
    requestTimeoutMs: 8_000,
    maxBodyBytes: 2_000_000,
    attempts: 3,
    backoffBaseMs: 250,
    backoffCapMs: 4_000,
  },
  planner: { memoryMb: 256, timeoutSeconds: 60 },
  worker: { memoryMb: 256, timeoutSeconds: 60, batchSize: 10, batchingWindowSeconds: 0, maximumConcurrency: 2 },
  writer: {
    memoryMb: 256,
    timeoutSeconds: 60,
    batchSize: 20,
    batchingWindowSeconds: 1,
    maximumConcurrency: 2,
    parallelWrites: 16,
  },
  queues: {
    fetch: { maxReceiveCount: 5, retentionDays: 4, deadLetterRetentionDays: 14 },
    items: { maxReceiveCount: 5, retentionDays: 4, deadLetterRetentionDays: 14 },
  },
};

/**
 * The defaults with the members of `overridesJson` laid over them (objects member by member, lists as a whole).
 * @throws UsageError in one sentence when the text is no JSON, names an unknown setting or holds a value out of range.
 */
export function settingsFrom(overridesJson: string | undefined): Settings {
  const overrides = overridesJson === undefined || overridesJson === '' ? {} : parseJson(overridesJson);
  const parsed = settingsSchema.safeParse(laidOver(defaultSettings, overrides));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.');
    throw new UsageError(`settings: ${where ? `${where}: ` : ''}${issue?.message ?? 'not understood'}`);
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError('settings: the text is not valid JSON', { cause });
  }
}

function laidOver(base: unknown, over: unknown): unknown {
  if (!isPlainObject(base) || !isPlainObject(over)) {
    return over;
  }
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = key in base ? laidOver(base[key], value) : value;
  }
  return merged;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
