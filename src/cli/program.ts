import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { UsageError } from '../shared/core/errors.ts';
import { type CliOutput, reportFailure, terminalOutput } from './cli-context.ts';
import { examples, type Inherited, inherit } from './command-shape.ts';
import { addBreakerCommand } from './commands/breaker-command.ts';
import { addCallCommand } from './commands/call-command.ts';
import { addCompletionCommand } from './commands/completion-command.ts';
import { addConsoleCommand } from './commands/console-command.ts';
import { addCostCommand } from './commands/cost-command.ts';
import { addDlqActCommands } from './commands/dlq-act-commands.ts';
import { addDlqLookCommands } from './commands/dlq-look-commands.ts';
import { addDoctorCommand } from './commands/doctor-command.ts';
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
  addDoctorCommand,
  addCompletionCommand,
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
  program.on('option:version', () => {
    const { version, commit } = versionHere();
    output.result({ version, commit }, `${program.name()} ${version}${commit === null ? '' : ` (commit ${commit})`}`);
    throw new CommanderError(0, 'commander.version', version);
  });
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
    return reportFailure(new UsageError(refusal(error, program, argv)), output);
  }
}

/** commander's sentence; where something is missing, with what there is. */
function refusal({ code, message }: CommanderError, program: Command, argv: readonly string[]): string {
  const command = meant(program, argv);
  if (message === '(outputHelp)') {
    return command === program
      ? 'a command is missing: `demo` shows what the program does, --help lists the others'
      : `a command of '${command.name()}' is missing: allowed are ${command.commands.map((one) => one.name()).join(', ')}`;
  }
  const sentence = message.replace(/^error: /, '');
  const [, missing] = (code === 'commander.missingArgument' && /'(.+)'/.exec(sentence)) || [];
  const argument = command.registeredArguments.find((one) => one.name() === missing);
  return argument === undefined ? sentence : `${sentence}: ${argument.description}`;
}

/** The command that the words name, as far as they do. */
function meant(program: Command, argv: readonly string[]): Command {
  return argv.reduce((command, word) => command.commands.find((one) => one.name() === word) ?? command, program);
}

/** The version of the package that this file is part of, and the commit where that is a checkout with git at hand. */
function versionHere(): { version: string; commit: string | null } {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) {
    folder = dirname(folder);
  }
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { version, commit: existsSync(join(folder, '.git')) ? commitOf(folder) : null };
}

function commitOf(folder: string): string | null {
  try {
    const told = execFileSync('git', ['-C', folder, 'rev-parse', '--short', 'HEAD'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return told.toString('utf8').trim();
  } catch {
    return null;
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

/** The program with all of its commands. */
export function pipelineProgram(): Command {
  const program = new Command('tmdb-pipeline')
    .description("keeps TMDB's lists and titles fresh in DynamoDB")
    .option('-V, --version', 'version of the program, and the commit of a checkout')
    .addHelpText('after', examples('demo', 'local', 'read list trending all', 'doctor'));
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
