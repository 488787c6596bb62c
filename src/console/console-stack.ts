/** What the console knows of a stack and does to it. The command line implements it with its own commands. */
import type { DeadLetterLook } from '../operator/dead-letters/look-at-dead-letters.ts';
import type { Status } from '../operator/status/describe-status.ts';

/** How a command ended: its exit code, the document that `--json` would have printed, and its notes. */
export type CommandEnd = { exitCode: 0 | 1 | 2; document: unknown; notes: string[] };

/** The stack that a console shows. */
export type ConsoleStack = {
  /** What it is called on the page, such as `local` or `aws`. */
  name: string;
  /** What comes after a command so that it means this stack. */
  placeArguments: readonly string[];
  /** Whether there are queues: a data folder has none that can be opened. */
  hasQueues: boolean;
  /** What it is doing now. @throws what the look failed with. */
  status(): Promise<Status>;
  /** Everything that a dead-letter queue holds now. */
  letters(queue: 'fetch' | 'items'): Promise<DeadLetterLook>;
  /** Runs a command of the command line on this stack; it never throws. */
  run(argv: readonly string[]): Promise<CommandEnd>;
};
