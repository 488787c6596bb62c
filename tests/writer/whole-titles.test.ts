import { brotliCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { CatalogJoinedRow } from '../../src/shared/tables/catalog.ts';
import { detailsRowSchema, partsOf } from '../../src/shared/tables/details-row.ts';
import { externalIdRowSchema } from '../../src/shared/tables/external-id-row.ts';
import { referenceRowSchema } from '../../src/shared/tables/reference-row.ts';
import { applyItems } from '../../src/writer/apply-items.ts';
import { around, type CallHook, failing, noHook, scheduledBy, throttledOnce } from '../support/call-hook.ts';
import { type MemoryWriter, memoryWriter } from '../support/deliver-pages.ts';
import { applyAll, arbitraryDelivered, deliverAll } from '../support/deliver-titles.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';
import { partProblems } from '../support/parts-reference.ts';
import { sampleItemDetails, sampleItemReference, sampleItemTitle } from '../support/sample-messages.ts';

const contents = ({ store }: MemoryWriter) => ({ rows: store.rows(), joined: store.joinedRows() });
const joinedKeys = ({ store }: MemoryWriter) =>
  store.joinedRows().map(({ mediaId, mediaType }) => `${mediaId} ${mediaType}`);

describe('reference data', () => {
  it('becomes a row, and is reported as one that was received', async () => {
    const writer = memoryWriter();
    const services = sampleItemReference({
      jobId: '0badcafe/reference/tv-services',
      reference: { what: 'tv-services', countries: ['US'], services: [{ id: 8, name: 'A', logoPath: null }] },
    });
    const deliveries = [sampleItemReference(), services].map((item) => ({ messageId: item.jobId, item }));
    expect(await applyItems(deliveries, writer)).toEqual(new Map());
    expect(joinedKeys(writer)).toEqual(['reference configuration', 'reference services']);
    expect(writer.store.rows()).toEqual([]);
    expect(await applyItems(deliveries, writer)).toEqual(new Map());
    const fates = writer.telemetry
      .eventsOf('page-applied')
      .map(({ received, written, unchanged, outcome }) => [received, written, unchanged, outcome]);
    expect(fates).toEqual([
      [1, 1, 0, undefined],
      [1, 1, 0, undefined],
      [1, 0, 1, undefined],
      [1, 0, 1, undefined],
    ]);
  });

  it('fails alone when its row cannot be written', async () => {
    const writer = memoryWriter(throttledOnce(({ name }) => name === 'replace'));
    const failures = await applyItems([{ messageId: 'm', item: sampleItemReference() }], writer);
    expect(failures.get('m')?.detail).toMatch(/^reference configuration: /);
  });
});

describe('a whole title', () => {
  it('is a card in each language, a row of details, and one for each id elsewhere', async () => {
    const writer = memoryWriter();
    expect(await applyAll([sampleItemDetails()], writer)).toEqual(new Map());
    expect(writer.store.rows().map(({ mediaId, mediaType }) => `${mediaId} ${mediaType}`)).toEqual([
      '550 movie',
      '550 movie@de-DE',
    ]);
    expect(joinedKeys(writer)).toEqual(['550 movie+details', 'imdb:tt0137523 id']);
    expect(writer.heads.all()).toEqual([]);
    const [details] = writer.store.joinedRows();
    expect(partsOf(details).base).toMatchObject({ runtimeMinutes: 139 });
  });

  it('is reported as one that somebody waits for where its message says so, also when nothing has changed', async () => {
    const writer = memoryWriter();
    const awaited = sampleItemDetails({ awaited: true });
    for (const item of [awaited, awaited, sampleItemDetails()]) {
      await applyAll([item], writer);
    }
    const events = writer.telemetry.eventsOf('page-applied');
    expect(events.map((event) => [event.written, event.awaited])).toEqual([
      [1, true],
      [0, true],
      [0, undefined],
    ]);
  });

  it('has the card that a title fetched by itself has', async () => {
    const [whole, alone] = [memoryWriter(), memoryWriter()];
    const { mediaType, id, cards, fetchedAt } = sampleItemDetails();
    await applyAll([sampleItemDetails()], whole);
    for (const { language, ...card } of cards) {
      const item = sampleItemTitle({ language, fetchedAt, title: { mediaType, id, ...card } });
      await applyItems([{ messageId: language, item }], alone);
    }
    expect(whole.store.rows()).toEqual(alone.store.rows());
  });

  it('is reported as one that was received, and written once', async () => {
    const writer = memoryWriter();
    await applyAll([sampleItemDetails()], writer);
    await applyAll([sampleItemDetails()], writer);
    const fates = writer.telemetry
      .eventsOf('page-applied')
      .map(({ received, written, unchanged }) => [received, written, unchanged]);
    expect(fates).toEqual([
      [1, 1, 0],
      [1, 0, 1],
    ]);
    expect(writer.store.joinedPuts).toHaveLength(2);
    const units = writer.telemetry.eventsOf('batch-written').map(({ writeUnits }) => writeUnits);
    expect(units).toEqual([4, 0]);
  });

  it('keeps what an answer does not know', async () => {
    const writer = memoryWriter();
    const { base: _base, ...parts } = sampleItemDetails().parts;
    await applyAll([sampleItemDetails()], writer);
    await applyAll([sampleItemDetails({ parts, fetchedAt: '2026-12-23T08:00:00.000Z' })], writer);
    const known = partsOf(writer.store.joinedRows()[0]);
    expect(known.base?.fetchedAt).toBe('2026-11-23T00:00:00.000Z');
    expect(known.externalIds?.fetchedAt).toBe('2026-12-23T00:00:00.000Z');
  });

  it('that another one has become a part of takes over the id elsewhere, and leaves the other’s rows', async () => {
    const old = sampleItemDetails({ id: 600, fetchedAt: '2026-11-23T08:00:00.000Z' });
    const kept = sampleItemDetails({ id: 550, movedFrom: 600, fetchedAt: '2026-11-24T08:00:00.000Z' });
    for (const items of [
      [old, kept],
      [kept, old],
    ]) {
      const writer = memoryWriter();
      for (const item of items) {
        await applyAll([item], writer);
      }
      expect(joinedKeys(writer)).toEqual(['550 movie+details', '600 movie+details', 'imdb:tt0137523 id']);
      expect(writer.store.joinedRows().at(-1)).toMatchObject({ movie: { id: 550 } });
      expect(writer.store.rows().map(({ mediaId }) => mediaId)).toEqual(['550', '550', '600', '600']);
    }
  });

  it('fails alone when a row of it cannot be written, and is applied when it comes again', async () => {
    const writer = memoryWriter(throttledOnce(({ name, key }) => name === 'replace' && key.startsWith('imdb')));
    const items = [sampleItemDetails(), sampleItemDetails({ id: 551, jobId: 'other', parts: {} })];
    const failures = await applyAll(items, writer);
    expect([...failures.keys()]).toEqual(['m0']);
    expect(failures.get('m0')?.detail).toMatch(/^imdb:tt0137523 id: /);
    expect(await applyAll(items, writer)).toEqual(new Map());
    expect(joinedKeys(writer)).toContain('imdb:tt0137523 id');
  });

  it('writes no row of details where TMDB told no part of them', async () => {
    const writer = memoryWriter();
    expect(await applyAll([sampleItemDetails({ parts: {} })], writer)).toEqual(new Map());
    expect(joinedKeys(writer)).toEqual([]);
    expect(writer.store.rows()).not.toEqual([]);
  });

  it('is given up for this delivery where others keep changing the row', async () => {
    const contended: CallHook = async (call, act) =>
      call.name === 'replace' ? ({ replaced: false, writeUnits: 1 } as ReturnType<typeof act>) : act();
    const failures = await applyAll([sampleItemDetails()], memoryWriter(contended));
    expect(failures.get('m0')).toMatchObject({
      code: 'row_contended',
      detail: 'imdb:tt0137523 id: other writers replaced it 20 times while it was being joined',
    });
  });
});

describe('a joined row that is damaged', () => {
  const damages: [string, (row: CatalogJoinedRow) => object][] = [
    ['with bytes that are no stream', () => ({ parts: new Uint8Array([1]) })],
    ['with an empty stream', () => ({ parts: brotliCompressSync('{}') })],
    ['with a part that cannot be read', alteredPart],
    ['with text in place of bytes, and an id that is a text', () => ({ parts: 'text', movie: { id: '550' } })],
    ['with a time that is none', () => ({ fetchedAt: 'yesterday' })],
  ];
  it.each(damages)('%s is replaced by the same message, and then is unchanged', async (_name, damageOf) => {
    const writer = memoryWriter();
    const services = {
      what: 'tv-services' as const,
      countries: ['US'],
      services: [{ id: 8, name: 'A', logoPath: null }],
    };
    const items = [
      sampleItemDetails(),
      sampleItemReference(),
      sampleItemReference({ jobId: 's', reference: services }),
    ];
    const deliveries = items.map((item) => ({ messageId: item.jobId, item }));
    await applyItems(deliveries, writer);
    const whole = writer.store.joinedRows();
    for (const row of whole) {
      await writer.store.replace({ ...row, ...damageOf(row) } as CatalogJoinedRow, row.version);
    }
    expect(writer.store.joinedRows()).not.toEqual(whole);
    await applyItems(deliveries, writer);
    expect(readableOf(writer.store.joinedRows())).toEqual(readableOf(whole));
    const puts = writer.store.joinedPuts.length;
    await applyItems(deliveries, writer);
    expect(writer.store.joinedPuts).toHaveLength(puts);
  });

  function alteredPart(row: CatalogJoinedRow): object {
    const parts = row.mediaType.endsWith('+details') ? partsOf(row) : {};
    return { parts: brotliCompressSync(JSON.stringify({ ...parts, base: { ...parts.base, runtimeMinutes: 'long' } })) };
  }

  /** Without attributes that the row's kind does not have. */
  const readableOf = (rows: readonly CatalogJoinedRow[]) =>
    rows.map((row) => ({
      ...joinedRowSchema.parse(row),
      parts: row.mediaType === 'services' ? row.parts : partsOf(row),
    }));
  const joinedRowSchema = z.union([detailsRowSchema, externalIdRowSchema, referenceRowSchema]);
});

describe('the same parts in any order, from any days, any number of times, in any batches', () => {
  it('make the same rows through writers that race, and those that the rule asks for', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryDelivered, fc.scheduler(), async (delivered, scheduler) => {
        const plain = memoryWriter();
        await applyAll(delivered.items, plain);
        const raced = memoryWriter(scheduledBy(scheduler));
        await scheduler.waitFor(deliverAll(delivered, raced));
        expect(contents(raced)).toEqual(contents(plain));
        expect(partProblems(raced.store.joinedRows(), delivered.items)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('make the same rows when calls fail on the way, and reads are old', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryDelivered,
        fc.array(fc.boolean(), { maxLength: 30 }),
        fc.nat(3),
        async (delivered, script, lag) => {
          const plain = memoryWriter();
          await applyAll(delivered.items, plain);
          const faults = script.values();
          const faulty = failing(() => (faults.next().value === true ? new Error('throttled') : undefined));
          const old = { ...memoryWriter(), store: memoryCatalog(around(noHook, faulty), () => lag) };
          await deliverAll(delivered, old);
          expect(contents(old)).toEqual(contents(plain));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('take no part back at any step', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryDelivered, fc.scheduler(), async (delivered, scheduler) => {
        const raced = memoryWriter(scheduledBy(scheduler));
        await scheduler.waitFor(deliverAll(delivered, raced));
        for (const puts of Map.groupBy(
          raced.store.joinedPuts,
          ({ mediaId, mediaType }) => `${mediaId} ${mediaType}`,
        ).values()) {
          const versions = puts.map(({ version }) => version);
          expect(versions).toEqual([...new Set(versions)].sort());
          const counts = puts.map((row) => Object.keys(partsOf(row)).length);
          expect(counts).toEqual([...counts].sort((a, b) => a - b));
        }
      }),
      { numRuns: 40 },
    );
  });
});
