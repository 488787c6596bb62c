/**
 * One row of the predecessor becomes one of this schema:
 *
 *   same key      put the new row on condition that the old one still stands as it was read
 *   another key   put the new row where nothing newer stands, then remove the old one on the same condition
 *
 * Whoever else writes meanwhile makes the condition fail: then the row is read again and judged anew. So nothing older ever replaces
 * anything newer, and a crash between any two steps leaves what the next run finishes.
 */
import type { Clock } from '../../shared/core/clock.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { isLive, rowKeyText } from '../../shared/tables/row.ts';
import type { TitleRow } from '../../shared/tables/title-row.ts';
import { judgeRow } from './judge-row.ts';
import type { MigrationTable, StoredRow } from './migration-table.ts';
import type { NotUnderstood } from './parse-legacy-row.ts';
import { patiently } from './patiently.ts';

/** What became of a row. */
export type RowOutcome =
  | { kind: 'migrated'; moved: boolean; expired: boolean }
  | { kind: 'current' | 'overtaken' | 'gone' }
  | NotUnderstood;

/** What rewriting a row needs. */
export type RowDependencies = { table: MigrationTable; settings: Settings; clock: Clock };

/** An outcome, or the row as it stands by now. */
type Step = RowOutcome | { kind: 'changed'; present: StoredRow };

/** Each of these needs somebody who writes the same row at the same moment. */
const attempts = 5;

/** Brings the row that was `found` to this schema. */
export async function migrateRow(found: StoredRow, deps: RowDependencies): Promise<RowOutcome> {
  let seen = found;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const judged = judgeRow(seen.attributes, deps.settings, deps.clock.nowMs());
    if (judged.kind === 'current') {
      return { kind: seen === found ? 'current' : 'overtaken' };
    }
    const step = judged.kind === 'legacy' ? await rewriteRow(seen, judged.row, deps) : judged;
    if (step.kind !== 'changed') {
      return step;
    }
    seen = step.present;
  }
  return { kind: 'not-understood', reason: `it changed ${attempts} times while it was being rewritten` };
}

function rewriteRow(seen: StoredRow, row: TitleRow, deps: RowDependencies): Promise<Step> {
  return rowKeyText(seen.key) === rowKeyText(row) ? replaceRow(seen, row, deps) : moveRow(seen, row, deps);
}

async function replaceRow(seen: StoredRow, row: TitleRow, { table, clock }: RowDependencies): Promise<Step> {
  const migrated: RowOutcome = { kind: 'migrated', moved: false, expired: !isLive(row, clock.nowMs()) };
  if (await patiently(clock, () => table.replace(seen, row))) {
    return migrated;
  }
  const present = await patiently(clock, () => table.read(seen.key));
  if (present === undefined) {
    return { kind: 'gone' };
  }
  // Equal versions are equal rows: this very put, whose answer was lost, or another run's.
  return present.attributes.version === row.version ? migrated : { kind: 'changed', present };
}

async function moveRow(seen: StoredRow, row: TitleRow, deps: RowDependencies): Promise<Step> {
  const { table, clock } = deps;
  const placed = await placeRow(row, deps);
  if (placed === 'blocked') {
    const reason = `its place ${row.mediaId} ${row.mediaType} is taken by a row that is not understood`;
    return { kind: 'not-understood', reason };
  }
  const removed = await patiently(clock, () => table.remove(seen));
  const present = removed ? undefined : await patiently(clock, () => table.read(seen.key));
  if (present !== undefined) {
    return { kind: 'changed', present };
  }
  return placed === 'overtaken'
    ? { kind: placed }
    : { kind: placed, moved: true, expired: !isLive(row, clock.nowMs()) };
}

/** Sees to it that `row`, or a newer one, stands under its key; `blocked` when what stands there may not be replaced. */
async function placeRow(row: TitleRow, deps: RowDependencies): Promise<'migrated' | 'overtaken' | 'blocked'> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (await patiently(deps.clock, () => deps.table.putIfNewer(row))) {
      return 'migrated';
    }
    const refusal = await clearPlace(row, deps);
    if (refusal !== 'again') {
      return refusal;
    }
  }
  return 'blocked';
}

/** What a refused put means. Of two rows of the predecessor for one title the one under the right key is rewritten first. */
async function clearPlace(
  row: TitleRow,
  deps: RowDependencies,
): Promise<'migrated' | 'overtaken' | 'blocked' | 'again'> {
  const present = await patiently(deps.clock, () => deps.table.read(row));
  if (present === undefined) {
    return 'again';
  }
  const { kind } = await migrateRow(present, deps);
  if (kind !== 'current') {
    return kind === 'not-understood' ? 'blocked' : 'again';
  }
  const version = String(present.attributes.version);
  if (version === row.version) {
    return 'migrated';
  }
  return version > row.version ? 'overtaken' : 'again';
}
