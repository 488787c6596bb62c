import type { ReaderSettings } from './reader-settings-schema.ts';

/**
 * The reader as it is deployed unless a settings file says otherwise. Weights are measured where they could be, the others and the
 * day-parts are an editorial choice (docs/adr/0012); genre ids are TMDB's, as its genre lists name them (November 2026).
 */
export const defaultReaderSettings: ReaderSettings = {
  memoryMb: 512,
  timeoutSeconds: 10,
  memory: { maxBytes: 33_554_432, listSeconds: 300, titleSeconds: 900, staleSeconds: 30, absentSeconds: 600 },
  tableTimeoutMs: 500,
  tableRestMs: 1_000,
  live: { rateShare: 0.1, waitMs: 1_000, timeoutMs: 3_000, failureSeconds: 2 },
  likedShare: 0.04,
  usage: { windowSeconds: 300, titlesPerWindow: 60, keepDays: 42 },
  ranking: {
    weights: { genre: 1, origin: 1, votes: 2, popularity: 3, freshness: 0.3, placement: 1, dayPart: 0.5 },
    voteFloor: 20,
    priorVotes: 300,
    popularityHalfLifeHours: 72,
    relevance: 0.85,
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
