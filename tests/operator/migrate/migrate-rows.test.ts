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

const beforeReplace = (act: Meanwhile['act'], times = 1): Meanwhile => ({ before: 'replace', act, times });
const rewritten = { kind: 'migrated', moved: false, expired: false } as const;
const moved = { kind: 'migrated', moved: true, expired: false } as const;
const notUnderstood = (reason: string): RowOutcome => ({ kind: 'not-understood', reason });
const broken = legacy({ title: '', fetchedAt: monday + 1 });
const expired = legacy({ fetchedAt: Date.UTC(2026, 9, 1), expiresAt: 1.8e12 });

describe('a row of the predecessor', () => {
  it.each<[string, Item, Meanwhile | undefined, RowOutcome, unknown[]]>([
    ['is rewritten under its own key', legacy(), undefined, rewritten, [oldClub]],
    [
      'that is past its hard TTL is rewritten as well',
      expired,
      undefined,
      { ...rewritten, expired: true },
      [expect.objectContaining({ fetchedAt: '2026-10-01T00:00:00.000Z', schemaVersion: 1 })],
    ],
    [
      'that the writer replaces meanwhile stays replaced',
      legacy(),
      beforeReplace(({ put }) => put(newer)),
      { kind: 'overtaken' },
      [newer],
    ],
    [
      'that the writer replaces meanwhile stays replaced, even with what was fetched before',
      legacy(),
      beforeReplace(({ put }) => put(older)),
      { kind: 'overtaken' },
      [older],
    ],
    [
      'that the predecessor writes again meanwhile becomes what it wrote last',
      legacy(),
      beforeReplace(({ put }) => put(again)),
      rewritten,
      [newerClub],
    ],
    [
      'that becomes unreadable meanwhile is left as it is',
      legacy(),
      beforeReplace(({ put }) => put(broken)),
      notUnderstood('there is no title'),
      [broken],
    ],
    [
      'that is deleted meanwhile stays deleted',
      legacy(),
      beforeReplace((table) => table.delete(key)),
      { kind: 'gone' },
      [],
    ],
    [
      'that changes again and again is left to a person',
      legacy(),
      beforeReplace(({ put, get }) => put(legacy({ fetchedAt: Number(get(key)?.fetchedAt) + 1 })), 100),
      notUnderstood('it changed 5 times while it was being rewritten'),
      [legacy({ fetchedAt: monday + 5 })],
    ],
    [
      'whose put is sent again, since its answer was lost, counts as rewritten',
      legacy(),
      beforeReplace(({ put }) => put(row)),
      rewritten,
      [oldClub],
    ],
  ])('%s', async (_what, item, meanwhile, outcome, items) => {
    expect(await migrate([item], key, meanwhile)).toEqual({ outcome, items });
  });
});

describe('a row under a key that this schema does not have', () => {
  const oddRow = legacy(odd);
  const oddAgain: Meanwhile = { before: 'remove', act: ({ put }) => put({ ...again, ...odd }) };
  const blocked = notUnderstood('its place 550 movie is taken by a row that is not understood');
  const otherLayout = { ...sampleTitleRow(), schemaVersion: 2, version: '1' };
  const otherClub = (fetchedAt: number) => legacy({ title: 'Other Club', fetchedAt });

  it.each<[string, Item[], Meanwhile | undefined, RowOutcome, unknown[]]>([
    ['is moved to its own', [], undefined, moved, [oldClub]],
    ['that was moved before it was removed, is removed', [row], undefined, moved, [oldClub]],
    ['is removed where a newer row of the writer stands', [newer], undefined, { kind: 'overtaken' }, [newer]],
    ['replaces an older row of the writer', [older], undefined, moved, [oldClub]],
    ['replaces an older one of the predecessor', [otherClub(monday - 86_400_000)], undefined, moved, [oldClub]],
    [
      'is removed where a newer one of the predecessor stands, which is rewritten',
      [otherClub(monday + 86_400_000)],
      undefined,
      { kind: 'overtaken' },
      [expect.objectContaining({ ...key, title: 'Other Club', schemaVersion: 1 })],
    ],
    ['stays when a row without a title has its place', [broken], undefined, blocked, [oddRow, broken]],
    ['stays when a row of another layout has its place', [otherLayout], undefined, blocked, [oddRow, otherLayout]],
    ['that the predecessor writes again meanwhile is moved again', [], oddAgain, moved, [newerClub]],
  ])('%s', async (_what, others, meanwhile, outcome, items) => {
    expect(await migrate([oddRow, ...others], odd, meanwhile)).toEqual({ outcome, items });
  });
});
