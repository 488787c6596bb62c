import { Command, CommanderError, Option } from 'commander';
import { UsageError } from '../shared/core/errors.ts';
import { reportFailure, terminalOutput } from './cli-output.ts';
import { acting, withCommon, withPlace } from './command-shape.ts';
import { type CostOptions, costCommand } from './commands/cost-command.ts';
import { demoCommand } from './commands/demo-command.ts';
import { localCommand } from './commands/local-command.ts';
import { type MigrateOptions, migrateCommand } from './commands/migrate-command.ts';
import { type PlanOptions, planCommand } from './commands/plan-command.ts';
import { type ReadOptions, readListCommand, readTitleCommand } from './commands/read-command.ts';
import { type RecommendOptions, recommendCommand } from './commands/recommend-command.ts';
import { type ReportOptions, reportCommand } from './commands/report-command.ts';
import { type RunOptions, runCommand } from './commands/run-command.ts';
import { addOperatorCommands } from './operator-commands.ts';
import { writeOutput } from './write-output.ts';

const dataDirHelp = 'folder that keeps tables and queues (default: everything in memory)';
const faultsHelp = 'faults of the TMDB simulator, such as throttle=0.1,serverError=0.05';
const dynamodbHelp = 'dynoxide or dynalite (default: dynoxide where it runs)';
const timeoutHelp = 'how long to wait for open jobs, such as 90s or 15m';

/** The program; each action gets its arguments, its options and the context. */
function pipelineProgram(): Command {
  const program = new Command('tmdb-pipeline').description("keeps TMDB's lists and titles fresh in DynamoDB");
  withCommon(program.command('run'))
    .argument('<schedule>', 'daily, weekly or refresh')
    .description('one occurrence from plan to table on an embedded stack, then a summary')
    .option('--occurrence <time>', "UTC time of the occurrence, or 'now' (default: the latest one of the schedule)")
    .option('--data-dir <folder>', dataDirHelp)
    .option('--timeout <duration>', timeoutHelp, '15m')
    .option('--faults <spec>', faultsHelp)
    .option('--dynamodb <emulator>', dynamodbHelp)
    .action(acting((options: RunOptions, context, schedule: string) => runCommand(schedule, options, context)));
  withCommon(program.command('demo'))
    .description('the daily and the weekly occurrence, and the first titles of some lists')
    .option('--timeout <duration>', timeoutHelp, '15m')
    .option('--faults <spec>', faultsHelp)
    .action(acting(demoCommand));
  withPlace(program.command('plan'))
    .argument('<schedule>', 'daily, weekly or refresh')
    .description('the jobs of the next occurrence, and why each; sends nothing')
    .action(acting((options: PlanOptions, context, schedule: string) => planCommand(schedule, options, context)));
  addLocalCommand(program);
  addReadCommands(program);
  addRecommendCommand(program);
  addCostCommand(program);
  addMigrateCommand(program);
  addReportCommand(program);
  addOperatorCommands(program);
  return program;
}

function addLocalCommand(program: Command): void {
  withCommon(program.command('local'))
    .description('the embedded stack, kept running with its schedules until Ctrl-C')
    .option('--data-dir <folder>', dataDirHelp)
    .option('--sqs-port <port>', 'port of the SQS emulator (default: any free one)')
    .option('--dynamodb-port <port>', 'port of the DynamoDB emulator (default: any free one)')
    .option('--tmdb-port <port>', 'port of the TMDB simulator (default: any free one)')
    .option('--http-port <port>', 'port of the reader over HTTP (default: any free one)')
    .option('--faults <spec>', faultsHelp)
    .option('--dynamodb <emulator>', dynamodbHelp)
    .option('--no-catch-up', 'do not start with the latest daily and weekly occurrences')
    .action(acting(localCommand));
}

function addCostCommand(program: Command): void {
  withCommon(program.command('cost'))
    .description('the modelled month of the deployment and its plan, line by line')
    .option('--regions <countries>', 'as if these were configured, such as US,GB or DE:de-DE')
    .option('--reads-per-day <count>', 'as if so much were read')
    .option('--rate <calls>', 'as if so many calls a second were allowed')
    .action(acting((options: CostOptions, context) => costCommand(options, context)));
}

function addReportCommand(program: Command): void {
  withPlace(program.command('report'))
    .description('hits, misses, most and least read, freshness, plan quality, calls, writes and cost over a period')
    .option('--since <duration>', 'how long a period, such as 24h, 7d or 30d', '7d')
    .option('--until <time>', 'UTC time of its end (default: now)')
    .option('--top <count>', 'length of the rankings', '10')
    .option('--html <file>', 'the same as a page, in one file')
    .option('--force', 'replace the file of --html when it is there')
    .action(acting((options: ReportOptions, context) => reportCommand(options, context)));
}

function addMigrateCommand(program: Command): void {
  withPlace(program.command('migrate'))
    .description("a predecessor's table to this schema, while it is read; after an interruption, run it again")
    .option('--table <name>', "the table (default: the stack's)")
    .option('--rate <rows>', 'rows rewritten a second (default: what the capacity of the table bears)')
    .option('--dry-run', 'what would be done, without doing it')
    .action(acting((options: MigrateOptions, context) => migrateCommand(options, context)));
}

function addReadCommands(program: Command): void {
  const read = program.command('read').description('what an application would get from the table');
  withPlace(read.command('list'))
    .argument(
      '<category>',
      'popular, trending, genre_<id>, keyword_<id>, hidden_gems, award_winning or local_originals',
    )
    .argument('<media>', 'movie, tv or all')
    .description('a feed, through the index')
    .option('--region <region>', 'global, or a country such as DE')
    .option(
      '--language <language>',
      "such as de-DE or de (default: the region's own in the settings, else the default one)",
    )
    .option('--limit <count>', 'number of titles', '20')
    .option('--include-adult', 'adult titles too')
    .action(
      acting((options: ReadOptions, context, category: string, media: string) =>
        readListCommand(category, media, options, context),
      ),
    );
  withPlace(read.command('title'))
    .argument('<media>', 'movie or tv')
    .argument('<id>', 'TMDB id')
    .description('one title')
    .option('--region <region>', 'global, or a country such as DE: its language stands in for the asked one')
    .option('--language <language>', 'such as en-US')
    .action(
      acting((options: ReadOptions, context, media: string, id: string) =>
        readTitleCommand(media, id, options, context),
      ),
    );
}

function addRecommendCommand(program: Command): void {
  withPlace(program.command('recommend'))
    .description('titles for a viewer, from what the table holds, and why each')
    .option('--liked <titles>', 'titles the viewer liked, such as movie:550,tv:1399')
    .option('--seen <titles>', 'titles to leave out')
    .option('--genres <ids>', 'TMDB genre ids the viewer asks for, such as 18,35')
    .option('--media <media>', 'movie, tv or all (default: all)')
    .option('--region <region>', 'global, or a country such as DE')
    .option('--language <language>', 'such as en-US')
    .option('--hour <hour>', "hour of the viewer's day, 0 to 23")
    .option('--limit <count>', 'number of titles', '10')
    .option('--include-adult', 'adult titles too')
    .addOption(new Option('--adult', 'the same, by its former name').hideHelp())
    .action(acting((options: RecommendOptions, context) => recommendCommand(options, context)));
}

/** Runs the program; returns its exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const output = terminalOutput({ json: argv.includes('--json'), verbose: argv.includes('--verbose') });
  const program = pipelineProgram();
  quiet(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      return reportFailure(error, output);
    }
    if (error.exitCode === 0) {
      return 0;
    }
    const sentence = error.message.replace(/^error: /, '');
    return reportFailure(
      new UsageError(sentence === '(outputHelp)' ? 'a command is missing: see --help' : sentence),
      output,
    );
  }
}

/** commander throws instead of exiting, and leaves the one sentence to `reportFailure`. */
function quiet(command: Command): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => writeOutput(process.stdout, text),
    writeErr: () => undefined,
    outputError: () => undefined,
  });
  command.commands.forEach(quiet);
}
