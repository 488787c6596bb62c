import type { CatalogDraft, CatalogRow } from '../../src/shared/tables/catalog.ts';
import type { DetailsRow } from '../../src/shared/tables/details-row.ts';
import type { ListPageRow } from '../../src/shared/tables/list-page-row.ts';
import type { TitleRow } from '../../src/shared/tables/title-row.ts';
import { pageContent } from './list-pages.ts';

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

/** A row as the writer has it before it is built. */
export function draftOf(row: CatalogRow): CatalogDraft {
  return { mediaId: row.mediaId, mediaType: row.mediaType, version: row.version, build: () => row };
}

/** A title row, written by hand; members given replace its own. */
export function sampleTitleRow(over: Partial<TitleRow> = {}): TitleRow {
  return { mediaId: '550', mediaType: 'movie', version: 'm', ...base, ...card, ...over };
}

/** A row of details, written by hand; members given replace its own. */
export function sampleDetailsRow(over: Partial<DetailsRow> = {}): DetailsRow {
  return {
    mediaId: '550',
    mediaType: 'movie+details',
    version: 'm',
    ...base,
    parts: new Uint8Array([1, 2, 3]),
    ...over,
  };
}

/** The first page of `popular/movie/global/en-US` with one film, written by hand; members given replace its own. */
export function sampleListPage(over: Partial<ListPageRow> = {}): ListPageRow {
  return {
    mediaId: 'popular/movie/global/en-US',
    mediaType: 'page#0001',
    version: 'm',
    ...base,
    category: 'popular/global/en-US',
    contentType: 'movie#9998',
    snapshot: '2026-11-23T08:00:00Z.0badcafe',
    ...pageContent([{ id: 550, title: 'Fight Club' }]),
    ...over,
  };
}
