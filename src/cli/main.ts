#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { Command, CommanderError } from 'commander';
import { UsageError } from '../shared/errors.ts';
import { breakerCommand } from './breaker-command.ts';
import { type CliContext, type CommonOptions, cliContext } from './cli-context.ts';
import { reportFailure, terminalOutput } from './cli-output.ts';
import { costCommand } from './cost-command.ts';
import { demoCommand } from './demo-command.ts';
import { localCommand } from './local-command.ts';
import { type PlanOptions, planCommand } from './plan-command.ts';
import { type ReadOptions, readListCommand, readTitleCommand } from './read-command.ts';
import { type RecommendOptions, recommendCommand } from './recommend-command.ts';
import { type RunOptions, runCommand } from './run-command.ts';

const dataDirHelp = 'folder that keeps tables and queues (default: everything in memory)';
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
    .option('--faults <spec>', 'faults of the TMDB simulator, such as throttle=0.1,serverError=0.05')
    .option('--dynamodb <emulator>', 'dynoxide or dynalite (default: dynoxide where it runs)')
    .action(acting((options: RunOptions, context, schedule: string) => runCommand(schedule, options, context)));
  withCommon(program.command('demo'))
    .description('the daily and the weekly occurrence, and the first titles of some lists')
    .option('--timeout <duration>', timeoutHelp, '15m')
    .option('--faults <spec>', 'faults of the TMDB simulator, such as throttle=0.1,serverError=0.05')
    .action(acting(demoCommand));
  withCommon(program.command('plan'))
    .argument('<schedule>', 'daily, weekly or refresh')
    .description('the jobs of the next occurrence, and why each; sends nothing')
    .option('--data-dir <folder>', 'folder whose tables are read (default: those of the running `local`)')
    .action(acting((options: PlanOptions, context, schedule: string) => planCommand(schedule, options, context)));
  withCommon(program.command('breaker'))
    .argument('<action>', 'show, open or close')
    .description('the shared breaker: what it says, or a change by hand')
    .option('--why <words>', 'why it is changed, for whoever looks at it next')
    .option('--data-dir <folder>', 'folder whose tables are used (default: those of the running `local`)')
    .action(acting(breakerCommand));
  addLocalCommand(program);
  addReadCommands(program);
  addRecommendCommand(program);
  addCostCommand(program);
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
    .option('--faults <spec>', 'faults of the TMDB simulator, such as throttle=0.1,serverError=0.05')
    .option('--dynamodb <emulator>', 'dynoxide or dynalite (default: dynoxide where it runs)')
    .option('--no-catch-up', 'do not start with the latest daily and weekly occurrences')
    .action(acting(localCommand));
}

function addCostCommand(program: Command): void {
  withCommon(program.command('cost'))
    .description('the modelled month of the deployment and its plan, line by line')
    .action(acting(costCommand));
}

function addReadCommands(program: Command): void {
  const read = program.command('read').description('what an application would get from the table');
  withCommon(read.command('list'))
    .argument('<category>', 'popular, trending, genre_<id>, hidden_gems, award_winning or local_originals')
    .argument('<media>', 'movie, tv or all')
    .description('a feed, through the index')
    .option('--region <region>', 'global, or a country such as DE')
    .option('--language <language>', 'such as en-US')
    .option('--limit <count>', 'number of titles', '20')
    .option('--data-dir <folder>', 'folder whose tables are read (default: those of the running `local`)')
    .action(
      acting((options: ReadOptions, context, category: string, media: string) =>
        readListCommand(category, media, options, context),
      ),
    );
  withCommon(read.command('title'))
    .argument('<media>', 'movie or tv')
    .argument('<id>', 'TMDB id')
    .description('one title')
    .option('--region <region>', 'global, or a country such as DE: its language stands in for the asked one')
    .option('--language <language>', 'such as en-US')
    .option('--data-dir <folder>', 'folder whose tables are read (default: those of the running `local`)')
    .action(
      acting((options: ReadOptions, context, media: string, id: string) =>
        readTitleCommand(media, id, options, context),
      ),
    );
}

function addRecommendCommand(program: Command): void {
  withCommon(program.command('recommend'))
    .description('titles for a viewer, from what the table holds, and why each')
    .option('--liked <titles>', 'titles the viewer liked, such as movie:550,tv:1399')
    .option('--seen <titles>', 'titles to leave out')
    .option('--genres <ids>', 'TMDB genre ids the viewer asks for, such as 18,35')
    .option('--media <media>', 'movie, tv or all (default: all)')
    .option('--region <region>', 'global, or a country such as DE')
    .option('--language <language>', 'such as en-US')
    .option('--hour <hour>', "hour of the viewer's day, 0 to 23")
    .option('--limit <count>', 'number of titles', '10')
    .option('--adult', 'adult titles too')
    .option('--data-dir <folder>', 'folder whose tables are read (default: those of the running `local`)')
    .action(acting((options: RecommendOptions, context) => recommendCommand(options, context)));
}

function withCommon(command: Command): Command {
  return command
    .option('--json', 'one JSON document on stdout, nothing else there')
    .option('--verbose', 'everything the functions log, and stack traces')
    .option('--settings <file>', 'JSON file laid over the default settings');
}

/** commander hands over the arguments one by one, then the options, then the command. */
function acting<O>(
  act: (options: O, context: CliContext, ...args: string[]) => Promise<void>,
): (...handed: unknown[]) => Promise<void> {
  return async (...handed) => {
    const options = handed.at(-2) as O & CommonOptions;
    await act(options, cliContext(options), ...(handed.slice(0, -2) as string[]));
  };
}

/** Runs the program; returns its exit code. */
async function main(argv: readonly string[]): Promise<number> {
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
  command.exitOverride().configureOutput({ writeErr: () => undefined, outputError: () => undefined });
  command.commands.forEach(quiet);
}

process.exitCode = await main(process.argv.slice(2));
