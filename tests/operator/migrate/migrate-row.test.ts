import { describe, expect, it } from 'vitest';
import { migrateRow, type RowOutcome } from '../../../src/operator/migrate/migrate-row.ts';
import { RetryableError } from '../../../src/shared/core/errors.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { titleRowFor } from '../../../src/shared/tables/title-row.ts';
import { type Item, type MigrationHook, memoryMigrationTable } from '../../support/memory-migration.ts';
import { sampleTitle } from '../../support/sample-messages.ts';
import { sampleTitleRow } from '../../support/sample-rows.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const key = { mediaId: '550', mediaType: 'movie' };
const monday = Date.UTC(2026, 10, 16, 9);
const legacy = (over: Item = {}): Item => ({ ...key, title: 'Old Club', fetchedAt: monday, cacheKey: 'c', ...over });
const fetched = (fetchedAt: string, title: string) =>
  titleRowFor({ language: 'en-US', fetchedAt }, sampleTitle({ title }), defaultSettings);

/** Migrates the row under `of`; `meanwhile` happens before the first call whose name begins so. */
async function migrate(
  items: readonly Item[],
  meanwhile?: { before: string; act: (table: ReturnType<typeof memoryMigrationTable>) => void; times?: number },
  of = key,
): Promise<{ outcome: RowOutcome; items: Item[] }> {
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
  if (seen === undefined) {
    throw new Error('no such row');
  }
  const outcome = await migrateRow(seen, { table, settings: defaultSettings, clock: virtualClock({ autoJump: true }) });
  return { outcome, items: table.items() };
}

const migrated = { kind: 'migrated', moved: false, expired: false };
const oldClub = { title: 'Old Club', fetchedAt: '2026-11-16T00:00:00.000Z', schemaVersion: 1 };

describe('a row of the predecessor', () => {
  it('is rewritten under its own key', async () => {
    const { outcome, items } = await migrate([legacy()]);
    expect(outcome).toEqual(migrated);
    expect(items).toEqual([expect.objectContaining({ ...key, ...oldClub })]);
    expect(items[0]).not.toHaveProperty('cacheKey');
  });

  it('that is past its hard TTL is rewritten as well', async () => {
    const { outcome, items } = await migrate([legacy({ fetchedAt: Date.UTC(2026, 9, 1), expiresAt: 1.8e12 })]);
    expect(outcome).toEqual({ ...migrated, expired: true });
    expect(items[0]?.expiresAt).toBeLessThan(Date.UTC(2026, 9, 24) / 1_000);
  });

  it.each([['2026-11-23T08:00:00.000Z'], ['2026-11-01T08:00:00.000Z']])(
    'that the writer replaces meanwhile, with what was fetched %s, stays replaced',
    async (fetchedAt) => {
      const written = fetched(fetchedAt, 'New Club');
      const { outcome, items } = await migrate([legacy()], { before: 'replace', act: ({ put }) => put(written) });
      expect(outcome).toEqual({ kind: 'overtaken' });
      expect(items).toEqual([written]);
    },
  );

  it('that the predecessor writes again meanwhile becomes what it wrote last', async () => {
    const again = legacy({ title: 'Newer Club', fetchedAt: monday + 86_400_000 });
    const { outcome, items } = await migrate([legacy()], { before: 'replace', act: ({ put }) => put(again) });
    expect(outcome).toEqual(migrated);
    expect(items).toEqual([expect.objectContaining({ title: 'Newer Club', fetchedAt: '2026-11-17T00:00:00.000Z' })]);
  });

  it('that becomes unreadable meanwhile is left as it is', async () => {
    const broken = legacy({ title: '', fetchedAt: monday + 1 });
    const { outcome, items } = await migrate([legacy()], { before: 'replace', act: ({ put }) => put(broken) });
    expect(outcome).toEqual({ kind: 'not-understood', reason: 'there is no title' });
    expect(items).toEqual([broken]);
  });

  it('that is deleted meanwhile stays deleted', async () => {
    const { outcome, items } = await migrate([legacy()], {
      before: 'replace',
      act: (table) => table.delete(key),
    });
    expect(outcome).toEqual({ kind: 'gone' });
    expect(items).toEqual([]);
  });

  it('that changes again and again is left to a person', async () => {
    let fetchedAt = monday;
    const act = ({ put }: ReturnType<typeof memoryMigrationTable>) => {
      fetchedAt += 1;
      put(legacy({ fetchedAt }));
    };
    const { outcome } = await migrate([legacy()], { before: 'replace', act, times: 100 });
    expect(outcome).toEqual({ kind: 'not-understood', reason: 'it changed 5 times while it was being rewritten' });
  });

  it('whose put was answered by nobody counts as rewritten', async () => {
    let lost = false;
    const hook: MigrationHook = async (call, act) => {
      const answer = act();
      if (call.startsWith('replace') && !lost) {
        lost = true;
        throw new RetryableError('table_busy', 'no answer');
      }
      return answer;
    };
    const table = memoryMigrationTable([legacy()], hook);
    const seen = await memoryMigrationTable([legacy()]).read(key);
    const clock = virtualClock({ autoJump: true });
    const outcome = seen && (await migrateRow(seen, { table, settings: defaultSettings, clock }));
    expect(outcome).toEqual(migrated);
    expect(clock.askedDelaysMs).toEqual([1_000]);
  });

  it('is tried for half a minute while DynamoDB asks for patience, and no longer', async () => {
    const hook: MigrationHook = async (_call, _act) => {
      throw new RetryableError('table_busy', 'throttled');
    };
    const seen = await memoryMigrationTable([legacy()]).read(key);
    const clock = virtualClock({ autoJump: true });
    const deps = { table: memoryMigrationTable([legacy()], hook), settings: defaultSettings, clock };
    await expect(seen && migrateRow(seen, deps)).rejects.toThrow('throttled');
    expect(clock.monotonicMs()).toBe(31_000);
  });
});

describe('a row under a key that this schema does not have', () => {
  const odd = { mediaId: '550', mediaType: 'MOVIE' };
  const moved = { kind: 'migrated', moved: true, expired: false };

  it('is moved to its own', async () => {
    const { outcome, items } = await migrate([legacy(odd)], undefined, odd);
    expect(outcome).toEqual(moved);
    expect(items).toEqual([expect.objectContaining({ ...key, ...oldClub })]);
  });

  it('that was moved before it was removed, is removed', async () => {
    const first = await migrate([legacy()]);
    const { outcome, items } = await migrate([legacy(odd), ...first.items], undefined, odd);
    expect(outcome).toEqual(moved);
    expect(items).toEqual(first.items);
  });

  it('is removed where a newer row of the writer stands', async () => {
    const written = fetched('2026-11-23T08:00:00.000Z', 'New Club');
    const { outcome, items } = await migrate([legacy(odd), written], undefined, odd);
    expect(outcome).toEqual({ kind: 'overtaken' });
    expect(items).toEqual([written]);
  });

  it('replaces an older row of the writer', async () => {
    const written = fetched('2026-11-01T08:00:00.000Z', 'Older Club');
    const { outcome, items } = await migrate([legacy(odd), written], undefined, odd);
    expect(outcome).toEqual(moved);
    expect(items).toEqual([expect.objectContaining(oldClub)]);
  });

  it.each([
    ['older', monday - 86_400_000, 'Old Club', moved],
    ['newer', monday + 86_400_000, 'Other Club', { kind: 'overtaken' }],
  ])('meets one of the predecessor that is %s: the newer one stays', async (_what, fetchedAt, title, expected) => {
    const other = legacy({ title: 'Other Club', fetchedAt });
    const { outcome, items } = await migrate([legacy(odd), other], undefined, odd);
    expect(outcome).toEqual(expected);
    expect(items).toEqual([expect.objectContaining({ ...key, title, schemaVersion: 1 })]);
  });

  it.each([
    ['a row without a title', legacy({ title: '' })],
    ['a row of another layout', { ...sampleTitleRow(), schemaVersion: 2, version: '1' }],
  ])('stays where it is when %s has its place', async (_what, other) => {
    const { outcome, items } = await migrate([legacy(odd), other], undefined, odd);
    expect(outcome).toEqual({
      kind: 'not-understood',
      reason: 'its place 550 movie is taken by a row that is not understood',
    });
    expect(items).toEqual([legacy(odd), other]);
  });

  it('that the predecessor writes again meanwhile is moved again', async () => {
    const again = legacy({ ...odd, title: 'Newer Club', fetchedAt: monday + 86_400_000 });
    const meanwhile = { before: 'remove', act: ({ put }: ReturnType<typeof memoryMigrationTable>) => put(again) };
    const { outcome, items } = await migrate([legacy(odd)], meanwhile, odd);
    expect(outcome).toEqual(moved);
    expect(items).toEqual([expect.objectContaining({ ...key, title: 'Newer Club' })]);
  });
});
