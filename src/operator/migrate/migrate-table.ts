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
import { tokenBucket } from '../../shared/core/pace.ts';
import { catalogTable, type KeyAttribute } from '../../shared/tables/table-definitions.ts';
import {
  interrupted,
  type MigrationCounts,
  migrateRows,
  type RowsDependencies,
  type UnreadRow,
} from './migrate-rows.ts';
import type { TableFacts } from './migration-table.ts';

/** What a migration needs. */
export type MigrateDependencies = Omit<RowsDependencies, 'pace'> & {
  /** For people. */
  tableName: string;
  /** `undefined`: what the table bears. */
  rowsPerSecond: number | undefined;
};

/** What was done to the table's own settings, or would be. */
export type Change = 'present' | 'added' | 'to-add' | 'unsupported';

/** What a migration did, or in a dry run would do. */
export type MigrationReport = {
  table: string;
  dryRun: boolean;
  startedAt: string;
  rowsPerSecond: number;
  index: Change;
  ttl: Change;
  rows: MigrationCounts;
  notUnderstood: UnreadRow[];
  /** Nothing was changed, nor has to be. */
  nothingToDo: boolean;
};

/** A rewritten row of up to two KB takes two write units of the table, and out of an old index as many of that. */
const unitsPerRow = 2;
/** What is left is the pipeline's own. */
const shareOfUnits = 0.8;
/** A new table on demand bears 4,000 units a second at once. Source: DynamoDB developer guide, November 2026. */
const onDemandRowsPerSecond = 200;

const pollMs = 250;
const longestPollMs = 5_000;

/** Migrates the table. @throws UsageError when it cannot become one of this schema: then nothing was changed. */
export async function migrateTable(deps: MigrateDependencies): Promise<MigrationReport> {
  const { clock, dryRun, tableName } = deps;
  const startedAt = isoFromMs(clock.nowMs());
  const facts = await examine(deps);
  const rowsPerSecond = deps.rowsPerSecond ?? bearableRowsPerSecond(facts, deps);
  const index = await beginIndex(facts, deps);
  const pace = tokenBucket({ unitsPerSecond: rowsPerSecond, burst: 0 }, clock);
  const { rows, ttl } = await withAdvice(tableName, async () => ({
    rows: await migrateRows({ ...deps, pace }),
    ttl: await finishTtl(deps),
  }));
  const { toMigrate, migrated, overtaken } = rows.counts;
  return {
    ...{ table: tableName, dryRun, startedAt, rowsPerSecond, index, ttl },
    rows: rows.counts,
    notUnderstood: rows.notUnderstood,
    nothingToDo: index === 'present' && ttl !== 'added' && ttl !== 'to-add' && toMigrate + migrated + overtaken === 0,
  };
}

async function examine({ table, tableName }: MigrateDependencies): Promise<TableFacts> {
  const facts = await table.describe();
  if (facts === undefined) {
    throw new UsageError(`there is no table '${tableName}'`);
  }
  const problem = problemOf(facts);
  if (problem !== undefined) {
    throw new UsageError(`the table '${tableName}' cannot be migrated: ${problem}`);
  }
  return facts;
}

/** Why a table cannot become one of this schema, as the end of a sentence; `undefined` when it can. */
function problemOf({ keys, attributeTypes, index, ttl }: TableFacts): string | undefined {
  const { keys: tableKeys, indexes, ttlAttribute } = catalogTable;
  const { name = '', keys: indexKeys = [], projection } = indexes[0] ?? {};
  const other = [...tableKeys, ...indexKeys].find(({ attribute }) => (attributeTypes[attribute] ?? 'S') !== 'S');
  const problems: [isOne: boolean | undefined, sentence: string][] = [
    [keysText(keys) !== keysText(tableKeys), `its keys are ${keysText(keys)}, and allowed are ${keysText(tableKeys)}`],
    [other !== undefined, `its key attribute ${other?.attribute} is no string`],
    [
      index && keysText(index.keys) !== keysText(indexKeys),
      `its index ${name} is over ${keysText(index?.keys)}, and not over ${keysText(indexKeys)}`,
    ],
    [
      index && index.projection !== projection,
      `its index ${name} holds ${index?.projection}, and not ${projection} attributes`,
    ],
    [
      ttl.state === 'turning-off',
      'its TTL is being turned off, which takes DynamoDB up to an hour: try again after that',
    ],
    [
      ttl.state === 'on' && ttl.attribute !== ttlAttribute,
      `its TTL is on for ${ttl.attribute}, and not for ${ttlAttribute}: turn that off first`,
    ],
  ];
  return problems.find(([isOne]) => isOne)?.[1];
}

function keysText(keys: readonly KeyAttribute[] = []): string {
  const inOrder = [...keys].sort((a, b) => (a.type < b.type ? -1 : 1));
  return inOrder.map(({ attribute, type }) => `${attribute} (${type})`).join(' and ');
}

/** The pace that a table bears beside its other work; an index that is still to be built bounds it too. */
function bearableRowsPerSecond({ writeUnits, index }: TableFacts, { settings }: MigrateDependencies): number {
  if (writeUnits === undefined) {
    return onDemandRowsPerSecond;
  }
  const units = index === undefined ? Math.min(writeUnits, settings.capacity.index.writeUnits) : writeUnits;
  return (units * shareOfUnits) / unitsPerRow;
}

async function beginIndex({ index, writeUnits }: TableFacts, deps: MigrateDependencies): Promise<Change> {
  if (index !== undefined) {
    return 'present';
  }
  if (deps.dryRun) {
    return 'to-add';
  }
  await untilTable(({ active }) => active, deps);
  if (!(await deps.table.addIndex(writeUnits === undefined ? undefined : deps.settings.capacity.index))) {
    throw new PermanentError('index_refused', `this DynamoDB cannot add an index to '${deps.tableName}'`);
  }
  return 'added';
}

/** Turns TTL on once the index holds every row. */
async function finishTtl(deps: MigrateDependencies): Promise<Change> {
  const { ttl } = await untilTable(({ index }) => deps.dryRun || index?.ready === true, deps);
  if (ttl.state === 'on') {
    return 'present';
  }
  if (deps.dryRun) {
    return 'to-add';
  }
  return (await deps.table.enableTtl()) ? 'added' : 'unsupported';
}

/** Building an index takes minutes to hours; an interruption ends the waiting. */
async function untilTable(holds: (facts: TableFacts) => boolean, deps: MigrateDependencies): Promise<TableFacts> {
  const { table, clock, signal } = deps;
  for (let pauseMs = pollMs; ; pauseMs = Math.min(2 * pauseMs, longestPollMs)) {
    const facts = await table.describe();
    if (facts !== undefined && holds(facts)) {
      return facts;
    }
    if (signal.aborted) {
      throw interrupted('while DynamoDB builds the index');
    }
    await clock.sleep(pauseMs, signal);
  }
}

/** Whatever ends a migration, the next run goes on; the person should know. */
async function withAdvice<T>(tableName: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof PipelineError && cause.code === 'interrupted') {
      throw cause;
    }
    const message = `the migration of '${tableName}' stopped, run it again to go on`;
    throw new PermanentError('migration_stopped', message, { cause });
  }
}
