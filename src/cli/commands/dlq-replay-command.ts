import { type MoveProgress, moveWholeQueue } from '../../operator/dead-letters/native-replay-adapter.ts';
import { type ReplayReport, replayDeadLetters } from '../../operator/dead-letters/replay.ts';
import { UsageError } from '../../shared/core/errors.ts';
import { systemRandom } from '../../shared/core/system-clock.ts';
import { sqsMessageSender } from '../../shared/queues/sqs-message-sender.ts';
import type { CliContext } from '../cli-context.ts';
import { endingOnFailure, showLine } from '../progress.ts';
import { actOnChoice, type ChoiceOptions, parseChoiceRate } from './dlq-choice.ts';
import { type DlqName, parseDlqName, withDlq } from './dlq-queue.ts';

/** Options of `dlq replay`. */
export type DlqReplayOptions = ChoiceOptions & { native?: boolean };

/** `dlq replay <fetch|items> [id]`: dead letters back to their queue, one, all or those that match. */
export async function dlqReplayCommand(
  nameText: string,
  id: string | undefined,
  options: DlqReplayOptions,
  context: CliContext,
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
    ({ client, source, queueUrl }, choice, signal) => {
      const target = sqsMessageSender(client, queueUrl, context.clock, systemRandom);
      return replayDeadLetters(source, target, choice, context.clock, signal);
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
  options: DlqReplayOptions,
  context: CliContext,
): Promise<void> {
  const perSecond = parseChoiceRate(options);
  if (id !== undefined || options.match !== undefined || options.max !== undefined || options.dryRun === true) {
    throw new UsageError('--native moves the whole queue: leave out the id, --match, --max and --dry-run');
  }
  const wholePerSecond = perSecond === undefined ? undefined : Math.ceil(perSecond);
  const textOf = ({ moved, total, status }: MoveProgress) =>
    `${name}: ${moved} of about ${total} moved by SQS (${status.toLowerCase()})`;
  const done = await withDlq(name, options, context, async (client, { dlqUrl, queueUrl }, kind) => {
    if (kind !== 'aws') {
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
