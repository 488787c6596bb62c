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
    /** Limit of the memory tier, by the size of its entries as JSON. */
    maxBytes: z.int().min(100_000),
    /** How long an entry from the table is used without reading the table again. */
    listSeconds: seconds,
    titleSeconds: seconds,
    /** The same for stale or missing entries. It is short, because a refresh may arrive soon. */
    staleSeconds: seconds,
    /** How long an id that TMDB does not have is not requested again. */
    absentSeconds: seconds,
  }),
  /** Time-out of a read of the table; after it the table counts as unavailable. */
  tableTimeoutMs: z.int().min(10),
  /** How long an unavailable table is not read again. */
  tableRestMs: z.int().min(0),
  live: z.strictObject({
    /** Share of tmdb.requestsPerSecond for the live calls of all readers together. */
    rateShare: share,
    /** Connections to TMDB that all readers have together, of tmdb.connections. */
    connections: z.int().min(1),
    /** Longest wait for a slot. If it is exceeded there is no live call, since jobs of the pipeline have priority. */
    waitMs: z.int().min(0),
    /** Time-out of a live call once it has its slot: connecting, waiting and the whole answer. */
    timeoutMs: z.int().min(100),
    /** How long a failure is remembered for further requests for the same feed or title. */
    failureSeconds: seconds,
  }),
  /** Share of recommendations in which an unknown liked title is requested from the pipeline. */
  likedShare: share,
  usage: z.strictObject({
    /** Counts are written once in this time. A container that ends loses at most its last window. */
    windowSeconds: seconds,
    /** The number of titles with their own counter in a window, most read first. */
    titlesPerWindow: z.int().min(1).max(100),
    keepDays: z.int().min(1).max(400),
  }),
  ranking: z.strictObject({
    weights: z.strictObject({
      genre: weight,
      origin: weight,
      votes: weight,
      popularity: weight,
      year: weight,
      newness: weight,
      keywords: weight,
      people: weight,
      recommended: weight,
      freshness: weight,
      placement: weight,
      dayPart: weight,
    }),
    /** Fewer votes than this count as none. */
    voteFloor: z.int().min(0),
    /** The number of votes at which a title's own average weighs as much as the mean of all candidates. */
    priorVotes: z.int().min(1),
    /** After this time a popularity counts half. */
    popularityHalfLifeHours: z.number().positive(),
    /** Balance of the ranking: 1 is by score alone, 0 by variety alone. A request's `variety` is 1 less it. */
    relevance: share,
  }),
  /** TMDB genre ids that are preferred at a time of the viewer's day, from `fromHour` up to but not including `toHour`. */
  dayParts: z.array(
    z.strictObject({ name: z.string().min(1).max(30), fromHour: hour, toHour: hour, genres: z.array(z.int()) }),
  ),
});

export type ReaderSettings = z.infer<typeof readerSchema>;
