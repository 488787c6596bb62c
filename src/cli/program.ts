import { Command, CommanderError } from 'commander';
import { UsageError } from '../shared/core/errors.ts';
import { reportFailure, terminalOutput } from './cli-context.ts';
import { addBreakerCommand } from './commands/breaker-command.ts';
import { addCallCommand } from './commands/call-command.ts';
import { addCostCommand } from './commands/cost-command.ts';
import { addDlqActCommands } from './commands/dlq-act-commands.ts';
import { addDlqLookCommands } from './commands/dlq-look-commands.ts';
import { addDoctorCommand } from './commands/doctor-command.ts';
import { addEnqueueCommand } from './commands/enqueue-command.ts';
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
  addRecommendCommand,
  addCallCommand,
  addCostCommand,
  addMigrateCommand,
  addReportCommand,
  addStatusCommand,
  addEnqueueCommand,
  addDlqCommands,
  addBreakerCommand,
  addDoctorCommand,
];

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
