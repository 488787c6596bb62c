import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CatalogRow, PresentRow } from '../../src/shared/tables/catalog.ts';
import { writeRows } from '../../src/writer/write-rows.ts';
import { failing, type PortCall, throttledOnce } from '../support/call-hook.ts';
import { rejectionOf } from '../support/caught.ts';
import { gatedStore } from '../support/gated-store.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';
import { draftOf, sampleListPage, sampleTitleRow } from '../support/sample-rows.ts';
import { unpaced } from '../support/unpaced.ts';
import { eventLoopTurn } from '../support/virtual-clock.ts';

const keyed = (rows: readonly CatalogRow[]) =>
  new Map(rows.map((row) => [`${row.mediaId}\n${row.mediaType}`, draftOf(row)] as const));
const titles = (count: number, version = 'm') =>
  Array.from({ length: count }, (_, n) => sampleTitleRow({ mediaId: `${n + 1}`, version }));

describe('writing rows', () => {
  it('puts what is absent or older, and leaves what is the same or newer', async () => {
    const store = memoryCatalog();
    await store.putIfNewer(sampleTitleRow({ mediaId: '1', version: 'a' }));
    await store.putIfNewer(sampleTitleRow({ mediaId: '2', version: 'm' }));
    await store.putIfNewer(sampleTitleRow({ mediaId: '3', version: 'z' }));
    const { outcomes } = await writeRows(keyed(titles(4)), store, 16, unpaced);
    expect(Object.fromEntries(outcomes)).toEqual({
      '1\nmovie': 'write',
      '2\nmovie': 'unchanged',
      '3\nmovie': 'superseded',
      '4\nmovie': 'write',
    });
    expect(store.puts.slice(3).map(({ mediaId }) => mediaId)).toEqual(['1', '4']);
    expect(store.rows().map(({ version }) => version)).toEqual(['m', 'm', 'z', 'm']);
  });

  it('builds no row that is not put', async () => {
    const store = memoryCatalog();
    await store.putIfNewer(sampleTitleRow({ mediaId: '2' }));
    const built: string[] = [];
    const drafts = titles(3).map((row) => ({
      ...draftOf(row),
      build: () => {
        built.push(row.mediaId);
        return row;
      },
    }));
    await writeRows(new Map(drafts.map((draft) => [`${draft.mediaId}\nmovie`, draft])), store, 16, unpaced);
    expect(built).toEqual(['1', '3']);
  });

  it('calls a row superseded that another writer overtook after the versions were read', async () => {
    const overtaken: string[] = [];
    const store = memoryCatalog(async (call, act) => {
      if (call.name === 'putIfNewer' && overtaken.length === 0) {
        overtaken.push(call.key);
        await store.putIfNewer(sampleTitleRow({ mediaId: '1', version: 'z', title: 'theirs' }));
      }
      return act();
    });
    const { outcomes } = await writeRows(keyed(titles(1)), store, 16, unpaced);
    expect(outcomes.get('1\nmovie')).toBe('superseded');
    expect(store.rows()).toEqual([sampleTitleRow({ mediaId: '1', version: 'z', title: 'theirs' })]);
  });

  it('keeps one row’s failure to that row, with its reason', async () => {
    const store = memoryCatalog(throttledOnce(({ key }) => key === '2\nmovie'));
    const { outcomes } = await writeRows(keyed(titles(3)), store, 2, unpaced);
    expect(outcomes.get('2\nmovie')).toMatchObject({ failed: { detail: 'ProvisionedThroughputExceededException' } });
    expect([outcomes.get('1\nmovie'), outcomes.get('3\nmovie')]).toEqual(['write', 'write']);
    expect(store.rows().map(({ mediaId }) => mediaId)).toEqual(['1', '3']);
  });

  it('throws when the versions cannot be read, and puts nothing', async () => {
    const down = new Error('DynamoDB is down');
    const store = memoryCatalog(failing(({ name }) => (name === 'readPresent' ? down : undefined)));
    expect(await rejectionOf(writeRows(keyed(titles(3)), store, 2, unpaced))).toBe(down);
    expect(store.puts).toEqual([]);
  });

  it('adds up the units of reads, puts and refused puts', async () => {
    const store = memoryCatalog();
    const rows = keyed([...titles(3), sampleListPage()]);
    expect(await writeRows(rows, store, 16, unpaced)).toMatchObject({ readUnits: 2, writeUnits: 3 + 2 });
    expect(await writeRows(rows, store, 16, unpaced)).toMatchObject({ readUnits: 2, writeUnits: 0 });
    const stale = { ...store, readPresent: async () => ({ present: new Map<string, PresentRow>(), readUnits: 0 }) };
    expect(await writeRows(rows, stale, 16, unpaced)).toMatchObject({ readUnits: 0, writeUnits: 4 });
  });

  it('asks for the versions of all rows at once', async () => {
    const calls: PortCall['name'][] = [];
    const store = memoryCatalog(async ({ name }, act) => {
      calls.push(name);
      return act();
    });
    await writeRows(keyed(titles(120)), store, 16, unpaced);
    expect(calls.filter((name) => name === 'readPresent')).toHaveLength(1);
    expect(calls[0]).toBe('readPresent');
  });
});

describe('puts at the same time', () => {
  it('are as many as allowed while there are rows, and never more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 40 }),
        fc.infiniteStream(fc.nat(1000)),
        async (parallelWrites, count, draws) => {
          const store = gatedStore();
          const writing = writeRows(keyed(titles(count)), store, parallelWrites, unpaced);
          await eventLoopTurn();
          for (let left = count; left > 0; left -= 1) {
            expect(store.underWay).toHaveLength(Math.min(parallelWrites, left));
            await store.letGo(draws.next().value % store.underWay.length);
          }
          expect((await writing).outcomes.size).toBe(count);
        },
      ),
    );
  });

  it('do not wait for rows that need no put', async () => {
    const store = gatedStore(new Map(titles(30).map(({ mediaId }) => [`${mediaId}\nmovie`, 'm'])));
    const writing = writeRows(keyed(titles(32)), store, 1, unpaced);
    await eventLoopTurn();
    expect(store.underWay).toEqual(['31\nmovie']);
    await store.letGo(0);
    expect(store.underWay).toEqual(['32\nmovie']);
    await store.letGo(0);
    expect((await writing).writeUnits).toBe(2);
  });
});

describe('the pace', () => {
  it('is asked for each row before it is put, and for none that needs no put', async () => {
    const order: string[] = [];
    const catalog = memoryCatalog();
    await writeRows(keyed(titles(2)), catalog, 16, unpaced);
    const store = {
      ...catalog,
      putIfNewer: async (row: Parameters<typeof catalog.putIfNewer>[0]) => {
        order.push(`put ${row.mediaId}`);
        return catalog.putIfNewer(row);
      },
    };
    const pace = {
      waitFor: async (row: { mediaId: string }) => {
        order.push(`wait ${row.mediaId}`);
      },
    };
    await writeRows(keyed(titles(4)), store, 1, pace);
    const newOnes = titles(4)
      .slice(2)
      .map(({ mediaId }) => mediaId);
    expect(order).toEqual(newOnes.flatMap((id) => [`wait ${id}`, `put ${id}`]));
  });
});
