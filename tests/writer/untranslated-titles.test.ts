import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemPage } from '../../src/shared/queues/item-page.ts';
import type { ListPageRow } from '../../src/shared/tables/list-page-row.ts';
import { applyItems } from '../../src/writer/apply-items.ts';
import { applyAtOnce, memoryWriter } from '../support/deliver-pages.ts';
import { titlesOfPage } from '../support/list-pages.ts';
import { sampleFeed, sampleItemTitle, samplePage, sampleTitle } from '../support/sample-messages.ts';

const german = sampleFeed({ region: 'DE', language: 'de-DE' });
const untold = sampleTitle({ overview: '' });
const page = samplePage({ feed: german, titles: [untold, sampleTitle({ id: 551, rank: 2, overview: 'Ein Klub.' })] });

describe('a title that a list shows without a translation', () => {
  it('is on the page, with its card, and has no row in that language', async () => {
    const writer = memoryWriter();
    await applyAtOnce([page], writer);
    expect(writer.store.rows().map(({ mediaId, mediaType }) => `${mediaId} ${mediaType}`)).toEqual([
      '550 movie',
      '551 movie',
      '551 movie@de-DE',
      'popular/movie/DE/de-DE page#0001',
    ]);
    const [first] = titlesOfPage(writer.store.rows()[3] as ListPageRow);
    expect(first).toMatchObject({ id: 550, title: 'Fight Club', posterPath: untold.posterPath });
    expect(writer.telemetry.eventsOf('page-applied')).toMatchObject([{ received: 2, written: 2 }]);
  });

  it('is unchanged when its page comes again', async () => {
    const writer = memoryWriter();
    await applyAtOnce([page], writer);
    await applyAtOnce([page], writer);
    expect(writer.telemetry.eventsOf('page-applied').at(-1)).toMatchObject({ received: 2, written: 0, unchanged: 2 });
  });

  it('leaves a translation that is there as it is, whichever comes first', async () => {
    const translated = {
      ...page,
      titles: [sampleTitle({ title: 'Der Klub' })],
      snapshot: '2026-11-22T08:00:00Z.0badcafe',
    };
    for (const pages of [
      [translated, page],
      [page, translated],
    ]) {
      const writer = memoryWriter();
      for (const one of pages) {
        await applyAtOnce([one], writer);
      }
      expect(writer.store.rows().find(({ mediaType }) => mediaType === 'movie@de-DE')).toMatchObject({
        title: 'Der Klub',
      });
    }
  });

  it('has a row when somebody asked for it: that there is no translation is worth knowing', async () => {
    const writer = memoryWriter();
    const { rank: _rank, ...title } = untold;
    await applyItems([{ messageId: 'm', item: sampleItemTitle({ language: 'de-DE', title }) }], writer);
    expect(writer.store.rows()).toMatchObject([
      { mediaId: '550', mediaType: 'movie', title: 'Fight Club', language: 'de-DE' },
      { mediaId: '550', mediaType: 'movie@de-DE', title: 'Fight Club' },
    ]);
  });
});

describe('the stand-in in the default language', () => {
  const rowOf = (writer: ReturnType<typeof memoryWriter>) =>
    writer.store.rows().find(({ mediaType }) => mediaType === 'movie');
  const rowAfter = async (pages: readonly ItemPage[]) => {
    const writer = memoryWriter();
    for (const page of pages) {
      await applyAtOnce([page], writer);
    }
    return rowOf(writer);
  };
  const english = (fetchedAt: string) => samplePage({ fetchedAt });
  const foreign = (fetchedAt: string, title: string) =>
    samplePage({ feed: german, fetchedAt, titles: [sampleTitle({ title, voteCount: 99_000 })] });

  it('says in which language it is; a row in the default language does not', async () => {
    const writer = memoryWriter();
    await applyAtOnce([foreign('2026-11-23T08:00:00.000Z', 'Der Klub')], writer);
    expect(rowOf(writer)).toMatchObject({ title: 'Der Klub', language: 'de-DE' });
    await applyAtOnce([english('2026-11-22T08:00:00.000Z')], writer);
    expect(rowOf(writer)).toMatchObject({ title: 'Fight Club' });
    expect(rowOf(writer)).not.toHaveProperty('language');
  });

  it('never takes the place of a row that can still be served, and takes that of one that cannot', () => {
    const dayMs = 24 * 3_600_000;
    const fetchedMs = Date.parse('2026-11-01T00:00:00.000Z');
    const own = english(new Date(fetchedMs).toISOString());
    const later = (days: number) => foreign(new Date(fetchedMs + days * dayMs).toISOString(), 'Der Klub');
    const orders = (page: ItemPage) => fc.constantFrom([own, page], [page, own]);
    // Lives differ by a tenth of a soft TTL of a week: in between either may stand.
    const served = fc.double({ min: 0, max: 21, noNaN: true }).map(later).chain(orders);
    const gone = fc.double({ min: 22.5, max: 60, noNaN: true }).map(later).chain(orders);
    return fc.assert(
      fc.asyncProperty(served, gone, async (first, second) => {
        expect(await rowAfter(first)).toEqual(await rowAfter([own]));
        expect(await rowAfter(second)).toMatchObject({ title: 'Der Klub', language: 'de-DE' });
      }),
    );
  });

  it('is the later one of two', async () => {
    const pages = [foreign('2026-11-22T08:00:00.000Z', 'Alt'), foreign('2026-11-23T08:00:00.000Z', 'Neu')];
    for (const order of [pages, pages.toReversed()]) {
      expect(await rowAfter(order)).toMatchObject({ title: 'Neu' });
    }
  });
});
