import { type EmbeddedStack, type EmbeddedStackOptions, startEmbeddedStack } from '../local/embedded-stack.ts';
import { provideEmulators } from '../local/emulator-packages.ts';
import type { OutputLine } from '../local/function-output.ts';
import { rejectionOn } from '../local/watch-emulators.ts';
import { releaseRejectedToken } from '../operator/breaker-by-hand.ts';
import { type RunTracker, trackRuns } from '../operator/runs/run-tracker.ts';
import { userName } from '../shared/core/env.ts';
import { messageOf, UsageError } from '../shared/core/errors.ts';
import type { RunEvent } from '../shared/telemetry/run-event.ts';
import { parseFaultSpec } from '../tmdb-simulator/fault-plan.ts';
import type { CliContext } from './cli-context.ts';
import { withTablesAt } from './open-tables.ts';
import { checkToken, tmdbTarget } from './tmdb-target.ts';

/** A stack with the tracker that hears its events. */
export type TrackedStack = { stack: EmbeddedStack; tracker: RunTracker };

/** Options of the commands that start a stack. */
export type StackOptions = { dataDir?: string; faults?: string; dynamodb?: string };

/** What a command asks of its stack beside the options. `noteOf` gets each event; a sentence that it returns is noted on stderr. */
type StackExtras = Pick<EmbeddedStackOptions, 'ports' | 'faults' | 'http'> & {
  noteOf?: (event: RunEvent) => string | undefined;
};

/**
 * Starts an embedded stack as the options and the environment say. Problems of its functions are noted on stderr, and what
 * `noteOf` returns for their events.
 */
async function startTrackedStack(
  options: StackOptions,
  context: CliContext,
  more: StackExtras,
  signal: AbortSignal,
): Promise<TrackedStack> {
  const { target, faults } = await tmdbOf(options, context);
  const { settings, clock, output } = context;
  await provideEmulators({ dataDir: options.dataDir, note: output.note, signal });
  const tracker = trackRuns(clock);
  let died: AbortSignal | undefined;
  const stack = await startEmbeddedStack({
    settings,
    clock,
    tmdb: target,
    dataDir: options.dataDir,
    ports: more.ports ?? {},
    http: more.http ?? false,
    faults: faults ?? more.faults,
    dynamoEngine: parseEngine(options.dynamodb),
    onNote: output.note,
    onOutput: (service, line, text) => {
      if (line.kind === 'event') {
        tracker.observe(line.event);
      }
      // When an emulator has died, the functions report its consequences; the sentence at the end names the cause.
      if (died?.aborted !== true) {
        for (const note of notesOf(service, line, text, context, more.noteOf)) {
          output.note(note);
        }
      }
    },
  });
  died = stack.died;
  try {
    await releaseBreaker(stack, context);
  } catch (error) {
    const explained = await stack.explain(error);
    await stack.stop();
    throw explained;
  }
  return { stack, tracker };
}

/** The TMDB to call and the faults of the simulator that stands in for it; a token is checked before anything is started. */
async function tmdbOf({ faults: spec }: StackOptions, { environment, output }: CliContext) {
  const target = tmdbTarget(environment);
  const faults = spec === undefined ? undefined : parseFaults(spec);
  if (faults !== undefined && target !== undefined) {
    throw new UsageError('--faults works on the simulator only, and TMDB_API_TOKEN or TMDB_BASE_URL is set');
  }
  const unproven = target && (await checkToken(target));
  if (unproven !== undefined) {
    output.note(unproven);
  }
  return { target, faults };
}

async function releaseBreaker(stack: EmbeddedStack, context: CliContext): Promise<void> {
  const { clock, settings, output } = context;
  const released = await withTablesAt(stack.endpoints, context, ({ breaker }) =>
    releaseRejectedToken(breaker, userName(), settings, clock),
  );
  if (released !== undefined) {
    output.note(`the breaker was open since ${released.since} (${released.detail}): closed by this start`);
  }
}

/** What is noted of a line that a function has written: with `--verbose` all of it, else problems. */
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
 * @throws the error that an emulator has died, even when the work has ended with another one.
 */
export async function withTrackedStack<T>(
  options: StackOptions,
  context: CliContext,
  more: StackExtras,
  signal: AbortSignal,
  act: (tracked: TrackedStack, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const tracked = await startTrackedStack(options, context, more, signal);
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
