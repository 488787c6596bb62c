import { type DeleteReport, deleteDeadLetters } from '../operator/dead-letters/delete-dead-letters.ts';
import { sqsMessageSource } from '../shared/adapters/sqs-message-source.ts';
import { sqsQueueDepth } from '../shared/adapters/sqs-queue-depth.ts';
import { PermanentError, UsageError } from '../shared/errors.ts';
import type { CliContext } from './cli-context.ts';
import { type ChoiceOptions, leftText, parseChoice } from './dlq-choice.ts';
import { type DlqName, noteUnreleased, parseDlqName, withDlq } from './dlq-queue.ts';
import { showLine } from './progress.ts';
import { interruptible } from './with-stack.ts';

/** Options of `dlq delete`. */
export type DlqDeleteOptions = ChoiceOptions & { all?: boolean };

/** `dlq delete <fetch|items> [id]`: dead letters for good. It does not ask, so what is meant has to be said: an id, `--match` or `--all`. */
export async function dlqDeleteCommand(
  nameText: string,
  id: string | undefined,
  options: DlqDeleteOptions,
  context: CliContext,
): Promise<void> {
  const name = parseDlqName(nameText);
  const chosen = id !== undefined || options.match !== undefined;
  if (chosen === (options.all === true)) {
    throw new UsageError(
      'dlq delete deletes for good: name what is meant by an id or --match key=value, or say --all (one of them)',
    );
  }
  const choice = await parseChoice(name, id, options, context);
  const progress = showLine(`${name}: looking`, context);
  const report = await interruptible(context, (signal) =>
    withDlq(name, options, context, (client, { dlqUrl }) => {
      const onProgress = (sofar: DeleteReport) => progress.update(sentenceOf(name, sofar, choice.dryRun));
      const depth = sqsQueueDepth(client, dlqUrl);
      const source = sqsMessageSource(client, dlqUrl);
      return deleteDeadLetters(source, { ...choice, depth, onProgress }, context.clock, signal);
    }),
  );
  const sentence = sentenceOf(name, report, choice.dryRun);
  progress.update(sentence);
  progress.end(report.failed.length === 0);
  noteUnreleased(name, report.unreleased, choice.holdSeconds, context);
  const [first] = report.failed;
  if (first !== undefined) {
    throw new PermanentError(
      'delete_incomplete',
      `${sentence}; the first: ${first.jobId || first.messageId}: ${first.why}`,
    );
  }
  context.output.result({ queue: name, dryRun: choice.dryRun, ...report }, sentence);
}

function sentenceOf(name: DlqName, report: DeleteReport, dryRun: boolean): string {
  return `${name}: ${report.deleted} ${dryRun ? 'would be deleted' : 'deleted'}, ${leftText(report)}`;
}
