import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Command } from 'commander';
import { dynamoMigrationTable, migrationClient } from '../../operator/migrate/dynamo-migration-table.ts';
import type { MigrationCounts } from '../../operator/migrate/migrate-rows.ts';
import { type Change, type MigrationReport, migrateTable } from '../../operator/migrate/migrate-table.ts';
import type { ClientTarget } from '../../shared/core/client-target.ts';
import { UsageError } from '../../shared/core/errors.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { categoryIndex } from '../../shared/tables/table-definitions.ts';
import { namingFailures } from '../aws-call-failure.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, examples, withPlace } from '../command-shape.ts';
import { table, title } from '../format-text.ts';
import { interruptible } from '../interruptible.ts';
import { parseRate } from '../parse-input.ts';
import { showLine } from '../progress.ts';
import { type PlaceOptions, withStackPlace } from '../stack-place.ts';

/** Options of `migrate`. */
type MigrateOptions = PlaceOptions & { table?: string; rate?: string; dryRun?: boolean };

const fastestRate = 10_000;
/** Rows that are shown to a person; `--json` lists all. */
const shownRows = 20;

/** Adds `migrate`. */
export function addMigrateCommand(program: Command): void {
  withPlace(program.command('migrate'))
    .description("a predecessor's table to this schema, while it is read; after an interruption, run it again")
    .addHelpText('after', examples('migrate --table OldCache --dry-run --stack aws'))
    .option('--table <name>', "the table (default: the stack's)")
    .option('--rate <rows>', 'rows rewritten a second (default: what the capacity of the table bears)')
    .option('--dry-run', 'what would be done, without doing it')
    .action(acting((options: MigrateOptions, context) => migrateCommand(options, context)));
}

/** `migrate`: a table of the predecessor to this schema, while it is read and written. */
async function migrateCommand(options: MigrateOptions, context: CliContext): Promise<void> {
  const rowsPerSecond = options.rate === undefined ? undefined : parseRate(options.rate, '--rate', 0.1, fastestRate);
  const chosenTable = options.table === undefined ? undefined : parseTableName(options.table);
  const { settings, clock, output } = context;
  const startedMs = clock.monotonicMs();
  const report = await interruptible(context, (signal) =>
    withStackPlace(options, context, (place) =>
      withMigrationClient(place.dynamodb, (client) => {
        const tableName = chosenTable ?? place.catalogTable;
        const table = dynamoMigrationTable(client, tableName);
        const dryRun = options.dryRun === true;
        return withProgress(`migrate ${tableName}`, context, (onProgress) =>
          migrateTable({ table, settings, clock, signal, tableName, rowsPerSecond, dryRun, onProgress }),
        );
      }),
    ),
  );
  const durationMs = Math.round(clock.monotonicMs() - startedMs);
  output.result({ ...report, durationMs }, formatReport(report));
}

async function withMigrationClient<T>(
  target: ClientTarget | undefined,
  act: (client: DynamoDBDocumentClient) => Promise<T>,
): Promise<T> {
  const client = migrationClient(target);
  try {
    return await namingFailures('DynamoDB', target?.endpoint, () => act(client));
  } finally {
    client.destroy();
  }
}

function parseTableName(text: string): string {
  if (!/^[\w.-]{3,255}$/.test(text)) {
    throw new UsageError(`--table is '${shown(text)}': allowed are names of 3 to 255 letters, digits, _ . -`);
  }
  return text;
}

/** Nothing is shown of a run that was refused before its first row. */
async function withProgress<T>(
  label: string,
  context: CliContext,
  act: (onProgress: (counts: MigrationCounts) => void) => Promise<T>,
): Promise<T> {
  let line: ReturnType<typeof showLine> | undefined;
  const onProgress = (counts: MigrationCounts) => {
    const text = `${label}: ${progressText(counts)}`;
    line ??= showLine(text, context);
    line.update(text);
  };
  try {
    const result = await act(onProgress);
    line?.end(true);
    return result;
  } catch (error) {
    line?.end(false);
    throw error;
  }
}

function progressText({ scanned, current, toMigrate, migrated, notUnderstood }: MigrationCounts): string {
  const work = toMigrate > 0 ? `${toMigrate} to rewrite` : `${migrated} rewritten`;
  return `${scanned} rows looked at, ${work}, ${current} as they should be, ${notUnderstood} not understood`;
}

function formatReport(report: MigrationReport): string {
  const { rows, dryRun, startedAt } = report;
  const facts: [string, string | number][] = [
    [`index ${categoryIndex}`, changeTexts[report.index]],
    ['TTL on expiresAt', changeTexts[report.ttl].replace('added', 'turned on')],
    ['rows looked at', rows.scanned],
    ['of this schema already', rows.current],
    ...(dryRun ? foreseen(rows) : done(rows)),
    ['not understood', rows.notUnderstood],
  ];
  const run = dryRun ? 'a dry run: nothing was changed' : `begun ${startedAt}`;
  return [
    title(`migrate ${report.table}, ${run}`),
    table(
      ['what', 'outcome'],
      facts.map(([what, outcome]) => [what, String(outcome)]),
    ),
    ...unreadRows(report),
    lastLine(report),
  ].join('\n');
}

function foreseen({ toMigrate, expired }: MigrationCounts): [string, number][] {
  return [
    ['to be rewritten', toMigrate],
    ['… past their hard TTL', expired],
  ];
}

function done({ migrated, moved, expired, overtaken, gone }: MigrationCounts): [string, number][] {
  return [
    ['rewritten', migrated],
    ['… under another key', moved],
    ['… past their hard TTL', expired],
    ['overtaken by a newer row', overtaken],
    ['deleted meanwhile', gone],
  ];
}

function unreadRows({ notUnderstood }: MigrationReport): string[] {
  if (notUnderstood.length === 0) {
    return [];
  }
  const rows = notUnderstood
    .slice(0, shownRows)
    .map(({ mediaId, mediaType, reason }) => [shown(mediaId), shown(mediaType), reason]);
  const more = notUnderstood.length - rows.length;
  return [
    title('not understood, and left as they are'),
    table(['mediaId', 'mediaType', 'why'], rows),
    ...(more > 0 ? [`and ${more} more: --json lists them all`] : []),
  ];
}

function lastLine({ nothingToDo, dryRun, rows, rowsPerSecond }: MigrationReport): string {
  if (nothingToDo) {
    return 'nothing is left to do';
  }
  const minutes = Math.ceil(rows.toMigrate / rowsPerSecond / 60);
  return dryRun
    ? `it would take about ${minutes} min at ${Number(rowsPerSecond.toFixed(1))} rows a second`
    : 'done: a second run will change nothing';
}

const changeTexts: Record<Change, string> = {
  present: 'was there',
  added: 'added',
  'to-add': 'to be added',
  unsupported: 'not known to this emulator',
};
