import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemPage } from '../../src/shared/queues/item-page.ts';
import { decodeList } from '../../src/shared/tables/read-list.ts';
import { applyItems } from '../../src/writer/apply-items.ts';
import { arbitraryHistory } from '../support/arbitrary-history.ts';
import { type CallHook, failing, type PortCall, scheduledBy, throttledOnce } from '../support/call-hook.ts';
import { rejectionOf } from '../support/caught.ts';
import { applyAtOnce, deliver, deliveriesOf, memoryWriter } from '../support/deliver-pages.ts';
import { sampleFeed, samplePage, sampleTitle } from '../support/sample-messages.ts';

const tvFeed = sampleFeed({ media: 'tv' });
const films = (...ids: number[]) => ids.map((id, index) => sampleTitle({ id, rank: index + 1 }));
/** Two pages of films that share title 2, as lists do that move while they are paged through, and one of series. */
const first = samplePage({ jobId: 'job-1', titles: films(1, 2) });
const second = samplePage({
  jobId: 'job-2',
  page: 2,
  titles: [sampleTitle({ id: 2, rank: 3 }), sampleTitle({ id: 3, rank: 4 })],
});
const series = samplePage({
  jobId: 'job-3',
  feed: tvFeed,
  pages: 1,
  titles: [sampleTitle({ id: 1, mediaType: 'tv' })],
});

const firstPage = 'popular/movie/global/en-US\npage#0001';
const fates = (over: Partial<Record<'received' | 'written' | 'unchanged' | 'superseded' | 'rejected', number>>) => ({
  received: 0,
  written: 0,
  unchanged: 0,
  superseded: 0,
  rejected: 0,
  ...over,
});

describe('a page’s list rows', () => {
  it('are written when the table does not hold them; persons and rejected rows count as rejected', async () => {
    const writer = memoryWriter();
    await applyAtOnce([{ ...first, rejected: 2, persons: 1 }], writer);
    expect(writer.telemetry.eventsOf('page-applied')).toEqual([
      {
        event: 'page-applied',
        runId: '0badcafe',
        jobId: 'job-1',
        ...fates({ received: 5, written: 2, rejected: 3 }),
        outcome: 'titles',
      },
    ]);
  });

  it('are unchanged when the same page comes twice in one batch', async () => {
    const writer = memoryWriter();
    await applyAtOnce([first, first], writer);
    expect(writer.telemetry.eventsOf('page-applied')).toMatchObject([
      fates({ received: 2, written: 2 }),
      fates({ received: 2, unchanged: 2 }),
    ]);
  });

  it('are written on each of two pages that hold the same title', async () => {
    const writer = memoryWriter();
    await applyAtOnce([first, second], writer);
    expect(writer.telemetry.eventsOf('page-applied')).toMatchObject([
      fates({ received: 2, written: 2 }),
      fates({ received: 2, written: 2 }),
    ]);
    const pages = await writer.store.listPages(first.feed, 4);
    expect(pages.map(({ places }) => places)).toEqual([
      ['1 movie/1', '2 movie/2'],
      ['3 movie/2', '4 movie/3'],
    ]);
  });

  it('are superseded where their page came in a newer snapshot', async () => {
    const writer = memoryWriter();
    const newest = { ...first, fetchedAt: '2026-11-24T08:00:07.250Z', snapshot: '2026-11-24T08:00:00Z.0badcafe' };
    await applyAtOnce([first, newest], writer);
    await applyAtOnce([first], writer);
    expect(writer.telemetry.eventsOf('page-applied')).toMatchObject([
      fates({ received: 2, superseded: 2 }),
      fates({ received: 2, written: 2 }),
      fates({ received: 2, superseded: 2 }),
    ]);
  });

  it('are written when only their title row is', async () => {
    const writer = memoryWriter();
    const newest = { ...first, snapshot: '2026-11-24T08:00:00Z.0badcafe' };
    await applyAtOnce([newest], writer);
    const fetchedLater = { ...first, fetchedAt: '2026-11-25T08:00:00.000Z' };
    await applyAtOnce([fetchedLater], writer);
    expect(writer.telemetry.eventsOf('page-applied').at(-1)).toMatchObject(fates({ received: 2, written: 2 }));
    expect(writer.store.puts.slice(3).map(({ mediaType }) => mediaType)).toEqual(['movie', 'movie']);
  });

  it('have one fate each, in every history', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory, fc.scheduler(), async (history, scheduler) => {
        const writer = memoryWriter(scheduledBy(scheduler));
        await scheduler.waitFor(deliver(history, writer));
        const events = writer.telemetry.eventsOf('page-applied');
        expect(events).toHaveLength(history.writers.flat(2).length);
        for (const { received, written, unchanged, superseded, rejected } of events) {
          expect(written + unchanged + superseded + rejected).toBe(received);
        }
        const expected = history.writers.flat(2).map((index) => receivedOf(history.pages[index]));
        expect(sum(events.map(({ received }) => received))).toBe(sum(expected));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a batch', () => {
  it('is reported in table rows and units, as a record and as metrics', async () => {
    const writer = memoryWriter();
    await applyAtOnce([first, second, series], writer);
    await applyAtOnce([second, series], writer);
    expect(writer.telemetry.eventsOf('batch-written')).toEqual([
      {
        event: 'batch-written',
        pages: 3,
        rowsWritten: 7,
        rowsUnchanged: 0,
        rowsSuperseded: 0,
        writeUnits: 4 + 3 * 2 + 2,
        readUnits: 7 / 2 + 2,
      },
      {
        event: 'batch-written',
        pages: 2,
        rowsWritten: 0,
        rowsUnchanged: 5,
        rowsSuperseded: 0,
        writeUnits: 0,
        readUnits: 5 / 2 + 2,
      },
    ]);
    expect(writer.telemetry.valuesOf('RowsWritten')).toEqual([7, 0]);
    expect(writer.telemetry.valuesOf('RowsUnchanged')).toEqual([0, 5]);
  });

  it('puts each row once and each head once, however many of its pages bring them', async () => {
    const writer = memoryWriter();
    await applyAtOnce([first, second, first, second], writer);
    const keys = writer.store.puts.map(({ mediaId, mediaType }) => `${mediaId}\n${mediaType}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(writer.heads.stored).toHaveLength(1);
  });

  it('of twenty full pages is in the table in whole', async () => {
    const writer = memoryWriter();
    const pages = Array.from({ length: 20 }, (_, n) => {
      const titles = Array.from({ length: 20 }, (_row, k) => sampleTitle({ id: 20 * n + k + 1, rank: 20 * n + k + 1 }));
      return samplePage({ page: n + 1, pages: 20, titles });
    });
    await applyAtOnce(pages, writer);
    expect(writer.store.rows()).toHaveLength(420);
    const list = decodeList(await writer.store.listPages(first.feed, 1000));
    expect(list.map(({ rank }) => rank)).toEqual(Array.from({ length: 400 }, (_, n) => n + 1));
    expect(writer.heads.all()).toMatchObject([{ pages: 20, lastOutcome: 'complete' }]);
  });

  it('of nothing is nothing', async () => {
    const writer = memoryWriter();
    expect(await applyAtOnce([], writer)).toEqual(new Map());
    expect([writer.store.rows(), writer.heads.all()]).toEqual([[], []]);
  });

  const later = { snapshot: '2026-11-23T12:00:00Z.5eed5eed', fetchedAt: '2026-11-23T12:00:02.000Z' };

  it('with an empty page where nothing was has a row and a head that say so', async () => {
    const writer = memoryWriter();
    await applyAtOnce([{ ...first, titles: [] }], writer);
    expect(writer.store.rows()).toMatchObject([{ mediaType: 'page#0001', places: [] }]);
    expect(writer.heads.all()).toMatchObject([{ pagesApplied: [], lastOutcome: 'empty', emptyAs: expect.any(String) }]);
    expect(writer.telemetry.eventsOf('page-applied')).toMatchObject([{ ...fates({}), outcome: 'empty' }]);
  });

  it('with an empty page where a list was leaves rows and freshness, and says what came', async () => {
    const writer = memoryWriter();
    await applyAtOnce([{ ...first, pages: 1 }], writer);
    const before = { rows: writer.store.rows(), head: writer.heads.all()[0] };
    await applyAtOnce([{ ...first, pages: 1, titles: [], ...later }], writer);
    expect(writer.store.rows()).toEqual(before.rows);
    expect(writer.heads.all()).toEqual([
      {
        ...before.head,
        lastOutcome: 'empty',
        newest: { snapshot: later.snapshot, pages: 1, fetchedAt: later.fetchedAt, outcomes: { 1: 'empty' } },
      },
    ]);
  });

  it('with a list that TMDB does not know writes no row, and its words into the head', async () => {
    const writer = memoryWriter();
    const absence = { code: 'tmdb_34', detail: 'HTTP 404: no such list' };
    await applyAtOnce([{ ...first, titles: [], absence }], writer);
    expect(writer.store.rows()).toEqual([]);
    const [head] = writer.heads.all();
    expect(head).toMatchObject({ pagesApplied: [], lastOutcome: 'not-found', newest: { absences: { 1: absence } } });
    expect(head?.freshUntil).toBe(head?.fetchedAt);
  });

  it('with a page behind the list’s end is a complete list', async () => {
    const writer = memoryWriter();
    await applyAtOnce([first, { ...second, titles: [] }], writer);
    expect(writer.heads.all()).toMatchObject([{ pagesApplied: [1], pages: 2, lastOutcome: 'complete' }]);
  });
});

describe('what fails', () => {
  const applied = async (hook: CallHook, pages: ItemPage[]) => {
    const writer = memoryWriter(hook);
    const failures = await applyItems(deliveriesOf(pages), writer);
    return { writer, failed: [...failures.keys()].sort(), reasons: [...failures.values()].map(({ detail }) => detail) };
  };
  const jobsApplied = (writer: ReturnType<typeof memoryWriter>) =>
    writer.telemetry.eventsOf('page-applied').map(({ jobId }) => jobId);

  it('is only the message whose own row failed; the others are in whole', async () => {
    const { writer, failed, reasons } = await applied(
      throttledOnce(({ key }) => key === firstPage),
      [first, second, series],
    );
    expect(failed).toEqual(['m0']);
    expect(reasons[0]).toContain('popular/movie/global/en-US page#0001');
    expect(reasons[0]).toContain('ProvisionedThroughputExceededException');
    expect(jobsApplied(writer)).toEqual(['job-2', 'job-3']);
    expect(writer.store.rows()).toHaveLength(6);
  });

  it('is every message that asks for the row that failed', async () => {
    const { failed } = await applied(
      throttledOnce(({ key }) => key === '2\nmovie'),
      [first, second, series],
    );
    expect(failed).toEqual(['m0', 'm1']);
  });

  it('does not move a head: it names pages only that are in whole', async () => {
    const { writer } = await applied(
      throttledOnce(({ key }) => key === firstPage),
      [first, second, series],
    );
    expect(writer.heads.all()).toMatchObject([
      { feed: 'popular/movie/global/en-US', pagesApplied: [2], lastOutcome: 'partial' },
      { feed: 'popular/tv/global/en-US', pagesApplied: [1], lastOutcome: 'complete' },
    ]);
    await applyAtOnce([first], writer);
    expect(writer.heads.all()[0]).toMatchObject({ pagesApplied: [1, 2], lastOutcome: 'complete' });
  });

  it('at a head is every message of that feed, though its rows stay', async () => {
    const { writer, failed } = await applied(
      throttledOnce(({ name, key }) => name === 'replaceHead' && key === 'feed#popular/movie/global/en-US'),
      [first, second, series],
    );
    expect(failed).toEqual(['m0', 'm1']);
    expect(writer.store.rows()).toHaveLength(7);
    expect(writer.heads.all().map(({ feed }) => feed)).toEqual(['popular/tv/global/en-US']);
    expect(await applyAtOnce([first, second], writer)).toEqual(new Map());
    expect(writer.store.puts).toHaveLength(7);
    expect(writer.heads.all()[0]).toMatchObject({ pagesApplied: [1, 2] });
  });

  it('is the whole batch when the versions cannot be read', async () => {
    const down = new Error('DynamoDB is down');
    const writer = memoryWriter(failing(({ name }: PortCall) => (name === 'readPresent' ? down : undefined)));
    expect(await rejectionOf(applyAtOnce([first, series], writer))).toBe(down);
    expect([writer.store.rows(), writer.heads.all(), writer.telemetry.events]).toEqual([[], [], []]);
  });
});

function receivedOf(page: ItemPage | undefined): number {
  return page === undefined ? Number.NaN : page.titles.length + page.rejected + page.persons;
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}
