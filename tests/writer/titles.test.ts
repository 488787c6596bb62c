import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item, ItemPage, ItemTitle } from '../../src/shared/queues/item-page.ts';
import type { TitleRow } from '../../src/shared/tables/title-row.ts';
import { applyItems } from '../../src/writer/apply-items.ts';
import { receiveItem } from '../../src/writer/writer-batch.ts';
import { arbitraryHistoryPage } from '../support/arbitrary-history.ts';
import { type CallHook, scheduledBy, throttledOnce } from '../support/call-hook.ts';
import { type MemoryWriter, memoryWriter } from '../support/deliver-pages.ts';
import { recordingQueue } from '../support/recording-queue.ts';
import { halfDayOf, inSteps, referenceTable } from '../support/reference-table.ts';
import { sampleDescribed, sampleItemTitle, samplePage, sampleTitle } from '../support/sample-messages.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const english = sampleItemTitle({ language: 'en-US', jobId: 'job-t' });

const apply = (items: readonly Item[], writer: MemoryWriter) =>
  applyItems(
    items.map((item, n) => ({ messageId: `m${n}`, item })),
    writer,
  );
const keysOf = ({ store }: MemoryWriter) => store.rows().map(({ mediaId, mediaType }) => `${mediaId} ${mediaType}`);
const fatesOf = ({ telemetry }: MemoryWriter) =>
  telemetry
    .eventsOf('page-applied')
    .map(({ received, written, unchanged, superseded, rejected }) => [
      received,
      written,
      unchanged,
      superseded,
      rejected,
    ]);

describe('a title on its own', () => {
  it('is a title row in its language, with a stand-in for the default one, and neither a placement nor a head', async () => {
    const writer = memoryWriter();
    expect(await apply([sampleItemTitle()], writer)).toEqual(new Map());
    expect(keysOf(writer)).toEqual(['550 movie', '550 movie@de-DE']);
    expect(writer.heads.all()).toEqual([]);
    expect(writer.store.rows()[1]).toMatchObject({
      title: 'Fight Club',
      fetchedAt: '2026-11-23T00:00:00.000Z',
      voteCount: 26_900,
      genreIds: [18, 53, 35],
    });
  });

  it('is reported as one row that was received and written', async () => {
    const writer = memoryWriter();
    await apply([sampleItemTitle()], writer);
    expect(writer.telemetry.eventsOf('page-applied')).toEqual([
      {
        event: 'page-applied',
        runId: '0badcafe',
        jobId: '0badcafe/title/movie/550/de-DE',
        received: 1,
        written: 1,
        unchanged: 0,
        superseded: 0,
        rejected: 0,
      },
    ]);
    expect(writer.telemetry.eventsOf('batch-written')).toMatchObject([
      { pages: 1, rowsWritten: 2, rowsUnchanged: 0, rowsSuperseded: 0, writeUnits: 2, readUnits: 1 },
    ]);
  });

  it('is unchanged when it comes again, in the same batch or later', async () => {
    const writer = memoryWriter();
    await apply([english, english], writer);
    await apply([english], writer);
    expect(fatesOf(writer)).toEqual([
      [1, 1, 0, 0, 0],
      [1, 0, 1, 0, 0],
      [1, 0, 1, 0, 0],
    ]);
    expect(writer.store.puts).toHaveLength(1);
  });

  it('is superseded by what a list brought of a later half day', async () => {
    const writer = memoryWriter();
    await apply([samplePage({ fetchedAt: '2026-11-24T08:00:00.000Z' }), english], writer);
    await apply([english], writer);
    expect(fatesOf(writer).slice(1)).toEqual([
      [1, 0, 0, 1, 0],
      [1, 0, 0, 1, 0],
    ]);
    expect(writer.store.rows().map(({ fetchedAt }) => fetchedAt)).toContain('2026-11-24T00:00:00.000Z');
  });

  it('replaces what a list brought of an earlier half day, and leaves the placement as it was', async () => {
    const writer = memoryWriter();
    await apply([samplePage()], writer);
    const [, placement] = writer.store.rows();
    const later = { ...english, fetchedAt: '2026-11-25T08:00:00.000Z', title: sampleDescribed({ title: 'New' }) };
    await apply([later], writer);
    expect(writer.store.rows()).toMatchObject([{ mediaType: 'movie', title: 'New' }, placement ?? {}]);
    expect(writer.store.rows()[1]).toEqual(placement);
  });

  it('is unchanged where a list has brought the same', async () => {
    const writer = memoryWriter();
    await apply([samplePage(), { ...english, fetchedAt: '2026-11-23T11:59:59.999Z' }], writer);
    expect(fatesOf(writer)).toEqual([
      [1, 1, 0, 0, 0],
      [1, 0, 1, 0, 0],
    ]);
  });

  it('stands beside its other languages and the series of the same id', async () => {
    const writer = memoryWriter();
    const series = { ...english, title: sampleDescribed({ mediaType: 'tv' }) };
    await apply([english, sampleItemTitle(), series], writer);
    expect(keysOf(writer)).toEqual(['550 movie', '550 movie@de-DE', '550 tv']);
  });
});

describe('a title whose row cannot be written', () => {
  const throttled = (): CallHook => throttledOnce(({ key }) => key === '550\nmovie');

  it('comes again alone: the pages of its batch are in', async () => {
    const writer = memoryWriter(throttled());
    const page = samplePage({ titles: [sampleTitle({ id: 7 })] });
    const failures = await apply([english, page], writer);
    expect([...failures.keys()]).toEqual(['m0']);
    expect(failures.get('m0')?.detail).toContain('550 movie: ProvisionedThroughputExceededException');
    expect(writer.telemetry.eventsOf('page-applied').map(({ jobId }) => jobId)).toEqual([page.jobId]);
    expect(writer.heads.all()).toHaveLength(1);
    expect(await apply([english], writer)).toEqual(new Map());
    expect(keysOf(writer)).toContain('550 movie');
  });

  it('fails the page that brings the same row too', async () => {
    const failures = await apply([english, samplePage()], memoryWriter(throttled()));
    expect([...failures.keys()].sort()).toEqual(['m0', 'm1']);
  });
});

describe('a message of the item queue', () => {
  const receive = async (body: string) => {
    const deadLetters = recordingQueue();
    const { telemetry } = memoryWriter();
    return { item: await receiveItem(body, { deadLetters, telemetry, clock: virtualClock() }), deadLetters };
  };

  it('may be a title', async () => {
    const { item, deadLetters } = await receive(JSON.stringify(sampleItemTitle()));
    expect(item).toEqual(sampleItemTitle());
    expect(deadLetters.sent).toEqual([]);
  });

  it('that is a damaged title is a dead letter which names what is wrong', async () => {
    const body = JSON.stringify(sampleItemTitle({ language: 'german' }));
    const { item, deadLetters } = await receive(body);
    expect(item).toBeUndefined();
    expect(deadLetters.sent).toMatchObject([
      {
        body,
        attributes: {
          reason: 'malformed',
          detail: expect.stringMatching(/^language: /),
          jobId: '0badcafe/title/movie/550/de-DE',
        },
      },
    ]);
  });
});

/** Titles drawn from the same few facts as the pages: what a page of one row shows, on its own. */
const arbitraryItems: fc.Arbitrary<Item[]> = fc
  .array(fc.tuple(arbitraryHistoryPage, fc.boolean()), { minLength: 1, maxLength: 7 })
  .map((drawn) => drawn.flatMap(([page, alone]): Item[] => (alone ? titlesOf(page) : [page])));

function titlesOf({ feed, fetchedAt, runId, jobId, titles }: ItemPage): ItemTitle[] {
  return titles.map(({ rank: _rank, ...title }) =>
    sampleItemTitle({ jobId, runId, language: feed.language, fetchedAt, title }),
  );
}

/** Asserts that the title rows are those that the invariant in prose asks for, and that only pages have placed anything. */
function expectInvariant(writer: MemoryWriter, items: readonly Item[]): void {
  const pages = items.filter((item) => item.kind === 'item-page');
  const listed = referenceTable(pages).pages;
  const { titles } = referenceTable(items);
  const rows = new Map(
    writer.store.rows().map((row) => [`${row.mediaId}\n${row.mediaType}`, row as Partial<TitleRow>]),
  );
  expect([...rows.keys()].sort()).toEqual([...listed.keys(), ...titles.keys()].sort());
  for (const [key, sightings] of titles) {
    const facts = sightings.map(({ fetchedAt, title }) => [
      `${halfDayOf(fetchedAt)}:00:00.000Z`,
      inSteps(title.voteCount),
      title.title,
    ]);
    const row = rows.get(key);
    expect(facts).toContainEqual([row?.fetchedAt, row?.voteCount, row?.title]);
  }
}

describe('titles and pages in any order, any number of times, in any batches', () => {
  it('make the same tables, and those the invariant asks for', async () => {
    const deals = fc.record({ seed: fc.infiniteStream(fc.nat(3)), again: fc.array(fc.nat(20), { maxLength: 4 }) });
    await fc.assert(
      fc.asyncProperty(arbitraryItems, deals, fc.scheduler(), async (items, { seed, again }, scheduler) => {
        const plain = memoryWriter();
        await apply(items, plain);
        expectInvariant(plain, items);

        const all = [...items, ...again.flatMap((index) => items.slice(index, index + 1))].reverse();
        const batches = [...Map.groupBy(all, () => seed.next().value).values()];
        const raced = memoryWriter(scheduledBy(scheduler));
        await scheduler.waitFor(Promise.all(batches.map((batch) => apply(batch, raced))));
        expect(raced.store.rows()).toEqual(plain.store.rows());
        expect(raced.heads.all()).toEqual(plain.heads.all());
        expect(fatesOf(raced).every(([received, ...fates]) => received === fates.reduce((sum, n) => sum + n, 0))).toBe(
          true,
        );
      }),
      { numRuns: 100 },
    );
  });
});
