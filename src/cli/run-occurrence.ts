import * as z from 'zod';
import type { EmbeddedStack } from '../local/embedded-stack.ts';
import { PermanentError } from '../shared/errors.ts';
import { isoFromMs } from '../shared/ports/clock.ts';
import { fetchQueue, itemQueue } from '../shared/queue-definitions.ts';
import type { ScheduleName } from '../shared/schedule.ts';
import type { Settings } from '../shared/settings.ts';
import { jobIdOf } from '../shared/telemetry/describe-failure.ts';
import { awaitRun, type RunEnd } from './await-run.ts';
import type { CliContext } from './cli-context.ts';
import { showProgress } from './progress.ts';
import { type RunSummary, readUsage, summarizeRun } from './run-summary.ts';
import type { RunTracker } from './run-tracker.ts';

/** The planner's answer, as its caller sees it. */
const startedRunSchema = z.object({
  runId: z.string(),
  snapshot: z.string(),
  jobs: z.number(),
  duplicate: z.boolean(),
});

/** One occurrence to run on a stack. */
export type Occurrence = { schedule: ScheduleName; occurrenceMs: number; timeoutMs: number; signal: AbortSignal };

/** The stack with the tracker that hears its events. */
export type TrackedStack = { stack: EmbeddedStack; tracker: RunTracker };

/**
 * Sends one schedule occurrence through the planner and waits for its jobs. An occurrence that was planned before sends
 * nothing; what is still under way of it is waited for.
 */
export async function runOccurrence(
  { schedule, occurrenceMs, timeoutMs, signal }: Occurrence,
  { stack, tracker }: TrackedStack,
  context: CliContext,
): Promise<{ summary: RunSummary; end: RunEnd }> {
  const { clock, settings, output } = context;
  const before = readUsage(stack, tracker);
  const startedMs = clock.monotonicMs();
  const event = { kind: 'schedule', version: 1, schedule, occurrence: isoFromMs(occurrenceMs) };
  const run = startedRunSchema.parse(await stack.invokePlanner(event));
  const planned = run.duplicate ? jobsUnderWay(run.runId, stack, settings) : run.jobs;
  if (run.duplicate) {
    output.note(
      `the ${schedule} occurrence of ${event.occurrence} was planned before, as run ${run.runId}: nothing new was sent`,
    );
  }
  const progress = showProgress(schedule, run.runId, planned, tracker, context);
  const end = await awaitRun(
    { runId: run.runId, jobs: planned, timeoutMs, signal, onProgress: progress.update },
    stack,
    tracker,
    settings,
    clock,
  );
  progress.end(end.reason === 'done' && end.deadLettered === 0);
  const facts = { schedule, runId: run.runId, planned, end, durationMs: clock.monotonicMs() - startedMs };
  return { summary: summarizeRun(facts, tracker, before, readUsage(stack, tracker), settings), end };
}

/** Says what a run left undone. @throws PermanentError when it left anything. */
export function assertComplete(summary: RunSummary, end: RunEnd, tokenRejection: string | undefined): void {
  const { planned } = summary.jobs;
  switch (end.reason) {
    case 'token-rejected':
      throw new PermanentError(
        'token_rejected',
        `TMDB rejected the token (${tokenRejection}): ${end.open} of ${planned} jobs were not fetched; set TMDB_API_TOKEN to a valid API Read Access Token`,
      );
    case 'timed-out':
      throw new PermanentError(
        'timed_out',
        `${end.open} of ${planned} jobs were still open when the time was up: see --timeout`,
      );
    case 'interrupted':
      throw new PermanentError('interrupted', `interrupted with ${end.open} of ${planned} jobs still open`);
    case 'done':
      if (end.deadLettered > 0) {
        throw new PermanentError('dead_letters', `${end.deadLettered} of ${planned} jobs ended in a dead-letter queue`);
      }
  }
}

function jobsUnderWay(runId: string, stack: EmbeddedStack, settings: Settings): number {
  const bodies = [fetchQueue(settings), itemQueue(settings)].flatMap(({ name }) => stack.sqs.inspect(name));
  return new Set(bodies.map(({ body }) => jobIdOf(body)).filter((jobId) => jobId.startsWith(`${runId}/`))).size;
}
