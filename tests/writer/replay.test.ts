import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemPage, ListedTitle } from '../../src/shared/queues/item-page.ts';
import { assembleList } from '../../src/shared/tables/read-list.ts';
import { arbitraryHistory } from '../support/arbitrary-history.ts';
import { applyAtOnce, deliver, type MemoryWriter, memoryWriter } from '../support/deliver-pages.ts';
import { samplePage, sampleTitle } from '../support/sample-messages.ts';

const contents = ({ store, heads }: MemoryWriter) => ({ rows: store.rows(), heads: heads.all() });
const lastFates = ({ telemetry }: MemoryWriter) => telemetry.eventsOf('page-applied').at(-1);

describe('the same messages again', () => {
  it('write nothing, in whatever order and batches', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory, async (history) => {
        const writer = memoryWriter();
        await deliver(history, writer);
        const before = { puts: writer.store.puts.length, stored: writer.heads.stored.length };
        await deliver(history, writer);
        await applyAtOnce([...history.pages].reverse(), writer);
        expect({ puts: writer.store.puts.length, stored: writer.heads.stored.length }).toEqual(before);
      }),
    );
  });

  it('are reported as unchanged', async () => {
    const page = samplePage({ titles: [sampleTitle(), sampleTitle({ id: 551, rank: 2 })], persons: 1 });
    const writer = memoryWriter();
    await applyAtOnce([page], writer);
    await applyAtOnce([page], writer);
    expect(lastFates(writer)).toMatchObject({ received: 3, written: 0, unchanged: 2, superseded: 0, rejected: 1 });
    expect(writer.telemetry.eventsOf('batch-written').at(-1)).toMatchObject({ rowsUnchanged: 3, writeUnits: 0 });
  });
});

/** What moves from week to week. */
const moved: fc.Arbitrary<Partial<ListedTitle>> = fc.record({
  title: fc.constantFrom('Fight Club', 'Old name'),
  overview: fc.constantFrom('', 'Old text', 'x'.repeat(300)),
  voteCount: fc.nat(50_000_000),
  popularity: fc.double({ min: 0, max: 10_000, noNaN: true }),
  posterPath: fc.constantFrom(null, '/old.jpg'),
});

describe('last week’s messages', () => {
  const today = samplePage({
    titles: [1, 2, 3].map((id) => sampleTitle({ id, rank: id })),
    fetchedAt: '2026-11-23T08:00:07.250Z',
  });
  const lastWeek = (facts: readonly Partial<ListedTitle>[], fetchedAt: string): ItemPage => ({
    ...today,
    snapshot: '2026-11-16T08:00:00Z.ffffffff',
    runId: 'ffffffff',
    fetchedAt,
    titles: facts.map((fact, index) => ({ ...sampleTitle({ id: index + 1, rank: 3 - index }), ...fact })),
  });
  const threeMoved = fc.array(moved, { minLength: 1, maxLength: 3 });

  it('change no row after today’s, and are reported as superseded', async () => {
    await fc.assert(
      fc.asyncProperty(threeMoved, async (facts) => {
        const writer = memoryWriter();
        await applyAtOnce([today], writer);
        const before = contents(writer);
        await applyAtOnce([lastWeek(facts, '2026-11-16T08:00:07.250Z')], writer);
        expect(contents(writer)).toEqual(before);
        expect(lastFates(writer)).toMatchObject({ received: facts.length, superseded: facts.length, written: 0 });
        expect(writer.telemetry.eventsOf('batch-written').at(-1)).toMatchObject({
          rowsSuperseded: 1 + facts.length,
          writeUnits: 0,
        });
      }),
    );
  });

  it('move no list even when they are fetched today, from a dead-letter queue', async () => {
    await fc.assert(
      fc.asyncProperty(threeMoved, async (facts) => {
        const writer = memoryWriter();
        await applyAtOnce([today], writer);
        const pages = () => writer.store.rows().filter((row) => 'places' in row);
        const before = { pages: pages(), heads: writer.heads.all() };
        await applyAtOnce([lastWeek(facts, '2026-11-24T20:00:00.000Z')], writer);
        expect({ pages: pages(), heads: writer.heads.all() }).toEqual(before);
      }),
    );
  });

  it('fill pages that today’s list does not have, behind it', async () => {
    const writer = memoryWriter();
    await applyAtOnce([today], writer);
    const gone = {
      ...lastWeek([{}], '2026-11-16T08:00:07.250Z'),
      page: 2,
      titles: [sampleTitle({ id: 3, rank: 21 }), sampleTitle({ id: 9, rank: 22 })],
    };
    await applyAtOnce([gone], writer);
    expect(lastFates(writer)).toMatchObject({ written: 2 });
    const list = assembleList(await writer.store.listPages(today.feed, 20), 20, Date.UTC(2026, 10, 17));
    expect(list.map(({ id }) => id)).toEqual([1, 2, 3, 9]);
  });
});

describe('figures that move a little', () => {
  const seen = (at: string, snapshot: string, over: Partial<ListedTitle>) =>
    samplePage({ fetchedAt: at, snapshot, titles: [sampleTitle(over)] });
  const titlePuts = ({ store }: MemoryWriter) => store.puts.filter(({ mediaType }) => mediaType === 'movie').length;

  it('write no title row within half a day, but the page of the new run', async () => {
    const writer = memoryWriter();
    await applyAtOnce([seen('2026-11-23T00:00:01.000Z', '2026-11-23T00:00:00Z.0badcafe', {})], writer);
    const again = { voteCount: 27_051, popularity: 74.1, voteAverage: 8.441 };
    await applyAtOnce([seen('2026-11-23T08:00:01.000Z', '2026-11-23T08:00:00Z.0badcafe', again)], writer);
    expect(titlePuts(writer)).toBe(1);
    expect(writer.store.puts).toHaveLength(3);
  });

  it('write the title row when they have moved a lot, and once in each half day', async () => {
    const writer = memoryWriter();
    const snapshot = '2026-11-23T00:00:00Z.0badcafe';
    await applyAtOnce([seen('2026-11-23T00:00:01.000Z', snapshot, {})], writer);
    await applyAtOnce([seen('2026-11-23T04:00:01.000Z', snapshot, { voteCount: 40_000 })], writer);
    expect(titlePuts(writer)).toBe(2);
    await applyAtOnce([seen('2026-11-23T12:00:00.000Z', snapshot, {})], writer);
    expect(titlePuts(writer)).toBe(3);
  });
});
