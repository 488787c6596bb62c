import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MediaType } from '../../../src/shared/core/feed.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import {
  type ExternalIdRow,
  externalIdDrafts,
  externalIdRowSchema,
} from '../../../src/shared/tables/external-id-row.ts';
import { rowBytes } from '../../../src/shared/tables/row.ts';

type Came = { mediaType: MediaType; id: number; fetchedAt: string };
const ids = (imdb: string | null, tvdb: number | null) => ({
  externalIds: { externalIds: { imdb, tvdb, wikidata: 'Q1' } },
});

/** The row of an IMDb id for which these titles came, in this order. */
function rowOf(...came: Came[]): ExternalIdRow {
  let row: ExternalIdRow | undefined;
  for (const one of came) {
    row = externalIdDrafts(one, ids('tt0137523', null), defaultSettings)[0]?.over(row).build();
  }
  return row as ExternalIdRow;
}

const film = { mediaType: 'movie', id: 550, fetchedAt: '2026-11-23T08:00:07.250Z' } as const;
const dayMs = 86_400_000;

describe('rows of external ids', () => {
  it('are one for IMDb and one for TheTVDB, of the ids that a title has', () => {
    const keysOf = (...[parts]: [Parameters<typeof externalIdDrafts>[1]]) =>
      externalIdDrafts({ ...film, mediaType: 'tv' }, parts, defaultSettings).map(
        ({ mediaId, mediaType }) => `${mediaId} ${mediaType}`,
      );
    expect(keysOf(ids('tt0903747', 81_189))).toEqual(['imdb:tt0903747 id', 'tvdb:81189 id']);
    expect(keysOf(ids(null, 81_189))).toEqual(['tvdb:81189 id']);
    expect(keysOf(ids(null, null))).toEqual([]);
    expect(keysOf({})).toEqual([]);
  });

  it('name the title and are written once a week, in one write unit', () => {
    const row = rowOf(film);
    expect(externalIdRowSchema.parse(row)).toEqual(row);
    expect(row).toMatchObject({ mediaId: 'imdb:tt0137523', mediaType: 'id', movie: { id: 550 } });
    expect(rowOf(film, { ...film, fetchedAt: '2026-11-23T23:00:00.000Z' })).toEqual(row);
    expect(rowOf(film, { ...film, fetchedAt: '2026-12-01T08:00:00.000Z' }).version > row.version).toBe(true);
    expect(rowBytes(rowOf(film, { ...film, mediaType: 'tv', id: 4_000_000 }))).toBeLessThan(1_000);
  });

  it('last as long as the terms allow, and no longer', () => {
    const { fetchedAt, expiresAt, freshUntil } = rowOf(film);
    expect(expiresAt * 1_000 - Date.parse(fetchedAt)).toBe(180 * dayMs);
    expect(Date.parse(freshUntil)).toBeLessThan(expiresAt * 1_000);
  });

  it('name a film and a series where both have the id', () => {
    expect(rowOf(film, { ...film, mediaType: 'tv', id: 7 })).toMatchObject({ movie: { id: 550 }, tv: { id: 7 } });
  });

  it('name of two merged titles the one that was fetched later', () => {
    const later = { ...film, id: 20, fetchedAt: '2026-12-05T08:00:00.000Z' };
    expect(rowOf(film, later).movie?.id).toBe(20);
    expect(rowOf(later, film).movie?.id).toBe(20);
  });

  it('are the same in any order of what came', () => {
    const one: fc.Arbitrary<Came> = fc.record(
      {
        mediaType: fc.constantFrom('movie', 'tv'),
        id: fc.constantFrom(20, 550, Number.MAX_SAFE_INTEGER),
        fetchedAt: fc.constantFrom('2026-10-01T08:00:00.000Z', '2026-11-23T08:00:00.000Z', '2026-11-24T08:00:00.000Z'),
      },
      { noNullPrototype: true },
    );
    const lists = fc.array(one, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        lists.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([inOrder, mixed]) => {
          expect(rowOf(...mixed)).toEqual(rowOf(...inOrder));
        },
      ),
    );
  });

  it('are replaced where they are damaged', () => {
    const damaged = { ...rowOf(film), movie: 'Fight Club' };
    expect(externalIdDrafts(film, ids('tt0137523', null), defaultSettings)[0]?.over(damaged).build()).toEqual(
      rowOf(film),
    );
  });
});
