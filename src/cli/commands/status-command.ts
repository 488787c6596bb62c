import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Command } from 'commander';
import { describeStatus, type Readings, type Status } from '../../operator/status/describe-status.ts';
import { readTitleStatus, type TitleStatus } from '../../operator/status/title-status.ts';
import { type Clock, minuteMs } from '../../shared/core/clock.ts';
import { messageOf, UsageError } from '../../shared/core/errors.ts';
import { sqsQueueDepth } from '../../shared/queues/sqs-queue-depth.ts';
import { dynamoCatalogReader } from '../../shared/tables/dynamo-catalog.ts';
import { dynamoFeedHeads } from '../../shared/tables/dynamo-feed-heads.ts';
import { dynamoUsageStore } from '../../shared/tables/dynamo-usage-store.ts';
import type { FeedHead } from '../../shared/tables/feed-head.ts';
import { dynamoBreakerStore } from '../../shared/throttle/dynamo-breaker-store.ts';
import { dynamoRateSchedule } from '../../shared/throttle/dynamo-rate-schedule.ts';
import { rateLimitsOf } from '../../shared/throttle/rate-schedule.ts';
import type { CliContext, CliOutput } from '../cli-context.ts';
import { acting, examples, withPlace } from '../command-shape.ts';
import { cutTo, wrapTo } from '../display-columns.ts';
import { ageText, formatStatus } from '../format-overviews.ts';
import { interruptible } from '../interruptible.ts';
import { withDynamo, withSqs } from '../open-tables.ts';
import { parseDurationMs } from '../parse-input.ts';
import { type PlaceOptions, type StackPlace, withStackPlace } from '../stack-place.ts';
import { cutStyled, isStyled, printable } from '../styled-text.ts';
import { isClosed, writeOutput } from '../write-output.ts';

/** `watch` is `true` or how often to look again. */
type StatusOptions = PlaceOptions & { watch?: boolean | string };

const usualWatch = '2s';

/** `status`. */
export function addStatusCommand(program: Command): void {
  withPlace(program.command('status'))
    .description('queues, dead letters, breaker, rate, feeds and next occurrences')
    .addHelpText('after', examples('status', 'status --watch 5s --stack aws'))
    .option('--watch [duration]', 'again and again, until Ctrl-C (every 2s)')
    .action(acting(statusCommand));
}

/** `status`: queues, dead letters, breaker, rate, feeds, next occurrences; with `--watch` again and again until Ctrl-C. */
async function statusCommand(options: StatusOptions, context: CliContext): Promise<void> {
  const { output } = context;
  const look = statusLooks(context);
  if (options.watch === undefined) {
    const status = await withStackPlace(options, context, look, 'look');
    output.result(status, formatStatus(status));
    return;
  }
  if (output.json) {
    throw new UsageError('--watch has no end, and --json is one document: allowed is one of them');
  }
  const everyMs = parseDurationMs(options.watch === true ? usualWatch : String(options.watch), '--watch');
  await interruptible(context, (signal) =>
    watchStatus(
      {
        everyMs,
        withPlace: (act) => withStackPlace(options, context, (place) => act(() => look(place)), 'look'),
        paint: (text) => paintScreen(text, output),
        ended: () => signal.aborted || isClosed(process.stdout),
      },
      context.clock,
      signal,
    ),
  );
}

/** Looks at a stack, again and again if need be. */
export function statusLooks(context: CliContext): (place: StackPlace) => Promise<Status> {
  const titles = titleLooks(context);
  return (place) => readStatus(place, titles, context);
}

/** Looks at whole titles, once a minute at most: a picture every two seconds would use up the units of a small table. */
type TitleLooks = (
  client: DynamoDBDocumentClient,
  place: StackPlace,
  heads: readonly FeedHead[],
) => Promise<TitleStatus | undefined>;

function titleLooks({ settings, clock, output }: CliContext): TitleLooks {
  let last: { status: TitleStatus | undefined; untilMs: number } | undefined;
  return async (client, { catalogTable, controlTable }, heads) => {
    if (last === undefined || clock.monotonicMs() >= last.untilMs) {
      const tables = {
        catalog: dynamoCatalogReader(client, catalogTable),
        usage: dynamoUsageStore(client, controlTable),
      };
      // The rest of the status comes from the control table alone, and is worth showing without this.
      const status = await readTitleStatus(heads, tables, settings, clock.nowMs()).catch((error) => {
        output.note(`whole titles could not be looked at: ${messageOf(error)}`);
        return undefined;
      });
      last = { status, untilMs: clock.monotonicMs() + minuteMs };
    }
    return last.status;
  };
}

/** One look at a stack; `titlesOf` looks at whole titles. */
export async function readStatus(
  place: StackPlace,
  titlesOf: TitleLooks,
  { settings, clock }: CliContext,
): Promise<Status> {
  const { controlTable, queues } = place;
  const fromTables = await withDynamo(place.dynamodb, async (client) => {
    const limits = rateLimitsOf(settings);
    const [breaker, rate, heads] = await Promise.all([
      dynamoBreakerStore(client, controlTable).read(),
      dynamoRateSchedule(client, controlTable, limits, clock).read(),
      dynamoFeedHeads(client, controlTable).list(),
    ]);
    return { breaker, rate, heads, titles: await titlesOf(client, place, heads) };
  });
  const depths = queues && (await withSqs(place.sqs, 0, (client) => readDepths(client, queues)));
  return describeStatus({ ...fromTables, queues: depths }, settings, clock.nowMs());
}

async function readDepths(
  client: SQSClient,
  queues: NonNullable<StackPlace['queues']>,
): Promise<NonNullable<Readings['queues']>> {
  const depth = (url: string) => sqsQueueDepth(client, url).read();
  const [fetch, fetchDead, items, itemsDead] = await Promise.all([
    depth(queues.fetchQueueUrl),
    depth(queues.fetchDlqUrl),
    depth(queues.itemQueueUrl),
    depth(queues.itemDlqUrl),
  ]);
  return { fetch: { queue: fetch, deadLetters: fetchDead }, items: { queue: items, deadLetters: itemsDead } };
}

/** What watching needs. */
export type Watch = {
  everyMs: number;
  /** Finds the stack, and keeps it open for looks as long as `act` runs. */
  withPlace(act: (look: () => Promise<Status>) => Promise<void>): Promise<void>;
  paint(text: string): void;
  /** Whether the person has ended it, or closed the terminal. */
  ended(): boolean;
};

/**
 * Looks again and again. A look that fails is reported, with the last picture and its age below; the stack is then looked up again, since
 * it may have been started again elsewhere.
 * @throws UsageError when there is no stack at the first look.
 */
export async function watchStatus(watch: Watch, clock: Clock, signal: AbortSignal): Promise<void> {
  let last: { text: string; atMs: number } | undefined;
  while (!watch.ended()) {
    try {
      await watch.withPlace(async (look) => {
        while (!watch.ended()) {
          const text = formatStatus(await look());
          last = { text, atMs: clock.monotonicMs() };
          watch.paint(text);
          await clock.sleep(watch.everyMs, signal);
        }
      });
    } catch (error) {
      if (error instanceof UsageError && last === undefined) {
        throw error;
      }
      watch.paint(failedLook(error, last, watch.everyMs, clock));
      await clock.sleep(watch.everyMs, signal);
    }
  }
}

function failedLook(
  error: unknown,
  last: { text: string; atMs: number } | undefined,
  everyMs: number,
  clock: Clock,
): string {
  // An error of a host with several addresses has a code and an empty message.
  const cause = (messageOf(error) || (error as { code?: string }).code) ?? 'no answer';
  const sentence = `could not look: ${cause.split('\n', 1)[0]}; next look in ${Math.round(everyMs / 1_000)} s`;
  if (last === undefined) {
    return sentence;
  }
  const age = ageText((clock.monotonicMs() - last.atMs) / 1_000);
  return [sentence, `what follows is ${age} old`, last.text].join('\n');
}

const home = '\u001b[H';
/** Goes in front of each line: at the end of a full line the cursor still stands on its last character, which would be cleared. */
const clearLine = '\u001b[2K';
const clearBelow = '\u001b[J';

/** Shows `text` in place of what was on the screen; where stdout is no terminal it is appended. */
function paintScreen(text: string, output: CliOutput): void {
  const { isTTY, rows, columns } = process.stdout;
  if (!isTTY || !(rows > 0 && columns > 0)) {
    output.result(undefined, text);
    return;
  }
  const lines = fitScreen(text.split('\n'), rows, columns).map((line) => clearLine + printable(line, process.stdout));
  const below = lines.length < rows ? `\n${clearBelow}` : '';
  writeOutput(process.stdout, `${home}${lines.join('\n')}${below}`);
}

/** The first lines, as many as fit, long ones wrapped; the last line then says how many are missing. */
export function fitScreen(lines: readonly string[], rows: number, columns: number): string[] {
  const wrapped = lines.flatMap((line) => (isStyled(line) ? [cutStyled(line, columns)] : wrapTo(line, columns)));
  if (wrapped.length <= rows) {
    return wrapped;
  }
  const shown = wrapped.slice(0, Math.max(0, rows - 1));
  return [...shown, cutTo(`… ${wrapped.length - shown.length} more lines: a higher screen shows them`, columns)];
}
