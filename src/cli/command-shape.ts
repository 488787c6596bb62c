/** What all commands have in common. */

import { statfsSync } from 'node:fs';
import type { Command } from 'commander';
import { PermanentError, PipelineError } from '../shared/core/errors.ts';
import { AwsCallError } from './aws-call-failure.ts';
import { type CliContext, type CommonOptions, cliContext, diskFull } from './cli-context.ts';
import type { StackPlace } from './stack-place.ts';

/** Help of options that several commands have. */
export const optionHelp = {
  dataDir: 'folder that keeps tables and queues (default: everything in memory)',
  faults: 'faults of the TMDB simulator, such as throttle=0.1,serverError=0.05',
  dynamodb: 'dynoxide or dynalite (default: dynoxide where it runs)',
  category:
    'popular, trending, genre_<id>, keyword_<id>, hidden_gems, award_winning, local_originals or custom_<own feed>',
  timeout: 'how long to wait for open jobs, such as 90s or 15m',
};

/** The end of a command's help: how it is called, for the cases that come up most. Tests parse each line. */
export function examples(...calls: readonly string[]): string {
  return ['', 'Examples:', ...calls.map((call) => `  $ npx tmdb-pipeline ${call}`)].join('\n');
}

/** Options of every command. */
export function withCommon(command: Command): Command {
  return command
    .option('--json', 'one JSON document on stdout, nothing else there')
    .option('--verbose', 'everything the functions log, and stack traces')
    .option('--settings <file>', 'JSON file laid over the default settings');
}

/** Options of the commands that look at a stack. */
export function withPlace(command: Command): Command {
  return withQueuePlace(command).option(
    '--data-dir <folder>',
    'folder whose tables are used (default: those of the stack)',
  );
}

/** Options of the commands that need the queues of a stack; a data folder alone has none that can be opened. */
export function withQueuePlace(command: Command): Command {
  return withCommon(command).option('--stack <stack>', 'local or aws (default: local, where one is running)');
}

/** What a command finds that another one runs in this process, instead of what its options and the environment say. */
export type Inherited = { context: CliContext; openPlace: StackPlace | undefined };

const inheritedBy = new WeakMap<Command, Inherited>();

/** Makes all commands of `program` find this. */
export function inherit(program: Command, inherited: Inherited): void {
  inheritedBy.set(program, inherited);
}

function inheritedOf(command: Command): Inherited | undefined {
  return command.parent === null ? inheritedBy.get(command) : inheritedOf(command.parent);
}

/** commander hands over the arguments one by one, then the options, then the command. */
export function acting<O>(
  act: (options: O, context: CliContext, ...args: string[]) => Promise<void>,
): (...handed: unknown[]) => Promise<void> {
  return async (...handed) => {
    const inherited = inheritedOf(handed.at(-1) as Command);
    const given = handed.at(-2) as O & CommonOptions & { dataDir?: string };
    const options = inherited?.openPlace === undefined ? given : { ...given, openPlace: inherited.openPlace };
    const context = inherited?.context ?? cliContext(options);
    try {
      await act(options, context, ...(handed.slice(0, -2) as string[]));
    } catch (error) {
      const { dataDir } = options;
      throw dataDir === undefined ? error : explainFullDisk(error, dataDir, context.output.note);
    }
  };
}

/** Below it SQLite cannot append a page to its log. */
const fullBelowBytes = 65_536;

/**
 * Names a full disk as the reason of a failure on a data folder. The emulators answer with internal errors then, so that the failure
 * itself names anything but the disk.
 * @param note gets the sentence where the failure has a message of its own, which is kept
 */
export function explainFullDisk(
  error: unknown,
  dataDir: string,
  note: (text: string) => void,
  freeBytes: (path: string) => number | undefined = freeBytesOf,
): unknown {
  const free = freeBytes(dataDir);
  if (free === undefined || free >= fullBelowBytes) {
    return error;
  }
  const sentence = `the disk that holds '${dataDir}' is full (ENOSPC), make room and run it again`;
  const hasOwnWords = error instanceof PipelineError && !(error instanceof AwsCallError);
  if (hasOwnWords) {
    note(sentence);
    return error;
  }
  return new PermanentError(diskFull, sentence, { cause: error });
}

/** Bytes that this user may still write: root may use reserved blocks. `undefined` where there is no such folder. */
function freeBytesOf(path: string): number | undefined {
  try {
    const { bsize, bavail, bfree } = statfsSync(path);
    return bsize * (process.getuid?.() === 0 ? bfree : bavail);
  } catch {
    return undefined;
  }
}
