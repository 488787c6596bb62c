import { Command, CommanderError } from 'commander';
import { UsageError } from '../shared/core/errors.ts';
import { type CliOutput, reportFailure, terminalOutput } from './cli-context.ts';
import { type Inherited, inherit } from './command-shape.ts';
import { addBreakerCommand } from './commands/breaker-command.ts';
import { addCallCommand } from './commands/call-command.ts';
import { addConsoleCommand } from './commands/console-command.ts';
import { addCostCommand } from './commands/cost-command.ts';
import { addDlqActCommands } from './commands/dlq-act-commands.ts';
import { addDlqLookCommands } from './commands/dlq-look-commands.ts';
import { addEnqueueCommand } from './commands/enqueue-command.ts';
import { addFindCommand } from './commands/find-command.ts';
import { addFitRankingCommand } from './commands/fit-ranking-command.ts';
import { addLocalCommand } from './commands/local-command.ts';
import { addMigrateCommand } from './commands/migrate-command.ts';
import { addPlanCommand } from './commands/plan-command.ts';
import { addReadCommands } from './commands/read-commands.ts';
import { addRecommendCommand } from './commands/recommend-command.ts';
import { addReportCommand } from './commands/report-command.ts';
import { addDemoCommand, addRunCommand } from './commands/run-commands.ts';
import { addStatusCommand } from './commands/status-command.ts';
import { writeOutput } from './write-output.ts';

/** Every command, in the order of the help. */
const commands = [
  addRunCommand,
  addDemoCommand,
  addPlanCommand,
  addLocalCommand,
  addReadCommands,
  addFindCommand,
  addRecommendCommand,
  addFitRankingCommand,
  addCallCommand,
  addCostCommand,
  addMigrateCommand,
  addReportCommand,
  addStatusCommand,
  addEnqueueCommand,
  addDlqCommands,
  addBreakerCommand,
  (program: Command) => addConsoleCommand(program, runInherited),
];

/** Runs the program; returns its exit code. */
export function runProgram(argv: readonly string[]): Promise<number> {
  const output = terminalOutput({ json: argv.includes('--json'), verbose: argv.includes('--verbose') });
  return runOn(pipelineProgram(), argv, output);
}

/** Runs a command for another one, in this process and with its context; returns the exit code. */
function runInherited(argv: readonly string[], inherited: Inherited): Promise<0 | 1 | 2> {
  const program = pipelineProgram();
  inherit(program, inherited);
  return runOn(program, argv, inherited.context.output);
}

async function runOn(program: Command, argv: readonly string[], output: CliOutput): Promise<0 | 1 | 2> {
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

function pipelineProgram(): Command {
  const program = new Command('tmdb-pipeline').description("keeps TMDB's lists and titles fresh in DynamoDB");
  for (const add of commands) {
    add(program);
  }
  return program;
}

function addDlqCommands(program: Command): void {
  const dlq = program.command('dlq').description('dead letters: look into them, replay or delete them');
  addDlqLookCommands(dlq);
  addDlqActCommands(dlq);
}
