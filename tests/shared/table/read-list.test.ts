import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src/shared/settings.ts';
import { type PlacementRow, placementRowFor } from '../../../src/shared/table/placement-row.ts';
import { assembleList } from '../../../src/shared/table/read-list.ts';
import { sampleFeed, samplePage, sampleTitle } from '../../support/sample-messages.ts';

const mixed = sampleFeed({ category: 'trending', media: 'all' });
const older = '2026-11-22T08:00:00Z.0badcafe';
const newer = '2026-11-23T08:00:00Z.0badcafe';
const nowMs = Date.UTC(2026, 10, 23, 9);

function placement(snapshot: string, rank: number, id: number, over: Partial<PlacementRow> = {}): PlacementRow {
  const page = samplePage({ feed: mixed, snapshot, fetchedAt: `${snapshot.slice(0, 19)}.000Z` });
  return { ...placementRowFor(page, sampleTitle({ id, rank }), defaultSettings), ...over };
}

const inIndexOrder = (rows: readonly PlacementRow[]) =>
  rows.toSorted((a, b) => (a.contentType < b.contentType ? 1 : -1));

const arbitraryPlacement = fc
  .record({
    snapshot: fc.constantFrom(older, newer, '2026-11-23T08:00:00Z.ffffffff'),
    rank: fc.integer({ min: 1, max: 25 }),
    id: fc.integer({ min: 1, max: 12 }),
    mediaType: fc.constantFrom('movie', 'tv'),
    expiresInSeconds: fc.constantFrom(-86_400, -1, 0, 1, 86_400),
  })
  .map(({ snapshot, rank, id, mediaType, expiresInSeconds }) =>
    placement(snapshot, rank, id, {
      mediaType: `${mediaType}#trending/all/global/en-US`,
      expiresAt: nowMs / 1000 + expiresInSeconds,
    }),
  );

describe('any placements as a list', () => {
  const lists = fc.tuple(
    fc.array(arbitraryPlacement, { maxLength: 60 }).map(inIndexOrder),
    fc.integer({ min: 0, max: 30 }),
  );
  const nameOf = (entry: { mediaType: string; id: number }) => `${entry.mediaType} ${entry.id}`;
  const titleOf = (row: PlacementRow) => `${row.mediaType.split('#')[0]} ${row.mediaId}`;
  const liveTitles = (rows: readonly PlacementRow[]) =>
    new Set(rows.filter((row) => row.expiresAt > nowMs / 1000).map(titleOf));

  it('hold each title once, and never more than asked for', () => {
    fc.assert(
      fc.property(lists, ([rows, limit]) => {
        const names = assembleList(rows, limit, nowMs).map(nameOf);
        expect(new Set(names).size).toBe(names.length);
        expect(names.length).toBe(Math.min(limit, liveTitles(rows).size));
      }),
    );
  });

  it('hold nothing past its hard TTL', () => {
    fc.assert(
      fc.property(lists, ([rows, limit]) => {
        const live = liveTitles(rows);
        for (const entry of assembleList(rows, limit, nowMs)) {
          expect(live).toContain(nameOf(entry));
          const sighting = rows.some(
            (row) =>
              titleOf(row) === nameOf(entry) &&
              row.snapshot === entry.snapshot &&
              row.rank === entry.rank &&
              row.expiresAt > nowMs / 1000,
          );
          expect(sighting).toBe(true);
        }
      }),
    );
  });

  it('go from the newest snapshot to older ones, in each by rank', () => {
    fc.assert(
      fc.property(lists, ([rows, limit]) => {
        const entries = assembleList(rows, limit, nowMs);
        for (const [index, entry] of entries.slice(1).entries()) {
          const before = entries[index];
          const inOrder =
            before !== undefined &&
            (before.snapshot > entry.snapshot || (before.snapshot === entry.snapshot && before.rank <= entry.rank));
          expect(inOrder).toBe(true);
        }
      }),
    );
  });

  it('show a title where the newest live snapshot has it', () => {
    fc.assert(
      fc.property(lists, ([rows]) => {
        for (const entry of assembleList(rows, 100, nowMs)) {
          const snapshots = rows
            .filter((row) => titleOf(row) === nameOf(entry) && row.expiresAt > nowMs / 1000)
            .map((row) => row.snapshot);
          expect(entry.snapshot).toBe(snapshots.sort().at(-1));
        }
      }),
    );
  });
});

describe('a list', () => {
  it('is filled up from older snapshots while the newest is incomplete', () => {
    const living = { expiresAt: nowMs / 1000 + 60 };
    const rows = inIndexOrder([
      placement(newer, 1, 11),
      placement(newer, 2, 12),
      placement(older, 1, 12, living),
      placement(older, 2, 13, living),
    ]);
    expect(assembleList(rows, 10, nowMs).map(({ id, rank, snapshot }) => [id, rank, snapshot])).toEqual([
      [11, 1, newer],
      [12, 2, newer],
      [13, 2, older],
    ]);
  });

  it('keeps a film and a series of the same id apart', () => {
    const series = { mediaType: 'tv#trending/all/global/en-US' };
    const rows = inIndexOrder([placement(newer, 1, 605), placement(newer, 2, 605, series)]);
    expect(assembleList(rows, 10, nowMs).map(({ mediaType, id }) => [mediaType, id])).toEqual([
      ['movie', 605],
      ['tv', 605],
    ]);
  });

  it('says which entries are past their soft TTL', () => {
    const at = (freshUntil: string) => assembleList([placement(newer, 1, 11, { freshUntil })], 1, nowMs)[0]?.stale;
    expect(at('2026-11-23T09:00:00.001Z')).toBe(false);
    expect(at('2026-11-23T09:00:00.000Z')).toBe(true);
    expect(at('2026-11-23T08:59:59.999Z')).toBe(true);
  });

  it('carries the whole card', () => {
    const { rank: _rank, ...title } = sampleTitle({ id: 11 });
    expect(assembleList([placement(newer, 3, 11)], 1, nowMs)[0]).toEqual({
      ...title,
      rank: 3,
      snapshot: newer,
      fetchedAt: '2026-11-23T08:00:00.000Z',
      stale: false,
    });
  });
});
