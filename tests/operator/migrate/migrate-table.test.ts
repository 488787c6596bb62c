import { describe, expect, it } from 'vitest';
import { type MigrateDependencies, migrateTable } from '../../../src/operator/migrate/migrate-table.ts';
import type { TableFacts } from '../../../src/operator/migrate/migration-table.ts';
import { PermanentError, UsageError } from '../../../src/shared/core/errors.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { catalogTable } from '../../../src/shared/tables/table-definitions.ts';
import { rejectionOf } from '../../support/caught.ts';
import {
  type Item,
  type MigrationHook,
  memoryMigrationTable,
  noMigrationHook,
} from '../../support/memory-migration.ts';
import { sampleTitleRow } from '../../support/sample-rows.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const legacyRow = (id: number, over: Item = {}): Item => ({
  ...{ mediaId: String(id), mediaType: 'movie', title: `Film ${id}`, fetchedAt: Date.UTC(2026, 10, 20) },
  ...over,
});
const legacyRows = (count: number) => Array.from({ length: count }, (_, n) => legacyRow(n + 1));

/** A migration in memory; `calls` are the names of what it called, in order. */
function world(items: readonly Item[], hook: MigrationHook = noMigrationHook, facts: Partial<TableFacts> = {}) {
  const calls: string[] = [];
  const noted: MigrationHook = (call, act) => {
    calls.push(call.split(' ')[0] ?? '');
    return hook(call, act);
  };
  const table = memoryMigrationTable(items, noted, facts);
  const clock = virtualClock({ autoJump: true });
  const interruption = new AbortController();
  const migrate = (over: Partial<MigrateDependencies> = {}) =>
    migrateTable({
      ...{ table, clock, tableName: 'OldCache', settings: defaultSettings },
      ...{ rowsPerSecond: 1_000, dryRun: false, onProgress: () => undefined, signal: interruption.signal },
      ...over,
    });
  return { table, clock, calls, interruption, migrate };
}

const [ourIndex] = catalogTable.indexes;
const index = { keys: ourIndex?.keys ?? [], projection: 'ALL', ready: true };
const strings = { mediaId: 'S', mediaType: 'S' };
const changing = ['addIndex', 'enableTtl', 'replace', 'putUnlessNewer', 'remove'];
const changesIn = (calls: readonly string[]) => calls.filter((call) => changing.includes(call));

describe('a migration', () => {
  it('begins the index first and turns TTL on last, when the rows mean what TTL takes them for', async () => {
    const { migrate, calls } = world(legacyRows(3));
    await migrate();
    expect(changesIn(calls)).toEqual(['addIndex', 'replace', 'replace', 'replace', 'enableTtl']);
  });

  it('says what it did', async () => {
    const broken = legacyRow(4, { title: '' });
    const expired = legacyRow(5, { fetchedAt: Date.UTC(2025, 0, 1) });
    const { migrate } = world([...legacyRows(3), broken, expired, sampleTitleRow({ mediaId: '6' })]);
    expect(await migrate()).toEqual({
      table: 'OldCache',
      dryRun: false,
      startedAt: '2026-11-23T08:00:00.000Z',
      rowsPerSecond: 1_000,
      index: 'added',
      ttl: 'added',
      rows: {
        ...{ scanned: 6, current: 1, toMigrate: 0, migrated: 4, moved: 0, expired: 1, overtaken: 0, gone: 0 },
        notUnderstood: 1,
      },
      notUnderstood: [{ mediaId: '4', mediaType: 'movie', reason: 'there is no title' }],
      nothingToDo: false,
    });
  });

  it('without anything to do calls nothing that changes anything', async () => {
    const { migrate, calls } = world([...legacyRows(70), legacyRow(99, { title: '' })]);
    await migrate();
    const before = calls.length;
    expect(await migrate()).toMatchObject({ nothingToDo: true, rows: { scanned: 71, current: 70, notUnderstood: 1 } });
    expect(changesIn(calls.slice(before))).toEqual([]);
  });

  it('on an empty table adds index and TTL', async () => {
    const { migrate, calls } = world([]);
    expect(await migrate()).toMatchObject({ index: 'added', ttl: 'added', nothingToDo: false });
    expect(changesIn(calls)).toEqual(['addIndex', 'enableTtl']);
  });

  it('keeps its pace: rewritten rows count whole, others a tenth', async () => {
    const current = Array.from({ length: 20 }, (_, n) => sampleTitleRow({ mediaId: String(1_000 + n) }));
    const { migrate, clock } = world([...legacyRows(20), ...current]);
    await migrate({ rowsPerSecond: 2 });
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(11_000);
    expect(clock.monotonicMs()).toBeLessThan(11_500);
  });

  it.each([
    // Two units a row leave a fifth to the pipeline.
    [12, index, 4.8],
    [1, index, 0.4],
    [undefined, index, 200],
    // An index that is to be added has 6.
    [4, undefined, 1.6],
    [12, undefined, 2.4],
    [100, undefined, 2.4],
    [undefined, undefined, 200],
  ])('takes the pace that a table of %s units bears', async (writeUnits, present, rowsPerSecond) => {
    const { migrate } = world([], noMigrationHook, { writeUnits, ...(present && { index: present }) });
    expect((await migrate({ rowsPerSecond: undefined })).rowsPerSecond).toBeCloseTo(rowsPerSecond, 9);
  });
});

describe('a dry run', () => {
  it('changes nothing, and says what a run would do', async () => {
    const items = [...legacyRows(70), legacyRow(99, { title: '' }), legacyRow(5, { mediaType: 'MOVIE' })];
    const { migrate, table, calls } = world(items);
    const before = table.items();
    expect(await migrate({ dryRun: true })).toMatchObject({
      ...{ dryRun: true, index: 'to-add', ttl: 'to-add', nothingToDo: false },
      rows: { scanned: 72, toMigrate: 71, migrated: 0, notUnderstood: 1 },
    });
    expect(changesIn(calls)).toEqual([]);
    expect(table.items()).toEqual(before);
  });

  it('after a run says that nothing is left', async () => {
    const { migrate } = world(legacyRows(3));
    await migrate();
    expect(await migrate({ dryRun: true })).toMatchObject({ index: 'present', ttl: 'present', nothingToDo: true });
  });
});

describe('a migration that was ended', () => {
  it('says so, and is gone on with by the next run', async () => {
    let callsLeft = 120;
    const { migrate } = world([legacyRow(0, { title: '' }), ...legacyRows(180)], async (_call, act) => {
      callsLeft -= 1;
      if (callsLeft === 0) {
        throw new Error('the cable is out');
      }
      return act();
    });
    expect(await rejectionOf(migrate())).toMatchObject({
      code: 'migration_stopped',
      message: "the migration of 'OldCache' stopped, run it again to go on",
      cause: new Error('the cable is out'),
    });
    const { rows, notUnderstood } = await migrate();
    expect(rows.current).toBeGreaterThan(90);
    expect(rows).toMatchObject({ scanned: 181, current: 180 - rows.migrated, notUnderstood: 1 });
    expect(notUnderstood).toHaveLength(1);
  });

  it('by Ctrl-C finishes the rows that are under way', async () => {
    const { migrate, table, interruption } = world(legacyRows(180), async (call, act) => {
      if (call.startsWith('replace 60')) {
        interruption.abort();
      }
      return act();
    });
    const error = await rejectionOf(migrate());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: 'interrupted', message: expect.stringMatching(/^interrupted after \d+ rows/) });
    const rewritten = table.items().filter(({ schemaVersion }) => schemaVersion === 1).length;
    expect(rewritten).toBeGreaterThan(0);
    expect(rewritten).toBeLessThan(180);
  });
});

describe('a table that can be migrated', () => {
  it.each<[string, Partial<TableFacts>]>([
    ['without the index', {}],
    ['with the index', { index }],
    ['whose keys are told in another order', { keys: catalogTable.keys.toReversed(), index }],
    ['with another index over a string', { attributeTypes: { ...strings, category: 'S' } }],
    ['whose TTL was on for another attribute', { ttl: { state: 'off', attribute: 'ttl' } }],
    ['whose TTL is on', { ttl: { state: 'on', attribute: 'expiresAt' } }],
  ])('%s', async (_what, facts) => {
    expect((await world([], noMigrationHook, facts).migrate({ dryRun: true })).rows.scanned).toBe(0);
  });
});

describe('a table that cannot be migrated', () => {
  it.each<[Partial<TableFacts>, string]>([
    [
      { keys: [{ attribute: 'id', type: 'HASH' }] },
      'its keys are id (HASH), and allowed are mediaId (HASH) and mediaType (RANGE)',
    ],
    [{ attributeTypes: { ...strings, mediaId: 'N' } }, 'its key attribute mediaId is no string'],
    [{ attributeTypes: { ...strings, category: 'N' } }, 'its key attribute category is no string'],
    [
      { index: { ...index, keys: [{ attribute: 'contentType', type: 'HASH' }] } },
      'its index CategoryContentTypeIndex is over contentType (HASH), and not over category (HASH) and contentType (RANGE)',
    ],
    [
      { index: { ...index, projection: 'KEYS_ONLY' } },
      'its index CategoryContentTypeIndex holds KEYS_ONLY, and not ALL attributes',
    ],
    [{ ttl: { state: 'on', attribute: 'ttl' } }, 'its TTL is on for ttl, and not for expiresAt: turn that off first'],
    [
      { ttl: { state: 'turning-off', attribute: 'expiresAt' } },
      'its TTL is being turned off, which takes DynamoDB up to an hour: try again after that',
    ],
  ])('is refused before anything is changed: %j', async (facts, problem) => {
    const { migrate, calls } = world(legacyRows(3), noMigrationHook, facts);
    const error = await rejectionOf(migrate());
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message: `the table 'OldCache' cannot be migrated: ${problem}` });
    expect(changesIn(calls)).toEqual([]);
  });

  it('because it is not there', async () => {
    const { migrate, table } = world([]);
    const nowhere = { ...table, describe: async () => undefined };
    expect(await rejectionOf(migrate({ table: nowhere }))).toMatchObject({
      code: 'usage',
      message: "there is no table 'OldCache'",
    });
  });

  it('because this DynamoDB cannot add an index', async () => {
    const { migrate, table, calls } = world(legacyRows(3));
    const without = { ...table, addIndex: async () => false };
    expect(await rejectionOf(migrate({ table: without }))).toMatchObject({ code: 'index_refused' });
    expect(changesIn(calls)).toEqual([]);
  });
});
