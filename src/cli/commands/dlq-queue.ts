/** What all `dlq` commands have in common: which queue, and how one looks at it. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { type DeadLetterLook, lookAtDeadLetters } from '../../operator/dead-letters/look-at-dead-letters.ts';
import { UsageError } from '../../shared/core/errors.ts';
import { shown } from '../../shared/core/shown-text.ts';
import type { Unreleased } from '../../shared/queues/message-source.ts';
import { sqsMessageSource } from '../../shared/queues/sqs-message-source.ts';
import type { CliContext } from '../cli-context.ts';
import { withSqs } from '../open-tables.ts';
import { parseCount } from '../parse-input.ts';
import { type QueuePlaceOptions, type QueueUrls, withQueues } from '../stack-place.ts';

/** Options of every `dlq` command. */
export type DlqOptions = QueuePlaceOptions & { match?: string[]; holdSeconds?: string };

/** The two queues that have dead letters. */
const queueNames = ['fetch', 'items'] as const;

export type DlqName = (typeof queueNames)[number];

/** A receive waits up to a second on purpose. */
const longPollMs = 2_000;

/** `fetch` or `items`. */
export function parseDlqName(text: string): DlqName {
  const name = queueNames.find((known) => known === text);
  if (name === undefined) {
    throw new UsageError(`unknown queue '${shown(text)}': allowed are ${queueNames.join(', ')}`);
  }
  return name;
}

/** How long a message that is looked at is hidden from others. */
export function parseHoldSeconds(options: { holdSeconds?: string }): number {
  return parseCount(options.holdSeconds ?? '60', '--hold-seconds', 1, 43_200);
}

/** Runs `act` with SQS and the URLs of a dead-letter queue. */
export function withDlq<T>(
  name: DlqName,
  options: QueuePlaceOptions,
  context: CliContext,
  act: (client: SQSClient, urls: { dlqUrl: string; queueUrl: string }, kind: string) => Promise<T>,
): Promise<T> {
  return withQueues(options, context, ({ sqs, queues, kind }) =>
    withSqs(sqs, longPollMs, (client) => act(client, urlsOf(name, queues), kind)),
  );
}

/** Everything that a dead-letter queue holds. */
export function lookInto(name: DlqName, options: DlqOptions, context: CliContext): Promise<DeadLetterLook> {
  const holdSeconds = parseHoldSeconds(options);
  return withDlq(name, options, context, (client, { dlqUrl }) =>
    lookAtDeadLetters(sqsMessageSource(client, dlqUrl), holdSeconds),
  );
}

/** Says what others cannot see for a while, because it could not be given back. */
export function noteUnreleased(
  name: DlqName,
  unreleased: readonly Unreleased[],
  holdSeconds: number,
  { output }: CliContext,
): void {
  const [first] = unreleased;
  if (first !== undefined) {
    const letters = unreleased.length === 1 ? '1 dead letter' : `${unreleased.length} dead letters`;
    output.note(
      `${name}: ${letters} could not be released (${first.why.slice(0, 200)}): hidden from others for up to ${holdSeconds} s`,
    );
  }
}

function urlsOf(name: DlqName, queues: QueueUrls): { dlqUrl: string; queueUrl: string } {
  return name === 'fetch'
    ? { dlqUrl: queues.fetchDlqUrl, queueUrl: queues.fetchQueueUrl }
    : { dlqUrl: queues.itemDlqUrl, queueUrl: queues.itemQueueUrl };
}
