import type { Command } from 'commander';
import type { ListEnds } from '../../operator/runs/run-end.ts';
import type { Pacing, RunSummary } from '../../operator/runs/run-summary.ts';
import { PermanentError, UsageError } from '../../shared/core/errors.ts';
import { type Feed, feedId, globalRegion } from '../../shared/core/feed.ts';
import { latestOccurrenceMs, type ScheduleName } from '../../shared/settings/schedule.ts';
import { titlesOn } from '../../shared/tables/list-page-row.ts';
import { assembleList, type ListEntry } from '../../shared/tables/read-list.ts';
import type { FaultPlan } from '../../tmdb-simulator/fault-plan.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, examples, optionHelp, withCommon } from '../command-shape.ts';
import { formatList } from '../format-text.ts';
import { interruptible } from '../interruptible.ts';
import { withTablesAt } from '../open-tables.ts';
import { parseDurationMs, parseOccurrenceMs, parseSchedule } from '../parse-input.ts';
import { type Occurrence, runOccurrence } from '../run/run-occurrence.ts';
import { assertComplete, formatSummary } from '../run/run-result.ts';
import { type StackOptions, type TrackedStack, withTrackedStack } from '../with-stack.ts';

type RunOptions = StackOptions & { occurrence?: string; timeout: string };

/** `run`. */
export function addRunCommand(program: Command): void {
  withCommon(program.command('run'))
    .argument('<schedule>', 'daily, weekly or refresh')
    .description('one occurrence from plan to table on an embedded stack, then a summary')
    .addHelpText('after', examples('run daily', 'run refresh --data-dir data --occurrence now'))
    .option('--occurrence <time>', "UTC time of the occurrence, or 'now' (default: the latest one of the schedule)")
    .option('--data-dir <folder>', optionHelp.dataDir)
    .option('--timeout <duration>', optionHelp.timeout, '15m')
    .option('--faults <spec>', optionHelp.faults)
    .option('--dynamodb <emulator>', optionHelp.dynamodb)
    .action(acting(runCommand));
}

/** `run <daily|weekly|refresh>`: one occurrence from plan to table, then a summary. */
async function runCommand(options: RunOptions, context: CliContext, scheduleText: string): Promise<void> {
  const schedule = parseSchedule(scheduleText);
  const timeoutMs = parseDurationMs(options.timeout, '--timeout');
  const occurrenceMs = occurrenceFrom(options.occurrence, schedule, context);
  await interruptible(context, (interruption) =>
    withTrackedStack(options, context, {}, interruption, async (tracked, signal) => {
      if (schedule === 'weekly') {
        await seedIfEmpty({ timeoutMs, signal }, tracked, context);
      }
      const { summary, pacing, lists, end } = await runOccurrence(
        { schedule, occurrenceMs, timeoutMs, signal },
        tracked,
        context,
      );
      assertComplete(summary, end, tracked.tracker);
      context.output.result(summary, formatSummary(summary, pacing, lists));
    }),
  );
}

/** Unless told otherwise a run is the latest occurrence of its schedule. */
function occurrenceFrom(text: string | undefined, schedule: ScheduleName, { clock, settings }: CliContext): number {
  if (text === undefined) {
    return latestOccurrenceMs(schedule, clock.nowMs(), settings.schedules);
  }
  const nowMs = Math.floor(clock.nowMs() / 1000) * 1000;
  const occurrenceMs = text === 'now' ? nowMs : parseOccurrenceMs(text);
  if (occurrenceMs > nowMs) {
    throw new UsageError(`occurrence is '${text.slice(0, 60)}': allowed are 'now' and times that have come`);
  }
  return occurrenceMs;
}

/**
 * The weekly run takes its genres from what the daily lists hold, and on a schedule the daily run always comes first. On an
 * empty table it does here too; when its occurrence was planned before and came to nothing, as another one of now.
 */
async function seedIfEmpty(
  limits: Pick<Occurrence, 'timeoutMs' | 'signal'>,
  tracked: TrackedStack,
  context: CliContext,
): Promise<void> {
  const { settings, clock, output } = context;
  if (await holdsLists(tracked, context)) {
    return;
  }
  output.note('the table is empty: the daily occurrence comes first, because the top genres are found in its lists');
  const nowMs = Math.floor(clock.nowMs() / 1000) * 1000;
  for (const occurrenceMs of [latestOccurrenceMs('daily', nowMs, settings.schedules), nowMs]) {
    const { summary, end } = await runOccurrence({ schedule: 'daily', occurrenceMs, ...limits }, tracked, context);
    assertComplete(summary, end, tracked.tracker);
    if (await holdsLists(tracked, context)) {
      return;
    }
  }
  throw new PermanentError(
    'no_lists',
    'the daily occurrence brought no lists, so there are no genres to plan a weekly one from: see what `run daily` says',
  );
}

async function holdsLists(tracked: TrackedStack, context: CliContext): Promise<boolean> {
  const feed = {
    category: 'popular',
    media: 'movie',
    region: globalRegion,
    language: context.settings.defaultLanguage,
  } as const;
  const first = await withTablesAt(tracked.stack.endpoints, context, ({ catalog }) => catalog.listPages(feed, 1));
  return titlesOn(first) > 0;
}

type DemoOptions = StackOptions & { timeout: string };

const titlesShown = 5;

/** Two calls that the simulator throttles and one that it fails, so that the demo shows what the worker does about it. */
const demoFaults: FaultPlan = {
  rules: [
    { kind: 'throttle', path: '/tv/popular', times: 1, retryAfter: '1' },
    { kind: 'throttle', path: 'with_genres', times: 1 },
    { kind: 'serverError', path: '/trending/movie', times: 1 },
  ],
};

/** `demo`. */
export function addDemoCommand(program: Command): void {
  withCommon(program.command('demo'))
    .description('the daily and the weekly occurrence, and the first titles of some lists')
    .addHelpText('after', examples('demo', 'demo --faults throttle=0.2'))
    .option('--timeout <duration>', optionHelp.timeout, '15m')
    .option('--faults <spec>', optionHelp.faults)
    .action(acting(demoCommand));
}

/** `demo`: the daily and then the weekly occurrence, and the first titles of some lists read back through the index. */
async function demoCommand(options: DemoOptions, context: CliContext): Promise<void> {
  const timeoutMs = parseDurationMs(options.timeout, '--timeout');
  const { clock, settings, output } = context;
  await interruptible(context, (interruption) =>
    withTrackedStack(options, context, { faults: demoFaults }, interruption, async (tracked, signal) => {
      output.note(`calling ${tracked.stack.simulated ? 'the TMDB simulator' : tracked.stack.endpoints.endpoints.tmdb}`);
      const runs: { summary: RunSummary; pacing: Pacing; lists: ListEnds }[] = [];
      for (const schedule of ['daily', 'weekly'] as const) {
        const occurrenceMs = latestOccurrenceMs(schedule, clock.nowMs(), settings.schedules);
        const { summary, pacing, lists, end } = await runOccurrence(
          { schedule, occurrenceMs, timeoutMs, signal },
          tracked,
          context,
        );
        assertComplete(summary, end, tracked.tracker);
        runs.push({ summary, pacing, lists });
      }
      const shown = await readBack(tracked, context);
      const text = [
        ...runs.map(({ summary, pacing, lists }) => formatSummary(summary, pacing, lists)),
        ...shown.map(({ feed, titles }) => formatList(feed, titles)),
      ];
      output.result({ runs: runs.map(({ summary }) => summary), lists: shown }, text.join('\n\n'));
    }),
  );
}

async function readBack(tracked: TrackedStack, context: CliContext) {
  const { settings, clock } = context;
  const language = settings.defaultLanguage;
  const feeds: Feed[] = [
    { category: 'popular', media: 'movie', region: globalRegion, language },
    { category: 'trending', media: 'all', region: globalRegion, language },
    { category: 'hidden_gems', media: 'tv', region: globalRegion, language },
  ];
  return withTablesAt(tracked.stack.endpoints, context, ({ catalog }) =>
    Promise.all(
      feeds.map(async (feed): Promise<{ feed: string; titles: ListEntry[] }> => {
        const pages = await catalog.listPages(feed, titlesShown);
        return {
          feed: feedId(feed),
          titles: assembleList(pages, titlesShown, clock.nowMs()),
        };
      }),
    ),
  );
}
