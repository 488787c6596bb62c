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

type Came = { mediaType: MediaType; id: number; fetchedAt: string; movedFrom?: number };
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

  it('name of two merged titles the one that TMDB kept, in any order of what came, also in the week of the merger', () => {
    // Each id is at times the greater one: neither counts for more.
    const merger = fc.constantFrom([20, 550] as const, [550, 20] as const);
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 20 * 24 * 60 - 1 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(merger, times, fc.nat(), fc.infiniteStream(fc.nat()), ([old, kept], minutes, place, draws) => {
        const inOrder = minutes.toSorted((a, b) => a - b).map((minute) => Date.UTC(2026, 10, 12) + minute * 60_000);
        const movedAt = 1 + (place % (inOrder.length - 1));
        const came = inOrder.map((atMs, n): Came => {
          const one = { mediaType: 'movie', fetchedAt: new Date(atMs).toISOString() } as const;
          return n < movedAt ? { ...one, id: old } : { ...one, id: kept, ...(n === movedAt && { movedFrom: old }) };
        });
        const mixed = [...came, ...came]
          .map((one) => ({ one, draw: draws.next().value ?? 0 }))
          .sort((a, b) => a.draw - b.draw)
          .map(({ one }) => one);
        expect(rowOf(...mixed).movie?.id).toBe(kept);
        expect(rowOf(...mixed)).toEqual(rowOf(...came));
      }),
    );
  });

  it('last no longer for a merger than the terms allow', () => {
    const row = rowOf({ ...film, movedFrom: 600 });
    const { movie, fetchedAt } = row;
    expect((movie?.expiresAt ?? 0) * 1_000 - Date.parse(film.fetchedAt)).toBeLessThanOrEqual(180 * dayMs);
    expect(Date.parse(fetchedAt)).toBeLessThanOrEqual(Date.parse(film.fetchedAt));
    // Two answers of one minute have one version, and make one row.
    expect(rowOf({ ...film, movedFrom: 600, fetchedAt: '2026-11-23T08:00:59.000Z' })).toEqual(row);
  });

  it('are replaced where they are damaged', () => {
    const damaged = { ...rowOf(film), movie: 'Fight Club' };
    expect(externalIdDrafts(film, ids('tt0137523', null), defaultSettings)[0]?.over(damaged).build()).toEqual(
      rowOf(film),
    );
  });
});
