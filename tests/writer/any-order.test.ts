import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newestAnswer } from '../../src/shared/tables/feed-head.ts';
import { arbitraryHistory } from '../support/arbitrary-history.ts';
import { around, failing, scheduledBy } from '../support/call-hook.ts';
import { applyAtOnce, deliver, type MemoryWriter, memoryWriter } from '../support/deliver-pages.ts';
import { expectHeads, expectTable } from '../support/expect-table.ts';

const contents = ({ store, heads }: MemoryWriter) => ({ rows: store.rows(), heads: heads.all() });

/** The must-hold property: the tables are a function of the set of messages. */
describe('the same messages in any order, any number of times, in any batches, through up to three writers', () => {
  it('make the same tables, and those the invariant asks for', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory, fc.scheduler(), async (history, scheduler) => {
        const plain = memoryWriter();
        await applyAtOnce(history.pages, plain);
        expectTable(plain.store.rows(), history.pages);
        expectHeads(plain.heads.all(), history.pages);

        const raced = memoryWriter(scheduledBy(scheduler));
        await scheduler.waitFor(deliver(history, raced));
        expect(contents(raced)).toEqual(contents(plain));
      }),
      { numRuns: 120 },
    );
  });

  it('make the same tables when calls fail on the way and what failed comes again', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryHistory,
        fc.scheduler(),
        fc.array(fc.boolean(), { maxLength: 40 }),
        async (history, scheduler, script) => {
          const plain = memoryWriter();
          await applyAtOnce(history.pages, plain);

          const faults = script.values();
          const faulty = failing(() => (faults.next().value === true ? new Error('throttled') : undefined));
          const raced = memoryWriter(around(scheduledBy(scheduler), faulty));
          await scheduler.waitFor(deliver(history, raced));
          expect(contents(raced)).toEqual(contents(plain));
        },
      ),
      { numRuns: 80 },
    );
  });

  it('take no row and no head back at any step', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory, fc.scheduler(), async (history, scheduler) => {
        const raced = memoryWriter(scheduledBy(scheduler));
        await scheduler.waitFor(deliver(history, raced));
        expectForward(raced);
      }),
      { numRuns: 60 },
    );
  });
});

function expectForward({ store, heads }: MemoryWriter): void {
  const puts = Map.groupBy(store.puts, ({ mediaId, mediaType }) => `${mediaId}\n${mediaType}`);
  for (const rows of puts.values()) {
    // An empty page gives way to one with titles that is older: what TMDB serves empty once takes no list away. So does a stand-in to a
    // title in the default language.
    const ages = rows.flatMap((row) => {
      if ('snapshot' in row) {
        return row.places.length > 0 ? [row.snapshot] : [];
      }
      return row.language === undefined ? [row.fetchedAt] : [];
    });
    expect(ages).toEqual([...ages].sort());
    const versions = rows.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort());
  }
  for (const steps of Map.groupBy(heads.stored, ({ id }) => id).values()) {
    const newest = steps.map((head) => newestAnswer(head).snapshot);
    expect(newest).toEqual([...newest].sort());
    const titled = steps.filter(({ pagesApplied }) => pagesApplied.length > 0);
    const snapshots = titled.map(({ snapshot }) => snapshot);
    expect(snapshots).toEqual([...snapshots].sort());
    for (const ofOneRun of Map.groupBy(titled, ({ snapshot }) => snapshot).values()) {
      const counts = ofOneRun.map(({ pagesApplied }) => pagesApplied.length);
      const fetches = ofOneRun.map(({ fetchedAt }) => fetchedAt);
      expect(counts).toEqual([...counts].sort());
      expect(fetches).toEqual([...fetches].sort().reverse());
    }
  }
}
