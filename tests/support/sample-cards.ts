import type { Candidate } from '../../src/reader/recommend/candidates.ts';
import { type Card, emptyCard } from '../../src/shared/queues/card-fields.ts';
import type { ListRow } from '../../src/shared/tables/read-list.ts';
import { sampleFeed } from './sample-messages.ts';

/** Fight Club in English; members given replace its own. */
export function sampleCard(over: Partial<Card> = {}): Card {
  return {
    ...emptyCard,
    title: 'Fight Club',
    originalTitle: 'Fight Club',
    overview: 'An insomniac and a soap salesman start a club.',
    posterPath: '/poster.jpg',
    backdropPath: '/backdrop.jpg',
    releaseDate: '1999-10-15',
    voteAverage: 8.4,
    voteCount: 27_000,
    popularity: 73.4,
    genreIds: [18, 53],
    originalLanguage: 'en',
    ...over,
  };
}

/** A row of a list that was fetched on Monday at 08:00, is fresh for a day and exists for four; members given replace its own. */
export function sampleListRow(over: Partial<ListRow> = {}): ListRow {
  return {
    ...sampleCard(),
    mediaType: 'movie',
    id: 550,
    rank: 1,
    snapshot: '2026-11-23T08:00:00Z.0badcafe',
    fetchedAt: '2026-11-23T08:00:00.000Z',
    freshUntilMs: Date.UTC(2026, 10, 24, 8),
    expiresAtMs: Date.UTC(2026, 10, 27, 8),
    ...over,
  };
}

/** A candidate that stands in one list; members of its row replace the sample's. */
export function sampleCandidate(row: Partial<ListRow> = {}, places?: Candidate['places']): Candidate {
  const whole = sampleListRow(row);
  return { row: whole, language: 'en-US', places: places ?? [{ feed: sampleFeed(), rank: whole.rank }] };
}
