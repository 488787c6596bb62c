/** What all commands have in common. */
import type { Command } from 'commander';
import { type CliContext, type CommonOptions, cliContext } from './cli-context.ts';
import { explainFullDisk } from './full-disk.ts';

/** Options of every command. */
export function withCommon(command: Command): Command {
  return command
    .option('--json', 'one JSON document on stdout, nothing else there')
    .option('--verbose', 'everything the functions log, and stack traces')
    .option('--settings <file>', 'JSON file laid over the default settings');
}

/** commander hands over the arguments one by one, then the options, then the command. */
export function acting<O>(
  act: (options: O, context: CliContext, ...args: string[]) => Promise<void>,
): (...handed: unknown[]) => Promise<void> {
  return async (...handed) => {
    const options = handed.at(-2) as O & CommonOptions & { dataDir?: string };
    const context = cliContext(options);
    try {
      await act(options, context, ...(handed.slice(0, -2) as string[]));
    } catch (error) {
      const { dataDir } = options;
      throw dataDir === undefined ? error : explainFullDisk(error, dataDir, context.output.note);
    }
  };
}

/** Options of the commands that look at a stack. */
export function withPlace(command: Command): Command {
  return withQueuePlace(command).option(
    '--data-dir <folder>',
    'folder whose tables are used (default: those of the stack)',
  );
}

/** Options of the commands that need the queues of a stack: those of a data folder are there only where a stack runs on it. */
export function withQueuePlace(command: Command): Command {
  return withCommon(command).option('--stack <stack>', 'local or aws (default: local, where one is running)');
}
