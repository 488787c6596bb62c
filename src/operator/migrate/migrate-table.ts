/**
 * A table of the predecessor becomes one of this schema, while it is read and written:
 *
 *   refuse what cannot be → start to build the index → rewrite the rows → wait for the index → turn TTL on
 *
 * TTL comes last: before it is rewritten, a row's `expiresAt` means whatever the predecessor meant. Every step finds out whether it has
 * been done, so a run that was killed is followed by one that goes on.
 */

import { isoFromMs } from '../../shared/core/clock.ts';
import { PermanentError, PipelineError, UsageError } from '../../shared/core/errors.ts';
import { hasWritten, interrupted, migrateRows, type RowsDependencies } from './migrate-rows.ts';
import { type Migration, type MigrationCounts, noCounts, type UnreadRow } from './migration-log.ts';
import type { TableFacts } from './migration-table.ts';
import { patiently } from './patiently.ts';
import { bearableRowsPerSecond, rowPace } from './row-pace.ts';
import { shapeProblem, ttlProblem } from './table-shape.ts';

/** What a migration needs. */
export type MigrateDependencies = Omit<RowsDependencies, 'pace'> & {
  /** For people. */
  tableName: string;
  /** `undefined`: what the table bears. */
  rowsPerSecond: number | undefined;
  /** Forget how far an earlier run came. */
  restart: boolean;
};

/** What was done to the table's own settings, or would be. */
export type Change = 'present' | 'added' | 'to-add' | 'unsupported';

/** What a migration did, or in a dry run would do. */
export type MigrationReport = {
  table: string;
  dryRun: boolean;
  /** An earlier run was gone on with. */
  resumed: boolean;
  startedAt: string;
  rowsPerSecond: number;
  index: Change;
  ttl: Change;
  rows: MigrationCounts;
  notUnderstood: UnreadRow[];
  /** Nothing was changed, nor has to be. */
  nothingToDo: boolean;
};

const pollMs = 250;
const longestPollMs = 5_000;

/** Migrates the table. @throws UsageError when it cannot become one of this schema: then nothing was changed. */
export async function migrateTable(deps: MigrateDependencies): Promise<MigrationReport> {
  const { clock, dryRun, log, settings } = deps;
  const facts = await examine(deps);
  const known = await log.load();
  const goesOn = known !== undefined && !known.state.finished && !deps.restart && !dryRun;
  const migration = goesOn ? known : newMigration(isoFromMs(clock.nowMs()));
  const units =
    facts.index === undefined ? leastOf(facts.writeUnits, settings.capacity.index.writeUnits) : facts.writeUnits;
  const rowsPerSecond = deps.rowsPerSecond ?? bearableRowsPerSecond(units);
  const index = await beginIndex(facts, deps);
  const pace = rowPace(rowsPerSecond, clock, deps.signal);
  const done = await withAdvice(deps, () => migrateRows(migration, { ...deps, pace }));
  const turnedOn = await withAdvice(deps, () => finish(done, deps));
  const { counts, startedAt } = done.state;
  return {
    table: deps.tableName,
    dryRun,
    resumed: goesOn,
    startedAt,
    rowsPerSecond,
    index,
    ttl: turnedOn,
    rows: counts,
    notUnderstood: done.notUnderstood,
    nothingToDo: index === 'present' && turnedOn !== 'added' && turnedOn !== 'to-add' && isIdle(done),
  };
}

async function examine({ table, tableName }: MigrateDependencies): Promise<TableFacts> {
  const facts = await table.describe();
  if (facts === undefined) {
    throw new UsageError(`there is no table '${tableName}'`);
  }
  const problem = shapeProblem(facts) ?? ttlProblem(await table.readTtl());
  if (problem !== undefined) {
    throw new UsageError(`the table '${tableName}' cannot be migrated: ${problem}`);
  }
  return facts;
}

async function beginIndex({ index }: TableFacts, deps: MigrateDependencies): Promise<Change> {
  if (index !== undefined) {
    return 'present';
  }
  if (deps.dryRun) {
    return 'to-add';
  }
  await untilTable(({ active }) => active, deps);
  if (!(await patiently(deps.clock, () => deps.table.addIndex(deps.settings.capacity.index)))) {
    throw new PermanentError('index_refused', `this DynamoDB cannot add an index to '${deps.tableName}'`);
  }
  return 'added';
}

/** Index and TTL, then the mark that the next run starts anew. */
async function finish(done: Migration, deps: MigrateDependencies): Promise<Change> {
  if (!deps.dryRun) {
    await untilTable(({ index }) => index?.ready === true, deps);
  }
  const { state } = await patiently(deps.clock, () => deps.table.readTtl());
  if (deps.dryRun) {
    return state === 'on' ? 'present' : 'to-add';
  }
  const change = state === 'on' ? 'present' : await turnTtlOn(deps);
  if (hasWritten(done)) {
    await patiently(deps.clock, () => deps.log.save({ ...done, state: { ...done.state, finished: true } }));
  }
  return change;
}

async function turnTtlOn({ table, clock }: MigrateDependencies): Promise<Change> {
  return (await patiently(clock, () => table.enableTtl())) ? 'added' : 'unsupported';
}

/** Building an index takes minutes to hours; an interruption ends the waiting. */
async function untilTable(holds: (facts: TableFacts) => boolean, deps: MigrateDependencies): Promise<void> {
  const { table, clock, signal } = deps;
  for (let pauseMs = pollMs; ; pauseMs = Math.min(2 * pauseMs, longestPollMs)) {
    const facts = await patiently(clock, () => table.describe());
    if (facts !== undefined && holds(facts)) {
      return;
    }
    if (signal.aborted) {
      throw interrupted('while DynamoDB builds the index');
    }
    await clock.sleep(pauseMs, signal);
  }
}

/** Whatever ends a migration, the next run goes on; the person should know. */
async function withAdvice<T>({ tableName }: MigrateDependencies, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof PipelineError && cause.code === 'interrupted') {
      throw cause;
    }
    throw new PermanentError('migration_stopped', `the migration of '${tableName}' stopped, run it again to go on`, {
      cause,
    });
  }
}

function newMigration(startedAt: string): Migration {
  return { state: { startedAt, counts: noCounts, finished: false }, notUnderstood: [] };
}

function leastOf(units: number | undefined, others: number): number | undefined {
  return units === undefined ? undefined : Math.min(units, others);
}

function isIdle(done: Migration): boolean {
  return done.state.counts.toMigrate === 0 && !hasWritten(done);
}
