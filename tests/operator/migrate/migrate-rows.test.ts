import { describe, expect, it } from 'vitest';
import { judgeRow } from '../../../src/operator/migrate/legacy-row.ts';
import { migrateRow, type RowOutcome } from '../../../src/operator/migrate/migrate-rows.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { titleRowFor } from '../../../src/shared/tables/title-row.ts';
import {
  type Item,
  type MemoryMigrationTable,
  type MigrationHook,
  memoryMigrationTable,
} from '../../support/memory-migration.ts';
import { migrationTableContract } from '../../support/migration-table-contract.ts';
import { sampleTitle } from '../../support/sample-messages.ts';
import { sampleTitleRow } from '../../support/sample-rows.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

migrationTableContract(async () => {
  const table = memoryMigrationTable();
  return { table, put: async (item) => table.put(item), items: async () => table.items() };
});

const key = { mediaId: '550', mediaType: 'movie' };
const odd = { mediaId: '550', mediaType: 'MOVIE' };
const monday = Date.UTC(2026, 10, 16, 9);
const legacy = (over: Item = {}): Item => ({ ...key, title: 'Old Club', fetchedAt: monday, cacheKey: 'c', ...over });
const again = legacy({ title: 'Newer Club', fetchedAt: monday + 86_400_000 });
const byWriter = (fetchedAt: string) =>
  titleRowFor({ language: 'en-US', fetchedAt }, sampleTitle({ title: 'New Club' }), defaultSettings);
const newer = byWriter('2026-11-23T08:00:00.000Z');
const older = byWriter('2026-11-01T08:00:00.000Z');
/** What the legacy row becomes. */
const judged = judgeRow({ ...legacy(), ...key }, defaultSettings, monday);
const row: Item = judged.kind === 'legacy' ? judged.row : {};
const oldClub = expect.objectContaining({ ...key, title: 'Old Club', fetchedAt: '2026-11-16T00:00:00.000Z' });
const newerClub = expect.objectContaining({ ...key, title: 'Newer Club', fetchedAt: '2026-11-17T00:00:00.000Z' });

type Meanwhile = { before: string; act(table: MemoryMigrationTable): void; times?: number };

/** Migrates the row under `of`; `meanwhile` happens before the first calls whose name begins so. */
async function migrate(items: readonly Item[], of: typeof key, meanwhile?: Meanwhile) {
  let left = meanwhile?.times ?? 1;
  const hook: MigrationHook = async (call, act) => {
    if (meanwhile !== undefined && left > 0 && call.startsWith(meanwhile.before)) {
      left -= 1;
      meanwhile.act(table);
    }
    return act();
  };
  const table = memoryMigrationTable(items, hook);
  const seen = await memoryMigrationTable(items).read(of);
  const clock = virtualClock({ autoJump: true });
  const outcome = seen && (await migrateRow(seen, { table, settings: defaultSettings, clock }));
  return { outcome, items: table.items() };
}

const racing = (act: Meanwhile['act'], times = 1): Meanwhile => ({ before: 'replace', act, times });
const none = undefined;
const rewritten: RowOutcome = { kind: 'migrated', moved: false, expired: false };
const moved: RowOutcome = { ...rewritten, moved: true };
const overtaken: RowOutcome = { kind: 'overtaken' };
const left = (reason: string): RowOutcome => ({ kind: 'not-understood', reason });
const changing = left('it changed 5 times while it was being rewritten');
const untitled = legacy({ title: '', fetchedAt: monday + 1 });
const old = legacy({ fetchedAt: Date.UTC(2026, 9, 1), expiresAt: 1.8e12 });
const oldNow = expect.objectContaining({ fetchedAt: '2026-10-01T00:00:00.000Z', schemaVersion: 1 });
const change: Meanwhile['act'] = ({ put, get }) => put(legacy({ fetchedAt: Number(get(key)?.fetchedAt) + 1 }));

describe('a row of the predecessor', () => {
  it.each<[string, Item, Meanwhile | undefined, RowOutcome, unknown[]]>([
    ['is rewritten under its own key', legacy(), none, rewritten, [oldClub]],
    ['past its hard TTL is rewritten as well', old, none, { ...rewritten, expired: true }, [oldNow]],
    ['that the writer replaces stays replaced', legacy(), racing(({ put }) => put(newer)), overtaken, [newer]],
    ['even by what was fetched before', legacy(), racing(({ put }) => put(older)), overtaken, [older]],
    ['that is written again is rewritten again', legacy(), racing(({ put }) => put(again)), rewritten, [newerClub]],
    [
      'that becomes unreadable is left',
      legacy(),
      racing((t) => t.put(untitled)),
      left('there is no title'),
      [untitled],
    ],
    ['that is deleted stays deleted', legacy(), racing((table) => table.delete(key)), { kind: 'gone' }, []],
    ['that always changes is left', legacy(), racing(change, 100), changing, [legacy({ fetchedAt: monday + 5 })]],
    ['whose put is sent twice counts as rewritten', legacy(), racing(({ put }) => put(row)), rewritten, [oldClub]],
  ])('%s', async (_what, item, meanwhile, outcome, items) => {
    expect(await migrate([item], key, meanwhile)).toEqual({ outcome, items });
  });
});

describe('a row under a key that this schema does not have', () => {
  const oddRow = legacy(odd);
  const oddAgain: Meanwhile = { before: 'remove', act: ({ put }) => put({ ...again, ...odd }) };
  const olderPut: Meanwhile = { before: 'read', act: ({ put }) => put(older) };
  const blocked = left('its place 550 movie is taken by a row that is not understood');
  const otherLayout = { ...sampleTitleRow(), schemaVersion: 2, version: '1' };
  const otherOlder = legacy({ title: 'Other Club', fetchedAt: monday - 86_400_000 });
  const otherNewer = legacy({ title: 'Other Club', fetchedAt: monday + 86_400_000 });
  const otherClub = expect.objectContaining({ ...key, title: 'Other Club', schemaVersion: 1 });

  it.each<[string, Item[], Meanwhile | undefined, RowOutcome, unknown[]]>([
    ['is moved to its own', [], none, moved, [oldClub]],
    ['that was moved before it was removed, is removed', [row], none, moved, [oldClub]],
    ['is removed where a newer row of the writer stands', [newer], none, overtaken, [newer]],
    ['replaces an older row of the writer', [older], none, moved, [oldClub]],
    ['replaces an older one of the predecessor', [otherOlder], none, moved, [oldClub]],
    ['replaces an older row that the writer puts in that one’s place', [otherOlder], olderPut, moved, [oldClub]],
    ['is removed where a newer one of the predecessor stands', [otherNewer], none, overtaken, [otherClub]],
    ['stays when a row without a title has its place', [untitled], none, blocked, [oddRow, untitled]],
    ['stays when a row of another layout has its place', [otherLayout], none, blocked, [oddRow, otherLayout]],
    ['that the predecessor writes again meanwhile is moved again', [], oddAgain, moved, [newerClub]],
  ])('%s', async (_what, others, meanwhile, outcome, items) => {
    expect(await migrate([oddRow, ...others], odd, meanwhile)).toEqual({ outcome, items });
  });
});
