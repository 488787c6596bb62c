import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import {
  type ChangesRecord,
  type ChangesStore,
  changesId,
  changesRecordSchema,
  nothingKnown,
  pendingOf,
  withReading,
} from '../../src/planner/changes-record.ts';
import { dynamoRevisionedItem } from '../../src/shared/throttle/dynamo-revisioned-item.ts';
import { tuesdayMs } from '../support/changes-world.ts';
import { describeOnEngine } from '../support/embedded-tables.ts';
import { memoryChangesStore } from '../support/memory-changes-store.ts';

const changed = new Map([
  ['movie/550', tuesdayMs],
  ['tv/1396', tuesdayMs - 86_400_000],
]);
const record: ChangesRecord = withReading(
  { ...nothingKnown, decidedOn: '2026-11-24' },
  [],
  changed,
  tuesdayMs,
  (all) => all,
);

/** What every store of the record keeps to; `open` gives an empty one as often as it is called on the same place. */
function changesStoreContract(open: () => Promise<() => ChangesStore>): void {
  it('has no record at first', async () => {
    expect(await (await open())().read()).toBeUndefined();
  });

  it('gives back what was stored, to every planner, with the changed titles', async () => {
    const planner = await open();
    expect(await planner().replace(record, 0)).toBe(true);
    const stored = await planner().read();
    expect(stored).toMatchObject({ ...record, pending: expect.anything() });
    expect(stored && pendingOf(stored)).toEqual(changed);
  });

  it('replaces the record that was seen, and no other', async () => {
    const store = (await open())();
    await store.replace(record, 0);
    expect(await store.replace({ ...record, decidedOn: '2026-11-25', revision: 2 }, 1)).toBe(true);
    expect(await store.replace({ ...record, decidedOn: 'late', revision: 2 }, 1)).toBe(false);
    expect(await store.replace({ ...record, decidedOn: 'later', revision: 1 }, 0)).toBe(false);
    expect(await store.read()).toMatchObject({ decidedOn: '2026-11-25', revision: 2 });
  });

  it('lets one of many win who saw the same', async () => {
    const planner = await open();
    const won = await Promise.all(Array.from({ length: 8 }, () => planner().replace(record, 0)));
    expect(won.filter(Boolean)).toHaveLength(1);
  });
}

describe('in memory', () => {
  changesStoreContract(async () => {
    const store = memoryChangesStore();
    return () => store;
  });
});

for (const engine of ['dynoxide', 'dynalite'] as const) {
  describeOnEngine(engine, 'record of changes', (tables) => {
    const openOn = (table: string) => dynamoRevisionedItem(tables.client, table, changesId, changesRecordSchema);
    changesStoreContract(async () => {
      const table = await tables.newControl();
      return () => openOn(table);
    });

    it('takes a damaged record for none, and replaces it', async () => {
      const table = await tables.newControl();
      const damaged = { ...record, id: changesId, pending: new Uint8Array([1, 2, 3]), revision: 7 };
      await tables.client.send(new PutCommand({ TableName: table, Item: damaged }));
      const store = openOn(table);
      expect(await store.read()).toBeUndefined();
      expect(await store.replace(record, 0)).toBe(true);
      expect(await store.read()).toMatchObject({ decidedOn: '2026-11-24', revision: 1 });
    });
  });
}
