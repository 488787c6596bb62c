import type { Command } from 'commander';
import type { ListEnds } from '../../operator/runs/run-end.ts';
import type { Pacing, RunSummary } from '../../operator/runs/run-summary.ts';
import { type Feed, globalRegion } from '../../shared/core/feed.ts';
import { latestOccurrenceMs } from '../../shared/settings/schedule.ts';
import { assembleList, type ListEntry } from '../../shared/tables/read-list.ts';
import type { FaultPlan } from '../../tmdb-simulator/fault-plan.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, optionHelp, withCommon } from '../command-shape.ts';
import { formatList } from '../format-text.ts';
import { interruptible } from '../interruptible.ts';
import { withTablesAt } from '../open-tables.ts';
import { parseDurationMs } from '../parse-input.ts';
import { runOccurrence } from '../run/run-occurrence.ts';
import { assertComplete, formatSummary } from '../run/run-result.ts';
import { type StackOptions, type TrackedStack, withTrackedStack } from '../with-stack.ts';

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
          feed: `${feed.category} / ${feed.media} / ${feed.region} / ${feed.language}`,
          titles: assembleList(pages, titlesShown, clock.nowMs()),
        };
      }),
    ),
  );
}
