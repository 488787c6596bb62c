import type { Feed } from '../../src/shared/core/feed.ts';
import { emptyCard } from '../../src/shared/queues/card-fields.ts';
import { titlePartsSchema } from '../../src/shared/queues/details/title-parts.ts';
import type { FetchJob, ReferenceJob, TitleJob } from '../../src/shared/queues/fetch-job.ts';
import type {
  DescribedTitle,
  ItemDetails,
  ItemPage,
  ItemReference,
  ItemTitle,
  ListedTitle,
} from '../../src/shared/queues/item-page.ts';
import type { Images } from '../../src/shared/queues/reference.ts';

/** A valid job; members given replace its own. */
export function sampleJob(over: Partial<FetchJob> = {}): FetchJob {
  return {
    kind: 'fetch-job',
    version: 1,
    jobId: '0badcafe/popular/movie/global/en-US/1',
    runId: '0badcafe',
    origin: 'daily',
    snapshot: '2026-11-23T08:00:00Z.0badcafe',
    feed: sampleFeed(),
    page: 1,
    pages: 2,
    attempt: 0,
    firstSeenAt: '2026-11-23T08:00:00.000Z',
    why: 'daily plan',
    ...over,
  };
}

/** A valid page; members given replace its own. */
export function samplePage(over: Partial<ItemPage> = {}): ItemPage {
  return {
    kind: 'item-page',
    version: 1,
    jobId: '0badcafe/popular/movie/global/en-US/1',
    runId: '0badcafe',
    snapshot: '2026-11-23T08:00:00Z.0badcafe',
    feed: sampleFeed(),
    page: 1,
    pages: 2,
    fetchedAt: '2026-11-23T08:00:07.250Z',
    titles: [sampleTitle()],
    rejected: 0,
    persons: 0,
    ...over,
  };
}

/** A film as a list row shows it. */
export function sampleTitle(over: Partial<ListedTitle> = {}): ListedTitle {
  return {
    rank: 1,
    mediaType: 'movie',
    id: 550,
    ...emptyCard,
    title: 'Fight Club',
    originalTitle: 'Fight Club',
    overview: 'A ticking-time-bomb insomniac and a slippery soap salesman start a secret club.',
    posterPath: '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg',
    backdropPath: '/hZkgoQYus5vegHoetLkCJzb17zJ.jpg',
    releaseDate: '1999-10-15',
    voteAverage: 8.438,
    voteCount: 27_044,
    popularity: 73.433,
    genreIds: [18, 53, 35],
    originalLanguage: 'en',
    ...over,
  };
}

/** What each build has sent of a title: a message without one of these is malformed. A field that was added later may be missing. */
export const firstMembers = [
  ...['rank', 'mediaType', 'id', 'title', 'originalTitle', 'overview', 'posterPath', 'backdropPath', 'releaseDate'],
  ...['voteAverage', 'voteCount', 'popularity', 'genreIds', 'originalLanguage', 'originCountries', 'adult'],
] as const;

/** `popular/movie/global/en-US`; members given replace its own. */
export function sampleFeed(over: Partial<Feed> = {}): Feed {
  return { category: 'popular', media: 'movie', region: 'global', language: 'en-US', ...over };
}

/** Fight Club on its own; members given replace its own. */
export function sampleDescribed(over: Partial<DescribedTitle> = {}): DescribedTitle {
  const { rank: _rank, ...described } = sampleTitle();
  return { ...described, ...over };
}

/** A valid title job; members given replace its own. */
export function sampleTitleJob(over: Partial<TitleJob> = {}): TitleJob {
  return {
    kind: 'title-job',
    version: 1,
    jobId: '0badcafe/title/movie/550/de-DE',
    runId: '0badcafe',
    origin: 'reader',
    mediaType: 'movie',
    id: 550,
    language: 'de-DE',
    attempt: 0,
    firstSeenAt: '2026-11-23T08:00:00.000Z',
    why: 'a reader found it stale',
    ...over,
  };
}

/** A valid job for reference data; members given replace its own. */
export function sampleReferenceJob(over: Partial<ReferenceJob> = {}): ReferenceJob {
  return {
    kind: 'reference-job',
    version: 1,
    jobId: '0badcafe/reference/configuration',
    runId: '0badcafe',
    origin: 'daily',
    what: 'configuration',
    attempt: 0,
    firstSeenAt: '2026-11-23T08:00:00.000Z',
    why: 'not in the table',
    ...over,
  };
}

/** A valid message about where images are; members given replace its own. */
export function sampleItemReference(over: Partial<ItemReference> = {}): ItemReference {
  return {
    kind: 'item-reference',
    version: 1,
    jobId: '0badcafe/reference/configuration',
    runId: '0badcafe',
    fetchedAt: '2026-11-23T08:00:07.250Z',
    reference: { what: 'configuration', images: sampleImages() },
    ...over,
  };
}

/** Where images are. */
export function sampleImages(): Images {
  return {
    baseUrl: 'https://image.tmdb.org/t/p/',
    posterSizes: ['w92', 'w500', 'original'],
    backdropSizes: ['w300', 'original'],
    profileSizes: ['w45', 'h632', 'original'],
    logoSizes: ['w45', 'original'],
    stillSizes: ['w92', 'original'],
  };
}

/** A valid message about a whole title, of which the base is known; members given replace its own. */
export function sampleItemDetails(over: Partial<ItemDetails> = {}): ItemDetails {
  const { mediaType, id, ...card } = sampleDescribed();
  return {
    kind: 'item-details',
    version: 1,
    jobId: '0badcafe/title/movie/550/details',
    runId: '0badcafe',
    fetchedAt: '2026-11-23T08:00:07.250Z',
    mediaType,
    id,
    cards: [
      { language: 'en-US', ...card },
      { language: 'de-DE', ...card, title: 'Der Kampfklub' },
    ],
    // Parsed, so that a field which is added later is nothing.
    parts: titlePartsSchema.parse({
      base: { runtimeMinutes: 139, status: 'Released', genres: [{ id: 18, name: 'Drama' }] },
      externalIds: { externalIds: { imdb: 'tt0137523', tvdb: null, wikidata: 'Q190050' } },
    }),
    ...over,
  };
}

/** A valid title message; members given replace its own. */
export function sampleItemTitle(over: Partial<ItemTitle> = {}): ItemTitle {
  return {
    kind: 'item-title',
    version: 1,
    jobId: '0badcafe/title/movie/550/de-DE',
    runId: '0badcafe',
    language: 'de-DE',
    fetchedAt: '2026-11-23T08:00:07.250Z',
    title: sampleDescribed(),
    ...over,
  };
}
