/** What an application sees of the reader. Times are ISO 8601 UTC unless a name says otherwise. */
import type { AwsFailureCode } from '../shared/core/aws-failure.ts';
import type { Feed, MediaType } from '../shared/core/feed.ts';
import type { Card } from '../shared/queues/card-fields.ts';
import type { ExternalId } from '../shared/queues/details/detail-kinds.ts';
import type { DetailValues, PartName } from '../shared/queues/details/title-parts.ts';
import type { Watch } from '../shared/queues/details/watch.ts';
import type { Images } from '../shared/queues/reference.ts';
import type { Filtered } from './filters/title-filter.ts';

/** Where an answer came from. `none`: it is not in the cache, and TMDB does not have it, was not asked, or did not answer. */
export type Origin = 'memory' | 'table' | 'tmdb' | 'none';

/**
 * What failed while answering: a stable word and a sentence. The answer holds what could be read nevertheless. `cause`: the failure of AWS,
 * such as `credentials_missing`, `no_such_table`, `access_denied` or `timed_out`, or `row_damaged`: the table has it in a row that cannot be
 * read.
 */
export type Problem = { code: string; detail: string; cause?: AwsFailureCode | 'row_damaged' };

/** Where an answer came from and how old it is. The times are `null` where nothing was found. */
export type Provenance = {
  from: Origin;
  fetchedAt: string | null;
  /** Soft TTL: later the answer is stale. */
  freshUntil: string | null;
  /** Hard TTL: nothing is served later. */
  expiresAt: string | null;
  ageSeconds: number | null;
  /** 1 when it was just fetched, 0 at its hard TTL. */
  freshness: number;
  stale: boolean;
  problem?: Problem;
};

/** Fields of a card that depend on the language. */
export type TranslatedField = 'title' | 'overview' | 'posterPath' | 'backdropPath';

/** Fields that are not in the asked language, and the language they are in; `original` is the title's own. */
export type FellBack = Partial<Record<TranslatedField, string>>;

/** Where to watch a title in the country that is asked about, where `providers` are asked for. Show its `attribution` with it. */
type Watchable = { watch?: Watch };

/** One entry of a list; `rank` is 1 at the top of TMDB's list, whatever is filtered. */
export type ListedCard = Card &
  TitleRef &
  Watchable & {
    rank: number;
    snapshot: string;
    fetchedAt: string;
    /** Past its soft TTL. */
    stale: boolean;
    fellBack: FellBack;
  };

/**
 * What titles must be like. Every member that is given must hold; an empty list asks for nothing. `maxCertification` and `providers` are
 * those of the country that is read: the asked region, else the country of the language, else the first that the settings keep. They need
 * details of a title, as `excludeCountries` does of a film: a title of which too little is known does not pass.
 */
export type FilterOptions = {
  /** TMDB genre ids: a title has one of them at least. At most 20. */
  genres?: readonly number[] | undefined;
  /** TMDB genre ids: a title has none of them. At most 20. */
  excludeGenres?: readonly number[] | undefined;
  /** Year of the first release, 1870 to 2100. A title without a date does not pass. */
  yearFrom?: number | undefined;
  yearTo?: number | undefined;
  /** 0 to 10,000,000. */
  minVotes?: number | undefined;
  /** 0 to 10. */
  minVoteAverage?: number | undefined;
  /** ISO 639-1 codes as TMDB has them (`ja`, `cn`). At most 20. */
  originalLanguages?: readonly string[] | undefined;
  excludeLanguages?: readonly string[] | undefined;
  /** ISO 3166-1 alpha-2 codes: a title comes from none of them. At most 50. */
  excludeCountries?: readonly string[] | undefined;
  /** A certification of the country: a title's is not stricter. A title without one does not pass. */
  maxCertification?: string | undefined;
  /** TMDB's ids of services: one of them at least offers a title in the country, in whatever way. At most 50. */
  providers?: readonly number[] | undefined;
  /** Default: adult titles stay out. */
  includeAdult?: boolean | undefined;
};

/** How a list is read. */
export type ListRequest = FilterOptions & {
  /** Default 20, at most 10,000. */
  limit?: number | undefined;
  /** Number of titles that pass, from the top, to leave out. Default 0, at most 10,000. */
  offset?: number | undefined;
};

/** What filters did. Not there without a filter; `includeAdult` by itself is none. */
type FilteredAnswer = { filtered?: Filtered };

/** Which list. Default region: `global`; default language: an own feed's own, else the region's in the settings, else their default language. */
export type FeedInput = Pick<Feed, 'category' | 'media'> & Partial<Pick<Feed, 'region' | 'language'>>;

/** A list in TMDB's order. `images`: where those of its paths are; `imageUrl` makes an address of it. */
export type ListAnswer = Provenance &
  FilteredAnswer & {
    feed: Feed;
    /** The asked one. */
    offset: number;
    titles: ListedCard[];
    images: Images;
  };

/** Which title. */
export type TitleRef = { mediaType: MediaType; id: number };

/** A title in one language. */
export type TitleCard = Card & TitleRef & { language: string; fellBack: FellBack };

/** What is known of a title beyond its card. A field is `null` where its part is unknown, and where TMDB has nothing. */
export type TitleDetails = { [Field in Exclude<keyof DetailValues, 'watch'>]: DetailValues[Field] | null } & {
  /** The country (ISO 3166-1 alpha-2) of `certification` and `watch`. */
  region: string;
  /** Why there is nothing of the region: another country than those that the settings keep. Otherwise `null`. */
  regionProblem: string | null;
  /** For what age, in the region. */
  certification: string | null;
  /** Where to watch it in the region. Show its `attribution` with it. */
  watch: Watch | null;
  /** When each part was fetched, ISO 8601 UTC; `null`: the part is unknown. */
  fetchedAt: Record<PartName, string | null>;
  /** Parts that are past their soft TTL. */
  stale: PartName[];
  /** Parts of which nothing is known: not fetched yet, missing in TMDB's answer, or past their hard TTL. */
  unknown: PartName[];
};

/** A title, if there is one. `absent`: TMDB says that there is no such title. `details`: where they were asked for. */
export type TitleAnswer = Provenance &
  TitleRef & { title: TitleCard | null; absent: boolean; details?: TitleDetails; images: Images };

/** The title behind an id elsewhere, if one is known. `matches`: the answered title, then one of the other kind that has the id, too. */
export type FindAnswer = Omit<TitleAnswer, keyof TitleRef> & { externalId: ExternalId; matches: TitleRef[] } & {
  [Name in keyof TitleRef]: TitleRef[Name] | null;
};

/** How titles are read. */
export type TitleOptions = {
  /** BCP 47; default: the region's own in the settings, else their default. */
  language?: string | undefined;
  /**
   * ISO 3166-1 alpha-2: its language stands in before English does, and details are of this country. Default of the latter: the country of
   * the language, else the first that the settings keep.
   */
  region?: string | undefined;
  /** Whether to answer what is known beyond the card; default: no. */
  details?: boolean | undefined;
};

/** What a recommendation is made from. All members are optional. `genres` are also what the viewer asks for: they weigh in the score. */
export type RecommendRequest = FilterOptions & {
  /** Default: both. */
  media?: MediaType | 'all' | undefined;
  /** Titles the viewer liked; they are not recommended again. At most 100. */
  liked?: readonly TitleRef[] | undefined;
  /** Titles to leave out. At most 1,000. */
  seen?: readonly TitleRef[] | undefined;
  /** ISO 3166-1 alpha-2; default `global`. */
  region?: string | undefined;
  /** BCP 47; default: the region's own in the settings, else their default. */
  language?: string | undefined;
  /** Hour of the viewer's day, 0 to 23. */
  hour?: number | undefined;
  /** Default 20, at most 100. */
  limit?: number | undefined;
  /** Number of picks, from the best, to leave out. Default 0, at most 10,000. */
  offset?: number | undefined;
  /** How different the picks are to be: 0 (the best by score alone) to 1. Default: what the settings have. */
  variety?: number | undefined;
};

/** The parts of a score, each 0 to 1 (docs/reader.md says how they are made). */
export type ScoreParts = {
  genre: number;
  origin: number;
  votes: number;
  popularity: number;
  year: number;
  newness: number;
  keywords: number;
  people: number;
  recommended: number;
  freshness: number;
  placement: number;
  dayPart: number;
};

/** One recommended title. */
export type Recommended = TitleCard &
  Watchable & {
    /** Weighted mean of the parts, 0 to 1. */
    score: number;
    parts: ScoreParts;
    /** Why, in a few words. */
    why: string;
    stale: boolean;
  };

/** Recommended titles, best first. Its age is that of the oldest list it was made from, and of the details that filters looked at. */
export type RecommendAnswer = Provenance &
  FilteredAnswer & {
    /** The asked one. */
    offset: number;
    picks: Recommended[];
    /** Number of titles that were scored. */
    candidates: number;
    /** Ids of the feeds they came from. */
    feeds: string[];
    /** Liked titles that are not in the cache; they were ignored. */
    unknownLiked: TitleRef[];
    images: Images;
  };

/** The state of the reader. `table`: whether the last read worked. */
export type ReaderHealth = {
  table: 'ok' | 'unavailable';
  breaker: 'closed' | 'open' | 'unknown';
  memory: { entries: number; bytes: number };
};

/** The reader. No method throws for a fault of the table, the queues or TMDB: the answer holds what could be read, and the problem. */
export type Reader = {
  /**
   * The titles of a feed that pass the filters, in TMDB's order and with its ranks, `limit` of them from `offset` on.
   * @throws UsageError naming the member that is wrong, and for filters that contradict each other or need what the settings do not keep.
   */
  list(feed: FeedInput, options?: ListRequest): Promise<ListAnswer>;
  /** @throws UsageError for an id, a language or a region that does not exist. */
  title(mediaType: MediaType, id: number, options?: TitleOptions): Promise<TitleAnswer>;
  /** By an id at IMDb (`tt` and 7 to 12 digits) or TheTVDB (a whole number). @throws UsageError for another one, and like `title`. */
  find(source: ExternalId['source'], id: string | number, options?: TitleOptions): Promise<FindAnswer>;
  /** Several titles in one go, in the order asked for; at most 100. @throws UsageError like `title`. */
  titles(refs: readonly TitleRef[], options?: TitleOptions): Promise<TitleAnswer[]>;
  /** @throws UsageError like `list`. */
  recommend(request?: RecommendRequest): Promise<RecommendAnswer>;
  health(): Promise<ReaderHealth>;
  /** Waits for work in the background: requests for refreshes, pages that are sent to the writer, counts that are due. */
  settled(): Promise<void>;
  /** Waits like `settled`, then writes the counts of the last window. Call it once before the process ends. */
  close(): Promise<void>;
};
