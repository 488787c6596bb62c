import type { Command } from 'commander';
import type { FeedsEnd } from '../../operator/runs/await-feeds.ts';
import type { TitlesEnd } from '../../operator/runs/await-titles.ts';
import { planRun, type RunPlan } from '../../planner/plan-run.ts';
import { startRun } from '../../planner/start-run.ts';
import { isoFromMs } from '../../shared/core/clock.ts';
import { UsageError } from '../../shared/core/errors.ts';
import { feedId, globalRegion } from '../../shared/core/feed.ts';
import { customFeedProblem } from '../../shared/core/feed-rules.ts';
import {
  type AdHocEvent,
  type FetchRequest,
  fetchRequestSchema,
  type TitlesRequest,
  titleName,
  titlesRequestSchema,
} from '../../shared/queues/plan-request.ts';
import { stackNames } from '../../shared/settings/stack-names.ts';
import { type CliContext, IncompleteRunError } from '../cli-context.ts';
import { acting, examples, optionHelp, withQueuePlace } from '../command-shape.ts';
import { table, title } from '../format-text.ts';
import { interruptible } from '../interruptible.ts';
import { parseCount, parseDurationMs, parseInput, parseListOf, parseTitleRefs } from '../parse-input.ts';
import { withPlanning } from '../plan-in-place.ts';
import { waitForFeeds, waitForTitles } from '../run/wait-for-feeds.ts';
import { type QueuePlaceOptions, withQueues } from '../stack-place.ts';

type EnqueueOptions = QueuePlaceOptions & {
  title?: string;
  category?: string;
  media?: string;
  region?: string;
  language?: string;
  pages?: string;
  dryRun?: boolean;
  force?: boolean;
  wait?: boolean;
  timeout: string;
};

type Sent = Pick<RunPlan, 'runId' | 'snapshot' | 'jobs' | 'titles' | 'notes'>;
type Waited = FeedsEnd | TitlesEnd;

/** `enqueue`. */
export function addEnqueueCommand(program: Command): void {
  withQueuePlace(program.command('enqueue'))
    .description('ad-hoc jobs: lists, for every combination of media, regions and languages, or whole titles')
    .addHelpText(
      'after',
      examples(
        'enqueue --category popular --media movie,tv --region DE --wait',
        'enqueue --title movie:550,tv:1396 --dry-run',
      ),
    )
    .option('--title <titles>', 'titles to be fetched whole, such as movie:550,tv:1396, instead of lists')
    .option('--category <category>', optionHelp.category)
    .option('--media <media>', 'movie, tv or all; several by commas')
    .option('--region <regions>', 'countries such as DE,FR (default: global)')
    .option(
      '--language <languages>',
      "such as de-DE,fr-FR (default: each region's own in the settings, else the default language)",
    )
    .option('--pages <count>', 'pages of each feed (default: 1)')
    .option('--dry-run', 'the jobs, without sending them')
    .option('--force', 'also what is in flight already; titles are always fetched')
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
        if (options.dryRun === true || plan.jobs.length + plan.titles.length === 0) {
          return { sent, waited: undefined };
        }
        await startRun(event, deps);
        const wait = (): Promise<Waited> =>
          plan.titles.length > 0
            ? waitForTitles(plan, place, timeoutMs, signal, context)
            : waitForFeeds(plan, place, timeoutMs, signal, context);
        return { sent, waited: options.wait === true ? await wait() : undefined };
      }),
    ),
  );
  report(end.sent, end.waited, options, context);
}

/** @throws UsageError for a feed that does not exist, and for what is no title. */
function eventOf(options: EnqueueOptions, { clock, settings }: CliContext): AdHocEvent {
  const nowMs = clock.nowMs();
  const detail =
    options.title === undefined ? configured(listsOf(options), settings) : titlesOf(options.title, options, settings);
  return {
    // A unique id: typed twice it is two requests, of which the planner deduplicates what is in flight.
    id: `cli-${process.pid}-${nowMs}`,
    source: stackNames(settings.deployment.stackName).eventSource,
    'detail-type': 'Fetch Requested',
    time: isoFromMs(Math.floor(nowMs / 1_000) * 1_000),
    detail,
  };
}

function listsOf(options: EnqueueOptions): FetchRequest {
  const { category, media, region, language, pages } = options;
  if (category === undefined || media === undefined) {
    const missing = category === undefined ? '--category <category>' : '--media <media>';
    throw new UsageError(`${missing} is missing: allowed are lists by --category and --media, or titles by --title`);
  }
  return parseInput(fetchRequestSchema, {
    version: 1,
    category,
    media: parseListOf(media),
    regions: parseListOf(region ?? globalRegion),
    // Without one the planner takes each region's own.
    ...(language !== undefined && { languages: parseListOf(language) }),
    pages: parseCount(pages ?? '1', '--pages', 1, 500),
    ...(options.force === true && { force: true }),
  });
}

function configured(request: FetchRequest, settings: CliContext['settings']): FetchRequest {
  const { category } = request;
  const problem = request.media.map((media) => customFeedProblem({ category, media }, settings)).find(Boolean);
  if (problem !== undefined) {
    throw new UsageError(problem);
  }
  return request;
}

/** Options of lists, which a title does not have: it is fetched in all languages and for all countries of the settings. */
const ofLists = ['category', 'media', 'region', 'language', 'pages'] as const;

function titlesOf(text: string, options: EnqueueOptions, { details }: CliContext['settings']): TitlesRequest {
  const mixed = ofLists.find((name) => options[name] !== undefined);
  if (mixed !== undefined) {
    throw new UsageError(`--title asks for titles and --${mixed} for lists: allowed is one of them`);
  }
  const titles = parseInput(titlesRequestSchema, { version: 1, titles: parseTitleRefs(text, '--title') });
  if (!details.enabled) {
    throw new UsageError('--title asks for whole titles, and details.enabled is false in the settings: set it to true');
  }
  return titles;
}

function report(sent: Sent, waited: Waited | undefined, options: EnqueueOptions, { output }: CliContext): void {
  const dryRun = options.dryRun === true;
  const jobs = sent.jobs.map(({ jobId, feed, page, pages }) => ({ jobId, feed: feedId(feed), page, pages }));
  const titles = sent.titles.map(({ jobId, mediaType, id }) => ({ jobId, title: titleName({ mediaType, id }) }));
  const document = {
    runId: sent.runId,
    snapshot: sent.snapshot,
    dryRun,
    sent: dryRun ? 0 : jobs.length + titles.length,
    jobs,
    titles,
    notes: sent.notes,
    ...(waited && { waited }),
  };
  const text = [...sentLines(sent, dryRun), ...(waited === undefined ? [] : waitedLines(waited))].join('\n');
  if (waited !== undefined && waited.why !== '') {
    const error = { code: 'not_applied', message: waited.why };
    throw new IncompleteRunError(error.code, error.message, { ...document, error }, text);
  }
  if (options.wait === true && !dryRun && jobs.length + titles.length === 0) {
    const message =
      'nothing was sent, and so nothing was waited for: what is in flight already ends with its own run (see status); --force sends it all the same';
    throw new IncompleteRunError('not_waited', message, { ...document, error: { code: 'not_waited', message } }, text);
  }
  output.result(document, text);
}

/** What was sent, or would be: a line for each page, or the titles. */
function sentLines({ runId, jobs, titles, notes }: Sent, dryRun: boolean): string[] {
  const what = titles.length > 0 ? `${titles.length} titles` : `${jobs.length} jobs`;
  const pages = jobs.map(({ feed, page, pages: all }) => [feedId(feed), `${page}/${all}`]);
  return [
    title(`run ${runId}: ${what} ${dryRun ? 'would be sent' : 'sent'}`),
    ...(pages.length > 0 ? [table(['feed', 'page'], pages)] : []),
    ...(titles.length > 0 ? [titles.map(titleName).join(', ')] : []),
    ...notes.map((note) => `${note} (--force sends it all the same)`),
  ];
}

/** How many lists or titles are in the table, and each that did not end there as it should. */
function waitedLines(waited: Waited): string[] {
  const ends = waited.ends.map((end) => ({ ...end, name: 'feed' in end ? end.feed : end.title }));
  const others = ends.filter(({ outcome }) => outcome !== 'complete' && outcome !== 'applied');
  const all = 'feeds' in waited ? `${waited.feeds} feeds` : `${waited.titles} titles`;
  return [
    `${waited.applied} of ${all} are in the table`,
    ...others.map(({ name, outcome, detail }) => `${name}: ${outcome}${detail === '' ? '' : ` (${detail})`}`),
  ];
}
