import * as z from 'zod';
import { PermanentError } from '../core/errors.ts';

const queueBatchSchema = z.object({
  Records: z.array(
    z.object({
      messageId: z.string().min(1),
      body: z.string(),
      attributes: z
        .object({ SentTimestamp: z.string().optional().catch(undefined) })
        .optional()
        .catch(undefined),
    }),
  ),
});

/** A message of a batch in Lambda's event: its id, its body as it was sent, and when SQS received it (epoch milliseconds). */
export type QueueRecord = z.infer<typeof queueBatchSchema>['Records'][number];

/** When SQS received a message, in epoch milliseconds; NaN if the event does not say. */
export function sentAtMsOf({ attributes }: QueueRecord): number {
  return Number(attributes?.SentTimestamp);
}

/** A function's answer: the ids of the messages that SQS must deliver again. Source: Lambda's guide on SQS batch failures, 2026. */
export type BatchAnswer = { batchItemFailures: { itemIdentifier: string }[] };

/**
 * The messages of an SQS event.
 * @throws PermanentError `not_a_batch` for any other event: the function is connected to the wrong source.
 */
export function queueRecordsOf(event: unknown): QueueRecord[] {
  const parsed = queueBatchSchema.safeParse(event);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new PermanentError(
      'not_a_batch',
      `the event is not a batch of SQS messages: ${issue?.path.join('.') || 'event'}: ${issue?.message}`,
    );
  }
  return parsed.data.Records;
}

/** A batch may have thousands of messages of as many runs, and a log record at most 1 MB. */
const mostRuns = 50;

/**
 * The runs whose messages are in a batch, each once, separated by spaces; of more than fifty the first fifty. `undefined` if no message
 * names a run. The bodies are searched and not parsed: the stage parses each once, and a malformed one must not fail here.
 */
export function runsOf(records: readonly QueueRecord[]): string | undefined {
  const runs = new Set(records.flatMap(({ body }) => /"runId"\s*:\s*"([0-9a-f]{8})"/.exec(body)?.[1] ?? []));
  return runs.size === 0 ? undefined : [...runs].slice(0, mostRuns).join(' ');
}
