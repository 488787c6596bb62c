import { type EmbeddedStackOptions, startEmbeddedStack } from '../local/embedded-stack.ts';
import { parseFaultSpec } from '../local/tmdb-simulator/fault-plan.ts';
import { messageOf, UsageError } from '../shared/errors.ts';
import type { RunEvent } from '../shared/telemetry/run-event.ts';
import { releaseRejectedToken } from './breaker-command.ts';
import type { CliContext } from './cli-context.ts';
import { withTablesAt } from './open-tables.ts';
import type { TrackedStack } from './run-occurrence.ts';
import { trackRuns } from './run-tracker.ts';
import { checkToken, tmdbTarget } from './tmdb-target.ts';

/** Options of the commands that start a stack. */
export type StackOptions = { dataDir?: string; faults?: string; dynamodb?: string };

/**
 * Starts an embedded stack as the options and the environment say. Problems of its functions are noted on stderr, and what
 * `noteOf` makes of their events.
 */
export async function startTrackedStack(
  options: StackOptions,
  context: CliContext,
  more: Pick<EmbeddedStackOptions, 'ports' | 'faults' | 'http'> & {
    noteOf?: (event: RunEvent) => string | undefined;
  } = {},
): Promise<TrackedStack> {
  const target = tmdbTarget(context.environment);
  const faults = options.faults === undefined ? more.faults : parseFaults(options.faults);
  if (options.faults !== undefined && target !== undefined) {
    throw new UsageError('--faults works on the simulator only, and TMDB_API_TOKEN or TMDB_BASE_URL is set');
  }
  if (target !== undefined) {
    await checkToken(target);
  }
  const tracker = trackRuns(context.clock);
  const stack = await startEmbeddedStack({
    settings: context.settings,
    clock: context.clock,
    tmdb: target,
    dataDir: options.dataDir,
    ports: more.ports ?? {},
    http: more.http ?? false,
    faults,
    dynamoEngine: parseEngine(options.dynamodb),
    onOutput: (service, line, text) => {
      tracker.observe(line);
      if (context.output.verbose) {
        context.output.note(text);
      } else if (line.kind === 'log' && line.problem) {
        context.output.note(`${service}: ${line.message}`);
      }
      const note = line.kind === 'event' ? more.noteOf?.(line.event) : undefined;
      if (note !== undefined) {
        context.output.note(note);
      }
    },
  });
  const { endpoints, catalogTable, controlTable } = stack.endpoints;
  try {
    await withTablesAt({ dynamodb: endpoints.dynamodb, catalogTable, controlTable }, context, ({ breaker }) =>
      releaseRejectedToken(breaker, context),
    );
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return { stack, tracker };
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

/** Runs `act` with a signal that Ctrl-C or a polite kill aborts; a second one ends the process at once. */
export async function interruptible<T>({ output }: CliContext, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  const interrupt = () => {
    if (interruption.signal.aborted) {
      process.exit(130);
    }
    output.note('finishing what is under way; a second Ctrl-C ends at once');
    interruption.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  try {
    return await act(interruption.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', interrupt);
  }
}
