import { type EmbeddedStackOptions, startEmbeddedStack } from '../local/embedded-stack.ts';
import type { OutputLine } from '../local/function-output.ts';
import { watchParents } from '../local/processes.ts';
import { rejectionOn } from '../local/watch-emulators.ts';
import { trackRuns } from '../operator/runs/run-tracker.ts';
import type { Clock } from '../shared/core/clock.ts';
import { messageOf, UsageError } from '../shared/core/errors.ts';
import type { RunEvent } from '../shared/telemetry/run-event.ts';
import { parseFaultSpec } from '../tmdb-simulator/fault-plan.ts';
import type { CliContext } from './cli-context.ts';
import { releaseRejectedToken } from './commands/breaker-command.ts';
import { withTablesAt } from './open-tables.ts';
import type { TrackedStack } from './run/run-occurrence.ts';
import { checkToken, tmdbTarget } from './tmdb-target.ts';

/** Options of the commands that start a stack. */
export type StackOptions = { dataDir?: string; faults?: string; dynamodb?: string };

/** What some commands ask of their stack beside the options; `noteOf` is told each event, and what it answers is noted. */
export type StackExtras = Pick<EmbeddedStackOptions, 'ports' | 'faults' | 'http'> & {
  noteOf?: (event: RunEvent) => string | undefined;
};

/**
 * Starts an embedded stack as the options and the environment say. Problems of its functions are noted on stderr, and what
 * `noteOf` makes of their events.
 */
export async function startTrackedStack(
  options: StackOptions,
  context: CliContext,
  more: StackExtras = {},
): Promise<TrackedStack> {
  const target = tmdbTarget(context.environment);
  const faults = options.faults === undefined ? more.faults : parseFaults(options.faults);
  if (options.faults !== undefined && target !== undefined) {
    throw new UsageError('--faults works on the simulator only, and TMDB_API_TOKEN or TMDB_BASE_URL is set');
  }
  if (target !== undefined) {
    const unproven = await checkToken(target);
    if (unproven !== undefined) {
      context.output.note(unproven);
    }
  }
  const tracker = trackRuns(context.clock);
  let died: AbortSignal | undefined;
  const stack = await startEmbeddedStack({
    settings: context.settings,
    clock: context.clock,
    tmdb: target,
    dataDir: options.dataDir,
    ports: more.ports ?? {},
    http: more.http ?? false,
    faults,
    dynamoEngine: parseEngine(options.dynamodb),
    onNote: context.output.note,
    onOutput: (service, line, text) => {
      tracker.observe(line);
      // What the functions say of an emulator that is gone is said better by the one sentence at the end.
      if (died?.aborted !== true) {
        for (const note of notesOf(service, line, text, context, more.noteOf)) {
          context.output.note(note);
        }
      }
    },
  });
  died = stack.died;
  const { endpoints, catalogTable, controlTable } = stack.endpoints;
  try {
    await withTablesAt({ dynamodb: endpoints.dynamodb, catalogTable, controlTable }, context, ({ breaker }) =>
      releaseRejectedToken(breaker, context),
    );
  } catch (error) {
    const explained = await stack.explain(error);
    await stack.stop();
    throw explained;
  }
  return { stack, tracker };
}

/** What a person is told of a line of a function: with `--verbose` all of it, else problems. */
function notesOf(
  service: string,
  line: OutputLine,
  text: string,
  { output }: CliContext,
  noteOf: StackExtras['noteOf'],
): string[] {
  if (output.verbose) {
    return [text];
  }
  if (line.kind === 'log' && line.problem) {
    return [`${service}: ${line.message}`];
  }
  const note = line.kind === 'event' ? noteOf?.(line.event) : undefined;
  return note === undefined ? [] : [note];
}

/**
 * Runs `act` on a stack of its own, which is stopped afterwards. Its signal aborts with `signal`, and when an emulator has died.
 * @throws that it has died, whatever became of the work.
 */
export async function withTrackedStack<T>(
  options: StackOptions,
  context: CliContext,
  more: StackExtras,
  signal: AbortSignal,
  act: (tracked: TrackedStack, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const tracked = await startTrackedStack(options, context, more);
  const { died } = tracked.stack;
  try {
    return await Promise.race([act(tracked, AbortSignal.any([signal, died])), rejectionOn(died)]);
  } catch (error) {
    throw await tracked.stack.explain(error);
  } finally {
    await tracked.stack.stop();
  }
}

function parseFaults(spec: string) {
  try {
    return parseFaultSpec(spec);
  } catch (cause) {
    throw new UsageError(messageOf(cause), { cause });
  }
}

function parseEngine(text: string | undefined) {
  if (text === undefined || text === 'dynoxide' || text === 'dynalite') {
    return text;
  }
  throw new UsageError(`unknown DynamoDB emulator '${text.slice(0, 40)}': allowed are dynoxide, dynalite`);
}

const lookForParentsMs = 500;

/**
 * Runs `act` with a signal that Ctrl-C, a polite kill, or the end of the npm that started this program aborts; a second Ctrl-C ends
 * the process at once.
 */
export async function interruptible<T>(
  { output, clock, environment }: CliContext,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interruption = new AbortController();
  const over = new AbortController();
  const interrupt = () => {
    if (interruption.signal.aborted) {
      process.exit(130);
    }
    output.note('finishing what is under way; a second Ctrl-C ends at once');
    interruption.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  if (environment.npm_lifecycle_event !== undefined) {
    void whenParentsEnd(clock, over.signal).then((ended) => ended && !interruption.signal.aborted && interrupt());
  }
  try {
    return await act(interruption.signal);
  } finally {
    over.abort();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', interrupt);
  }
}

/** npm passes a signal on to its shell at most, and the shell to nobody. */
async function whenParentsEnd(clock: Clock, signal: AbortSignal): Promise<boolean> {
  const haveEnded = watchParents();
  while (!signal.aborted && !haveEnded()) {
    await clock.sleep(lookForParentsMs, signal);
  }
  return !signal.aborted;
}
