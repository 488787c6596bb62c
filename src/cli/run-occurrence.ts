import * as z from 'zod';
import type { EmbeddedStack } from '../local/embedded-stack.ts';
import { isoFromMs } from '../shared/ports/clock.ts';
import type { ScheduleName } from '../shared/schedule.ts';
import { awaitRun, type RunEnd } from './await-run.ts';
import type { CliContext } from './cli-context.ts';
import { type ListEnds, listEndsOf } from './list-ends.ts';
import { showProgress } from './progress.ts';
import { jobsUnderWay } from './run-jobs.ts';
import { type Pacing, pacingOf, type RunSummary, readUsage, summarizeRun } from './run-summary.ts';
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
): Promise<{ summary: RunSummary; pacing: Pacing; lists: ListEnds; end: RunEnd }> {
  const { clock, settings, output } = context;
  const before = readUsage(stack, tracker);
  const startedMs = clock.monotonicMs();
  const event = { kind: 'schedule', version: 1, schedule, occurrence: isoFromMs(occurrenceMs) };
  signal.throwIfAborted();
  const run = startedRunSchema.parse(await stack.invokePlanner(event));
  const jobs = run.duplicate ? jobsUnderWay(run.runId, stack, settings) : run.jobs;
  const planned = typeof jobs === 'number' ? jobs : jobs.size;
  if (run.duplicate) {
    output.note(
      `the ${schedule} occurrence of ${event.occurrence} was planned before, as run ${run.runId}: nothing new was sent`,
    );
  }
  const progress = showProgress(schedule, run.runId, planned, tracker, context);
  const end = await awaitRun(
    { runId: run.runId, jobs, timeoutMs, signal, onProgress: progress.update },
    stack,
    tracker,
    settings,
    clock,
  );
  const isAll = end.reason === 'done' && end.deadLetteredJobs.length === 0;
  progress.end(isAll && listEndsOf(tracker.progress(run.runId)).notFound.length === 0);
  const facts = { schedule, runId: run.runId, planned, end, durationMs: clock.monotonicMs() - startedMs };
  const summary = summarizeRun(facts, tracker, before, readUsage(stack, tracker), settings);
  const known = tracker.progress(run.runId);
  return { summary, pacing: pacingOf(known), lists: listEndsOf(known), end };
}
