/**
 * The way through the table: scan a page → each row of it at the pace → next page. A row of the predecessor is rewritten so:
 *
 *   same key      put the new row on condition that the old one still stands as it was read
 *   another key   put the new row where nothing newer stands, then remove the old one on the same condition
 *
 * Whoever else writes meanwhile makes the condition fail: then the row is read again and judged anew. So nothing older ever replaces
 * anything newer, and a crash between any two steps leaves what the next run finishes. Progress is kept nowhere: what is done is
 * recognized by its version, and costs the next run a read.
 */
import pLimit from 'p-limit';
import type { Clock } from '../../shared/core/clock.ts';
import { PermanentError } from '../../shared/core/errors.ts';
import type { Pace } from '../../shared/core/pace.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { isLive, type RowKey, rowKeyText } from '../../shared/tables/row.ts';
import type { TitleRow } from '../../shared/tables/title-row.ts';
import { judgeRow, type NotUnderstood } from './legacy-row.ts';
import type { MigrationTable, StoredRow } from './migration-table.ts';

const noCounts = () => ({
  scanned: 0,
  /** Of this schema already. */
  current: 0,
  /** A dry run only: would be rewritten. */
  toMigrate: 0,
  /** Rewritten, `moved` ones included. */
  migrated: 0,
  /** Rewritten under the key that this schema gives them. */
  moved: 0,
  /** Rewritten, or to be, and past their hard TTL: no reader sees them, and DynamoDB deletes them. */
  expired: 0,
  /** The writer had put a newer one meanwhile. */
  overtaken: 0,
  /** Deleted by somebody meanwhile. */
  gone: 0,
  notUnderstood: 0,
});

/** Rows by what became of them. */
export type MigrationCounts = ReturnType<typeof noCounts>;

/** A row that is left to a person. */
export type UnreadRow = RowKey & { reason: string };

/** What became of the rows; `notUnderstood` lists as many as are counted. */
export type MigratedRows = { counts: MigrationCounts; notUnderstood: UnreadRow[] };

/** What the way through the table needs. */
export type RowsDependencies = {
  table: MigrationTable;
  settings: Settings;
  clock: Clock;
  /** In rewritten rows. */
  pace: Pace;
  /** Nothing is written. */
  dryRun: boolean;
  /** Ends the run after the rows that are in flight. */
  signal: AbortSignal;
  onProgress(counts: Readonly<MigrationCounts>): void;
};

/** What became of a row. */
export type RowOutcome =
  | { kind: 'migrated'; moved: boolean; expired: boolean }
  | { kind: 'toMigrate'; expired: boolean }
  | { kind: 'current' | 'overtaken' | 'gone' }
  | NotUnderstood;

const pageRows = 50;
/** With six retries each these fit into the 100 retries of throttled calls that the SDK grants a client without a success between. */
const parallelRows = 16;
/** A row that is only read, in rewritten rows: two KB of a scan take a quarter of a read unit, and rewriting them four write units. */
const readShare = 0.1;
/** Each attempt after the first needs somebody who writes the same row at the same moment. */
const attempts = 5;

/** Brings every row of the table to this schema. @throws PermanentError `interrupted` when the signal aborts. */
export async function migrateRows(deps: RowsDependencies): Promise<MigratedRows> {
  const done: MigratedRows = { counts: noCounts(), notUnderstood: [] };
  const limit = pLimit(parallelRows);
  let next: RowKey | undefined;
  do {
    const page = await deps.table.scan(next, pageRows);
    // All rows end before one's failure is thrown: none is left half-way.
    const settled = await Promise.allSettled(page.rows.map((row) => limit(() => migratePaced(row, deps, done))));
    for (const row of settled) {
      if (row.status === 'rejected') {
        throw row.reason;
      }
    }
    if (deps.signal.aborted) {
      throw interrupted(`after ${done.counts.scanned} rows`);
    }
    deps.onProgress(done.counts);
    next = page.next;
  } while (next !== undefined);
  return done;
}

/** The error of a run that was asked to end. */
export function interrupted(when: string): PermanentError {
  return new PermanentError('interrupted', `interrupted ${when}: run it again to go on`);
}

async function migratePaced(row: StoredRow, deps: RowsDependencies, done: MigratedRows): Promise<void> {
  const { pace, dryRun, signal } = deps;
  await pace(row.version === undefined && !dryRun ? 1 : readShare, signal);
  if (!signal.aborted) {
    count(row, dryRun ? foresee(row, deps) : await migrateRow(row, deps), done);
  }
}

function count({ mediaId, mediaType }: RowKey, outcome: RowOutcome, { counts, notUnderstood }: MigratedRows): void {
  counts.scanned += 1;
  counts.moved += 'moved' in outcome && outcome.moved ? 1 : 0;
  counts.expired += 'expired' in outcome && outcome.expired ? 1 : 0;
  if (outcome.kind === 'not-understood') {
    counts.notUnderstood += 1;
    notUnderstood.push({ mediaId, mediaType, reason: outcome.reason });
  } else {
    counts[outcome.kind] += 1;
  }
}

function foresee(row: StoredRow, { settings, clock }: RowsDependencies): RowOutcome {
  const judged = judgeRow(row, settings, clock.nowMs());
  return judged.kind === 'legacy' ? { kind: 'toMigrate', expired: !isLive(judged.row, clock.nowMs()) } : judged;
}

/** What one row needs. */
type RowDependencies = Pick<RowsDependencies, 'table' | 'settings' | 'clock'>;

/** Brings the row that was `found` to this schema. */
export async function migrateRow(found: StoredRow, deps: RowDependencies): Promise<RowOutcome> {
  let seen = found;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const judged = judgeRow(seen, deps.settings, deps.clock.nowMs());
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

type Step = RowOutcome | { kind: 'changed'; present: StoredRow };

async function rewriteRow(seen: StoredRow, row: TitleRow, deps: RowDependencies): Promise<Step> {
  const { table, clock } = deps;
  const moved = rowKeyText(seen) !== rowKeyText(row);
  const placed = moved ? await placeRow(row, deps) : 'migrated';
  if (placed === 'blocked') {
    const reason = `its place ${row.mediaId} ${row.mediaType} is taken by a row that is not understood`;
    return { kind: 'not-understood', reason };
  }
  const done = await (moved ? table.remove(seen) : table.replace(seen, row));
  const present = done ? undefined : await table.read(seen);
  if (present === undefined && !done && !moved) {
    return { kind: 'gone' };
  }
  // Equal versions are equal rows: this very put, sent again because its answer was lost, or another run's.
  if (present !== undefined && present.version !== row.version) {
    return { kind: 'changed', present };
  }
  return placed === 'overtaken' ? { kind: placed } : { kind: placed, moved, expired: !isLive(row, clock.nowMs()) };
}

/**
 * Sees to it that `row`, or a newer one, stands under its key; `blocked` when what stands there may not be replaced. Of two rows of the
 * predecessor for one title the one under the right key is rewritten first.
 */
async function placeRow(row: TitleRow, deps: RowDependencies): Promise<'migrated' | 'overtaken' | 'blocked'> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (await deps.table.putUnlessNewer(row)) {
      return 'migrated';
    }
    const present = await deps.table.read(row);
    const outcome = present && (await migrateRow(present, deps));
    if (outcome?.kind === 'not-understood') {
      return 'blocked';
    }
    if (outcome?.kind === 'current' && String(present?.version) > row.version) {
      return 'overtaken';
    }
  }
  return 'blocked';
}
