import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { startConsole } from '../../console/console-server.ts';
import type { CommandEnd, ConsoleStack } from '../../console/console-stack.ts';
import { pageFiles } from '../../console/page-files.ts';
import { type DeadLetterLook, lookAtDeadLetters } from '../../operator/dead-letters/look-at-dead-letters.ts';
import { messageOf, PermanentError, UsageError } from '../../shared/core/errors.ts';
import { sqsMessageSource } from '../../shared/queues/sqs-message-source.ts';
import type { CliContext, CliOutput } from '../cli-context.ts';
import { acting, examples, type Inherited, withPlace } from '../command-shape.ts';
import { interruptible } from '../interruptible.ts';
import { withSqs } from '../open-tables.ts';
import { parseCount } from '../parse-input.ts';
import { hasStackPlace, type PlaceOptions, type StackPlace, withStackPlace } from '../stack-place.ts';
import { type DlqName, longPollMs, urlsOf } from './dlq-queue.ts';
import { statusLooks } from './status-command.ts';

type ConsoleOptions = PlaceOptions & { port?: string; settings?: string };

/** Runs a command of this program in this process; returns its exit code. */
type RunInherited = (argv: readonly string[], inherited: Inherited) => Promise<0 | 1 | 2>;

/** A deployed stack is looked at less often: each look reads the control table. */
const lookEveryMs = { local: 1_000, tables: 1_000, aws: 5_000 };
/** How long a dead letter that is looked at is hidden from others at most. */
const holdSeconds = 60;

/** `console`. */
export function addConsoleCommand(program: Command, run: RunInherited): void {
  withPlace(program.command('console'))
    .description("the operator's page, live, on this machine only; without a stack it starts a local one")
    .option('--port <port>', 'port on loopback (default: any free one)')
    .addHelpText('after', examples('console', 'console --stack aws --port 4321', 'console --data-dir data'))
    .action(acting<ConsoleOptions>((options, context) => consoleCommand(options, context, run)));
}

/** `console`: the operator's page on loopback, until Ctrl-C. */
async function consoleCommand(options: ConsoleOptions, context: CliContext, run: RunInherited): Promise<void> {
  const parts = { port: parseCount(options.port ?? '0', '--port', 0, 65_535), options, context, run };
  if (!hasStackPlace(options, context)) {
    // The port is taken first: a stack is not started for a page that cannot be served.
    await withConsole({ kind: 'local', ...parts }, (announce) => runLocal(context, run, announce));
    return;
  }
  await interruptible(context, (signal) =>
    withStackPlace(
      options,
      context,
      (place) =>
        withConsole({ kind: place.kind, place, ...parts }, async (announce) => {
          announce();
          await aborted(signal);
        }),
      'look',
    ),
  );
}

/** A `local` for this console alone, in this process, until Ctrl-C. */
async function runLocal(context: CliContext, run: RunInherited, announce: () => void): Promise<void> {
  context.output.note('no stack is running: starting a local one, which ends with the console');
  const output: CliOutput = { ...context.output, json: false, result: announce };
  const exitCode = await run(['local'], { context: { ...context, output }, openPlace: undefined });
  if (exitCode !== 0) {
    const why = 'the console has ended: its local stack could not go on, for the reason above';
    throw new PermanentError('local_ended', why);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** What a console is served from. `place`: the stack that is open; without one it is looked up each time. */
type ServedParts = {
  kind: StackPlace['kind'];
  place?: StackPlace;
  port: number;
  options: ConsoleOptions;
  context: CliContext;
  run: RunInherited;
};

/** Serves the console while `act` runs, which announces it. @throws UsageError when the port is taken. */
async function withConsole(served: ServedParts, act: (announce: () => void) => Promise<void>): Promise<void> {
  const { kind, port, context } = served;
  const token = randomBytes(24).toString('base64url');
  const stack = stackOf(served);
  const parts = { stack, files: await pageFiles(), token, port, everyMs: lookEveryMs[kind], clock: context.clock };
  const running = await startConsole(parts).catch((cause: unknown) => {
    const isTaken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    throw isTaken ? new UsageError(`port ${port} is taken: choose another --port, or leave it out`) : cause;
  });
  const address = `http://127.0.0.1:${running.port}/#token=${token}`;
  const announce = () =>
    context.output.result(
      { ready: true, address, port: running.port, stack: stack.name },
      `console of the stack '${stack.name}': ${address}\nthe address holds the token that its page needs; Ctrl-C ends`,
    );
  try {
    await act(announce);
  } finally {
    await running.stop();
  }
}

function stackOf({ kind, place, options, context, run }: ServedParts): ConsoleStack {
  const look = statusLooks(context);
  // A `local` may have been started again meanwhile, with other ports; looking that up costs nothing.
  const opened = kind === 'local' ? undefined : place;
  const here = <T>(act: (found: StackPlace) => Promise<T>) =>
    opened === undefined ? withStackPlace(options, context, act, 'look') : act(opened);
  return {
    name: kind === 'aws' ? context.settings.deployment.stackName : (options.dataDir ?? kind),
    placeArguments: placeArguments(options),
    hasQueues: kind === 'local' || place?.queues !== undefined,
    status: () => here(look),
    letters: (name) => here((found) => lettersOf(name, found)),
    run: (argv) => runCaptured(argv, opened, context, run),
  };
}

function lettersOf(name: DlqName, { queues, sqs }: StackPlace): Promise<DeadLetterLook> {
  if (queues === undefined) {
    throw new UsageError('there are tables but no queues: start the stack with `local`, or take --stack aws');
  }
  const { dlqUrl } = urlsOf(name, queues);
  return withSqs(sqs, longPollMs, (client) => lookAtDeadLetters(sqsMessageSource(client, dlqUrl), holdSeconds));
}

function placeArguments({ stack, dataDir, settings }: ConsoleOptions): string[] {
  return [
    ...(stack === undefined ? [] : [`--stack=${stack}`]),
    ...(dataDir === undefined ? [] : [`--data-dir=${dataDir}`]),
    ...(settings === undefined ? [] : [`--settings=${settings}`]),
  ];
}

/** Runs a command as `--json` would, and returns what it would have printed. */
async function runCaptured(
  argv: readonly string[],
  openPlace: StackPlace | undefined,
  context: CliContext,
  run: RunInherited,
): Promise<CommandEnd> {
  let document: unknown = null;
  const notes: string[] = [];
  const output: CliOutput = {
    json: true,
    verbose: false,
    result: (told) => {
      document = told;
    },
    note: (text) => notes.push(text),
  };
  const exitCode = await run(argv, { context: { ...context, output }, openPlace }).catch((error: unknown) => {
    notes.push(messageOf(error));
    return 1 as const;
  });
  return { exitCode, document, notes };
}
