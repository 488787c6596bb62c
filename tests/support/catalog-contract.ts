import { describe, expect, it } from 'vitest';
import type { CatalogReader, CatalogStore } from '../../src/shared/ports/catalog.ts';
import { type RowKey, rowKeyText } from '../../src/shared/table/row.ts';
import type { TitleRow } from '../../src/shared/table/title-row.ts';
import { rejectionOf } from './caught.ts';
import { sampleFeed } from './sample-messages.ts';
import { samplePlacementRow, sampleTitleRow } from './sample-rows.ts';

type Catalog = { store: CatalogStore; reader: CatalogReader };

const fightClub: RowKey = { mediaId: '550', mediaType: 'movie' };

/** What every catalog table keeps to; `open` gives an empty one. */
export function catalogContract(open: () => Promise<Catalog>): void {
  describe('catalog table', () => {
    it('tells no version of rows it does not hold', async () => {
      const { store } = await open();
      const { versions } = await store.readVersions([fightClub]);
      expect(versions).toEqual(new Map());
      expect((await store.readVersions([])).versions).toEqual(new Map());
    });

    it('puts a row it does not hold and tells its version', async () => {
      const { store, reader } = await open();
      const row = sampleTitleRow();
      expect(await store.putIfNewer(row)).toMatchObject({ written: true });
      expect((await store.readVersions([row, { mediaId: '550', mediaType: 'tv' }])).versions).toEqual(
        new Map([['550\nmovie', 'm']]),
      );
      expect(await titleOf(reader, fightClub)).toEqual(row);
    });

    it.each(['m', 'l', 'M', ''])('refuses version %j where it holds m', async (version) => {
      const { store, reader } = await open();
      await store.putIfNewer(sampleTitleRow());
      const late = sampleTitleRow({ version, title: 'late' });
      expect(await store.putIfNewer(late)).toMatchObject({ written: false });
      expect(await titleOf(reader, fightClub)).toEqual(sampleTitleRow());
    });

    it('replaces a row by one of a greater version as a whole', async () => {
      const { store, reader } = await open();
      await store.putIfNewer(sampleTitleRow({ posterPath: '/old.jpg' }));
      const newer = sampleTitleRow({ version: 'ma', title: 'newer' });
      expect(await store.putIfNewer(newer)).toMatchObject({ written: true });
      expect(await titleOf(reader, fightClub)).toEqual(newer);
    });

    it('counts units of reads, puts and refused puts', async () => {
      const { store } = await open();
      const row = samplePlacementRow();
      expect((await store.putIfNewer(row)).writeUnits).toBeGreaterThanOrEqual(1);
      expect((await store.putIfNewer(row)).writeUnits).toBeGreaterThanOrEqual(1);
      expect((await store.readVersions([row])).readUnits).toBe(0.5);
    });

    it('keeps the greatest of versions put at the same time', async () => {
      const { store, reader } = await open();
      const versions = ['c', 'a', 'e', 'b', 'd', 'e', 'a'];
      const answers = await Promise.all(
        versions.map((version) => store.putIfNewer(sampleTitleRow({ version, title: version }))),
      );
      expect(await titleOf(reader, fightClub)).toMatchObject({ version: 'e', title: 'e' });
      expect(answers.filter(({ written }, n) => written && versions[n] === 'e')).toHaveLength(1);
    });

    it('reads the versions of more than 100 keys, and takes each key once', async () => {
      const { store } = await open();
      const rows = Array.from({ length: 130 }, (_, n) => sampleTitleRow({ mediaId: `${n}`, version: `v${n}` }));
      await Promise.all(rows.map((row) => store.putIfNewer(row)));
      const { versions } = await store.readVersions([...rows, { mediaId: '999', mediaType: 'movie' }]);
      expect(versions).toEqual(new Map(rows.map(({ mediaId, version }) => [`${mediaId}\nmovie`, version])));
      expect(await rejectionOf(store.readVersions([fightClub, fightClub]))).toBeInstanceOf(Error);
    });

    it('keeps bytes, empty texts and texts of any script', async () => {
      const { store, reader } = await open();
      const overview = new Uint8Array([0, 255, 10, 128]);
      const row = sampleTitleRow({ title: '日本 🎬 \u0000', originalTitle: '', overview });
      await store.putIfNewer(row);
      const read = await titleOf(reader, fightClub);
      expect(read).toEqual({ ...row, overview: expect.any(Uint8Array) });
      expect(Array.from((read?.overview ?? []) as Uint8Array)).toEqual([0, 255, 10, 128]);
    });

    it('has no title that was never put', async () => {
      const { reader } = await open();
      expect(await titleOf(reader, fightClub)).toBeUndefined();
    });
  });
}

/** The title row under `key`. */
export async function titleOf(reader: CatalogReader, key: RowKey): Promise<TitleRow | undefined> {
  return (await reader.readTitles([key])).get(rowKeyText(key));
}

/** One placement of a small list: which title, where, in which run. */
function placed(mediaId: string, feedOfRow: string, contentType: string, partition = 'trending/global/en-US') {
  return samplePlacementRow({ mediaId, mediaType: `movie#${feedOfRow}`, category: partition, contentType });
}

/** What every reader of lists keeps to; `open` gives an empty table. */
export function catalogListContract(open: () => Promise<Catalog>): void {
  describe('lists of the catalog table', () => {
    const older = '2026-11-23T08:00:00Z.ffffffff';
    const newer = '2026-11-24T08:00:00Z.00000000';
    const feed = sampleFeed({ category: 'trending' });

    it('come newest snapshot first, in it by rank', async () => {
      const { store, reader } = await open();
      const rows = [
        placed('10', 'trending/movie/global/en-US', `movie#${older}#9998`),
        placed('2', 'trending/movie/global/en-US', `movie#${newer}#9989`),
        placed('3', 'trending/movie/global/en-US', `movie#${newer}#9998`),
        placed('4', 'trending/movie/global/en-US', `movie#${newer}#9997`),
      ];
      for (const row of rows) {
        await store.putIfNewer(row);
      }
      const ids = async (maxRows: number) => (await reader.listPlacements(feed, maxRows)).map(({ mediaId }) => mediaId);
      expect(await ids(100)).toEqual(['3', '4', '2', '10']);
      expect(await ids(4)).toEqual(['3', '4', '2', '10']);
      expect(await ids(2)).toEqual(['3', '4']);
      expect((await reader.listPlacements(feed, 1))[0]).toEqual(rows[2]);
    });

    it('of one partition do not mix, nor do those of other regions and languages', async () => {
      const { store, reader } = await open();
      await store.putIfNewer(placed('1', 'trending/movie/global/en-US', `movie#${newer}#9998`));
      await store.putIfNewer(placed('2', 'trending/all/global/en-US', `all#${newer}#9998`));
      await store.putIfNewer(placed('3', 'trending/tv/global/en-US', `tv#${newer}#9998`));
      await store.putIfNewer(placed('4', 'trending/movie/DE/en-US', `movie#${newer}#9998`, 'trending/DE/en-US'));
      await store.putIfNewer(
        placed('5', 'trending/movie/global/de-DE', `movie#${newer}#9998`, 'trending/global/de-DE'),
      );
      const ids = async (over: Parameters<typeof sampleFeed>[0]) =>
        (await reader.listPlacements({ ...feed, ...over }, 100)).map(({ mediaId }) => mediaId);
      expect(await ids({})).toEqual(['1']);
      expect(await ids({ media: 'all' })).toEqual(['2']);
      expect(await ids({ media: 'tv' })).toEqual(['3']);
      expect(await ids({ region: 'DE' })).toEqual(['4']);
      expect(await ids({ language: 'de-DE' })).toEqual(['5']);
      expect(await ids({ category: 'popular' })).toEqual([]);
    });

    it('move a title when its placement is replaced', async () => {
      const { store, reader } = await open();
      await store.putIfNewer(placed('1', 'trending/movie/global/en-US', `movie#${older}#9998`));
      await store.putIfNewer({
        ...placed('1', 'trending/movie/global/en-US', `movie#${newer}#9990`),
        version: 'n',
        rank: 9,
      });
      const rows = await reader.listPlacements(feed, 100);
      expect(rows.map(({ contentType, rank }) => [contentType, rank])).toEqual([[`movie#${newer}#9990`, 9]]);
    });

    it('hold no title rows', async () => {
      const { store, reader } = await open();
      await store.putIfNewer(sampleTitleRow());
      expect(await reader.listPlacements(feed, 100)).toEqual([]);
    });
  });
}
