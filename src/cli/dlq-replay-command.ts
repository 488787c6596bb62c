import { parseMatch } from '../operator/dead-letters/match-dead-letter.ts';
import { type MoveProgress, moveWholeQueue } from '../operator/dead-letters/native-replay-adapter.ts';
import { type ReplayReport, replayDeadLetters } from '../operator/dead-letters/replay.ts';
import { sqsMessageSender } from '../shared/adapters/sqs-message-sender.ts';
import { sqsMessageSource } from '../shared/adapters/sqs-message-source.ts';
import { systemRandom } from '../shared/adapters/system-random.ts';
import { PermanentError, UsageError } from '../shared/errors.ts';
import type { CliContext } from './cli-context.ts';
import { type DlqName, type DlqOptions, parseDlqName, parseHoldSeconds, withDlq } from './dlq-command.ts';
import { parseCount, parseRate } from './parse-input.ts';
import { showLine } from './progress.ts';
import { interruptible } from './with-stack.ts';

/** Options of `dlq replay`. */
export type DlqReplayOptions = DlqOptions & { max?: string; rate?: string; dryRun?: boolean; native?: boolean };

/** Messages a second, unless told otherwise: what the worker may call, and more than the writer writes. */
const usualRate = 30;
const fastestRate = 500;

/** `dlq replay <fetch|items>`: dead letters back to their queue, all or those that match. */
export async function dlqReplayCommand(
  nameText: string,
  options: DlqReplayOptions,
  context: CliContext,
): Promise<void> {
  const name = parseDlqName(nameText);
  const perSecond = options.rate === undefined ? undefined : parseRate(options.rate, '--rate', 0.1, fastestRate);
  if (options.native === true) {
    return replayNatively(name, perSecond, options, context);
  }
  const replay = {
    match: parseMatch(options.match ?? []),
    max: parseCount(options.max ?? '1000000', '--max', 1, 1_000_000),
    perSecond: perSecond ?? usualRate,
    holdSeconds: parseHoldSeconds(options),
    dryRun: options.dryRun === true,
  };
  const progress = showLine(`${name}: looking`, context);
  const report = await interruptible(context, (signal) =>
    withDlq(name, options, context, (client, { dlqUrl, queueUrl }) => {
      const onProgress = (sofar: ReplayReport) => progress.update(sentenceOf(name, sofar, replay.dryRun));
      const source = sqsMessageSource(client, dlqUrl);
      const target = sqsMessageSender(client, queueUrl, context.clock, systemRandom);
      return replayDeadLetters(source, target, { ...replay, onProgress }, context.clock, signal);
    }),
  );
  const sentence = sentenceOf(name, report, replay.dryRun);
  progress.end(report.failed.length === 0);
  const document = { queue: name, dryRun: replay.dryRun, ...report };
  if (report.failed.length > 0) {
    const [first] = report.failed;
    throw new PermanentError(
      'replay_incomplete',
      `${sentence}; the first: ${first?.jobId || first?.messageId}: ${first?.why}`,
    );
  }
  context.output.result(document, sentence);
}

function sentenceOf(name: DlqName, { replayed, left, failed }: ReplayReport, dryRun: boolean): string {
  const sent = dryRun ? `${replayed} would be replayed` : `${replayed} replayed`;
  const lost = failed.length === 0 ? '' : `, ${failed.length} could not be and are still there`;
  return `${name}: ${sent}, ${left} left where they are${lost}`;
}

async function replayNatively(
  name: DlqName,
  perSecond: number | undefined,
  options: DlqReplayOptions,
  context: CliContext,
): Promise<void> {
  if (options.match !== undefined || options.max !== undefined || options.dryRun === true) {
    throw new UsageError('--native moves the whole queue: leave out --match, --max and --dry-run');
  }
  const wholePerSecond = perSecond === undefined ? undefined : Math.ceil(perSecond);
  const progress = showLine(`${name}: asking SQS`, context);
  const textOf = ({ moved, total, status }: MoveProgress) =>
    `${name}: ${moved} of about ${total} moved by SQS (${status.toLowerCase()})`;
  const done = await withDlq(name, options, context, (client, { dlqUrl, queueUrl }, kind) => {
    if (kind !== 'aws') {
      throw new UsageError('the SQS emulator has no message move tasks: leave out --native, or take --stack aws');
    }
    const onProgress = (sofar: MoveProgress) => progress.update(textOf(sofar));
    return moveWholeQueue(client, { fromUrl: dlqUrl, toUrl: queueUrl }, wholePerSecond, context.clock, onProgress);
  });
  progress.end(true);
  context.output.result({ queue: name, native: true, ...done }, textOf(done));
}
