/** What the writer makes of a title that was found by an id elsewhere. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Item, itemTitleSchema } from '../../src/shared/queues/item-page.ts';
import { partsOf } from '../../src/shared/tables/details-row.ts';
import type { ExternalIdRow } from '../../src/shared/tables/external-id-row.ts';
import { applyItems } from '../../src/writer/apply-items.ts';
import { scheduledBy } from '../support/call-hook.ts';
import { type MemoryWriter, memoryWriter } from '../support/deliver-pages.ts';
import { sampleDescribed, sampleItemDetails, sampleItemTitle } from '../support/sample-messages.ts';

const apply = (items: readonly Item[], writer: MemoryWriter) =>
  applyItems(
    items.map((item, n) => ({ messageId: `m${n}`, item })),
    writer,
  );
const contents = ({ store }: MemoryWriter) => ({ rows: store.rows(), joined: store.joinedRows() });
const found = (id: number, fetchedAt: string, mediaType: 'movie' | 'tv' = 'movie', foundBy = 'imdb:tt0137523') =>
  sampleItemTitle({ language: 'en-US', fetchedAt, foundBy, title: sampleDescribed({ mediaType, id }) });
const rowOf = ({ store }: MemoryWriter, mediaId: string) =>
  store.joinedRows().find((row) => row.mediaId === mediaId) as ExternalIdRow | undefined;

describe('a title that was found by an id elsewhere', () => {
  it('is a title row and the row of that id, in two write units', async () => {
    const writer = memoryWriter();
    expect(await apply([found(550, '2026-11-25T08:00:07.250Z')], writer)).toEqual(new Map());
    expect(writer.store.rows().map(({ mediaId, mediaType }) => `${mediaId} ${mediaType}`)).toEqual(['550 movie']);
    expect(writer.store.joinedRows()).toMatchObject([
      { mediaId: 'imdb:tt0137523', mediaType: 'id', movie: { id: 550 } },
    ]);
    expect(writer.telemetry.eventsOf('batch-written')).toMatchObject([{ writeUnits: 2 }]);
    expect(writer.telemetry.eventsOf('page-applied')).toMatchObject([{ received: 1, written: 1, rejected: 0 }]);
  });

  it('takes nothing away that details have told, in either order', async () => {
    const details = sampleItemDetails({
      mediaType: 'tv',
      id: 1_396,
      fetchedAt: '2026-11-25T09:00:00.000Z',
      parts: {
        ...sampleItemDetails().parts,
        externalIds: { externalIds: { imdb: 'tt0903747', tvdb: 81_189, wikidata: 'Q1' } },
      },
    });
    const item = found(1_396, '2026-11-25T10:00:00.000Z', 'tv', 'imdb:tt0903747');
    for (const items of [
      [details, item],
      [item, details],
    ]) {
      const writer = memoryWriter();
      for (const one of items) {
        await apply([one], writer);
      }
      expect(rowOf(writer, 'imdb:tt0903747')).toMatchObject({ tv: { id: 1_396 } });
      expect(rowOf(writer, 'tvdb:81189')).toMatchObject({ tv: { id: 1_396 } });
      const row = writer.store.joinedRows().find(({ mediaType }) => mediaType === 'tv+details');
      expect(partsOf(row).externalIds?.externalIds).toEqual({ imdb: 'tt0903747', tvdb: 81_189, wikidata: 'Q1' });
    }
  });

  it('counts for more than what another title has told of itself in the same week, and less than the week after', async () => {
    // The greater of the two ids would stand by itself.
    const old = sampleItemDetails({ id: 600, fetchedAt: '2026-11-24T08:00:00.000Z' });
    const late = sampleItemDetails({ id: 600, fetchedAt: '2026-12-04T08:00:00.000Z' });
    const item = found(550, '2026-11-25T08:00:00.000Z');
    for (const items of [
      [old, item],
      [item, old],
    ]) {
      const writer = memoryWriter();
      await apply(items, writer);
      expect(rowOf(writer, 'imdb:tt0137523')?.movie?.id).toBe(550);
      await apply([late], writer);
      expect(rowOf(writer, 'imdb:tt0137523')?.movie?.id).toBe(600);
    }
  });

  it('leaves the title of the other kind that has the id', async () => {
    const writer = memoryWriter();
    await apply([found(550, '2026-11-25T08:00:00.000Z'), found(7, '2026-11-26T08:00:00.000Z', 'tv')], writer);
    expect(rowOf(writer, 'imdb:tt0137523')).toMatchObject({ movie: { id: 550 }, tv: { id: 7 } });
  });

  it('is a title alone where the id cannot be read, as it is to a writer that does not know the member', async () => {
    const plain = sampleItemTitle();
    for (const foundBy of ['imdb:nm0000093', 'wikidata:Q190050', 'tt0137523', '', 5, null, {}]) {
      const item = itemTitleSchema.parse({ ...plain, foundBy });
      expect(item).toEqual(plain);
      const writer = memoryWriter();
      await apply([item], writer);
      expect(writer.store.joinedRows()).toEqual([]);
    }
  });
});

describe('finds and details in any order, through writers that race', () => {
  const times = fc.constantFrom(
    '2026-11-19T08:00:00.000Z',
    '2026-11-24T08:00:00.000Z',
    '2026-11-24T08:00:30.000Z',
    '2026-11-26T08:00:00.000Z',
    '2026-12-04T08:00:00.000Z',
  );
  const mediaTypes = fc.constantFrom('movie' as const, 'tv' as const);
  const one = fc
    .tuple(fc.boolean(), mediaTypes, fc.constantFrom(20, 550, 600), times)
    .map(
      ([isFound, mediaType, id, fetchedAt]): Item =>
        isFound ? found(id, fetchedAt, mediaType) : sampleItemDetails({ mediaType, id, fetchedAt }),
    );

  it('make the same rows, and of each kind name what the latest find or a later week has told', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 5 }), fc.scheduler(), async (items, scheduler) => {
        const plain = memoryWriter();
        await apply(items, plain);
        const raced = memoryWriter(scheduledBy(scheduler));
        const both = [apply([...items].reverse(), raced), apply(items.slice(0, 2), raced)];
        await scheduler.waitFor(Promise.all(both));
        expect(contents(raced)).toEqual(contents(plain));
        const row = rowOf(plain, 'imdb:tt0137523');
        expect({ movie: row?.movie?.id, tv: row?.tv?.id }).toEqual({
          movie: named(items, 'movie'),
          tv: named(items, 'tv'),
        });
      }),
      { numRuns: 80 },
    );
  });

  /** Weeks begin on Thursdays, as days are counted since 1970. */
  function named(items: readonly Item[], mediaType: 'movie' | 'tv'): number | undefined {
    const told = items.flatMap((item) => {
      const [title, isFound] =
        item.kind === 'item-title' ? [item.title, true] : [item as { mediaType: string; id: number }, false];
      const atMs = Date.parse(item.fetchedAt);
      const weekMs = 7 * 86_400_000;
      const countsMs = isFound ? Math.floor(atMs / 60_000) * 60_000 : Math.floor(atMs / weekMs) * weekMs;
      return title.mediaType === mediaType ? [{ id: title.id, countsMs }] : [];
    });
    return told.sort((a, b) => a.countsMs - b.countsMs || a.id - b.id).at(-1)?.id;
  }
});
