import type { Command } from 'commander';
import type { EmbeddedStackOptions } from '../../local/embedded-stack.ts';
import {
  readStackFile,
  removeStackFile,
  type StackFile,
  stackFilePath,
  writeStackFile,
} from '../../local/stack-file.ts';
import { type Clock, isoFromMs } from '../../shared/core/clock.ts';
import { messageOf, UsageError } from '../../shared/core/errors.ts';
import {
  latestOccurrenceMs,
  nextOccurrenceMs,
  type ScheduleName,
  scheduleNames,
} from '../../shared/settings/schedule.ts';
import type { RunEvent } from '../../shared/telemetry/run-event.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, examples, optionHelp, withCommon } from '../command-shape.ts';
import { interruptible } from '../interruptible.ts';
import { parseCount } from '../parse-input.ts';
import { runOccurrence } from '../run/run-occurrence.ts';
import { assertComplete } from '../run/run-result.ts';
import { type StackOptions, type TrackedStack, withTrackedStack } from '../with-stack.ts';

type LocalOptions = StackOptions & {
  sqsPort?: string;
  dynamodbPort?: string;
  tmdbPort?: string;
  httpPort?: string;
  catchUp: boolean;
};

const runTimeoutMs = 15 * 60_000;

/** `local`. */
export function addLocalCommand(program: Command): void {
  withCommon(program.command('local'))
    .description('the embedded stack, kept running with its schedules until Ctrl-C')
    .addHelpText(
      'after',
      examples('local', 'local --data-dir data --http-port 8080', 'local --faults throttle=0.1,serverError=0.05'),
    )
    .option('--data-dir <folder>', optionHelp.dataDir)
    .option('--sqs-port <port>', 'port of the SQS emulator (default: any free one)')
    .option('--dynamodb-port <port>', 'port of the DynamoDB emulator (default: any free one)')
    .option('--tmdb-port <port>', 'port of the TMDB simulator (default: any free one)')
    .option('--http-port <port>', 'port of the reader over HTTP (default: any free one)')
    .option('--faults <spec>', optionHelp.faults)
    .option('--dynamodb <emulator>', optionHelp.dynamodb)
    .option('--no-catch-up', 'do not start with the latest daily and weekly occurrences')
    .action(acting(localCommand));
}

/** `local`: the embedded stack, kept running with its schedules, until Ctrl-C, which drains it. */
async function localCommand(options: LocalOptions, context: CliContext): Promise<void> {
  const running = runningLocal();
  if (running !== undefined) {
    throw new UsageError(`a local stack runs already, as process ${running.processId}: end it first`);
  }
  const more = { ports: portsFrom(options), http: true, noteOf: stackNotes(context.clock) };
  await interruptible(context, (interruption) =>
    withTrackedStack(options, context, more, interruption, async (tracked, signal) => {
      try {
        writeStackFile({ processId: process.pid, ...tracked.stack.endpoints });
        // Interrupted while starting: there is nothing to announce.
        if (!signal.aborted) {
          await keepSchedules(tracked, options, context, signal);
        }
      } finally {
        context.output.note(tracked.stack.died.aborted ? 'ending' : 'draining');
        removeStackFile(process.pid);
      }
    }),
  );
}

async function keepSchedules(
  tracked: TrackedStack,
  { catchUp: catchesUp }: LocalOptions,
  context: CliContext,
  signal: AbortSignal,
): Promise<void> {
  announce(tracked, context);
  if (catchesUp) {
    await catchUp(tracked, context, signal);
  }
  await Promise.all(scheduleNames.map((schedule) => keepSchedule(schedule, tracked, context, signal)));
}

/** The stack that is running, if any. A damaged file counts as none: this start replaces it. */
function runningLocal(): StackFile | undefined {
  try {
    return readStackFile();
  } catch {
    return undefined;
  }
}

function portsFrom(options: LocalOptions): NonNullable<EmbeddedStackOptions['ports']> {
  const port = (text: string | undefined, name: string) => parseCount(text ?? '0', name, 0, 65_535);
  return {
    sqs: port(options.sqsPort, '--sqs-port'),
    dynamodb: port(options.dynamodbPort, '--dynamodb-port'),
    tmdb: port(options.tmdbPort, '--tmdb-port'),
    http: port(options.httpPort, '--http-port'),
  };
}

function announce({ stack }: TrackedStack, { output }: CliContext): void {
  const { endpoints } = stack.endpoints;
  output.result(
    { ready: true, ...stack.endpoints },
    [
      `ready: SQS ${endpoints.sqs}, DynamoDB ${endpoints.dynamodb} (${stack.dynamoEngine}), TMDB ${endpoints.tmdb}`,
      `reader: ${endpoints.http}/v1/lists/popular/movie`,
      `endpoints in ${stackFilePath}; Ctrl-C drains and ends`,
    ].join('\n'),
  );
}

/** Brings the tables up to the latest daily and weekly occurrences; what was planned before is not planned again. */
async function catchUp(tracked: TrackedStack, context: CliContext, signal: AbortSignal): Promise<void> {
  for (const schedule of ['daily', 'weekly'] as const) {
    const occurrenceMs = latestOccurrenceMs(schedule, context.clock.nowMs(), context.settings.schedules);
    await runScheduled(schedule, occurrenceMs, tracked, context, signal);
  }
}

async function keepSchedule(
  schedule: ScheduleName,
  tracked: TrackedStack,
  context: CliContext,
  signal: AbortSignal,
): Promise<void> {
  const { clock, settings, output } = context;
  while (!signal.aborted) {
    const nextMs = nextOccurrenceMs(schedule, clock.nowMs(), settings.schedules);
    output.note(`next ${schedule} occurrence at ${isoFromMs(nextMs)}`);
    await sleepUntil(nextMs, context, signal);
    await runScheduled(schedule, nextMs, tracked, context, signal);
  }
}

/** Sleeps in steps: timers take at most 2^31 ms, and the wall clock may be changed meanwhile. */
async function sleepUntil(atMs: number, { clock }: CliContext, signal: AbortSignal): Promise<void> {
  for (let leftMs = atMs - clock.nowMs(); leftMs > 0 && !signal.aborted; leftMs = atMs - clock.nowMs()) {
    await clock.sleep(Math.min(leftMs, 60_000), signal);
  }
}

async function runScheduled(
  schedule: ScheduleName,
  occurrenceMs: number,
  tracked: TrackedStack,
  context: CliContext,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) {
    return;
  }
  try {
    const limits = { timeoutMs: runTimeoutMs, signal };
    const { summary, end } = await runOccurrence({ schedule, occurrenceMs, ...limits }, tracked, context);
    if (end.reason !== 'interrupted') {
      assertComplete(summary, end, tracked.tracker);
    }
  } catch (error) {
    // A failed run does not end the stack; its sentence goes where an operator reads the log.
    context.output.note(`${schedule}: ${messageOf(error)}`);
  }
}

/** The same problem is reported once in this time: a batch has many jobs, and each of them would report it. */
const againMs = 60_000;

/**
 * What is noted of the events of a stack that is kept running: a breaker that opens or closes, jobs that are deferred
 * or fail, dead letters. `undefined` for everything else, and for what was noted in the last minute.
 */
export function stackNotes(clock: Clock): (event: RunEvent) => string | undefined {
  const toldMs = new Map<string, number>();
  const once = (key: string, sentence: string): string | undefined => {
    const nowMs = clock.monotonicMs();
    for (const [old, atMs] of toldMs) {
      if (nowMs - atMs >= againMs) {
        toldMs.delete(old);
      }
    }
    if (toldMs.has(key)) {
      return undefined;
    }
    toldMs.set(key, nowMs);
    return sentence;
  };
  return (event) => {
    switch (event.event) {
      case 'breaker-changed':
        toldMs.clear();
        return event.state === 'open'
          ? `the breaker is open (${event.reason}: ${event.detail}): no calls to TMDB, jobs are deferred`
          : `the breaker is closed (${event.detail}): calls to TMDB again`;
      case 'job-deferred':
        return once(
          `deferred ${event.code}`,
          `job ${event.jobId} was deferred for ${event.delaySeconds} s: ${event.code}: ${event.detail}`,
        );
      case 'job-failed':
        return once(
          `failed ${event.code}`,
          `job ${event.jobId} failed and will be retried: ${event.code}: ${event.detail}`,
        );
      case 'job-dead-lettered':
        return `dead letter: job ${event.jobId || 'unknown'} (${event.reason}, ${event.code}: ${event.detail}); see \`dlq list\``;
      default:
        return undefined;
    }
  };
}
