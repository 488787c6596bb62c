import * as z from 'zod';

const share = z.number().min(0).max(1);
const seconds = z.number().positive();
const weight = z.number().min(0).max(10);
const hour = z.int().min(0).max(24);

/** The reader's part of the settings. */
export const readerSchema = z.strictObject({
  memoryMb: z.int().min(128).max(10_240),
  timeoutSeconds: z.int().min(1).max(900),
  memory: z.strictObject({
    /** Bound of the memory tier, by the size of what it holds as JSON. */
    maxBytes: z.int().min(100_000),
    /** How long what was read from the table answers without asking it again. */
    listSeconds: seconds,
    titleSeconds: seconds,
    /** The same for what is stale or missing: soon there may be something better. */
    staleSeconds: seconds,
    /** How long an id that TMDB does not know is not asked for again. */
    absentSeconds: seconds,
  }),
  /** A table that has not answered by then counts as away. */
  tableTimeoutMs: z.int().min(10),
  /** How long a table that was away is not asked again. */
  tableRestMs: z.int().min(0),
  live: z.strictObject({
    /** Share of tmdb.requestsPerSecond that all readers together may call. */
    rateShare: share,
    /** Longest wait for a slot; beyond it the pipeline is busy and goes first. */
    waitMs: z.int().min(0),
    /** Covers waiting, connecting and the whole answer. */
    timeoutMs: z.int().min(100),
    /** How long a failure stands for the next ones who ask the same. */
    failureSeconds: seconds,
  }),
  /** Of recommendations: in how many of them a liked title that nobody knows is asked for. */
  likedShare: share,
  usage: z.strictObject({
    /** Counts are written once in this time; a container that ends loses the last window at the most. */
    windowSeconds: seconds,
    /** Titles that are counted one by one in a window, most read first. */
    titlesPerWindow: z.int().min(1).max(100),
    keepDays: z.int().min(1).max(400),
  }),
  ranking: z.strictObject({
    weights: z.strictObject({
      genre: weight,
      origin: weight,
      votes: weight,
      popularity: weight,
      freshness: weight,
      placement: weight,
      dayPart: weight,
    }),
    /** Votes below this count as none. */
    voteFloor: z.int().min(0),
    /** Votes that weigh as much as the mean of all candidates. */
    priorVotes: z.int().min(1),
    /** A popularity that was measured so long ago counts half. */
    popularityHalfLifeHours: z.number().positive(),
    /** 1: by score alone; 0: by variety alone. */
    relevance: share,
  }),
  /** What is watched when: TMDB genre ids by hour of the viewer's day, from `fromHour` to before `toHour`. */
  dayParts: z.array(
    z.strictObject({ name: z.string().min(1).max(30), fromHour: hour, toHour: hour, genres: z.array(z.int()) }),
  ),
});

export type ReaderSettings = z.infer<typeof readerSchema>;
