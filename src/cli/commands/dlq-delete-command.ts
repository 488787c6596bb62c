import { type DeleteReport, deleteDeadLetters } from '../../operator/dead-letters/act-on-dead-letters.ts';
import { UsageError } from '../../shared/core/errors.ts';
import type { CliContext } from '../cli-context.ts';
import { actOnChoice, type ChoiceOptions } from './dlq-choice.ts';
import { parseDlqName } from './dlq-queue.ts';

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
