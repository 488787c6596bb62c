import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src/shared/settings.ts';
import {
  feedPartition,
  feedPrefix,
  type PlacementRow,
  placedMediaType,
  placementKey,
  placementRowFor,
  placementRowSchema,
  placementSortKey,
} from '../../../src/shared/table/placement-row.ts';
import { rowBytes } from '../../../src/shared/table/row-size.ts';
import { arbitraryFeed } from '../../support/arbitrary-feed.ts';
import {
  arbitraryCloseSighting,
  arbitraryEpochMs,
  arbitraryRunId,
  arbitrarySnapshot,
  arbitraryTitle,
} from '../../support/arbitrary-page.ts';
import { sampleFeed, samplePage, sampleTitle } from '../../support/sample-messages.ts';
import { englishOverview } from '../../support/sample-overviews.ts';

const germany = sampleFeed({ region: 'DE', language: 'de-DE' });
const rowOf = (page = samplePage(), listed = sampleTitle()) => placementRowFor(page, listed, defaultSettings);
const contentOf = ({ version: _version, ...content }: PlacementRow) => content;

describe('keys of a placement', () => {
  it('are those of the design', () => {
    expect(placementKey(germany, 'movie', 550)).toEqual({ mediaId: '550', mediaType: 'movie#popular/movie/DE/de-DE' });
    expect(feedPartition(germany)).toBe('popular/DE/de-DE');
    expect(feedPrefix(sampleFeed({ category: 'trending', media: 'all' }))).toBe('all#');
    expect(placementSortKey(germany, '2026-11-23T08:00:00Z.0badcafe', 1)).toBe(
      'movie#2026-11-23T08:00:00Z.0badcafe#9998',
    );
    expect(placementSortKey(germany, '2026-11-23T08:00:00Z.0badcafe', 9_990)).toBe(
      'movie#2026-11-23T08:00:00Z.0badcafe#0009',
    );
  });

  it('tell what is placed, also in a mixed feed', () => {
    const mixed = sampleFeed({ category: 'trending', media: 'all' });
    expect(placedMediaType(placementKey(mixed, 'movie', 605))).toBe('movie');
    expect(placedMediaType(placementKey(mixed, 'tv', 605))).toBe('tv');
    expect(() => placedMediaType({ mediaType: 'movie' })).toThrow('not a placement: movie');
    expect(() => placedMediaType({ mediaType: 'movie@de-DE' })).toThrow('not a placement');
  });

  it('share a partition and a prefix for one feed, and differ for two', () => {
    fc.assert(
      fc.property(
        arbitraryFeed,
        arbitraryFeed,
        arbitrarySnapshot,
        fc.integer({ min: 1, max: 9_999 }),
        (a, b, run, rank) => {
          expect(placementSortKey(a, run, rank).startsWith(feedPrefix(a))).toBe(true);
          const sameFeed = isDeepStrictEqual(a, b);
          const sameRange = feedPartition(a) === feedPartition(b) && feedPrefix(a) === feedPrefix(b);
          expect(sameRange).toBe(sameFeed);
          expect(isDeepStrictEqual(placementKey(a, 'tv', 7), placementKey(b, 'tv', 7))).toBe(sameFeed);
        },
      ),
    );
  });
});

describe('the index read backwards', () => {
  it('gives the newest snapshot first and in it the ranks from the top', () => {
    const placement = fc.record({
      second: fc.integer({ min: Date.UTC(2020, 0, 1) / 1000, max: Date.UTC(2020, 0, 1) / 1000 + 5 }),
      runId: fc.oneof(fc.constantFrom('00000000', '0badcafe', 'ffffffff'), arbitraryRunId),
      rank: fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 9_999 })),
    });
    fc.assert(
      fc.property(
        arbitraryFeed,
        fc.uniqueArray(placement, { selector: (p) => JSON.stringify(p) }),
        (feed, placements) => {
          const keyed = placements.map((p) => {
            const occurrence = new Date(p.second * 1000).toISOString().replace('.000Z', 'Z');
            return { ...p, key: placementSortKey(feed, `${occurrence}.${p.runId}`, p.rank) };
          });
          const backwards = keyed.toSorted((a, b) => Buffer.compare(Buffer.from(b.key), Buffer.from(a.key)));
          const wanted = keyed.toSorted(
            (a, b) =>
              b.second - a.second || Number.parseInt(b.runId, 16) - Number.parseInt(a.runId, 16) || a.rank - b.rank,
          );
          expect(backwards).toEqual(wanted);
        },
      ),
    );
  });

  it('tells the last two ranks of page 500 apart', () => {
    const snapshot = '2026-11-23T08:00:00Z.0badcafe';
    expect(placementSortKey(germany, snapshot, 9_999) > placementSortKey(germany, snapshot, 10_000)).toBe(true);
  });
});

describe('placement row', () => {
  it('is a title at its rank in a snapshot of a feed', () => {
    const row = rowOf(samplePage({ feed: germany }), sampleTitle({ rank: 21 }));
    expect(row).toMatchObject({
      mediaId: '550',
      mediaType: 'movie#popular/movie/DE/de-DE',
      category: 'popular/DE/de-DE',
      contentType: 'movie#2026-11-23T08:00:00Z.0badcafe#9978',
      snapshot: '2026-11-23T08:00:00Z.0badcafe',
      rank: 21,
      schemaVersion: 1,
      source: 'tmdb',
      fetchedAt: '2026-11-23T08:00:07.250Z',
      title: 'Fight Club',
      voteAverage: 8.438,
      voteCount: 27_044,
      popularity: 73.433,
    });
    const freshMs = Date.parse(row.freshUntil) - Date.parse('2026-11-23T08:00:07.250Z');
    expect(Math.abs(freshMs - 86_400_000)).toBeLessThanOrEqual(8_640_000);
    expect(row.expiresAt).toBeGreaterThanOrEqual(Date.parse('2026-11-26T08:00:07Z') / 1000);
  });

  it('has the row’s own shape, whatever the title and the feed', () => {
    fc.assert(
      fc.property(
        arbitraryFeed,
        arbitraryTitle,
        arbitrarySnapshot,
        arbitraryEpochMs,
        (feed, listed, run, fetchedAtMs) => {
          const page = samplePage({ feed, snapshot: run, fetchedAt: new Date(fetchedAtMs).toISOString() });
          const row = rowOf(page, listed);
          expect(placementRowSchema.parse(row)).toEqual(row);
        },
      ),
    );
  });

  it('fits into one write unit with an overview of 600 characters', () => {
    const listed = sampleTitle({
      overview: englishOverview,
      originalTitle: 'El Club de la Pelea',
      originCountries: ['US'],
    });
    expect(rowBytes(rowOf(samplePage(), listed))).toBeLessThanOrEqual(1024);
    const longest = sampleFeed({ category: 'award_winning', media: 'tv' });
    expect(rowBytes(rowOf(samplePage({ feed: longest }), listed))).toBeLessThanOrEqual(1024);
  });
});

describe('version', () => {
  const at = (snapshot: string, fetchedAt: string) => samplePage({ snapshot, fetchedAt });
  const monday = '2026-11-23T08:00:00Z.0badcafe';

  it('is the same for the same content only', () => {
    fc.assert(
      fc.property(arbitraryCloseSighting(), arbitraryCloseSighting(), (a, b) => {
        const [rowA, rowB] = [rowOf(a.page, a.listed), rowOf(b.page, b.listed)];
        expect(rowA.version === rowB.version).toBe(isDeepStrictEqual(contentOf(rowA), contentOf(rowB)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is greater for a newer snapshot, whatever was fetched when', () => {
    fc.assert(
      fc.property(arbitraryTitle, arbitraryTitle, arbitraryEpochMs, arbitraryEpochMs, (a, b, atA, atB) => {
        const older = at(monday, new Date(atA).toISOString());
        const newer = at('2026-11-23T08:00:01Z.00000000', new Date(atB).toISOString());
        expect(rowOf(newer, a).version > rowOf(older, b).version).toBe(true);
      }),
    );
  });

  it('is greater for the earlier fetch of one snapshot: a job that comes twice changes nothing', () => {
    fc.assert(
      fc.property(
        arbitraryTitle,
        arbitraryTitle,
        arbitraryEpochMs,
        fc.integer({ min: 1, max: 10 ** 9 }),
        (a, b, ms, gap) => {
          const first = at(monday, new Date(ms).toISOString());
          const second = at(monday, new Date(ms + gap).toISOString());
          expect(rowOf(first, a).version > rowOf(second, b).version).toBe(true);
        },
      ),
    );
  });

  it('is greater for the better of two ranks in one fetch', () => {
    fc.assert(
      fc.property(arbitraryTitle, arbitraryTitle, (a, b) => {
        fc.pre(a.rank < b.rank);
        expect(rowOf(samplePage(), a).version > rowOf(samplePage(), b).version).toBe(true);
      }),
    );
  });
});
