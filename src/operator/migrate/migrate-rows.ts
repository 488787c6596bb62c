/**
 * The way through the table: scan a page → each row of it at the pace → save how far it is → next page. Nothing is saved before the first
 * row is rewritten, so that a run that finds nothing to do writes nothing at all; behind that point everything found so far is saved.
 */
import pLimit from 'p-limit';
import { PermanentError } from '../../shared/core/errors.ts';
import { isLive } from '../../shared/tables/row.ts';
import { judgeRow } from './judge-row.ts';
import { migrateRow, type RowDependencies, type RowOutcome } from './migrate-row.ts';
import type { Migration, MigrationCounts, MigrationLog } from './migration-log.ts';
import type { StoredRow } from './migration-table.ts';
import { patiently } from './patiently.ts';
import type { RowPace } from './row-pace.ts';

/** What the way through the table needs. */
export type RowsDependencies = RowDependencies & {
  log: MigrationLog;
  pace: RowPace;
  /** Nothing is written, neither rows nor progress. */
  dryRun: boolean;
  signal: AbortSignal;
  onProgress(counts: MigrationCounts): void;
};

/** Rows of a page: what a run that is killed looks at again. */
const pageRows = 50;
const parallelRows = 16;
/** A row that is only read: half a read unit for four KB, and a table has more of them than of write units. */
const readShare = 0.2;

type Outcome = RowOutcome | { kind: 'to-migrate'; expired: boolean };

/** Goes on with `migration` to the end of the table. @throws PermanentError `interrupted` when the signal aborts. */
export async function migrateRows(migration: Migration, deps: RowsDependencies): Promise<Migration> {
  const { table, clock, signal } = deps;
  let known = migration;
  for (;;) {
    const { rows, next } = await patiently(clock, () => table.scan(known.state.last, pageRows));
    const outcomes = await migratePage(rows, deps);
    if (signal.aborted) {
      throw interrupted(`after ${known.state.counts.scanned} rows`);
    }
    known = withPage(known, rows, outcomes);
    deps.onProgress(known.state.counts);
    if (next === undefined) {
      return known;
    }
    known = { ...known, state: { ...known.state, last: next } };
    if (hasWritten(known)) {
      await patiently(clock, () => deps.log.save(known));
    }
  }
}

/** Whether the table has been changed since the migration began. */
export function hasWritten({ state }: Migration): boolean {
  return state.counts.migrated + state.counts.overtaken > 0;
}

/** The error of a run that was asked to end. */
export function interrupted(when: string): PermanentError {
  return new PermanentError('interrupted', `interrupted ${when}: run it again to go on`);
}

/** All rows end before one's failure is thrown: none is left half-way. */
async function migratePage(rows: readonly StoredRow[], deps: RowsDependencies): Promise<Outcome[]> {
  const limit = pLimit(parallelRows);
  const settled = await Promise.allSettled(rows.map((row) => limit(() => migratePaced(row, deps))));
  const failure = settled.find(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') {
    throw failure.reason;
  }
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

async function migratePaced(row: StoredRow, deps: RowsDependencies): Promise<Outcome> {
  const mayBeWritten = row.attributes.version === undefined && !deps.dryRun;
  await deps.pace(mayBeWritten ? 1 : readShare);
  if (deps.signal.aborted) {
    // The page of an interrupted run does not count, so any outcome will do.
    return { kind: 'gone' };
  }
  return deps.dryRun ? foresee(row, deps) : migrateRow(row, deps);
}

function foresee({ attributes }: StoredRow, { settings, clock }: RowsDependencies): Outcome {
  const judged = judgeRow(attributes, settings, clock.nowMs());
  return judged.kind === 'legacy' ? { kind: 'to-migrate', expired: !isLive(judged.row, clock.nowMs()) } : judged;
}

function withPage({ state, notUnderstood }: Migration, rows: readonly StoredRow[], outcomes: Outcome[]): Migration {
  const unread = outcomes.flatMap((outcome, n) => {
    const key = rows[n]?.key;
    return outcome.kind === 'not-understood' && key !== undefined ? [{ ...key, reason: outcome.reason }] : [];
  });
  return {
    state: { ...state, counts: outcomes.reduce(counted, state.counts) },
    notUnderstood: [...notUnderstood, ...unread],
  };
}

const countOf = {
  current: 'current',
  'to-migrate': 'toMigrate',
  migrated: 'migrated',
  overtaken: 'overtaken',
  gone: 'gone',
  'not-understood': 'notUnderstood',
} as const;

function counted(counts: MigrationCounts, outcome: Outcome): MigrationCounts {
  const name = countOf[outcome.kind];
  return {
    ...counts,
    scanned: counts.scanned + 1,
    [name]: counts[name] + 1,
    moved: counts.moved + ('moved' in outcome && outcome.moved ? 1 : 0),
    expired: counts.expired + ('expired' in outcome && outcome.expired ? 1 : 0),
  };
}
