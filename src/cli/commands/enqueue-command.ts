import type { Command } from 'commander';
import type { FeedsEnd } from '../../operator/runs/await-feeds.ts';
import { planRun } from '../../planner/plan-run.ts';
import { startRun } from '../../planner/start-run.ts';
import { isoFromMs } from '../../shared/core/clock.ts';
import { feedId, globalRegion } from '../../shared/core/feed.ts';
import type { FetchJob } from '../../shared/queues/fetch-job.ts';
import { type AdHocEvent, fetchRequestSchema } from '../../shared/queues/plan-request.ts';
import { stackNames } from '../../shared/settings/stack-names.ts';
import { type CliContext, IncompleteRunError } from '../cli-context.ts';
import { acting, optionHelp, withQueuePlace } from '../command-shape.ts';
import { table, title } from '../format-text.ts';
import { interruptible } from '../interruptible.ts';
import { parseCount, parseDurationMs, parseInput, parseListOf } from '../parse-input.ts';
import { withPlanning } from '../plan-in-place.ts';
import { waitForFeeds } from '../run/wait-for-feeds.ts';
import { type QueuePlaceOptions, withQueues } from '../stack-place.ts';

type EnqueueOptions = QueuePlaceOptions & {
  category: string;
  media: string;
  region?: string;
  language?: string;
  pages?: string;
  dryRun?: boolean;
  force?: boolean;
  wait?: boolean;
  timeout: string;
};

type Sent = { runId: string; snapshot: string; jobs: FetchJob[]; notes: string[] };

/** `enqueue`. */
export function addEnqueueCommand(program: Command): void {
  withQueuePlace(program.command('enqueue'))
    .description('ad-hoc jobs for every combination of media, regions and languages')
    .requiredOption('--category <category>', optionHelp.category)
    .requiredOption('--media <media>', 'movie, tv or all; several by commas')
    .option('--region <regions>', 'countries such as DE,FR (default: global)')
    .option(
      '--language <languages>',
      "such as de-DE,fr-FR (default: each region's own in the settings, else the default language)",
    )
    .option('--pages <count>', 'pages of each feed', '1')
    .option('--dry-run', 'the jobs, without sending them')
    .option('--force', 'also what is in flight already')
    .option('--wait', 'until everything is in the table or in a dead-letter queue')
    .option('--timeout <duration>', 'how long to wait, such as 90s or 15m', '15m')
    .action(acting(enqueueCommand));
}

/** `enqueue`: ad-hoc jobs, by the planner's own core; what is in flight already is deduplicated. */
async function enqueueCommand(options: EnqueueOptions, context: CliContext): Promise<void> {
  const event = eventOf(options, context);
  const timeoutMs = parseDurationMs(options.timeout, '--timeout');
  const end = await interruptible(context, (signal) =>
    withQueues(options, context, (place) =>
      withPlanning(place, context, async (deps) => {
        const plan = await planRun(event, deps);
        const sent: Sent = plan;
        if (options.dryRun !== true && plan.jobs.length > 0) {
          await startRun(event, deps);
        }
        const waited =
          options.wait === true && options.dryRun !== true && plan.jobs.length > 0
            ? await waitForFeeds(plan, place, timeoutMs, signal, context)
            : undefined;
        return { sent, waited };
      }),
    ),
  );
  report(end.sent, end.waited, options, context);
}

/** @throws UsageError for a feed that does not exist. */
function eventOf(options: EnqueueOptions, { clock, settings }: CliContext): AdHocEvent {
  const nowMs = clock.nowMs();
  const detail = parseInput(fetchRequestSchema, {
    version: 1,
    category: options.category,
    media: parseListOf(options.media),
    regions: parseListOf(options.region ?? globalRegion),
    // Without one the planner takes each region's own.
    ...(options.language !== undefined && { languages: parseListOf(options.language) }),
    pages: parseCount(options.pages ?? '1', '--pages', 1, 500),
    ...(options.force === true && { force: true }),
  });
  return {
    // A unique id: typed twice it is two requests, of which the planner deduplicates what is in flight.
    id: `cli-${process.pid}-${nowMs}`,
    source: stackNames(settings.deployment.stackName).eventSource,
    'detail-type': 'Fetch Requested',
    time: isoFromMs(Math.floor(nowMs / 1_000) * 1_000),
    detail,
  };
}

function report(sent: Sent, waited: FeedsEnd | undefined, options: EnqueueOptions, { output }: CliContext): void {
  const dryRun = options.dryRun === true;
  const jobs = sent.jobs.map(({ jobId, feed, page, pages }) => ({ jobId, feed: feedId(feed), page, pages }));
  const document = {
    runId: sent.runId,
    snapshot: sent.snapshot,
    dryRun,
    sent: dryRun ? 0 : jobs.length,
    jobs,
    notes: sent.notes,
    ...(waited && { waited }),
  };
  const verb = dryRun ? 'would be sent' : 'sent';
  const text = [
    title(`run ${sent.runId}: ${jobs.length} jobs ${verb}`),
    ...(jobs.length > 0
      ? [
          table(
            ['feed', 'page'],
            jobs.map(({ feed, page, pages }) => [feed, `${page}/${pages}`]),
          ),
        ]
      : []),
    ...sent.notes.map((note) => `${note} (--force sends it all the same)`),
    ...(waited === undefined ? [] : waitedLines(waited)),
  ].join('\n');
  if (waited !== undefined && waited.why !== '') {
    const error = { code: 'not_applied', message: waited.why };
    throw new IncompleteRunError(error.code, error.message, { ...document, error }, text);
  }
  if (options.wait === true && !dryRun && jobs.length === 0) {
    const message =
      'nothing was sent, and so nothing was waited for: what is in flight already ends with its own run (see status); --force sends it all the same';
    throw new IncompleteRunError('not_waited', message, { ...document, error: { code: 'not_waited', message } }, text);
  }
  output.result(document, text);
}

/** How many lists are in the table, and each feed that did not end as complete. */
function waitedLines({ applied, feeds, ends }: FeedsEnd): string[] {
  const others = ends.filter(({ outcome }) => outcome !== 'complete');
  return [
    `${applied} of ${feeds} feeds are in the table`,
    ...others.map(({ feed, outcome, detail }) => `${feed}: ${outcome}${detail === '' ? '' : ` (${detail})`}`),
  ];
}
