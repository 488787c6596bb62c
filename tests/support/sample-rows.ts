import type { PlacementRow } from '../../src/shared/table/placement-row.ts';
import type { TitleRow } from '../../src/shared/table/title-row.ts';

const base = {
  schemaVersion: 1,
  source: 'tmdb',
  fetchedAt: '2026-11-23T08:00:07.250Z',
  freshUntil: '2026-11-24T08:00:07.250Z',
  expiresAt: Date.UTC(2026, 10, 26, 8) / 1000,
} as const;

const card = {
  title: 'Fight Club',
  overview: 'An insomniac and a soap salesman start a club.',
  voteAverage: 8.4,
  voteCount: 27_000,
  popularity: 73.4,
  genreIds: [18, 53],
  originalLanguage: 'en',
};

/** A title row, written by hand; members given replace its own. */
export function sampleTitleRow(over: Partial<TitleRow> = {}): TitleRow {
  return { mediaId: '550', mediaType: 'movie', version: 'm', ...base, ...card, ...over };
}

/** A placement of `popular/movie/global/en-US`, written by hand; members given replace its own. */
export function samplePlacementRow(over: Partial<PlacementRow> = {}): PlacementRow {
  return {
    mediaId: '550',
    mediaType: 'movie#popular/movie/global/en-US',
    version: 'm',
    ...base,
    ...card,
    category: 'popular/global/en-US',
    contentType: 'movie#2026-11-23T08:00:00Z.0badcafe#9998',
    snapshot: '2026-11-23T08:00:00Z.0badcafe',
    rank: 1,
    ...over,
  };
}
