import { describe, expect } from 'vitest';
import type { Feed } from '../../../src/shared/core/feed.ts';
import { listedTitleSchema } from '../../../src/shared/queues/item-page.ts';
import { normalizePage } from '../../../src/shared/tmdb/normalize-page.ts';
import { sampleFeed } from '../../support/sample-messages.ts';
import { itWithSharedData, readSharedJson } from '../../support/shared-data.ts';

type Recording = { file: string; endpoint: string; kind: string };
type Row = { id?: number; media_type?: string };
type RecordedList = { file: string; media: Feed['media']; rows: Row[] };

/** Endpoints as the index writes them: of two test suites by file name, of the OpenAPI file by path. */
const mediaOfEndpoint: readonly [RegExp, Feed['media']][] = [
  [/^discover\/movies$|^movie_lists\/|^movies\/(similar|recommendations)$|^trending\/movies$|^search\/movie$/, 'movie'],
  [/^discover\/tv$|^tv_series_lists\/|^tv_series\/(similar|recommendations)$|^trending\/tv$|^search\/tv$/, 'tv'],
  [/^trending\/all$|^search\/multi$/, 'all'],
  [/^movie-(now-playing|popular|recommendations|similar|top-rated|upcoming)$|^search-movie$/, 'movie'],
  [/^tv-(popular|similar)$|^search-tv(-|$)/, 'tv'],
  // Its name is about the test it was recorded for; the rows are films.
  [/^tv-search-decoding-error$/, 'movie'],
  [/^GET \/3\/(discover|search)\/movie$|^GET \/3\/trending\/movie\//, 'movie'],
  [/^GET \/3\/movie\/(now_playing|popular|top_rated|upcoming)$|^GET \/3\/movie\/\{movie_id\}\/similar$/, 'movie'],
  [/^GET \/3\/(discover|search)\/tv$|^GET \/3\/trending\/tv\//, 'tv'],
  [/^GET \/3\/tv\/(airing_today|on_the_air|popular|top_rated)$/, 'tv'],
  [/^GET \/3\/tv\/\{series_id\}\/(similar|recommendations)$/, 'tv'],
  [/^GET \/3\/trending\/all\/|^GET \/3\/search\/multi$/, 'all'],
];

function recordedLists(): RecordedList[] {
  const index = readSharedJson('tmdb/index.json') as Recording[];
  return index
    .filter(({ kind }) => kind === 'list')
    .flatMap(({ file, endpoint }) => {
      const media = mediaOfEndpoint.find(([pattern]) => pattern.test(endpoint))?.[1];
      return media === undefined ? [] : [{ file, media, rows: rowsOf(file) }];
    });
}

const rowsOf = (file: string) => (readSharedJson(`tmdb/${file}`) as { results: Row[] }).results;

const feedOf = (media: Feed['media']) => sampleFeed({ category: media === 'all' ? 'trending' : 'popular', media });

/** Search finds collections as well: they are neither titles nor persons. */
const isTitle = (row: Row, media: Feed['media']) => ['movie', 'tv'].includes(row.media_type ?? media);

describe('recorded answers of TMDB', () => {
  itWithSharedData('are there in number: lists of films, of series and of both', 'tmdb/index.json', () => {
    const lists = recordedLists();
    expect(lists.length).toBeGreaterThanOrEqual(49);
    for (const media of ['movie', 'tv', 'all']) {
      expect(lists.filter((list) => list.media === media).length).toBeGreaterThanOrEqual(4);
    }
    expect(lists.reduce((sum, { rows }) => sum + rows.length, 0)).toBeGreaterThan(800);
  });

  itWithSharedData('lose no row that has an id, and keep the order', 'tmdb/index.json', () => {
    for (const { file, media, rows } of recordedLists()) {
      const normalized = normalizePage({ results: rows }, feedOf(media), 1);
      const wanted = rows.flatMap((row, n) =>
        row.id !== undefined && isTitle(row, media) ? [[row.id, row.media_type ?? media, n + 1]] : [],
      );
      const got = normalized?.titles.map(({ id, mediaType, rank }) => [id, mediaType, rank]);
      expect([file, got]).toEqual([file, wanted]);
    }
  });

  itWithSharedData('hold persons in mixed lists only', 'tmdb/index.json', () => {
    for (const { file, media, rows } of recordedLists()) {
      const persons = rows.filter((row) => row.media_type === 'person').length;
      expect([file, normalizePage({ results: rows }, feedOf(media), 1)?.persons]).toEqual([file, persons]);
      expect(persons === 0 || media === 'all').toBe(true);
    }
  });

  itWithSharedData('give titles that the message takes, each with a name', 'tmdb/index.json', () => {
    for (const { file, media, rows } of recordedLists()) {
      for (const title of normalizePage({ results: rows }, feedOf(media), 1)?.titles ?? []) {
        expect(listedTitleSchema.parse(title)).toEqual(title);
        expect([file, title.id, title.title === '']).toEqual([file, title.id, false]);
      }
    }
  });
});
