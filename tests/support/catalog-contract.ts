import { describe, expect, it } from 'vitest';
import type { Feed } from '../../src/shared/core/feed.ts';
import type { Reference } from '../../src/shared/queues/reference.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { CatalogReader, CatalogStore } from '../../src/shared/tables/catalog.ts';
import { type ExternalIdRow, externalIdDrafts } from '../../src/shared/tables/external-id-row.ts';
import type { ListPageRow } from '../../src/shared/tables/list-page-row.ts';
import { referenceDraft, servicesById } from '../../src/shared/tables/reference-row.ts';
import { type RowKey, rowKeyText } from '../../src/shared/tables/row.ts';
import type { TitleRow } from '../../src/shared/tables/title-row.ts';
import { rejectionOf } from './caught.ts';
import { pageContent, pageKeys } from './list-pages.ts';
import { sampleFeed, sampleItemReference } from './sample-messages.ts';
import { sampleDetailsRow, sampleListPage, sampleTitleRow } from './sample-rows.ts';

type Catalog = { store: CatalogStore; reader: CatalogReader };

const fightClub: RowKey = { mediaId: '550', mediaType: 'movie' };

/** What every catalog table keeps to; `open` gives an empty one. */
export function catalogContract(open: () => Promise<Catalog>): void {
  describe('catalog table', () => {
    it('tells no version of rows it does not hold', async () => {
      const { store } = await open();
      expect((await store.readPresent([fightClub])).present).toEqual(new Map());
      expect((await store.readPresent([])).present).toEqual(new Map());
    });

    it('puts a row it does not hold and tells its version', async () => {
      const { store, reader } = await open();
      const row = sampleTitleRow();
      expect(await store.putIfNewer(row)).toMatchObject({ written: true });
      expect((await store.readPresent([row, { mediaId: '550', mediaType: 'tv' }])).present).toEqual(
        new Map([['550\nmovie', { version: 'm' }]]),
      );
      expect(await titleOf(reader, fightClub)).toEqual(row);
    });

    it('tells of a page what stood where in which snapshot', async () => {
      const { store } = await open();
      const page = sampleListPage();
      await store.putIfNewer(page);
      const { version, snapshot, places } = page;
      expect((await store.readPresent([page])).present).toEqual(
        new Map([['popular/movie/global/en-US\npage#0001', { version, snapshot, places }]]),
      );
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

    it('replaces a joined row only where it is still the one that was read', async () => {
      const { store } = await open();
      const stored = async () => (await store.readStored([sampleDetailsRow()], true)).rows;
      expect(await stored()).toEqual(new Map());
      const [first, second] = [sampleDetailsRow({ version: 'm' }), sampleDetailsRow({ version: 'a' })];
      expect(await store.replace(first, 'x')).toMatchObject({ replaced: false });
      expect(await store.replace(first, undefined)).toMatchObject({ replaced: true });
      expect(await store.replace(second, undefined)).toMatchObject({ replaced: false });
      expect(await store.replace(second, 'z')).toMatchObject({ replaced: false });
      expect(await stored()).toEqual(new Map([['550\nmovie+details', first]]));
      expect(await store.replace(second, 'm')).toMatchObject({ replaced: true });
      expect((await store.readStored([second], false)).rows.get('550\nmovie+details')).toEqual(second);
    });

    it('replaces a joined row whose version is no text as one without', async () => {
      const { store } = await open();
      for (const version of [5, true, null, new Uint8Array(3)]) {
        const damaged = sampleDetailsRow({ mediaId: String(version), version: version as unknown as string });
        const row = sampleDetailsRow({ mediaId: String(version) });
        expect(await store.replace(damaged, undefined)).toMatchObject({ replaced: true });
        expect(await store.replace(row, '5')).toMatchObject({ replaced: false });
        expect(await store.replace(row, undefined)).toMatchObject({ replaced: true });
        expect(await store.replace(row, undefined)).toMatchObject({ replaced: false });
      }
    });

    it('lets one of several replace a joined row at the same time', async () => {
      const { store } = await open();
      await store.replace(sampleDetailsRow({ version: 'm' }), undefined);
      const answers = await Promise.all(
        ['n', 'o', 'p', 'q'].map((version) => store.replace(sampleDetailsRow({ version }), 'm')),
      );
      expect(answers.filter(({ replaced }) => replaced)).toHaveLength(1);
      expect(Math.min(...answers.map(({ writeUnits }) => writeUnits))).toBeGreaterThanOrEqual(1);
    });

    it('counts units of reads, puts and refused puts', async () => {
      const { store } = await open();
      const row = sampleListPage();
      expect((await store.putIfNewer(row)).writeUnits).toBeGreaterThanOrEqual(1);
      expect((await store.putIfNewer(row)).writeUnits).toBeGreaterThanOrEqual(1);
      expect((await store.readPresent([row])).readUnits).toBe(0.5);
    });

    it('has of the reference data what was put', async () => {
      const { store, reader } = await open();
      expect(await reader.readReference()).toEqual({});
      const configuration = referenceDraft(sampleItemReference(), defaultSettings).over(undefined).build();
      await store.replace(configuration, undefined);
      await store.replace(sampleDetailsRow(), undefined);
      expect(await reader.readReference()).toEqual({ configuration });
      const reference = { what: 'tv-services', countries: ['US'], services: [{ id: 8, name: 'A', logoPath: null }] };
      const item = sampleItemReference({ reference: reference as Reference });
      const services = referenceDraft(item, defaultSettings).over(undefined).build();
      await store.replace(services, undefined);
      const read = await reader.readReference();
      expect(read).toEqual({ configuration, services: { ...services, parts: expect.any(Uint8Array) } });
      expect(servicesById(read.services, 0).get(8)).toEqual({ id: 8, name: 'A', logoPath: null });
    });

    it('has of an id elsewhere the row that was put, and none of another one', async () => {
      const { store, reader } = await open();
      const fetched = { mediaType: 'movie', id: 550, fetchedAt: '2026-11-23T08:00:07.250Z' } as const;
      const ids = { externalIds: { externalIds: { imdb: 'tt0137523', tvdb: 81_189, wikidata: null } } };
      const [imdb, tvdb] = externalIdDrafts(fetched, ids, defaultSettings).map((draft) =>
        draft.over(undefined).build(),
      );
      await store.replace(imdb as ExternalIdRow, undefined);
      expect(await reader.readExternalId('imdb:tt0137523')).toEqual(imdb);
      expect(await reader.readExternalId('tvdb:81189')).toBeUndefined();
      const told: string[] = [];
      await store.replace({ ...tvdb, movie: 'Fight Club' } as unknown as ExternalIdRow, undefined);
      expect(await reader.readExternalId('tvdb:81189', ({ mediaId }) => told.push(mediaId))).toBeUndefined();
      expect(told).toEqual(['tvdb:81189']);
    });

    it('reads cards and details together, each by its key', async () => {
      const { store, reader } = await open();
      const [card, details] = [sampleTitleRow(), sampleDetailsRow()];
      await store.putIfNewer(card);
      await store.replace(details, undefined);
      const missing = { mediaId: '551', mediaType: 'movie+details' };
      const read = await reader.readCardsAndDetails([card, details, missing]);
      expect([...read.keys()].sort()).toEqual([rowKeyText(card), rowKeyText(details)]);
      expect(read.get(rowKeyText(card))).toEqual(card);
      expect(read.get(rowKeyText(details))).toEqual({ ...details, parts: expect.any(Uint8Array) });
      expect(await reader.readCardsAndDetails([])).toEqual(new Map());
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
      const { present } = await store.readPresent([...rows, { mediaId: '999', mediaType: 'movie' }]);
      expect(present).toEqual(new Map(rows.map(({ mediaId, version }) => [`${mediaId}\nmovie`, { version }])));
      expect(await rejectionOf(store.readPresent([fightClub, fightClub]))).toBeInstanceOf(Error);
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

/** What every reader of lists keeps to; `open` gives an empty table. */
export function catalogListContract(open: () => Promise<Catalog>): void {
  describe('lists of the catalog table', () => {
    const feed = sampleFeed({ category: 'trending' });
    const page = (n: number, ranks: readonly number[], over: Partial<ListPageRow> = {}) =>
      sampleListPage({ ...pageKeys(feed, n), ...pageContent(ranks.map((rank) => ({ rank }))), ...over });

    it('come page by page from the first on, as many as hold the titles asked for', async () => {
      const { store, reader } = await open();
      const ranks = (from: number) => Array.from({ length: 20 }, (_, n) => from + n);
      const rows = [page(3, ranks(41)), page(1, ranks(1)), page(12, ranks(221)), page(2, ranks(21))];
      for (const row of rows) {
        await store.putIfNewer(row);
      }
      const pages = async (titles: number) => (await reader.listPages(feed, titles)).map(({ mediaType }) => mediaType);
      expect(await pages(1)).toEqual(['page#0001']);
      expect(await pages(20)).toEqual(['page#0001']);
      expect(await pages(21)).toEqual(['page#0001', 'page#0002']);
      expect(await pages(40)).toEqual(['page#0001', 'page#0002']);
      expect(await pages(1_000)).toEqual(['page#0001', 'page#0002', 'page#0003', 'page#0012']);
      expect((await reader.listPages(feed, 1))[0]).toEqual(rows[1]);
    });

    it('go on where a page holds fewer titles, or some that were there before', async () => {
      const { store, reader } = await open();
      for (const row of [page(1, [1, 2, 3]), page(2, [2, 3, 21]), page(3, [41]), page(4, [61])]) {
        await store.putIfNewer(row);
      }
      const pages = async (titles: number) => (await reader.listPages(feed, titles)).map(({ mediaType }) => mediaType);
      expect(await pages(3)).toEqual(['page#0001']);
      expect(await pages(4)).toEqual(['page#0001', 'page#0002']);
      expect(await pages(5)).toEqual(['page#0001', 'page#0002', 'page#0003']);
    });

    it('of one partition do not mix, nor do those of other regions and languages', async () => {
      const { store, reader } = await open();
      const others: Partial<Feed>[] = [{}, { media: 'all' }, { media: 'tv' }, { region: 'DE' }, { language: 'de-DE' }];
      for (const [n, over] of others.entries()) {
        const content = pageContent([{ id: n + 1 }]);
        await store.putIfNewer(sampleListPage({ ...pageKeys({ ...feed, ...over }, 1), ...content }));
      }
      const places = async (over: Partial<Feed>) =>
        (await reader.listPages({ ...feed, ...over }, 100)).map((row) => row.places);
      for (const [n, over] of others.entries()) {
        expect(await places(over)).toEqual([[`1 movie/${n + 1}`]]);
      }
      expect(await places({ category: 'popular' })).toEqual([]);
    });

    it('hold of a page what was put last', async () => {
      const { store, reader } = await open();
      await store.putIfNewer(page(1, [1, 2]));
      await store.putIfNewer(page(1, [3], { version: 'n' }));
      expect((await reader.listPages(feed, 100)).map(({ places }) => places)).toEqual([['3 movie/1003']]);
    });

    it('hold no title rows', async () => {
      const { store, reader } = await open();
      await store.putIfNewer(sampleTitleRow());
      expect(await reader.listPages(feed, 100)).toEqual([]);
    });
  });
}
