import { globalRegion } from '../shared/feed.ts';
import { latestOccurrenceMs, type ScheduleName } from '../shared/schedule.ts';
import type { CliContext } from './cli-context.ts';
import { formatSummary } from './format-summary.ts';
import { assertComplete } from './incomplete-run.ts';
import { withTablesAt } from './open-tables.ts';
import { parseDurationMs, parseOccurrenceMs, parseSchedule } from './parse-input.ts';
import { type Occurrence, runOccurrence, type TrackedStack } from './run-occurrence.ts';
import { interruptible, type StackOptions, startTrackedStack } from './with-stack.ts';

/** Options of `run`. */
export type RunOptions = StackOptions & { occurrence?: string; timeout: string };

/** `run <daily|weekly|refresh>`: one occurrence from plan to table, then a summary. */
export async function runCommand(scheduleText: string, options: RunOptions, context: CliContext): Promise<void> {
  const schedule = parseSchedule(scheduleText);
  const timeoutMs = parseDurationMs(options.timeout, '--timeout');
  const occurrenceMs = occurrenceFrom(options.occurrence, schedule, context);
  await interruptible(async (signal) => {
    const tracked = await startTrackedStack(options, context);
    try {
      if (schedule === 'weekly') {
        await seedIfEmpty({ timeoutMs, signal }, tracked, context);
      }
      const { summary, pacing, end } = await runOccurrence(
        { schedule, occurrenceMs, timeoutMs, signal },
        tracked,
        context,
      );
      assertComplete(summary, end, tracked.tracker.tokenRejection());
      context.output.result(summary, formatSummary(summary, pacing));
    } finally {
      await tracked.stack.stop();
    }
  });
}

/** Unless told otherwise a run is the latest occurrence of its schedule. */
function occurrenceFrom(text: string | undefined, schedule: ScheduleName, { clock, settings }: CliContext): number {
  if (text === undefined) {
    return latestOccurrenceMs(schedule, clock.nowMs(), settings.schedules);
  }
  return text === 'now' ? Math.floor(clock.nowMs() / 1000) * 1000 : parseOccurrenceMs(text);
}

/**
 * The weekly run takes its genres from what the daily lists hold, and on a schedule the daily run always comes first. On an
 * empty table it does here too.
 */
async function seedIfEmpty(
  limits: Pick<Occurrence, 'timeoutMs' | 'signal'>,
  tracked: TrackedStack,
  context: CliContext,
): Promise<void> {
  const { settings, clock, output } = context;
  const feed = {
    category: 'popular',
    media: 'movie',
    region: globalRegion,
    language: settings.defaultLanguage,
  } as const;
  const { endpoints, catalogTable, controlTable } = tracked.stack.endpoints;
  const first = await withTablesAt({ dynamodb: endpoints.dynamodb, catalogTable, controlTable }, ({ catalog }) =>
    catalog.listPlacements(feed, 1),
  );
  if (first.length > 0) {
    return;
  }
  output.note('the table is empty: the daily occurrence comes first, because the top genres are found in its lists');
  const occurrenceMs = latestOccurrenceMs('daily', clock.nowMs(), settings.schedules);
  const { summary, end } = await runOccurrence({ schedule: 'daily', occurrenceMs, ...limits }, tracked, context);
  assertComplete(summary, end, tracked.tracker.tokenRejection());
}
