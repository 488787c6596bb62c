import { describe, expect, it } from 'vitest';
import { type MigrateDependencies, migrateTable } from '../../../src/operator/migrate/migrate-table.ts';
import type { TableFacts } from '../../../src/operator/migrate/migration-table.ts';
import { PermanentError, RetryableError, UsageError } from '../../../src/shared/core/errors.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { rejectionOf } from '../../support/caught.ts';
import {
  type Item,
  type MigrationHook,
  memoryMigrationLog,
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
  const log = memoryMigrationLog(noted);
  const clock = virtualClock({ autoJump: true });
  const interruption = new AbortController();
  const migrate = (over: Partial<MigrateDependencies> = {}) =>
    migrateTable({
      ...{ table, log, clock, tableName: 'OldCache', settings: defaultSettings },
      ...{ rowsPerSecond: 1_000, dryRun: false, restart: false, onProgress: () => undefined },
      signal: interruption.signal,
      ...over,
    });
  return { table, log, clock, calls, interruption, migrate };
}

const changing = ['addIndex', 'enableTtl', 'replace', 'putIfNewer', 'remove', 'save'];
const changesIn = (calls: readonly string[]) => calls.filter((call) => changing.includes(call));

describe('a migration', () => {
  it('begins the index first and turns TTL on last, when the rows mean what TTL takes them for', async () => {
    const { migrate, calls, log } = world(legacyRows(3));
    await migrate();
    expect(changesIn(calls)).toEqual(['addIndex', 'replace', 'replace', 'replace', 'enableTtl', 'save']);
    expect((await log.load())?.state.finished).toBe(true);
  });

  it('says what it did', async () => {
    const broken = legacyRow(4, { title: '' });
    const expired = legacyRow(5, { fetchedAt: Date.UTC(2025, 0, 1) });
    const { migrate } = world([...legacyRows(3), broken, expired, sampleTitleRow({ mediaId: '6' })]);
    expect(await migrate()).toEqual({
      table: 'OldCache',
      dryRun: false,
      resumed: false,
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

  it('keeps its pace: rewritten rows count whole, others a fifth', async () => {
    const { migrate, clock } = world([
      ...legacyRows(20),
      ...legacyRows(20).map((row) => ({ ...row, ...current(row) })),
    ]);
    await migrate({ rowsPerSecond: 2 });
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(1_900);
    const slow = world([...legacyRows(41)]);
    await slow.migrate({ rowsPerSecond: 2 });
    expect(slow.clock.monotonicMs()).toBeGreaterThanOrEqual(20_000);
    expect(slow.clock.monotonicMs()).toBeLessThan(23_000);
  });

  it.each([
    [undefined, 200],
    [4, 1.6],
    // The index that is to be added has 6.
    [12, 2.4],
    [100, 2.4],
  ])('takes the pace that a table of %s units bears', async (writeUnits, rowsPerSecond) => {
    const { migrate } = world([], noMigrationHook, { writeUnits });
    expect((await migrate({ rowsPerSecond: undefined })).rowsPerSecond).toBeCloseTo(rowsPerSecond, 9);
  });

  it('goes on where DynamoDB asks for patience', async () => {
    // What comes before the first change is not worth waiting for.
    let refusals = -3;
    const { migrate, table } = world(legacyRows(120), async (call, act) => {
      refusals += 1;
      if (refusals > 0 && refusals % 3 === 0) {
        throw new RetryableError('table_busy', `not now: ${call}`);
      }
      return act();
    });
    expect((await migrate()).rows.migrated).toBe(120);
    expect(table.items().every(({ schemaVersion }) => schemaVersion === 1)).toBe(true);
  });
});

function current({ mediaId }: Item): Item {
  return sampleTitleRow({ mediaId: String(Number(mediaId) + 1_000) });
}

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
  const endingAfter = (saves: number) => {
    let left = saves;
    const hook: MigrationHook = async (call, act) => {
      const answer = act();
      left -= call === 'save' ? 1 : 0;
      if (call === 'save' && left === 0) {
        throw new Error('the cable is out');
      }
      return answer;
    };
    return world([legacyRow(0, { title: '' }), ...legacyRows(180)], hook);
  };

  it('says so, and is gone on with behind the last page that was saved', async () => {
    const { migrate, calls } = endingAfter(2);
    expect(await rejectionOf(migrate())).toMatchObject({
      code: 'migration_stopped',
      message: "the migration of 'OldCache' stopped, run it again to go on",
      cause: new Error('the cable is out'),
    });
    const before = calls.length;
    const report = await migrate();
    expect(report).toMatchObject({ resumed: true, rows: { scanned: 181, migrated: 180, notUnderstood: 1 } });
    expect(report.notUnderstood).toHaveLength(1);
    expect(calls.slice(before).filter((call) => call === 'scan')).toHaveLength(2);
  });

  it('begins anew with --restart', async () => {
    const { migrate } = endingAfter(2);
    await rejectionOf(migrate());
    expect(await migrate({ restart: true })).toMatchObject({
      resumed: false,
      // Two pages of 50, of which one row is broken, were done.
      rows: { scanned: 181, current: 99, migrated: 81, notUnderstood: 1 },
    });
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

describe('a table that cannot be migrated', () => {
  it.each<[string, Partial<TableFacts>, string]>([
    [
      'other keys',
      { keys: [{ attribute: 'id', type: 'HASH' }] },
      "the table 'OldCache' cannot be migrated: its keys are id (HASH), and allowed are mediaId (HASH) and mediaType (RANGE)",
    ],
    [
      'an index over other keys',
      { index: { keys: [{ attribute: 'category', type: 'HASH' }], projection: 'ALL', ready: true } },
      "the table 'OldCache' cannot be migrated: its index CategoryContentTypeIndex is over category (HASH), and not over category (HASH) and contentType (RANGE)",
    ],
  ])('is refused before anything is changed: %s', async (_what, facts, sentence) => {
    const { migrate, calls } = world(legacyRows(3), noMigrationHook, facts);
    const error = await rejectionOf(migrate());
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message: sentence });
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
