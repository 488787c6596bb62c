import * as z from 'zod';
import { awaitRun, queuedJobs, runWaitFacts } from '../../operator/runs/await-run.ts';
import { type ListEnds, listEndsOf } from '../../operator/runs/run-end.ts';
import { type Pacing, pacingOf, type RunSummary, readUsage, summarizeRun } from '../../operator/runs/run-summary.ts';
import type { RunEnd } from '../../operator/runs/run-tracker.ts';
import { sayingWhy, standstills, type WaitFacts } from '../../operator/status/why-waiting.ts';
import { isoFromMs } from '../../shared/core/clock.ts';
import { PermanentError } from '../../shared/core/errors.ts';
import type { ScheduleName } from '../../shared/settings/schedule.ts';
import { rateLimitsOf } from '../../shared/throttle/rate-schedule.ts';
import type { CliContext } from '../cli-context.ts';
import { withTablesAt } from '../open-tables.ts';
import { endingOnFailure, showProgress } from '../progress.ts';
import type { TrackedStack } from '../with-stack.ts';

/** The planner's answer, as its caller sees it. */
const startedRunSchema = z.object({
  runId: z.string(),
  snapshot: z.string(),
  jobs: z.number(),
  // An occurrence that an earlier build has planned is answered without these.
  titles: z.number().default(0),
  duplicate: z.boolean(),
});

/** One occurrence to run on a stack. */
export type Occurrence = { schedule: ScheduleName; occurrenceMs: number; timeoutMs: number; signal: AbortSignal };

/**
 * Sends one schedule occurrence through the planner and waits for its jobs. An occurrence that was planned before sends
 * nothing; those of its jobs that are still on a queue are waited for.
 */
export async function runOccurrence(
  { schedule, occurrenceMs, timeoutMs, signal }: Occurrence,
  tracked: TrackedStack,
  context: CliContext,
): Promise<{ summary: RunSummary; pacing: Pacing; lists: ListEnds; end: RunEnd }> {
  const { stack, tracker } = tracked;
  const { clock, settings } = context;
  const before = readUsage(stack, tracker);
  const startedMs = clock.monotonicMs();
  if (signal.aborted) {
    throw new PermanentError('interrupted', `interrupted before the ${schedule} occurrence was planned`);
  }
  const run = await planOccurrence(schedule, isoFromMs(occurrenceMs), stack, context);
  const jobs = run.duplicate ? queuedJobs(run.runId, stack, settings) : run.jobs + run.titles;
  const planned = typeof jobs === 'number' ? jobs : jobs.size;
  const progress = showProgress(schedule, run.runId, planned, tracker, context);
  const waiting = awaitRun(
    { runId: run.runId, jobs, timeoutMs, signal, onProgress: progress.update },
    stack,
    tracker,
    settings,
    clock,
  );
  const read = async () => ({
    ...(await readStandstills(tracked, context)),
    ...runWaitFacts(run.runId, stack, tracker, settings),
  });
  const say = (sentence: string) => progress.say(`${schedule}: ${sentence}`);
  const end = await endingOnFailure(progress, () => sayingWhy(waiting, { clock, read, say }));
  const known = tracker.progress(run.runId);
  const lists = listEndsOf(known);
  const isAll = end.reason === 'done' && end.deadLetteredJobs.length === 0;
  const isRead = lists.notFound.length + lists.rejected.length === 0;
  progress.end(isAll && isRead && (lists.lists === 0 || lists.anyTitles));
  const facts = { schedule, runId: run.runId, planned, end, durationMs: clock.monotonicMs() - startedMs };
  const summary = summarizeRun(facts, tracker, before, readUsage(stack, tracker), settings);
  const standstill = end.reason === 'timed-out' ? await standstillsAt(tracked, context) : [];
  return { summary, pacing: pacingOf(known), lists, end: { ...end, standstill } };
}

async function planOccurrence(
  schedule: ScheduleName,
  occurrence: string,
  stack: TrackedStack['stack'],
  { clock, output }: CliContext,
): Promise<z.infer<typeof startedRunSchema>> {
  const planning = sayingWhy(stack.invokePlanner({ kind: 'schedule', version: 1, schedule, occurrence }), {
    clock,
    read: async () => ({ doing: 'the planner has not answered' }),
    say: output.note,
  });
  const run = startedRunSchema.parse(await planning);
  if (run.duplicate) {
    output.note(
      `the ${schedule} occurrence of ${occurrence} was planned before, as run ${run.runId}: nothing new was sent`,
    );
  }
  return run;
}

/** Breaker and throttle when the time was up; what cannot be read any more is left out. */
async function standstillsAt(tracked: TrackedStack, context: CliContext): Promise<string[]> {
  try {
    return standstills(await readStandstills(tracked, context), context.clock.nowMs());
  } catch {
    return [];
  }
}

/** Breaker and throttle now. */
function readStandstills({ stack }: TrackedStack, context: CliContext): Promise<Pick<WaitFacts, 'breaker' | 'rate'>> {
  return withTablesAt(stack.endpoints, context, async ({ breaker, rate }) => ({
    breaker: await breaker.read(),
    rate: { state: await rate.read(), limits: rateLimitsOf(context.settings) },
  }));
}
