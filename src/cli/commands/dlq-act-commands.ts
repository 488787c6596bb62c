import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Command } from 'commander';
import {
  type ActOptions,
  type ActReport,
  type DeleteReport,
  deleteDeadLetters,
} from '../../operator/dead-letters/act-on-dead-letters.ts';
import { type MoveProgress, moveWholeQueue } from '../../operator/dead-letters/native-replay-adapter.ts';
import { type ReplayReport, replayDeadLetters } from '../../operator/dead-letters/replay.ts';
import { PermanentError, UsageError } from '../../shared/core/errors.ts';
import { systemRandom } from '../../shared/core/system-clock.ts';
import type { MessageSource, QueueDepth } from '../../shared/queues/message-source.ts';
import { sqsMessageSender } from '../../shared/queues/sqs-message-sender.ts';
import { sqsMessageSource } from '../../shared/queues/sqs-message-source.ts';
import { sqsQueueDepth } from '../../shared/queues/sqs-queue-depth.ts';
import { type CliContext, IncompleteRunError } from '../cli-context.ts';
import { acting, examples } from '../command-shape.ts';
import { interruptible } from '../interruptible.ts';
import { type QueuePlace, startTriggered } from '../plan-in-place.ts';
import { endingOnFailure, showLine } from '../progress.ts';
import {
  type ChoiceOptions,
  type DlqName,
  noteUnreleased,
  parseChoice,
  parseChoiceRate,
  parseDlqName,
  withDlq,
  withMatch,
} from './dlq-queue.ts';

/** `dlq replay` and `dlq delete`. */
export function addDlqActCommands(dlq: Command): void {
  const choosing = (command: Command, done: string) =>
    withMatch(command)
      .argument('[id]', "one of them: a message's id, its job's, or the beginning of either")
      .option('--max <count>', 'no more than so many')
      .option('--rate <messages>', 'messages a second (default: 30)')
      .option('--dry-run', `what would be ${done}, without doing it`);
  choosing(dlq.command('replay'), 'replayed')
    .description('back to their queue, one, all or those that match')
    .addHelpText(
      'after',
      examples(
        'dlq replay fetch --match reason=too-old --dry-run',
        'dlq replay fetch 5493e9e3',
        'dlq replay items --stack aws --rate 10',
      ),
    )
    .option('--native', "the whole queue by SQS's own move task (on AWS)")
    .action(acting(dlqReplayCommand));
  choosing(dlq.command('delete'), 'deleted')
    .description('for good and without asking: one, those that match, or all')
    .addHelpText('after', examples('dlq delete fetch --match reason=malformed --dry-run', 'dlq delete fetch 5493e9e3'))
    .option('--all', 'everything in the queue')
    .action(acting(dlqDeleteCommand));
}

/** `dlq replay <fetch|items> [id]`: dead letters back to their queue, one, all or those that match. */
async function dlqReplayCommand(
  options: ChoiceOptions & { native?: boolean },
  context: CliContext,
  nameText: string,
  id?: string,
): Promise<void> {
  const name = parseDlqName(nameText);
  if (options.native === true) {
    return replayNatively(name, id, options, context);
  }
  await actOnChoice<ReplayReport>(
    name,
    id,
    options,
    context,
    ({ client, source, queueUrl, place }, choice, signal) => {
      const target = sqsMessageSender(client, queueUrl, context.clock, systemRandom);
      // Only the fetch queue's dead letters hold triggers.
      const plan =
        name === 'fetch'
          ? (trigger: Parameters<typeof startTriggered>[0]) => startTriggered(trigger, place, context)
          : undefined;
      return replayDeadLetters(source, target, { ...choice, plan }, context.clock, signal);
    },
    {
      code: 'replay_incomplete',
      count: ({ replayed }) => replayed,
      done: ({ replayed }, dryRun) => `${replayed} ${dryRun ? 'would be replayed' : 'replayed'}`,
    },
  );
}

async function replayNatively(
  name: DlqName,
  id: string | undefined,
  options: ChoiceOptions,
  context: CliContext,
): Promise<void> {
  const perSecond = parseChoiceRate(options);
  if (id !== undefined || options.match !== undefined || options.max !== undefined || options.dryRun === true) {
    throw new UsageError('--native moves the whole queue: leave out the id, --match, --max and --dry-run');
  }
  const wholePerSecond = perSecond === undefined ? undefined : Math.ceil(perSecond);
  const textOf = ({ moved, total, status }: MoveProgress) =>
    `${name}: ${moved} of about ${total} moved by SQS (${status.toLowerCase()})`;
  const done = await withDlq(name, options, context, async (client, { dlqUrl, queueUrl }, place) => {
    if (place.kind !== 'aws') {
      throw new UsageError('the SQS emulator has no message move tasks: leave out --native, or take --stack aws');
    }
    const progress = showLine(`${name}: asking SQS`, context);
    const onProgress = (sofar: MoveProgress) => progress.update(textOf(sofar));
    const queues = { fromUrl: dlqUrl, toUrl: queueUrl };
    const moving = () => moveWholeQueue(client, queues, wholePerSecond, context.clock, onProgress);
    const moved = await endingOnFailure(progress, moving);
    progress.end(true);
    return moved;
  });
  context.output.result({ queue: name, native: true, ...done }, textOf(done));
}

/** `dlq delete <fetch|items> [id]`: dead letters for good. It does not ask, so what is meant has to be said: an id, `--match` or `--all`. */
async function dlqDeleteCommand(
  options: ChoiceOptions & { all?: boolean },
  context: CliContext,
  nameText: string,
  id?: string,
): Promise<void> {
  const name = parseDlqName(nameText);
  const chosen = id !== undefined || options.match !== undefined;
  if (chosen === (options.all === true)) {
    throw new UsageError(
      'dlq delete deletes for good: name what is meant by an id or --match key=value, or say --all (one of them)',
    );
  }
  await actOnChoice<DeleteReport>(
    name,
    id,
    options,
    context,
    ({ source }, choice, signal) => deleteDeadLetters(source, choice, context.clock, signal),
    {
      code: 'delete_incomplete',
      count: ({ deleted }) => deleted,
      done: ({ deleted }, dryRun) => `${deleted} ${dryRun ? 'would be deleted' : 'deleted'}`,
    },
  );
}

/** What is done to the letters that are meant: its report, as it grows and at last. */
type Act<R> = (
  sqs: { client: SQSClient; source: MessageSource; dlqUrl: string; queueUrl: string; place: QueuePlace },
  options: ActOptions & { depth: QueueDepth; onProgress(sofar: R): void },
  signal: AbortSignal,
) => Promise<R>;

/**
 * How an act is told: `done` is the report's own word, such as "3 replayed", `count` its figure; `code` that of an act which some letters
 * were left out of.
 */
type Telling<R> = { code: string; count(report: R): number; done(report: R, dryRun: boolean): string };

/**
 * Acts on the letters that are meant, and says what was done: while it goes on, and at last.
 * @throws PermanentError when some of them could not be acted on, naming the first, or when the one that was named by its id was not;
 * IncompleteRunError when it was interrupted.
 */
async function actOnChoice<R extends Omit<ActReport, 'done'>>(
  name: DlqName,
  id: string | undefined,
  options: ChoiceOptions,
  context: CliContext,
  act: Act<R>,
  telling: Telling<R>,
): Promise<void> {
  const choice = await parseChoice(name, id, options, context);
  const sentenceOf = (report: R) => `${name}: ${telling.done(report, choice.dryRun)}, ${leftText(report)}`;
  const { report, interrupted, progress } = await interruptible(context, (signal) =>
    withDlq(name, options, context, async (client, urls, place) => {
      const progress = showLine(`${name}: looking`, context);
      const onProgress = (sofar: R) => progress.update(sentenceOf(sofar));
      const depth = sqsQueueDepth(client, urls.dlqUrl);
      const source = sqsMessageSource(client, urls.dlqUrl);
      const acting = () => act({ client, source, ...urls, place }, { ...choice, depth, onProgress }, signal);
      const report = await endingOnFailure(progress, acting);
      return { report, interrupted: signal.aborted, progress };
    }),
  );
  const sentence = sentenceOf(report);
  const missedId = telling.count(report) === 0 ? id : undefined;
  progress.update(sentence);
  progress.end(report.failed.length === 0 && !interrupted && missedId === undefined);
  noteUnreleased(name, report.unreleased, choice.holdSeconds, context);
  const document = { queue: name, dryRun: choice.dryRun, ...(interrupted && { interrupted }), ...report };
  assertActed(report, { interrupted, missedId, code: telling.code }, document, sentence);
  context.output.result(document, sentence);
}

/** @throws what `actOnChoice` throws. */
function assertActed(
  { failed }: Pick<ActReport, 'failed'>,
  { interrupted, missedId, code }: { interrupted: boolean; missedId: string | undefined; code: string },
  document: { queue: DlqName },
  sentence: string,
): void {
  const [first] = failed;
  if (first !== undefined) {
    throw new PermanentError(code, `${sentence}; the first: ${first.jobId || first.messageId}: ${first.why}`);
  }
  if (interrupted) {
    throw new IncompleteRunError('interrupted', `interrupted: ${sentence}`, document, sentence);
  }
  if (missedId !== undefined) {
    throw new PermanentError(
      'letter_missed',
      `${sentence}: '${missedId}' does not match, or was taken by somebody else meanwhile; see dlq list ${document.queue}`,
    );
  }
}

/** The end of a sentence about what was done: what is left, and what failed. */
function leftText({ left, notExamined, failed }: Pick<ActReport, 'left' | 'notExamined' | 'failed'>): string {
  const unseen = notExamined === 0 ? '' : ` (about ${notExamined} of them not looked at)`;
  const lost = failed.length === 0 ? '' : `, ${failed.length} could not be and are still there`;
  return `${left} left where they are${unseen}${lost}`;
}
