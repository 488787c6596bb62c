/** What the titles of a list or of a recommendation must be like, and what must be known of a title to tell. */
import type { MediaType } from '../../shared/core/feed.ts';
import type { WatchOffers } from '../../shared/queues/details/watch.ts';

/**
 * What is asked for, checked. Every member that is given must hold; an empty list asks for nothing. `country`: the one whose certifications
 * and services are meant (ISO 3166-1 alpha-2).
 */
export type TitleFilter = {
  country: string;
  /** TMDB genre ids: the title has one of them at least. */
  genres: readonly number[];
  excludeGenres: readonly number[];
  /** Years of the first release, both included. A title without a date has none. */
  yearFrom?: number | undefined;
  yearTo?: number | undefined;
  minVotes?: number | undefined;
  /** 0 to 10. */
  minVoteAverage?: number | undefined;
  /** ISO 639-1, as TMDB has them (`ja`, `cn`). */
  originalLanguages: readonly string[];
  excludeLanguages: readonly string[];
  /** ISO 3166-1 alpha-2: no country that the title comes from is among them. */
  excludeCountries: readonly string[];
  /** A certification of `country`: the title's is not stricter. A title without one is not let through. */
  maxCertification?: string | undefined;
  /** TMDB's ids of services: one of them at least offers the title in `country`, in whatever way. */
  providers: readonly number[];
  includeAdult: boolean;
};

/** What details tell of a title, of one country. A member that is not there is unknown. */
export type TitleFacts = {
  originCountries?: readonly string[];
  /** `null`: TMDB knows none. */
  certification?: string | null;
  /** `offers` is `null` where nobody offers it; `fetchedAt` is ISO 8601. */
  watch?: { offers: WatchOffers | null; fetchedAt: string };
  /** TMDB ids. */
  keywords?: readonly number[];
  /** TMDB ids of the first of the cast, and of directors and creators. */
  people?: readonly number[];
  collection?: number | null;
  /** What TMDB recommends to those who like it. */
  recommendations?: readonly { mediaType: MediaType; id: number }[];
};

/** How many titles were looked at for an answer, how many of them pass, and how many did not because what the filter needs is unknown. */
export type Filtered = { lookedAt: number; matched: number; withoutDetails: number };
