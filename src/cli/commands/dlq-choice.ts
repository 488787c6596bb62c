/** What `dlq replay` and `dlq delete` have in common: which letters are meant, how many, how fast, and what is said of it. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { ActOptions, ActReport } from '../../operator/dead-letters/act-on-dead-letters.ts';
import {
  type Match,
  namesUnknownReason,
  parseMatch,
  refuseUnknownReasons,
} from '../../operator/dead-letters/dead-letter.ts';
import { findDeadLetter } from '../../operator/dead-letters/look-at-dead-letters.ts';
import { PermanentError } from '../../shared/core/errors.ts';
import type { MessageSource, QueueDepth } from '../../shared/queues/message-source.ts';
import { sqsMessageSource } from '../../shared/queues/sqs-message-source.ts';
import { sqsQueueDepth } from '../../shared/queues/sqs-queue-depth.ts';
import type { CliContext } from '../cli-context.ts';
import { IncompleteRunError } from '../cli-context.ts';
import { interruptible } from '../interruptible.ts';
import { parseCount, parseRate } from '../parse-input.ts';
import { endingOnFailure, showLine } from '../progress.ts';

import { type DlqName, type DlqOptions, lookInto, noteUnreleased, parseHoldSeconds, withDlq } from './dlq-queue.ts';

/** Options that choose dead letters to act on. */
export type ChoiceOptions = DlqOptions & { max?: string; rate?: string; dryRun?: boolean };

/** Messages a second, unless told otherwise: what the worker may call, and more than the writer writes. */
const usualRate = 30;
const fastestRate = 500;

/** `--rate`; `undefined` where it is left out. */
export function parseChoiceRate({ rate }: ChoiceOptions): number | undefined {
  return rate === undefined ? undefined : parseRate(rate, '--rate', 0.1, fastestRate);
}

/** What is to be acted on. An id, or a reason that the pipeline does not know, needs a look into the queue first. */
async function parseChoice(
  name: DlqName,
  id: string | undefined,
  options: ChoiceOptions,
  context: CliContext,
): Promise<ActOptions> {
  const choice = {
    match: parseMatch(options.match ?? []),
    max: parseCount(options.max ?? '1000000', '--max', 1, 1_000_000),
    perSecond: parseChoiceRate(options) ?? usualRate,
    holdSeconds: parseHoldSeconds(options),
    dryRun: options.dryRun === true,
  };
  if (id === undefined && !namesUnknownReason(choice.match)) {
    return choice;
  }
  const { letters } = await lookInto(name, options, context);
  refuseUnknownReasons(choice.match, letters);
  const one: Match =
    id === undefined ? new Map() : new Map([['messageId', [findDeadLetter(letters, id, name).messageId]]]);
  return { ...choice, match: new Map([...choice.match, ...one]) };
}

/** What is done to the letters that are meant: its report, as it grows and at last. */
export type Act<R> = (
  sqs: { client: SQSClient; source: MessageSource; dlqUrl: string; queueUrl: string },
  options: ActOptions & { depth: QueueDepth; onProgress(sofar: R): void },
  signal: AbortSignal,
) => Promise<R>;

/**
 * How an act is told: `done` is the report's own word, such as "3 replayed", `count` its figure; `code` that of an act which some letters
 * were left out of.
 */
export type Telling<R> = { code: string; count(report: R): number; done(report: R, dryRun: boolean): string };

/**
 * Acts on the letters that are meant, and says what was done: while it goes on, and at last.
 * @throws PermanentError when some of them could not be acted on, naming the first, or when the one that was named by its id was not;
 * IncompleteRunError when it was interrupted.
 */
export async function actOnChoice<R extends Omit<ActReport, 'done'>>(
  name: DlqName,
  id: string | undefined,
  options: ChoiceOptions,
  context: CliContext,
  act: Act<R>,
  { code, count, done }: Telling<R>,
): Promise<void> {
  const choice = await parseChoice(name, id, options, context);
  const { dryRun } = choice;
  const sentenceOf = (report: R) => `${name}: ${done(report, dryRun)}, ${leftText(report)}`;
  const { report, interrupted, progress } = await interruptible(context, (signal) =>
    withDlq(name, options, context, async (client, urls) => {
      const progress = showLine(`${name}: looking`, context);
      const onProgress = (sofar: R) => progress.update(sentenceOf(sofar));
      const depth = sqsQueueDepth(client, urls.dlqUrl);
      const source = sqsMessageSource(client, urls.dlqUrl);
      const acting = () => act({ client, source, ...urls }, { ...choice, depth, onProgress }, signal);
      const report = await endingOnFailure(progress, acting);
      return { report, interrupted: signal.aborted, progress };
    }),
  );
  const sentence = sentenceOf(report);
  progress.update(sentence);
  const isMissed = id !== undefined && count(report) === 0;
  progress.end(report.failed.length === 0 && !interrupted && !isMissed);
  noteUnreleased(name, report.unreleased, choice.holdSeconds, context);
  const [first] = report.failed;
  if (first !== undefined) {
    throw new PermanentError(code, `${sentence}; the first: ${first.jobId || first.messageId}: ${first.why}`);
  }
  const document = { queue: name, dryRun, ...(interrupted && { interrupted }), ...report };
  if (interrupted) {
    throw new IncompleteRunError('interrupted', `interrupted: ${sentence}`, document, sentence);
  }
  if (isMissed) {
    throw new PermanentError(
      'letter_missed',
      `${sentence}: '${id}' does not match, or was taken by somebody else meanwhile; see dlq list ${name}`,
    );
  }
  context.output.result(document, sentence);
}

/** The end of a sentence about what was done: what is left, and what failed. */
function leftText({ left, notExamined, failed }: Pick<ActReport, 'left' | 'notExamined' | 'failed'>): string {
  const unseen = notExamined === 0 ? '' : ` (about ${notExamined} of them not looked at)`;
  const lost = failed.length === 0 ? '' : `, ${failed.length} could not be and are still there`;
  return `${left} left where they are${unseen}${lost}`;
}
