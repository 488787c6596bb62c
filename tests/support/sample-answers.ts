import type {
  FindAnswer,
  ListAnswer,
  ListedCard,
  Provenance,
  RecommendAnswer,
  Recommended,
  TitleAnswer,
  TitleCard,
} from '../../src/reader/reader-api.ts';
import type { Watch } from '../../src/shared/queues/details/watch.ts';
import { sampleCard } from './sample-cards.ts';
import { sampleFeed, sampleImages } from './sample-messages.ts';

/** Fetched on Monday at 08:00, an hour before it is looked at, fresh for a day and there for three; members given replace its own. */
export function sampleProvenance(over: Partial<Provenance> = {}): Provenance {
  return {
    from: 'table',
    fetchedAt: '2026-11-23T07:00:00.000Z',
    freshUntil: '2026-11-24T07:00:00.000Z',
    expiresAt: '2026-11-26T07:00:00.000Z',
    ageSeconds: 3_600,
    freshness: 0.9861,
    stale: false,
    ...over,
  };
}

/** What an answer says of itself that found nothing. */
export const foundNothing: Provenance = {
  from: 'none',
  fetchedAt: null,
  freshUntil: null,
  expiresAt: null,
  ageSeconds: null,
  freshness: 0,
  stale: false,
};

/** One entry of a list. */
export function sampleListedCard(over: Partial<ListedCard> = {}): ListedCard {
  return {
    mediaType: 'movie',
    id: 550,
    rank: 1,
    snapshot: '2026-11-23T07:00:00Z.0badcafe',
    fetchedAt: '2026-11-23T07:00:00.000Z',
    ...sampleCard(),
    stale: false,
    fellBack: {},
    ...over,
  };
}

/** One service to subscribe to, and two to rent or buy from, one of which has no name yet. */
export function sampleWatch(over: Partial<Watch> = {}): Watch {
  const [stream, shop, nameless] = [
    { id: 8, name: 'Streamhouse', logoPath: '/s.jpg' },
    { id: 9, name: 'Filmstore', logoPath: '/f.jpg' },
    { id: 77, name: null, logoPath: null },
  ] as const;
  return {
    link: null,
    subscription: [stream],
    rent: [shop, nameless],
    buy: [shop],
    free: [],
    ads: [],
    attribution: 'Where to watch: data by JustWatch',
    fetchedAt: '2026-11-23T00:00:00.000Z',
    ...over,
  };
}

/** `popular/movie/global/en-US` with one title. */
export function sampleListAnswer(over: Partial<ListAnswer> = {}): ListAnswer {
  return {
    feed: sampleFeed(),
    offset: 0,
    ...sampleProvenance(),
    titles: [sampleListedCard()],
    images: sampleImages(),
    ...over,
  };
}

function sampleTitleCard(): TitleCard {
  return { mediaType: 'movie', id: 550, language: 'en-US', ...sampleCard(), fellBack: {} };
}

/** Film 550. */
export function sampleTitleAnswer(over: Partial<TitleAnswer> = {}): TitleAnswer {
  return {
    mediaType: 'movie',
    id: 550,
    ...sampleProvenance(),
    title: sampleTitleCard(),
    absent: false,
    images: sampleImages(),
    ...over,
  };
}

/** Film 550, by its id at IMDb. */
export function sampleFindAnswer(over: Partial<FindAnswer> = {}): FindAnswer {
  return {
    ...sampleTitleAnswer(),
    externalId: { source: 'imdb', id: 'tt0137523' },
    matches: [{ mediaType: 'movie', id: 550 }],
    ...over,
  };
}

/** Film 550, recommended. */
export function samplePick(over: Partial<Recommended> = {}): Recommended {
  return {
    ...sampleTitleCard(),
    score: 0.5123,
    parts: {
      genre: 1,
      origin: 0,
      votes: 0.7,
      popularity: 0.4,
      year: 0.3,
      newness: 0.9,
      keywords: 1,
      people: 0,
      recommended: 0.5,
      freshness: 0.9861,
      placement: 0.6,
      dayPart: 0,
    },
    why: 'popular now',
    stale: false,
    ...over,
  };
}

/** One title of one list. */
export function sampleRecommendAnswer(over: Partial<RecommendAnswer> = {}): RecommendAnswer {
  return {
    ...sampleProvenance(),
    offset: 0,
    picks: [samplePick()],
    candidates: 20,
    feeds: ['popular/movie/global/en-US'],
    unknownLiked: [],
    images: sampleImages(),
    ...over,
  };
}
